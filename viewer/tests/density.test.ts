import { describe, expect, it } from "vitest";
import { Density, planes } from "../src/density";
import { readScene } from "../src/scene-read";
import { Segments } from "../src/segments";
import { type Row, sceneBytes } from "./scenes";

function counted(rows: readonly Row[], tones: readonly number[]): Density {
  const { matches, target, query } = readScene(sceneBytes(rows));
  return new Density(new Segments(matches, target, query), Uint32Array.from(rows, (_, n) => n), Uint8Array.from(tones));
}

const sum = (plane: Float32Array): number => plane.reduce((total, value) => total + value, 0);
const rows: Row[] = Array.from({ length: 300 }, (_, n) => ({ t: [3 * n, 3 * n], q: [2 * n, 2 * n] }));
const whole = { x0: 0, x1: 1500, y0: 0, y1: 1200 };

describe("the density", () => {
  it("counts each match once, whatever the size of the picture", () => {
    const density = counted(rows, rows.map((_, n) => (n % 2 ? 7 : 4)));
    for (const [width, height] of [[100, 80], [333, 77], [2048, 2048]]) {
      const into = planes(width * height);
      density.pour(whole, width, height, into);
      expect(sum(into.cover)).toBeCloseTo(300, 1);
      expect(sum(into.level)).toBeCloseTo(150 * 3 + 150 * 2, 0);
      expect(sum(into.rise)).toBeCloseTo(150, 1);
    }
  });

  it("puts them where they lie; Y runs upwards", () => {
    const into = planes(100);
    counted([{ t: [40, 40], q: [1, 1] }, { target: 1, query: 1, t: [490, 490], q: [1, 1] }], [1, 0]).pour(whole, 10, 10, into);
    expect(into.cover[90]).toBeCloseTo(1, 3);
    // The second contig of the query is drawn reversed: its beginning lies at the top.
    expect(into.cover[9]).toBeCloseTo(1, 3);
    expect(into.rise[9]).toBe(0);
  });

  it("lays a longer one on all cells it runs through", () => {
    const into = planes(100 * 100);
    counted([{ t: [0, 150], q: [0, 120] }], [1]).pour(whole, 100, 100, into);
    expect([...into.cover].filter((value) => value > 0.5).length).toBeGreaterThanOrEqual(10);
  });

  it("serves no picture whose pixels are smaller than its cells", () => {
    const density = counted(rows, rows.map(() => 0));
    expect(density.serves(whole, 1000, 800)).toBe(true);
    expect(density.serves(whole, 4000, 800)).toBe(false);
    expect(density.serves({ ...whole, x1: 300 }, 1000, 800)).toBe(false);
  });
});
