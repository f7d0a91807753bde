/** Reading the features that a server sends, from Arrow bytes. */
import { type Table, tableFromIPC } from "apache-arrow";
import type { Features } from "./features";

/** The schema metadata key of features that a server sends. */
const KEY = "holdfast.features";

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
