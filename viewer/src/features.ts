/**
 * Features are what annotation says of a genome: intervals with a kind, a strand and a name, in
 * columns, so that a million of them are a few arrays. Names are kept as the bytes they came as.
 */
import { type Table, tableFromIPC } from "apache-arrow";

export interface Features {
  readonly count: number;
  /** The names of contigs, and which of them each feature is on. */
  readonly contigs: readonly string[];
  readonly contig: Int32Array;
  /** 0-based, half-open, on the forward strand. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** +1, -1, or 0 where nothing is said. */
  readonly strand: Int8Array;
  /** The kinds, and which of them each feature is. */
  readonly kinds: readonly string[];
  readonly kind: Uint16Array;
  /** Is it a part of another: an exon, a coding stretch, a block? 1 or 0. */
  readonly part: Uint8Array;
  /** All names one after another in UTF-8; the name of feature i ends where that of i + 1 begins. */
  readonly names: Uint8Array;
  readonly nameStarts: Uint32Array;
  /** Features that were left out because there are too many. */
  readonly leftOut: number;
  /** Features on contigs of which nobody here has heard. */
  readonly elsewhere: number;
}

/** The schema metadata key of features that a server sends. */
const KEY = "holdfast.features";

const decoder = new TextDecoder();

/** The name of a feature, perhaps empty. */
export const nameOf = ({ names, nameStarts }: Features, at: number): string =>
  decoder.decode(names.subarray(nameStarts[at], nameStarts[at + 1]));

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

type Maker<T> = new (length: number) => T;

function column<T>(table: Table, name: string, kind: Maker<T>): T {
  const values: unknown = table.getChild(name)?.toArray();
  if (!(values instanceof kind)) throw new Error(`The annotation has no column ${name}.`);
  return values;
}

/** A column of texts, as bytes one after another and where each begins. */
function texts(table: Table, name: string): { readonly bytes: Uint8Array; readonly starts: Uint32Array } {
  const chunks = table.getChild(name)?.data ?? [];
  const parts = chunks.map(({ values, valueOffsets, length }) => ({
    bytes: values as Uint8Array,
    offsets: valueOffsets as Int32Array,
    length,
  }));
  const total = parts.reduce((sum, { offsets, length }) => sum + offsets[length] - offsets[0], 0);
  const bytes = new Uint8Array(total);
  const starts = new Uint32Array(table.numRows + 1);
  let filled = 0;
  let row = 0;
  for (const { bytes: from, offsets, length } of parts) {
    bytes.set(from.subarray(offsets[0], offsets[length]), filled);
    for (let at = 0; at < length; at++) starts[row++] = filled + offsets[at] - offsets[0];
    filled += offsets[length] - offsets[0];
  }
  starts[row] = filled;
  return { bytes, starts };
}

/** Features from the bytes of an Arrow IPC stream, as a server sends them. */
export function readFeatures(bytes: Uint8Array): Features {
  const table = tableFromIPC(bytes);
  const about = JSON.parse(table.schema.metadata.get(KEY) ?? "{}") as Record<string, unknown>;
  const names = texts(table, "name");
  return {
    count: table.numRows,
    contigs: strings(about["contigs"]),
    contig: column(table, "contig", Int32Array),
    start: column(table, "start", Float64Array),
    end: column(table, "end", Float64Array),
    strand: column(table, "strand", Int8Array),
    kinds: strings(about["kinds"]),
    kind: column(table, "kind", Uint16Array),
    part: column(table, "part", Uint8Array),
    names: names.bytes,
    nameStarts: names.starts,
    leftOut: Number(about["left_out"] ?? 0),
    elsewhere: Number(about["elsewhere"] ?? 0),
  };
}
