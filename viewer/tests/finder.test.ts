import { describe, expect, it } from "vitest";
import { Finder } from "../src/finder";
import { readScene } from "../src/scene-read";
import { Segments } from "../src/segments";
import { type Row, sceneBytes } from "./scenes";

/** Matches of all sizes and places, the same each time. */
function made(count: number): Row[] {
  let state = 11;
  const next = (most: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * most);
  };
  return Array.from({ length: count }, () => {
    const [length, other] = [next(next(400) + 1), next(next(390) + 1)];
    const [t, q] = [next(500 - length), next(400 - other)];
    const strand = next(2) ? 1 : -1;
    return { target: next(2), query: next(2), t: [t, t + length], q: [q, q + other], strand };
  });
}

describe("the finder", () => {
  const { matches, target, query } = readScene(sceneBytes(made(3000)));
  const segments = new Segments(matches, target, query);
  const finder = new Finder(segments);
  const boxes = [
    [0, 0, 1500, 1200],
    [100, 100, 140, 900],
    [640, 300, 641, 301],
    [1490, 1190, 1600, 1300],
    [-50, -50, 3, 3],
  ] as const;

  it.each(boxes)("finds just what looking at all finds in %d, %d to %d, %d", (x0, y0, x1, y1) => {
    const all = [...Array(matches.count).keys()].filter((row) => {
      const [ax, ay, bx, by] = segments.line(row);
      return Math.max(ax, bx) >= x0 && Math.min(ax, bx) <= x1 && Math.max(ay, by) >= y0 && Math.min(ay, by) <= y1;
    });
    const found: number[] = [];
    finder.search(x0, y0, x1, y1, (row) => found.push(row));
    expect(found.sort((a, b) => a - b)).toEqual(all);
    const gathered = new Set(finder.gather(x0, y0, x1, y1));
    expect(all.every((row) => gathered.has(row))).toBe(true);
  });

  it("finds nothing where nothing is", () => {
    const none = readScene(sceneBytes([]));
    expect([...new Finder(new Segments(none.matches, none.target, none.query)).gather(0, 0, 9, 9)]).toEqual([]);
  });
});
