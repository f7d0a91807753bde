import { describe, expect, it } from "vitest";
import { Axis } from "../src/axis";
import { alone, carried, contigView, inWords, namedView, nextPair, pairView, regionsView } from "../src/places";
import { whole } from "../src/view";

const axis = (name: string, ...lengths: number[]): Axis =>
  new Axis(name, lengths.map((length, n) => ({ name: `${name}${n}`, length, reversed: n === 1 })));
const axes = { target: axis("t", 1000, 500, 200), query: axis("q", 300, 700) };
const all = whole(1700, 1000);

describe("places", () => {
  it("are pairs of contigs, told in words", () => {
    const pair = pairView(axes, 1, 0);
    expect(pair).toEqual({ x0: 1000, x1: 1500, y0: 0, y1: 300 });
    expect(inWords(axes, pair)).toBe("t1:0–500 × q0:0–300");
    expect(inWords(axes, all)).toBe("t0 – t2 × q0 – q1");
    expect([alone(axes, pair, "target"), alone(axes, pair, "query"), alone(axes, all, "query")]).toEqual([1, 0, -1]);
  });

  it("are contigs along one axis, and the whole axis the second time", () => {
    const once = contigView(axes, all, "target", 2);
    expect(once).toEqual({ ...all, x0: 1500, x1: 1700 });
    expect(contigView(axes, once, "target", 2)).toEqual(all);
    expect(contigView(axes, once, "target", -1)).toEqual(all);
    expect(contigView(axes, once, "target", 1, 2)).toEqual({ ...all, x0: 1000, x1: 1700 });
  });

  it("are regions, counted from the other end on a contig drawn reversed", () => {
    const regions = [
      { side: "target", contig: 1, start: 10, end: 20 },
      { side: "query", contig: 1, start: 0, end: 100 },
    ] as const;
    expect(regionsView(axes, all, regions)).toEqual({ x0: 1480, x1: 1490, y0: 900, y1: 1000 });
    expect(regionsView(axes, all, regions.slice(0, 1))).toMatchObject({ y0: 0, y1: 1000 });
  });

  it("are pairs after one another, round and round", () => {
    const pairs = [0, 1, 2].map((target) => ({ target, query: 0, bases: 9 - target }));
    expect(nextPair(pairs, 0, 0, 1)?.target).toBe(1);
    expect(nextPair(pairs, 0, 0, -1)?.target).toBe(2);
    expect(nextPair(pairs, -1, -1, 1)?.target).toBe(0);
    expect(nextPair(pairs, 2, 1, -1)?.target).toBe(2);
    expect(nextPair([], 0, 0, 1)).toBeNull();
  });

  it("are contigs by their names, whichever axis is which", () => {
    expect(namedView(axes, all, false, "target", "t1", "q0")).toEqual(pairView(axes, 1, 0));
    expect(namedView(axes, all, false, "query", "q1", null)).toEqual({ ...all, y0: 300, y1: 1000 });
    // Exchanged, what was the query when the plot was made lies across.
    expect(namedView({ target: axes.query, query: axes.target }, whole(1000, 1700), true, "query", "q1", "t2")).toEqual({ x0: 300, x1: 1000, y0: 1500, y1: 1700 });
    expect(namedView(axes, all, false, "target", "gone", null)).toBeNull();
  });

  it("stay where they are when contigs come and go", () => {
    const { contigs } = axes.target;
    const fewer = { ...axes, target: new Axis("t", [contigs[1], contigs[2]], [], { contigs: 0, bases: 0 }, [1, 2]) };
    expect(carried(axes, fewer, { ...all, x0: 1100, x1: 1600 })).toEqual({ ...all, x0: 100, x1: 600 });
    expect(carried(axes, fewer, { ...all, x0: 900, x1: 1600 })).toEqual({ ...all, x0: 0, x1: 700 });
    expect(carried(axes, fewer, all)).toEqual({ ...all, x0: 0, x1: 700 });
  });
});
