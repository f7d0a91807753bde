import { describe, expect, it } from "vitest";
import { between, complement, EITHER, EXTRA, LACKING, LIKE, nearest, runsOf, UNLIKE, walk, written } from "../src/cigar";

const forward = runsOf({ cigar: "5=1X4=2D3I5M", from: [100, 200], strand: 1 });
const backward = runsOf({ cigar: "3M2D4M", from: [10, 50], strand: -1 });
const straight = { target: { at: 0, per: 10 }, query: { at: 0, per: 10 }, across: true };

describe("runs", () => {
  it("begin where those before end", () => {
    expect([...forward.kinds]).toEqual([LIKE, UNLIKE, LIKE, LACKING, EXTRA, EITHER]);
    expect([...forward.target]).toEqual([100, 105, 106, 110, 112, 112, 117]);
    expect([...forward.query]).toEqual([200, 205, 206, 210, 210, 213, 218]);
  });

  it("run down the query of an inverted match", () => {
    expect([...backward.target]).toEqual([10, 13, 15, 19]);
    expect([...backward.query]).toEqual([50, 47, 47, 43]);
  });

  it.each(["", "5", "5Q", "M5", "5M;", "-5M"])("are none in %s", (cigar) => {
    expect(runsOf({ cigar, from: [0, 0], strand: 1 }).count).toBe(0);
  });

  it.each([
    [0, 90, 0, 0],
    [100, 104, 0, 1],
    [104, 106, 0, 3],
    [110, 112, 3, 6],
    [113, 200, 5, 6],
    [117, 200, 6, 6],
  ])("between %d and %d are those from %d to %d", (start, end, first, last) => {
    expect(between(forward, start, end)).toEqual([first, last]);
  });
});

describe("on the page", () => {
  const told = (runs = forward, lie = straight): number[][] => {
    const found: number[][] = [];
    walk(runs, 0, runs.count, lie, (...each) => found.push(each));
    return found;
  };

  it("runs are lines, deletions level and insertions upright", () => {
    expect(told()[3]).toEqual([LACKING, 1100, 2100, 1120, 2100]);
    expect(told()[4]).toEqual([EXTRA, 1120, 2100, 1120, 2130]);
    expect(told(backward)[2]).toEqual([EITHER, 150, 470, 190, 430]);
  });

  it("exchanged axes exchange the lines", () => {
    expect(told(forward, { ...straight, across: false })[3]).toEqual([LACKING, 2100, 1100, 2100, 1120]);
  });

  it("what cannot be told apart is one line from end to end", () => {
    const lines = told(forward, { target: { at: 0, per: 0.01 }, query: { at: 0, per: 0.01 }, across: true });
    expect(lines).toHaveLength(1);
    expect(lines[0].slice(1).map((value) => Number(value.toFixed(6)))).toEqual([1, 2, 1.17, 2.18]);
  });

  it("a long alignment of small runs costs no more strokes than pixels", () => {
    const long = runsOf({ cigar: "9=1X".repeat(50_000), from: [0, 0], strand: 1 });
    const ruler = { at: 0, per: 800 / 500_000 };
    expect(told(long, { target: ruler, query: ruler, across: true }).length).toBeLessThan(2100);
  });

  it("the nearest column is found, on inverted matches too", () => {
    expect(nearest(forward, [0, 6], straight, 1056, 2054)).toMatchObject({ column: { run: 1, offset: 0 } });
    expect(nearest(backward, [0, 3], straight, 171, 449)?.column).toEqual({ run: 2, offset: 2 });
    expect(nearest(forward, [0, 0], straight, 0, 0)).toBeNull();
  });
});

describe("written", () => {
  const target = (place: number): string => "ACGT"[place % 4];
  const query = (place: number): string => "ACGT"[place % 4];

  it("an alignment has three rows", () => {
    const rows = written(forward, { run: 3, offset: 0 }, 6, target, query);
    expect(rows.target).toHaveLength(13);
    expect(rows.target.slice(6)).toBe("GT---AC");
    expect(rows.query.slice(6)).toBe("--GTACG");
    expect(rows.bars.slice(6)).toBe("     ..");
    expect(rows.targetSpan).toEqual([104, 114]);
    expect(rows.querySpan).toEqual([204, 215]);
  });

  it("an inverted query is read on its other strand", () => {
    const mirrored = (place: number): string => complement(target(59 - place));
    const inverted = runsOf({ cigar: "10M", from: [10, 50], strand: -1 });
    const rows = written(inverted, { run: 0, offset: 5 }, 20, target, mirrored);
    expect(rows.target).toBe(rows.query);
    expect(rows.bars).toBe("|".repeat(10));
    expect(rows.querySpan).toEqual([40, 50]);
  });

  it("bases that are not known are dots, and N agrees with nothing", () => {
    const rows = written(forward, { run: 0, offset: 2 }, 1, () => null, () => "N");
    expect(rows).toMatchObject({ target: "···", query: "NNN", bars: "|||" });
    expect(written(forward, { run: 0, offset: 2 }, 1, () => "N", () => "N").bars).toBe("...");
  });
});
