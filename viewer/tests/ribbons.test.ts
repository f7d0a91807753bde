import { describe, expect, it } from "vitest";
import { Engine } from "../src/engine";
import type { Surface } from "../src/painter";
import { axisOf } from "../src/scene";
import { ribbonFrame, ribbonPlace } from "../src/ribbon-frame";
import { besides, Bundles, cut, gone, Rows, widthAt } from "../src/ribbon-shapes";
import { shifted } from "../src/ribbon-stage";
import { readScene } from "../src/scene-read";
import { Segments } from "../src/segments";
import { metadata, sceneBytes } from "./scenes";

const rows = [
  { t: [100, 200], q: [100, 200] },
  { target: 1, query: 1, t: [0, 500], q: [0, 400], strand: -1 },
] as const;
const scene = readScene(sceneBytes(rows, metadata()));
const whole = { x0: 0, x1: 1500, y0: 0, y1: 1200 };

describe("a ribbon", () => {
  const segments = new Segments(scene.matches, scene.target, scene.query);
  const on = new Rows(segments, whole, 1500);

  it("has an end on each row, which are twisted where it is inverted and its contig is not turned", () => {
    expect(on.ribbon(0)).toEqual({ t0: 100, t1: 200, q0: 125, q1: 250 });
    // The query's second contig is drawn turned: an inverted match on it is not twisted.
    expect(on.ribbon(1)).toEqual({ t0: 1000, t1: 1500, q0: 1000, q1: 1500 });
  });

  it("is in view if an end is", () => {
    const part = new Rows(segments, { x0: 0, x1: 50, y0: 0, y1: 150 }, 100);
    expect(part.sees(part.ribbon(0))).toBe(true);
    expect(part.sees(part.ribbon(1))).toBe(false);
  });

  it("is cut where both of its ends leave the view", () => {
    const long = { t0: -1e9, t1: 1e9, q0: 1e9, q1: -1e9 };
    const seen = cut(long, 100, 10);
    expect(seen).not.toBeNull();
    expect(Math.abs(seen?.t0 ?? Infinity)).toBeLessThan(250);
    expect(Math.abs(seen?.t1 ?? Infinity)).toBeLessThan(250);
    expect(cut({ t0: 500, t1: 600, q0: 700, q1: 800 }, 100, 10)).toBeNull();
    const ribbon = { t0: 1, t1: 2, q0: 500, q1: 600 };
    expect(cut(ribbon, 100, 10)).toEqual(ribbon);
  });

  it("goes over from row to row evenly about the middle", () => {
    expect(gone(0)).toBeCloseTo(0);
    expect(gone(0.5)).toBeCloseTo(0.5);
    expect(gone(1)).toBeCloseTo(1);
    expect(gone(0.2)).toBeLessThan(0.2);
    const ribbon = { t0: 0, t1: 10, q0: 110, q1: 100 };
    expect(besides(ribbon, 55, 0.5)).toBe(0);
    expect(besides(ribbon, 50, 0.5)).toBe(5);
    expect(widthAt(ribbon, 0.5)).toBe(0);
    expect(widthAt(ribbon, 0)).toBe(10);
  });

  it("is found by the engine, the narrowest first", () => {
    const engine = new Engine(sceneBytes([...rows, { t: [0, 1000], q: [0, 800] }], metadata()), null as unknown as Surface);
    expect(engine.ribbonHit(whole, 1500, 150, 0)).toMatchObject({ row: 0 });
    expect(engine.ribbonHit(whole, 1500, 600, 0)).toMatchObject({ row: 2 });
    expect(engine.ribbonHit({ ...whole, x0: -1500, x1: 0 }, 1500, 100, 0)).toBeNull();
  });
});

describe("bundles", () => {
  it("gather what lies alike, those of most last", () => {
    const bundles = new Bundles(100, 2);
    for (let n = 0; n < 3; n++) bundles.add({ t0: 10, t1: 11, q0: 50, q1: 51 }, 1);
    bundles.add({ t0: 90, t1: 90, q0: -900, q1: -900 }, 4);
    const [few, many] = bundles.largest(5);
    expect(bundles.count[many]).toBe(3);
    expect(bundles.rise[many]).toBe(3);
    expect(bundles.ends(many)).toEqual([11, 51]);
    expect(bundles.ends(few)).toEqual([91, -1]);
    expect(bundles.level[few]).toBe(2);
    expect(bundles.largest(1)).toEqual([many]);
  });
});

describe("the rows", () => {
  it("hold both genomes' contigs at the ribbons' edges", () => {
    const place = ribbonPlace({ width: 800, height: 400 });
    const { zones, marks } = ribbonFrame(axisOf(scene.metadata.target), axisOf(scene.metadata.query), whole, place, (text) => 6 * text.length);
    expect(zones.map(({ side, contig }) => `${side}${contig}`)).toEqual(["target0", "target1", "query0", "query1"]);
    expect(zones[0].y + zones[0].height).toBe(place.top);
    expect(zones[2].y).toBe(place.top + place.height);
    expect(marks.filter((mark) => mark.kind === "text" && mark.role === "title")).toHaveLength(2);
  });

  it("are moved and zoomed each by itself", () => {
    expect(shifted(0, 100, 50, 2, 0)).toEqual([0, 50]);
    expect(shifted(0, 100, 50, 1, 25)).toEqual([-50, 50]);
    expect(shifted(100, 200, 50, 2, -25)).toEqual([125, 175]);
  });
});
