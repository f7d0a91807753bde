import { describe, expect, it } from "vitest";
import { Axis } from "../src/axis";
import type { Features } from "../src/features";
import { nameOf } from "../src/features";
import { kindsOf, TrackShelf } from "../src/tracks";
import { contigsFound, shareFound, TrackIndex } from "../src/tracks-index";
import { TrackReader } from "../src/tracks-read";

const contig = (name: string, length: number, reversed = false): { name: string; length: number; reversed: boolean } => ({ name, length, reversed });

function bed(lines: readonly (readonly [string, number, number, string?])[]): Features {
  const reader = new TrackReader("x");
  reader.take(lines.map(([name, start, end, called = "."]) => [name, start, end, called].join("\t")).join("\n"));
  return reader.done();
}

const ALL = Uint8Array.of(1, 1, 1, 1);

function met(index: TrackIndex, start: number, end: number): number[] {
  const found: number[] = [];
  index.search(start, end, (at) => found.push(index.feature[at]) > 0);
  return found;
}

describe("names of contigs", () => {
  const axis = new Axis("g", [contig("chr1", 10), contig("2", 10), contig("x", 10), contig("CHRX", 10)]);

  it("are found as they are, then with or without chr", () => {
    expect([...contigsFound(["chr1", "1", "chr2", "2", "x", "chrX", "3"], axis)]).toEqual([0, 0, 1, 1, 2, 3, -1]);
  });

  it("tell along which genome a file lies", () => {
    expect(shareFound(bed([["1", 0, 5], ["1", 2, 5], ["9", 2, 5], ["8", 1, 2]]), axis)).toBe(0.5);
    expect(shareFound(bed([]), axis)).toBe(0);
  });
});

describe("an index", () => {
  const axis = new Axis("g", [contig("b", 1000, true), contig("a", 1000)]);

  it("has features where they are drawn, and counts those that are nowhere", () => {
    const index = new TrackIndex(bed([["a", 10, 20], ["b", 0, 100], ["c", 0, 5], ["a", 990, 1001]]), axis, ALL, 2);
    expect([...index.low]).toEqual([900, 1010]);
    expect([...index.high]).toEqual([1000, 1020]);
    expect(index.elsewhere).toBe(2);
  });

  it("finds what a plain look finds, long features among many short ones too", () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 16807) % 2147483647) % below;
    const lines = Array.from({ length: 3000 }, (): [string, number, number] => {
      const start = random(990);
      return [random(2) === 0 ? "a" : "b", start, Math.min(start + random(random(40) === 0 ? 900 : 12), 1000)];
    });
    const features = bed(lines);
    const index = new TrackIndex(features, axis, ALL, 2);
    for (let round = 0; round < 60; round++) {
      const start = random(1900);
      const end = start + 1 + random(100);
      const plain = [...index.feature.keys()].filter((at) => index.low[at] < end && (index.high[at] > start || index.low[at] >= start));
      expect(met(index, start, end)).toEqual(plain.map((at) => index.feature[at]));
    }
  });

  it("stops when it is told to", () => {
    const index = new TrackIndex(bed(Array.from({ length: 200 }, (_, n) => ["a", n, n + 5])), axis, ALL, 2);
    let visits = 0;
    index.search(0, 3000, () => ++visits < 3);
    expect(visits).toBe(3);
  });

  it("puts neighbours that overlap in different rows", () => {
    const index = new TrackIndex(bed([["a", 0, 50], ["a", 10, 20], ["a", 30, 60], ["a", 40, 45], ["a", 70, 80]]), axis, ALL, 2);
    expect([...index.row]).toEqual([0, 1, 1, 0, 0]);
  });
});

describe("a shelf", () => {
  const features = bed([["a", 0, 5, "ABC1"], ["a", 5, 9, "xabc"], ["a", 1, 2, "abc"], ["a", 1, 2, "bc"], ["a", 3, 4]]);

  it("finds features by a part of their names, the shortest first", () => {
    const shelf = new TrackShelf();
    shelf.add("t", "target", features);
    const names = (text: string, most = 9): string[] => shelf.find(text, most).map(({ feature }) => nameOf(features, feature));
    expect(names("aBc")).toEqual(["abc", "ABC1", "xabc"]);
    expect(names("abc", 2)).toEqual(["abc", "ABC1"]);
    // What stands across two names is in neither.
    expect(names("1x")).toEqual([]);
    expect(names(" ")).toEqual([]);
  });

  it("tells of every change", () => {
    const shelf = new TrackShelf();
    let told = 0;
    const stop = shelf.listen(() => told++);
    const { key } = shelf.add("t", "target", features);
    shelf.show(key, "feature", false);
    shelf.move(key, "query");
    expect(shelf.along("query")[0].kinds[0].shown).toBe(false);
    shelf.remove(key);
    stop();
    shelf.add("t", "target", features);
    expect(told).toBe(4);
  });

  it("has room for five along each genome", () => {
    const shelf = new TrackShelf();
    for (let n = 0; n < 5; n++) shelf.add("t", "target", features);
    expect([shelf.hasRoom("target"), shelf.hasRoom("query")]).toEqual([false, true]);
  });

  it("shows wholes at first, and what covers everything not", () => {
    const reader = new TrackReader("x");
    const line = (kind: string, more: string): string => `c\t.\t${kind}\t1\t9\t.\t+\t.\t${more}\n`;
    reader.take(line("region", "ID=c") + line("gene", "ID=g") + line("exon", "Parent=g") + line("gene", "ID=h"));
    const shown = kindsOf(reader.done()).map(({ name, count, shown: is }) => [name, count, is]);
    expect(shown).toEqual([["region", 1, false], ["gene", 2, true], ["exon", 1, false]]);
  });
});
