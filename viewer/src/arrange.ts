/**
 * Arrangements are how one looks at a scene otherwise than it was made: contigs in another order,
 * some turned, the axes exchanged. The scene itself is never changed: arranging it makes another
 * description of the same matches. Pure functions, which the page and its engine both use.
 */
import type { Contig } from "./axis";
import type { Genome, Interval, Matches, Metadata, StructureEvent } from "./scene";
import type { Side } from "./region";

export type Order = "drawn" | "name" | "length";
export const ORDERS: readonly Order[] = ["drawn", "name", "length"];

export interface Arrangement {
  /** Of the genomes as the scene names them, also where the axes are exchanged. */
  readonly target: Order;
  readonly query: Order;
  /** Contigs turned, as `x3` or `y0`: places on the scene's target and query axes. */
  readonly turned: readonly string[];
  readonly swapped: boolean;
}

export const AS_MADE: Arrangement = { target: "drawn", query: "drawn", turned: [], swapped: false };

export const sameArrangement = (a: Arrangement, b: Arrangement): boolean =>
  a.target === b.target && a.query === b.query && a.swapped === b.swapped && a.turned.join() === b.turned.join();

/** The word for a contig that is turned. */
export const turnedWord = (side: Side, number: number): string => `${side === "target" ? "x" : "y"}${number}`;

/** The arrangement with one contig turned, or turned back. */
export function turn(arrangement: Arrangement, word: string): Arrangement {
  const { turned } = arrangement;
  const others = turned.filter((each) => each !== word);
  return { ...arrangement, turned: others.length < turned.length ? others : [...turned, word].sort() };
}

/** Names as people order them: chr2 before chr10. */
const NATURAL = new Intl.Collator("en", { numeric: true });

/** The scene's contig numbers in an order. */
function orderOf(contigs: readonly Contig[], order: Order): number[] {
  const numbers = contigs.map((_, number) => number);
  if (order === "name") numbers.sort((a, b) => NATURAL.compare(contigs[a].name, contigs[b].name) || a - b);
  if (order === "length") numbers.sort((a, b) => contigs[b].length - contigs[a].length || a - b);
  return numbers;
}

function arrangedGenome(genome: Genome, order: Order, side: Side, turned: ReadonlySet<string>): Genome {
  const numbers = orderOf(genome.contigs, order);
  const contigs = numbers.map((number) => {
    const contig = genome.contigs[number];
    return turned.has(turnedWord(side, number)) ? { ...contig, reversed: !contig.reversed } : contig;
  });
  // Neighbours that are named as one are neighbours only as they were drawn.
  return { ...genome, contigs, groups: order === "drawn" ? genome.groups : [], numbers };
}

const moved = (place: Interval | null, places: Int32Array): Interval | null =>
  place && { ...place, contig: places[place.contig] };

/** Where on its axis each contig of the scene stands. */
export function placesOf({ numbers, contigs }: Genome): Int32Array {
  const places = new Int32Array(contigs.length);
  contigs.forEach((_, place) => (places[numbers?.[place] ?? place] = place));
  return places;
}

/** What a scene shows when it is arranged so. */
export function arranged(metadata: Metadata, arrangement: Arrangement): Metadata {
  const turned = new Set(arrangement.turned);
  const target = arrangedGenome(metadata.target, arrangement.target, "target", turned);
  const query = arrangedGenome(metadata.query, arrangement.query, "query", turned);
  const [onTarget, onQuery] = [placesOf(target), placesOf(query)];
  const events = metadata.events.map((event) => ({
    ...event,
    target: moved(event.target, onTarget),
    query: moved(event.query, onQuery),
  }));
  const made = { ...metadata, target, query, events };
  return arrangement.swapped ? exchanged(made) : made;
}

/** What an event is called when the other genome is the target. */
const OTHERWISE: Readonly<Record<string, string>> = {
  insertion: "deletion",
  deletion: "insertion",
  "unaligned target": "unaligned query",
  "unaligned query": "unaligned target",
};

function exchanged(metadata: Metadata): Metadata {
  const { target, query, provenance, events } = metadata;
  const other = (event: StructureEvent): StructureEvent => ({
    ...event,
    kind: OTHERWISE[event.kind] ?? event.kind,
    target: event.query,
    query: event.target,
  });
  return {
    ...metadata,
    target: query,
    query: target,
    provenance: { target: provenance.query, query: provenance.target },
    events: events.map(other),
  };
}

/** The matches with target and query exchanged. */
export const exchangedMatches = (matches: Matches): Matches => ({
  ...matches,
  target: matches.query,
  query: matches.target,
  targetStart: matches.queryStart,
  targetEnd: matches.queryEnd,
  queryStart: matches.targetStart,
  queryEnd: matches.targetEnd,
});
