import { describe, expect, it } from "vitest";
import { Axis } from "../src/axis";
import { KINDS, largestFirst, MOST_SEEN, sightAt, sights, sizeOf, viewOf } from "../src/events";
import type { StructureEvent } from "../src/scene";

const target = new Axis("t", [{ name: "a", length: 1000, reversed: false }]);
const query = new Axis("q", [
  { name: "b", length: 400, reversed: false },
  { name: "c", length: 400, reversed: true },
]);
const axes = { target, query };
const view = { x0: 0, x1: 1000, y0: 0, y1: 800 };
const size = { width: 1000, height: 800 };
const event = (kind: string, t: [number, number] | null, q: [number, number] | null, contig = 0): StructureEvent => ({
  kind,
  target: t && { contig: 0, start: t[0], end: t[1] },
  query: q && { contig, start: q[0], end: q[1] },
  strand: 1,
  identity: null,
  matches: 1,
  bases: 10,
});
const seen = (events: StructureEvent[], within = view): ReturnType<typeof sights> =>
  sights(events, largestFirst(events), axes, within, size, "light");

describe("events", () => {
  it("are boxes around what moved, also on a contig drawn reversed", () => {
    const [box] = seen([event("inversion", [100, 300], [0, 100], 1)]);
    expect(box).toMatchObject({ x: 97, width: 206, y: -3, height: 106, strip: false, colour: KINDS[0].colour.light });
  });

  it("too small to be seen are boxes of some size about their middle", () => {
    const [box] = seen([event("insertion", [500, 500], [200, 202])]);
    expect(box.width).toBeGreaterThan(7);
    expect(box.x + box.width / 2).toBeCloseTo(500);
  });

  it("are strips along an axis where the other genome has nothing", () => {
    const [first, second] = seen([event("unaligned target", [100, 300], null), event("unaligned query", null, [0, 100])]);
    expect(first).toMatchObject({ x: 100, width: 200, strip: true });
    expect(first.y + first.height).toBe(800);
    expect(second).toMatchObject({ x: 0, y: 700, height: 100, strip: true });
  });

  it("outside the view are not seen, nor more than can be told apart", () => {
    expect(seen([event("inversion", [100, 300], [0, 100])], { ...view, x0: 400 })).toEqual([]);
    expect(seen(Array.from({ length: MOST_SEEN + 5 }, () => event("deletion", [1, 5], [1, 1]))).length).toBe(MOST_SEEN);
  });

  it("are pointed at, the smaller of two", () => {
    const events = [event("inversion", [100, 900], [0, 400]), event("duplication", [200, 250], [100, 150])];
    expect(sightAt(seen(events), 220, 680)?.number).toBe(1);
    expect(sightAt(seen(events), 600, 600)?.number).toBe(0);
    expect(sightAt(seen(events), 20, 20)).toBeNull();
  });

  it("are gone to with their surroundings", () => {
    const around = viewOf(event("inversion", [400, 600], [100, 200]), axes, view);
    expect(around).toEqual({ x0: 220, x1: 780, y0: -80, y1: 380 });
    expect(viewOf(event("unaligned target", [400, 600], null), axes, view)).toMatchObject({ y0: 0, y1: 800 });
    expect(sizeOf(event("x", [0, 10], [0, 30]))).toBe(30);
  });
});
