/**
 * A scene is the document a dot plot is drawn from: an Arrow IPC stream with one row per match and,
 * in its schema's metadata, the contigs in axis order and where everything came from.
 *
 * Reading checks everything the drawing relies on; a scene that is not sound raises SceneError.
 */
import { DataType, tableFromIPC, type Table } from "apache-arrow";
import { Axis, type Contig } from "./axis";

export class SceneError extends Error {}

export interface Provenance {
  readonly [key: string]: unknown;
}

export interface Metadata {
  readonly title: string;
  readonly target: { readonly name: string; readonly contigs: readonly Contig[] };
  readonly query: { readonly name: string; readonly contigs: readonly Contig[] };
  readonly identity: { readonly source: string; readonly sentence: string };
  readonly aligner: Readonly<Record<string, unknown>>;
  readonly provenance: { readonly target: Provenance; readonly query: Provenance };
  readonly created: string;
}

/** The matches in columns; row i of every column is match i. Longest on the target first. */
export interface Matches {
  readonly count: number;
  readonly target: Int32Array;
  readonly query: Int32Array;
  readonly targetStart: Float64Array;
  readonly targetEnd: Float64Array;
  readonly queryStart: Float64Array;
  readonly queryEnd: Float64Array;
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

type Column = Int8Array | Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array;
type Maker<T> = new (length: number) => T;

/** The schema metadata key that holds the JSON half of a scene. */
const KEY = "holdfast.scene";
const VERSION = 2;

/** Undo gzip when the bytes are gzipped; other bytes are answered as they are. */
export async function plain(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new SceneError("The scene is cut short or damaged; please make the plot again.");
  }
}

/** Bytes of base64 text; white space is ignored. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  let binary: string;
  try {
    binary = atob(text.trim());
  } catch {
    throw new SceneError("The scene in this page is damaged; please make the plot again.");
  }
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const text = (value: unknown, otherwise = ""): string =>
  typeof value === "string" ? value : otherwise;

function readContig(value: unknown, where: string): Contig {
  const { name, length, reversed } = record(value);
  if (typeof name !== "string" || typeof length !== "number" || !(length >= 0 && length < 2 ** 53)) {
    throw new SceneError(`A contig of the ${where} has no name or no sensible length.`);
  }
  return { name, length, reversed: reversed === true };
}

function readGenome(value: unknown, where: string): Metadata["target"] {
  const { name, contigs } = record(value);
  if (!Array.isArray(contigs) || contigs.length === 0) {
    throw new SceneError(`The scene names no contigs of the ${where}.`);
  }
  return { name: text(name, where), contigs: contigs.map((contig) => readContig(contig, where)) };
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
  return {
    title: text(document["title"]),
    target: readGenome(document["target"], "target"),
    query: readGenome(document["query"], "query"),
    identity: { source: text(identity["source"]), sentence: text(identity["sentence"]) },
    aligner: record(document["aligner"]),
    provenance: { target: record(provenance["target"]), query: record(provenance["query"]) },
    created: text(document["created"]),
  };
}

function column<T extends Column>(table: Table, name: string, kind: Maker<T>): T {
  const vector = table.getChild(name);
  if (vector === null) throw new SceneError(`The scene has no column ${name}.`);
  if (!DataType.isInt(vector.type) && !DataType.isFloat(vector.type)) {
    throw new SceneError(`The scene's column ${name} holds no numbers.`);
  }
  const values: unknown = vector.toArray();
  if (!(values instanceof kind) || vector.nullCount > 0) {
    throw new SceneError(`The scene's column ${name} has another type than expected.`);
  }
  return values;
}

/** Row numbers, longest target interval first: the painter and its budget rely on this order. */
function longestFirst(start: Float64Array, end: Float64Array): Uint32Array {
  const lengths = new Float64Array(start.length);
  for (let row = 0; row < lengths.length; row++) lengths[row] = end[row] - start[row];
  return new Uint32Array(lengths.length)
    .map((_, row) => row)
    .sort((a, b) => lengths[b] - lengths[a] || a - b);
}

function take<T extends Column>(values: T, rows: Uint32Array): T {
  const taken = new (values.constructor as Maker<T>)(rows.length);
  for (let row = 0; row < rows.length; row++) taken[row] = values[rows[row]];
  return taken;
}

function readMatches(table: Table): Matches {
  const start = column(table, "target_start", Float64Array);
  const end = column(table, "target_end", Float64Array);
  const rows = longestFirst(start, end);
  return {
    count: rows.length,
    target: take(column(table, "target", Int32Array), rows),
    query: take(column(table, "query", Int32Array), rows),
    targetStart: take(start, rows),
    targetEnd: take(end, rows),
    queryStart: take(column(table, "query_start", Float64Array), rows),
    queryEnd: take(column(table, "query_end", Float64Array), rows),
    strand: take(column(table, "strand", Int8Array), rows),
    identity: take(column(table, "identity", Float32Array), rows),
    bases: take(column(table, "matches", Uint32Array), rows),
    mapq: take(column(table, "mapq", Uint8Array), rows),
  };
}

function checkSide(axis: Axis, index: Int32Array, start: Float64Array, end: Float64Array): void {
  for (let row = 0; row < index.length; row++) {
    const contig = axis.contigs[index[row]];
    const sound = contig && start[row] >= 0 && start[row] <= end[row] && end[row] <= contig.length;
    if (!sound) {
      throw new SceneError(`Match ${row} lies outside the contigs of ${axis.name}.`);
    }
  }
}

/** Read a scene from the bytes of an Arrow IPC stream. */
export function readScene(bytes: Uint8Array): Scene {
  let table: Table;
  try {
    table = tableFromIPC(bytes);
  } catch {
    throw new SceneError("This is not a Holdfast scene: it is no Arrow document.");
  }
  const json = table.schema.metadata.get(KEY);
  if (json === undefined) {
    throw new SceneError("This is not a Holdfast scene: it does not say what it shows.");
  }
  const metadata = readMetadata(json);
  const target = new Axis(metadata.target.name, metadata.target.contigs);
  const query = new Axis(metadata.query.name, metadata.query.contigs);
  const matches = readMatches(table);
  checkSide(target, matches.target, matches.targetStart, matches.targetEnd);
  checkSide(query, matches.query, matches.queryStart, matches.queryEnd);
  return { metadata, target, query, matches };
}
