import { describe, expect, it } from "vitest";
import { Engine } from "../src/engine";
import type { Surface } from "../src/painter";
import { type Row, sceneBytes } from "./scenes";

/** These questions paint nothing. */
const nowhere = null as unknown as Surface;
const view = { x0: 0, x1: 1500, y0: 0, y1: 1200 };
const size = { width: 1500, height: 1200 };
const engine = (rows: readonly Row[]): Engine => new Engine(sceneBytes(rows), nowhere);

describe("the match under the pointer", () => {
  const rows: Row[] = [
    { t: [100, 500], q: [100, 500], identity: 0.9 },
    { t: [600, 900], q: [300, 600], strand: -1, identity: 0.8 },
  ];

  it("is found on a rising line", () => {
    expect(engine(rows).hit(view, size, 300, 1200 - 303, 9)).toMatchObject({ targetStart: 100, queryEnd: 500 });
  });

  it("is found along the whole of an inverted line, and only there", () => {
    for (const x of [610, 700, 750, 890]) {
      expect(engine(rows).hit(view, size, x, 1200 - (1200 - x), 9)).toMatchObject({ strand: -1, mapq: 60 });
    }
    expect(engine(rows).hit(view, size, 610, 1200 - 310, 9)).toBeNull();
  });

  it("is the nearest of several", () => {
    const two = engine([{ t: [0, 400], q: [0, 400], identity: 0.7 }, { t: [0, 400], q: [8, 408], identity: 0.6 }]);
    expect(two.hit(view, size, 200, 1200 - 207, 9)?.queryStart).toBe(8);
    expect(two.hit(view, size, 200, 1200 - 201, 9)?.queryStart).toBe(0);
  });

  it("is none in a scene without matches", () => {
    expect(engine([]).hit(view, size, 10, 10, 9)).toBeNull();
  });
});

describe("the lines of a vector picture", () => {
  it("are those in view, cut at its edges", () => {
    const strokes = engine([{ t: [0, 10], q: [0, 10] }, { t: [0, 900], q: [0, 800] }, { target: 1, t: [0, 5], q: [0, 5] }]).strokes(
      { x0: 0, x1: 100, y0: 0, y1: 100 },
      { width: 100, height: 100 },
      { minIdentity: 0, minLength: 0, hideNoise: false },
      { by: "identity", palette: "sea", classes: [0.5] },
      10,
    );
    expect(strokes.length).toBe(2);
    expect(strokes[1].line[2]).toBeCloseTo(104);
  });
});

describe("histograms", () => {
  it("tell what the other filters leave", () => {
    const counted = engine([
      { t: [0, 1000], q: [0, 800], identity: 0.99 },
      { t: [0, 100], q: [0, 100], identity: 0.99 },
      { t: [0, 900], q: [0, 700], identity: 0.5 },
    ]);
    const filter = { minIdentity: 0.9, minLength: 500, hideNoise: false };
    counted.strokes(view, size, filter, counted.description.wished.colouring, 10);
    const { sifted } = counted as unknown as { sifted: { kept: number; left: { identities: Float64Array; lengths: Float64Array } } };
    const sum = (bars: Float64Array): number => bars.reduce((all, bar) => all + bar, 0);
    expect(sifted.kept).toBe(1);
    // Bases of the long ones, however alike; numbers of the alike ones, however long.
    expect(sum(sifted.left.identities)).toBe(1900);
    expect(sum(sifted.left.lengths)).toBe(2);
  });
});
