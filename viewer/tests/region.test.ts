import { describe, expect, it } from "vitest";
import { Axis } from "../src/axis";
import { pairOf, regionsOf } from "../src/region";

const axis = (name: string, ...names: string[]): Axis =>
  new Axis(name, names.map((each) => ({ name: each, length: 1_000_000, reversed: false })));
const target = axis("t", "chrI", "chrII", "HLA:A*01");
const query = axis("q", "chrI", "scaffold 7");

describe("a region", () => {
  it.each([
    ["chrII", 1, 0, 1_000_000],
    ["CHRii:100,000-200,000", 1, 100_000, 200_000],
    ["chrII:0.1-0.2M", 1, 100_000, 200_000],
    ["chrII:100k..150 kb", 1, 100_000, 150_000],
    ["chrII: 5000 – 7_000", 1, 5000, 7000],
    ["chrII:150k", 1, 145_000, 155_000],
    ["chrII:999k-9M", 1, 999_000, 1_000_000],
    ["HLA:A*01:10-20", 2, 10, 20],
    ["HLA:A*01", 2, 0, 1_000_000],
  ])("is read from %s", (text, contig, start, end) => {
    expect(regionsOf(text, target, query)).toEqual([{ side: "target", contig, start, end }]);
  });

  it("of a name that both genomes have is one of each", () => {
    expect(regionsOf("chrI:1-2", target, query).map(({ side }) => side)).toEqual(["target", "query"]);
  });

  it.each(["", "chrX", "chrI:9-3", "chrI:2M-3M", ":1-2", "chrII:a-b"])("is none in %j", (text) => {
    expect(regionsOf(text, target, query)).toEqual([]);
  });

  it.each(["chrII:1k-2k chrI:5-10", "chrII:1k-2k × chrI:5-10", "chrII:1k-2k; chrI:5-10"])("comes in pairs: %s", (text) => {
    expect(pairOf(text, target, query)).toEqual([
      { side: "target", contig: 1, start: 1000, end: 2000 },
      { side: "query", contig: 0, start: 5, end: 10 },
    ]);
  });

  it("is no pair by itself", () => {
    for (const text of ["chrI", "chrI chrX", "scaffold 7"]) expect(pairOf(text, target, query)).toBeNull();
    expect(pairOf("chrII × scaffold 7:1-2", target, query)?.[1]).toMatchObject({ contig: 1, end: 2 });
  });
});
