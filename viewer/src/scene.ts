/**
 * A scene is the document a dot plot is drawn from: an Arrow IPC stream with one row per match and,
 * in its schema's metadata, the contigs in axis order and where everything came from.
 *
 * Reading checks everything the drawing relies on; a scene that is not sound raises SceneError.
 */
import { Axis, type Contig, type Group, type Hidden } from "./axis";

export class SceneError extends Error {}

export interface Provenance {
  readonly [key: string]: unknown;
}

export interface Genome {
  readonly name: string;
  readonly contigs: readonly Contig[];
  readonly groups: readonly Group[];
  readonly hidden: Hidden;
  /** Which contig of the scene each is; without it, they stand as there. */
  readonly numbers?: readonly number[];
}

/** An interval of a contig: its place on the axis, 0-based half-open coordinates. */
export interface Interval {
  readonly contig: number;
  readonly start: number;
  readonly end: number;
}

/** One difference in structure between the genomes. */
export interface StructureEvent {
  readonly kind: string;
  readonly target: Interval | null;
  readonly query: Interval | null;
  readonly strand: number;
  /** Mean identity of the matches that tell it; null where it is their lack. */
  readonly identity: number | null;
  readonly matches: number;
  readonly bases: number;
}

export interface Metadata {
  readonly title: string;
  readonly target: Genome;
  readonly query: Genome;
  readonly identity: { readonly source: string; readonly sentence: string };
  readonly aligner: Readonly<Record<string, unknown>>;
  readonly provenance: { readonly target: Provenance; readonly query: Provenance };
  readonly created: string;
  readonly events: readonly StructureEvent[];
  /** How whoever made the scene would colour it; words the page may not know. */
  readonly colouring: Readonly<Record<string, unknown>>;
}

/** Whole bases; four bytes each where all contigs are short enough for that. */
export type Coordinates = Uint32Array | Float64Array;

/** The matches in columns, in the order of the document; row i of every column is match i. */
export interface Matches {
  readonly count: number;
  readonly target: Int32Array;
  readonly query: Int32Array;
  readonly targetStart: Coordinates;
  readonly targetEnd: Coordinates;
  readonly queryStart: Coordinates;
  readonly queryEnd: Coordinates;
  readonly strand: Int8Array;
  readonly identity: Float32Array;
  readonly bases: Uint32Array;
  readonly mapq: Uint8Array;
}

export interface Scene {
  readonly metadata: Metadata;
  readonly target: Axis;
  readonly query: Axis;
  readonly matches: Matches;
}

/** What a column of matches may be. */
export type Column = Int8Array | Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array;

const VERSION = 2;

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const text = (value: unknown, otherwise = ""): string =>
  typeof value === "string" ? value : otherwise;

function readContig(value: unknown, where: string): Contig {
  const { name, length, reversed } = record(value);
  if (typeof name !== "string" || typeof length !== "number" || !(length >= 0 && length < 2 ** 53)) {
    throw new SceneError(`A contig of the ${where} has no name or no sensible length.`);
  }
  return { name, length, reversed: reversed === true };
}

const whole = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function readGroups(value: unknown, contigs: number, where: string): Group[] {
  let free = 0;
  return list(value).map((each) => {
    const { first, count, name } = record(each);
    if (!whole(first) || !whole(count) || first < free || first + count > contigs) {
      throw new SceneError(`A group of contigs of the ${where} names contigs that are not there.`);
    }
    free = first + count;
    return { first, count, name: text(name, "small contigs") };
  });
}

function readGenome(value: unknown, where: string): Genome {
  const { name, contigs, groups, hidden } = record(value);
  if (!Array.isArray(contigs) || contigs.length === 0) {
    throw new SceneError(
      `The scene names no contigs of the ${where}: all are hidden, or nothing was aligned and the genomes are not known.`,
    );
  }
  const gone = record(hidden);
  return {
    name: text(name, where),
    contigs: contigs.map((contig) => readContig(contig, where)),
    groups: readGroups(groups, contigs.length, where),
    hidden: {
      contigs: whole(gone["contigs"]) ? gone["contigs"] : 0,
      bases: whole(gone["bases"]) ? gone["bases"] : 0,
    },
  };
}

function readInterval(value: unknown, genome: Genome, where: string): Interval | null {
  if (value === null || value === undefined) return null;
  const { contig, start, end } = record(value);
  if (whole(contig) && whole(start) && whole(end)) {
    if (start <= end && end <= (genome.contigs[contig]?.length ?? -1)) return { contig, start, end };
  }
  throw new SceneError(`A difference in structure lies outside the contigs of the ${where}.`);
}

const number = (value: unknown): number => (typeof value === "number" ? value : 0);

function readEvent(value: unknown, target: Genome, query: Genome): StructureEvent {
  const document = record(value);
  const { identity } = document;
  return {
    kind: text(document["kind"], "difference"),
    target: readInterval(document["target"], target, "target"),
    query: readInterval(document["query"], query, "query"),
    strand: number(document["strand"]) < 0 ? -1 : 1,
    identity: typeof identity === "number" ? identity : null,
    matches: number(document["matches"]),
    bases: number(document["bases"]),
  };
}

/** The JSON half of a scene, checked. */
export function readMetadata(json: string): Metadata {
  let document: Record<string, unknown>;
  try {
    document = record(JSON.parse(json));
  } catch {
    throw new SceneError("The scene's description is not JSON; please make the plot again.");
  }
  if (document["version"] !== VERSION) {
    throw new SceneError(
      `This page reads scenes of version ${VERSION}, not ${String(document["version"])}; make the plot again.`,
    );
  }
  const identity = record(document["identity"]);
  const provenance = record(document["provenance"]);
  const target = readGenome(document["target"], "target");
  const query = readGenome(document["query"], "query");
  return {
    title: text(document["title"]),
    target,
    query,
    identity: { source: text(identity["source"]), sentence: text(identity["sentence"]) },
    aligner: record(document["aligner"]),
    provenance: { target: record(provenance["target"]), query: record(provenance["query"]) },
    created: text(document["created"]),
    events: list(document["events"]).map((each) => readEvent(each, target, query)),
    colouring: record(document["colouring"]),
  };
}

export const axisOf = ({ name, contigs, groups, hidden, numbers }: Genome): Axis =>
  new Axis(name, contigs, groups, hidden, numbers);
