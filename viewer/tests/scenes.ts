/** Small scenes for tests, made as the Python side makes them: an Arrow stream with JSON metadata. */
import {
  Field,
  Float32,
  Float64,
  Int32,
  Int8,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Uint32,
  Uint8,
} from "apache-arrow";

export interface Row {
  target?: number;
  query?: number;
  t?: readonly [number, number];
  q?: readonly [number, number];
  strand?: number;
  identity?: number;
}

const contigs = (lengths: readonly number[], reversed: readonly number[]): object[] =>
  lengths.map((length, index) => ({ name: `c${index}`, length, reversed: reversed.includes(index) }));

export const metadata = (changes: object = {}): string =>
  JSON.stringify({
    version: 2,
    title: "a × b",
    target: { name: "a", contigs: contigs([1000, 500], []) },
    query: { name: "b", contigs: contigs([800, 400], [1]) },
    identity: { source: "de", sentence: "made up" },
    aligner: { name: "hand" },
    provenance: { target: {}, query: {} },
    created: null,
    ...changes,
  });

export function sceneBytes(rows: readonly Row[], json: string = metadata()): Uint8Array {
  const value = (pick: (row: Row) => number): number[] => rows.map(pick);
  const columns = [
    ["target", new Int32(), Int32Array.from(value((row) => row.target ?? 0))],
    ["query", new Int32(), Int32Array.from(value((row) => row.query ?? 0))],
    ["target_start", new Float64(), Float64Array.from(value((row) => row.t?.[0] ?? 0))],
    ["target_end", new Float64(), Float64Array.from(value((row) => row.t?.[1] ?? 100))],
    ["query_start", new Float64(), Float64Array.from(value((row) => row.q?.[0] ?? 0))],
    ["query_end", new Float64(), Float64Array.from(value((row) => row.q?.[1] ?? 100))],
    ["strand", new Int8(), Int8Array.from(value((row) => row.strand ?? 1))],
    ["identity", new Float32(), Float32Array.from(value((row) => row.identity ?? 1))],
    ["matches", new Uint32(), Uint32Array.from(value(() => 90))],
    ["mapq", new Uint8(), Uint8Array.from(value(() => 60))],
  ] as const;
  const schema = new Schema(
    columns.map(([name, type]) => new Field(name, type, false)),
    new Map([["holdfast.scene", json]]),
  );
  const children = columns.map(([, type, data]) => makeData({ type, length: rows.length, data } as never));
  const struct = makeData({ type: new Struct(schema.fields), length: rows.length, nullCount: 0, children });
  const writer = new RecordBatchStreamWriter();
  writer.write(new RecordBatch(schema, struct));
  return writer.finish().toUint8Array(true);
}
