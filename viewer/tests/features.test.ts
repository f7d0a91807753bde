import { Field, Float64, Int32, Int8, makeData, RecordBatch, RecordBatchStreamWriter, Schema, Struct, tableFromIPC, Uint16, Uint8, Utf8, vectorFromArray } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { nameOf } from "../src/features";
import { readFeatures } from "../src/features-read";

const about = { contigs: ["chr1", "2"], kinds: ["gene"], left_out: 3, elsewhere: 4 };

/** As the server sends them, in as many batches as there are lists of names. */
function document(...batches: string[][]): Uint8Array {
  const writer = new RecordBatchStreamWriter();
  for (const names of batches) {
    const count = names.length;
    const plain = [
      ["contig", new Int32(), new Int32Array(count)],
      ["start", new Float64(), new Float64Array(count).fill(5)],
      ["end", new Float64(), new Float64Array(count).fill(9)],
      ["strand", new Int8(), new Int8Array(count).fill(-1)],
      ["kind", new Uint16(), new Uint16Array(count)],
      ["part", new Uint8(), new Uint8Array(count)],
    ] as const;
    const fields = [...plain.map(([name, type]) => new Field(name, type, false)), new Field("name", new Utf8(), false)];
    const schema = new Schema(fields, new Map([["holdfast.features", JSON.stringify(about)]]));
    const children = [...plain.map(([, type, data]) => makeData({ type, length: count, data } as never)), vectorFromArray(names, new Utf8()).data[0]];
    writer.write(new RecordBatch(schema, makeData({ type: new Struct(fields), length: count, nullCount: 0, children })));
  }
  return writer.finish().toUint8Array(true);
}

describe("features from a server", () => {
  it.each([
    ["one batch", [["abc", "", "ü"]]],
    ["several batches", [["abc"], ["", "ü"]]],
  ])("are read from %s", (_, batches) => {
    const features = readFeatures(document(...batches));
    expect([0, 1, 2].map((at) => nameOf(features, at))).toEqual(["abc", "", "ü"]);
    expect([...features.start]).toEqual([5, 5, 5]);
    expect(features).toMatchObject({ count: 3, contigs: ["chr1", "2"], kinds: ["gene"], leftOut: 3, elsewhere: 4 });
  });

  it("are refused when they are something else", () => {
    const other = tableFromIPC(document(["a"])).select(["contig"]);
    expect(other.numCols).toBe(1);
    const writer = new RecordBatchStreamWriter();
    for (const batch of other.batches) writer.write(batch);
    expect(() => readFeatures(writer.finish().toUint8Array(true))).toThrow("no column");
  });
});
