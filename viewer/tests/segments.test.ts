import { describe, expect, it } from "vitest";
import { readScene } from "../src/scene-read";
import { clipped, distance, Segments } from "../src/segments";
import { type Row, sceneBytes } from "./scenes";

function segment(row: Row): number[] {
  const { matches, target, query } = readScene(sceneBytes([row]));
  const segments = new Segments(matches, target, query);
  const [x1, y1, x2, y2] = segments.line(0);
  expect(segments.rises(0)).toBe((x2 - x1) * (y2 - y1) >= 0 ? 1 : 0);
  return [x1, y1, x2, y2];
}

describe("segments", () => {
  it.each([
    ["a match rises", { t: [10, 20], q: [30, 40] }, [10, 30, 20, 40]],
    ["an inverted match falls", { t: [10, 20], q: [30, 40], strand: -1 }, [10, 40, 20, 30]],
    ["a match on a reversed contig falls", { query: 1, t: [10, 20], q: [0, 100] }, [10, 1200, 20, 1100]],
    ["an inverted one there rises", { query: 1, t: [10, 20], q: [0, 100], strand: -1 }, [10, 1100, 20, 1200]],
    ["contigs are offset", { target: 1, t: [0, 5], q: [0, 5] }, [1000, 0, 1005, 5]],
  ] as const)("%s", (_, row, expected) => {
    expect(segment(row)).toEqual(expected);
  });
});

describe("clipping", () => {
  it("keeps a line that lies inside", () => {
    expect(clipped([1, 2, 3, 4], 10, 10, 0)).toEqual([1, 2, 3, 4]);
  });

  it("cuts a line billions of pixels long without moving it", () => {
    const line = clipped([-4e9, -4e9 + 3, 6e9, 6e9 + 3], 100, 100, 0);
    expect(line?.[0]).toBeCloseTo(0, 5);
    expect(line?.[1]).toBeCloseTo(3, 5);
    expect(line?.[2]).toBeCloseTo(97, 5);
    expect(line?.[3]).toBeCloseTo(100, 5);
  });

  it.each([
    [[-5, -5, -1, -1]],
    [[0, 20, 20, 40]],
    [[11, -5, 11, 5]],
  ] as const)("answers null for the line %j outside", (line) => {
    expect(clipped(line, 10, 10, 0)).toBeNull();
  });
});

describe("distance", () => {
  it.each([
    [5, 0, 0],
    [5, 3, 3],
    [-4, 3, 5],
    [13, 4, 5],
  ])("of (%d, %d) from a level line is %d", (x, y, expected) => {
    expect(distance(x, y, [0, 0, 10, 0])).toBe(expected);
  });

  it("of a point is plain", () => {
    expect(distance(3, 4, [0, 0, 0, 0])).toBe(5);
  });
});
