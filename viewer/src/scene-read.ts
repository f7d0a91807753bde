/** Reading a scene from Arrow bytes: its columns, checked against its description. */
import { DataType, tableFromIPC, type Table } from "apache-arrow";
import type { Axis } from "./axis";
import { axisOf, type Column, type Coordinates, type Matches, readMetadata, type Scene, SceneError } from "./scene";

type Maker<T> = new (length: number) => T;

/** The schema metadata key that holds the JSON half of a scene. */
const KEY = "holdfast.scene";

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

/** A genome's half of the matches. */
interface Side {
  readonly contig: Int32Array;
  readonly start: Coordinates;
  readonly end: Coordinates;
}

/** Coordinates: eight bytes each in a file, four where a server sends them. */
function coordinates(table: Table, name: string): Coordinates {
  const narrow = table.getChild(name)?.type;
  const isNarrow = narrow !== undefined && DataType.isInt(narrow);
  return isNarrow ? column(table, name, Uint32Array) : column(table, name, Float64Array);
}

function readSide(table: Table, name: string, { contigs, name: genome }: Axis): Side {
  const contig = column(table, name, Int32Array);
  const start = coordinates(table, `${name}_start`);
  const end = coordinates(table, `${name}_end`);
  const lengths = Float64Array.from(contigs, ({ length }) => length);
  for (let row = 0; row < contig.length; row++) {
    const sound = start[row] >= 0 && start[row] <= end[row] && end[row] <= lengths[contig[row]];
    if (!sound) throw new SceneError(`Match ${row} lies outside the contigs of ${genome}.`);
  }
  const small = contigs.every(({ length }) => length < 2 ** 32);
  return small ? { contig, start: new Uint32Array(start), end: new Uint32Array(end) } : { contig, start, end };
}

/** A column of its own: what Arrow answers may be a window on the whole document's bytes. */
function own<T extends Column>(values: T): T {
  return values.slice() as T;
}

function readMatches(table: Table, onTarget: Axis, onQuery: Axis): Matches {
  const target = readSide(table, "target", onTarget);
  const query = readSide(table, "query", onQuery);
  return {
    count: target.contig.length,
    target: own(target.contig),
    query: own(query.contig),
    targetStart: target.start,
    targetEnd: target.end,
    queryStart: query.start,
    queryEnd: query.end,
    strand: own(column(table, "strand", Int8Array)),
    identity: own(column(table, "identity", Float32Array)),
    bases: own(column(table, "matches", Uint32Array)),
    mapq: own(column(table, "mapq", Uint8Array)),
  };
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
  const target = axisOf(metadata.target);
  const query = axisOf(metadata.query);
  return { metadata, target, query, matches: readMatches(table, target, query) };
}
