/**
 * Arrangements are how one looks at a scene otherwise than it was made: contigs in another order,
 * some turned or hidden, the axes exchanged. The scene itself is never changed: arranging it makes another
 * description of the same matches. Pure functions, which the page and its engine both use.
 */
import type { Contig, Group } from "./axis";
import { naturalOrder } from "./natural";
import type { Column, Genome, Interval, Matches, Metadata, StructureEvent } from "./scene";
import type { Side } from "./region";

export type Order = "drawn" | "name" | "length";
export const ORDERS: readonly Order[] = ["drawn", "name", "length"];

export interface Arrangement {
  /** Of the genomes as the scene names them, also where the axes are exchanged. */
  readonly target: Order;
  readonly query: Order;
  /** Contigs turned, as `x3` or `y0`: places on the scene's target and query axes. */
  readonly turned: readonly string[];
  /** Contigs that are on no axis, named likewise; each axis keeps one at least. */
  readonly hidden: readonly string[];
  readonly swapped: boolean;
}

export const AS_MADE: Arrangement = { target: "drawn", query: "drawn", turned: [], hidden: [], swapped: false };

export const sameArrangement = (a: Arrangement, b: Arrangement): boolean =>
  a.target === b.target &&
  a.query === b.query &&
  a.swapped === b.swapped &&
  a.turned.join() === b.turned.join() &&
  a.hidden.join() === b.hidden.join();

/** The word for a contig that is turned or hidden. */
export const turnedWord = (side: Side, number: number): string => `${side === "target" ? "x" : "y"}${number}`;

/** The arrangement with one contig turned, or turned back. */
export function turn(arrangement: Arrangement, word: string): Arrangement {
  const { turned } = arrangement;
  const others = turned.filter((each) => each !== word);
  return { ...arrangement, turned: others.length < turned.length ? others : [...turned, word].sort() };
}

/** The arrangement without some contigs more. */
export const hide = (arrangement: Arrangement, words: readonly string[]): Arrangement => ({
  ...arrangement,
  hidden: [...new Set([...arrangement.hidden, ...words])].sort(),
});

/** The scene's contig numbers in an order. */
function orderOf(contigs: readonly Contig[], order: Order): number[] {
  if (order === "name") return naturalOrder(contigs.map(({ name }) => name));
  const numbers = contigs.map((_, number) => number);
  if (order === "length") numbers.sort((a, b) => contigs[b].length - contigs[a].length || a - b);
  return numbers;
}

/** Groups of neighbours when only the contigs `numbers`, which ascend, are left. */
function groupsLeft({ groups, contigs }: Genome, numbers: readonly number[]): readonly Group[] {
  if (numbers.length === contigs.length) return groups;
  return groups.flatMap(({ first, count, name }) => {
    const left = numbers.filter((number) => number >= first && number < first + count);
    if (left.length < 2) return [];
    const said = left.length === count ? name : `${left.length} contigs`;
    return [{ first: numbers.indexOf(left[0]), count: left.length, name: said }];
  });
}

function arrangedGenome(genome: Genome, order: Order, side: Side, turned: ReadonlySet<string>, gone: ReadonlySet<string>): Genome {
  const all = orderOf(genome.contigs, order);
  const left = all.filter((number) => !gone.has(turnedWord(side, number)));
  // A link may ask for what cannot be: an axis without contigs.
  const numbers = left.length > 0 ? left : all;
  const contigs = numbers.map((number) => {
    const contig = genome.contigs[number];
    return turned.has(turnedWord(side, number)) ? { ...contig, reversed: !contig.reversed } : contig;
  });
  // Neighbours that are named as one are neighbours only as they were drawn.
  return { ...genome, contigs, groups: order === "drawn" ? groupsLeft(genome, numbers) : [], numbers };
}

const moved = (place: Interval | null, places: Int32Array): Interval | null =>
  place && { ...place, contig: places[place.contig] };

/** Where on its axis each contig of the scene stands; -1 for one that does not. */
export function placesOf({ numbers, contigs }: Genome): Int32Array {
  const last = numbers?.reduce((most, number) => Math.max(most, number), 0) ?? contigs.length - 1;
  const places = new Int32Array(last + 1).fill(-1);
  contigs.forEach((_, place) => (places[numbers?.[place] ?? place] = place));
  return places;
}

/** What a scene shows when it is arranged so. */
export function arranged(metadata: Metadata, arrangement: Arrangement): Metadata {
  const turned = new Set(arrangement.turned);
  const gone = new Set(arrangement.hidden);
  const target = arrangedGenome(metadata.target, arrangement.target, "target", turned, gone);
  const query = arrangedGenome(metadata.query, arrangement.query, "query", turned, gone);
  const [onTarget, onQuery] = [placesOf(target), placesOf(query)];
  const stands = (place: Interval | null, places: Int32Array): boolean => place === null || (places[place.contig] ?? -1) >= 0;
  const events = metadata.events
    .filter((event) => stands(event.target, onTarget) && stands(event.query, onQuery))
    .map((event) => ({ ...event, target: moved(event.target, onTarget), query: moved(event.query, onQuery) }));
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

/** Rows of the matches that lie on contigs of both axes; null where all do. */
export function rowsLeft(matches: Matches, onTarget: Int32Array, onQuery: Int32Array): Uint32Array | null {
  const rows = new Uint32Array(matches.count);
  let count = 0;
  for (let row = 0; row < matches.count; row++) {
    if ((onTarget[matches.target[row]] ?? -1) >= 0 && (onQuery[matches.query[row]] ?? -1) >= 0) rows[count++] = row;
  }
  return count === matches.count ? null : rows.slice(0, count);
}

/** Some of the matches, by their rows. */
export function someMatches(matches: Matches, rows: Uint32Array): Matches {
  const pick = <T extends Column>(column: T): T => {
    const picked = new (column.constructor as new (length: number) => T)(rows.length);
    for (let at = 0; at < rows.length; at++) picked[at] = column[rows[at]];
    return picked;
  };
  return {
    count: rows.length,
    target: pick(matches.target),
    query: pick(matches.query),
    targetStart: pick(matches.targetStart),
    targetEnd: pick(matches.targetEnd),
    queryStart: pick(matches.queryStart),
    queryEnd: pick(matches.queryEnd),
    strand: pick(matches.strand),
    identity: pick(matches.identity),
    bases: pick(matches.bases),
    mapq: pick(matches.mapq),
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
