import { describe, expect, it } from "vitest";
import { type Census, census, identityLow, lengthHistogram, pairs } from "../src/census";
import { readScene } from "../src/scene-read";
import { Segments } from "../src/segments";
import type { Scene } from "../src/scene";
import { sceneBytes } from "./scenes";

const counted = (scene: Scene, end = 0): Census => census(scene, new Segments(scene.matches, scene.target, scene.query), end);

describe("the census", () => {
  it("counts bases under several matches once", () => {
    const scene = readScene(
      sceneBytes([
        { t: [0, 100], q: [0, 100] },
        { t: [50, 150], q: [0, 100], strand: -1, identity: 0.5 },
        { target: 1, query: 1, t: [0, 100], q: [100, 200] },
      ]),
    );
    const found = counted(scene);
    expect(found.targetAligned).toBe(250);
    expect(found.queryAligned).toBe(200);
    expect(found.targetShare).toBeCloseTo(250 / 1500);
    expect(found.identity).toBeCloseTo(2.5 / 3);
    // The second is inverted, the third lies on a contig that is drawn reversed.
    expect(found.rising).toBeCloseTo(1 / 3);
    expect(found.pairs).toEqual([
      { target: 0, query: 0, bases: 200 },
      { target: 1, query: 1, bases: 100 },
    ]);
  });

  it("has figures for a scene without matches", () => {
    const scene = readScene(sceneBytes([]));
    expect(counted(scene)).toMatchObject({ matches: 0, targetShare: 0, longest: 0, pairs: [] });
    expect(lengthHistogram(scene.matches).bars.every((bar) => bar === 0)).toBe(true);
    expect(identityLow(scene.matches)).toBeLessThan(1);
  });

  it("names pairs by their contigs", () => {
    const { matches } = readScene(sceneBytes([{ target: 1, query: 1, t: [0, 30], q: [0, 30] }]));
    expect(pairs(matches, 2, 2)).toEqual({ pairs: [{ target: 1, query: 1, bases: 30 }], pairCount: 1 });
    // So many that they are summed another way.
    expect(pairs(matches, 10_000, 2000).pairs).toEqual([{ target: 1, query: 1, bases: 30 }]);
  });

  it("puts every match into the length histogram", () => {
    const { matches } = readScene(sceneBytes([{ t: [0, 1] }, { t: [0, 10] }, { t: [0, 1000] }, { t: [4, 4] }]));
    expect(lengthHistogram(matches).bars.reduce((sum, bar) => sum + bar, 0)).toBe(4);
  });
});
