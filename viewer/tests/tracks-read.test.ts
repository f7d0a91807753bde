import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type Features, nameOf } from "../src/features";
import { readTrack, TrackReader } from "../src/tracks-read";

const GENE = "chr1\tx\tgene\t5\t10\t.\t-\t.\tID=g1;Name=abc\n";

function read(...texts: string[]): Features {
  const reader = new TrackReader("x");
  for (const text of texts) reader.take(text);
  return reader.done();
}

const rows = (features: Features): unknown[] =>
  Array.from({ length: features.count }, (_, at) => [
    features.contigs[features.contig[at]],
    features.kinds[features.kind[at]],
    features.start[at],
    features.end[at],
    features.strand[at],
    features.part[at],
    nameOf(features, at),
  ]);

describe("annotation", () => {
  it.each([
    ["GFF3", GENE, [["chr1", "gene", 4, 10, -1, 0, "abc"]]],
    ["GFF3 with Windows' ends of lines", `##gff-version 3\r\n${GENE.replace("\n", "\r\n")}`, [["chr1", "gene", 4, 10, -1, 0, "abc"]]],
    ["escapes", "a%20b\t.\texon\t1\t1\t.\t?\t.\tParent=g;Name=a%3Bb", [["a b", "exon", 0, 1, 0, 1, "a;b"]]],
    ["what is no escape", "a%b\t.\texon\t1\t1\t.\t.\t.\tName=50%", [["a%b", "exon", 0, 1, 0, 0, "50%"]]],
    ["GTF", 'c\t.\texon\t1\t9\t.\t+\t.\tgene_id "G 1"; gene_name "x;y";\n', [["c", "exon", 0, 9, 1, 1, "x;y"]]],
    ["what ends with sequences", `${GENE}##FASTA\n>chr1\nACGT\n`, [["chr1", "gene", 4, 10, -1, 0, "abc"]]],
    ["BED of three columns", "track name=x\nchr1\t4\t10\n", [["chr1", "feature", 4, 10, 0, 0, ""]]],
    ["BED between blanks", "chr1 4 10 n 0 +\n\n", [["chr1", "feature", 4, 10, 1, 0, "n"]]],
    [
      "BED of twelve columns",
      "chr1\t4\t20\tn\t0\t-\t4\t20\t0\t2\t3,5,\t0,11,\n",
      [["chr1", "feature", 4, 20, -1, 0, "n"], ["chr1", "block", 4, 7, -1, 1, "n"], ["chr1", "block", 15, 20, -1, 1, "n"]],
    ],
    ["blocks that make no sense", "c\t4\t20\tn\t0\t-\t4\t20\t0\t2\t3,50,\t0,11,\n", [["c", "feature", 4, 20, -1, 0, "n"]]],
    ["nothing", "", []],
  ])("%s is read", (_, text, expected) => {
    expect(rows(read(text))).toEqual(expected);
  });

  it("is the same however it arrives", () => {
    const text = GENE.repeat(3) + "chr2\t.\tgene\t7\t8\t.\t+\t.\tName=ü\n";
    expect(rows(read(...text))).toEqual(rows(read(text)));
  });

  it.each([
    ["chr1\t5\n", "line 1: this is neither GFF3 nor BED"],
    [`${GENE}chr1\t.\tgene\t11\t10\t.\t.\t.\t.\n`, "line 2: 11-10 is not a place"],
    [`${GENE}chr1\t5\t10\n`, "line 2: 3 columns where GFF3 has 9"],
    ["chr1\t10\t5\n", "line 1: 10-5 is not a slice"],
    ["chr1\t1\t5\tn\t0\tup\n", "line 1: up is not a strand"],
    ["x".repeat(2_000_000), "line 1: the line is too long"],
    ["{ }\n", "line 1: this is neither"],
  ])("%#: what is none is refused with its line", (text, problem) => {
    expect(() => read(text)).toThrow(`x, ${problem}`);
  });
});

/** As bgzip writes it: each block says in its header how long it is. */
function bgzf(text: string): Uint8Array<ArrayBuffer> {
  const packed = gzipSync(text);
  const body = packed.subarray(10);
  const head = [31, 139, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 66, 67, 2, 0];
  const size = head.length + 2 + body.length - 1;
  return Uint8Array.from([...head, size & 255, size >> 8, ...body]);
}

describe("a file", () => {
  const text = GENE.repeat(2000);

  it.each([
    ["plain", [text]],
    ["gzipped", [gzipSync(text)]],
    ["in the blocks of bgzip", [bgzf(text.slice(0, 30_001)), bgzf(text.slice(30_001)), bgzf("")]],
  ])("%s is read", async (_, parts) => {
    expect((await readTrack(new Blob(parts as BlobPart[]), "f")).count).toBe(2000);
  });

  it.each([
    ["cut", [gzipSync(text).subarray(0, 90)]],
    ["cut in the blocks of bgzip", [bgzf(text).subarray(0, 90)]],
    ["no text", [Uint8Array.from([0xff, 0xfe, 0x00, 0xd8])]],
  ])("%s is refused with a sentence", async (_, parts) => {
    await expect(readTrack(new Blob(parts as BlobPart[]), "f")).rejects.toThrow("f cannot be read");
  });
});
