import { describe, expect, it } from "vitest";
import { LINE_BUDGET, Painter, type Picture, type Surface } from "../src/painter";
import { PALETTES, PLAIN, toneColours } from "../src/palette";
import { readScene } from "../src/scene-read";
import { Segments } from "../src/segments";
import { type Row, sceneBytes } from "./scenes";

/** A canvas that remembers what was drawn on it. */
class Twin {
  readonly canvas = { width: 1, height: 1 };
  pixels: Uint32Array = new Uint32Array(0);
  lines = 0;
  readonly context = {
    clearRect: () => undefined,
    createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(4 * width * height) }),
    putImageData: ({ data }: { data: Uint8ClampedArray }) => (this.pixels = new Uint32Array(data.buffer.slice(0))),
    beginPath: () => undefined,
    moveTo: () => undefined,
    lineTo: () => this.lines++,
    stroke: () => undefined,
  };
}

function painted(rows: readonly Row[], change: Partial<Picture> = {}): { twin: Twin; lines: number; counted: number } {
  const { matches, target, query } = readScene(sceneBytes(rows));
  const twin = new Twin();
  const segments = new Segments(matches, target, query);
  const picture: Picture = {
    view: { x0: 0, x1: 1500, y0: 0, y1: 1200 },
    size: { width: 150, height: 120 },
    ratio: 1,
    style: { theme: "light", lineWidth: 1.75 },
    ...change,
  };
  const colours = toneColours(PLAIN, PALETTES[0], "light");
  const numbers = Uint32Array.from(rows, (_, n) => n);
  const drawn = new Painter(twin as unknown as Surface).paint(picture, {
    segments,
    rows: numbers,
    density: null,
    tones: Uint8Array.from(rows, (_, row) => segments.rises(row)),
    colours,
  });
  return { twin, ...drawn };
}

describe("the painter", () => {
  it("draws the few as lines, however short", () => {
    const { twin, lines, counted } = painted([{ t: [0, 1], q: [0, 1] }, { t: [0, 900], q: [0, 700] }]);
    expect([lines, counted, twin.lines]).toEqual([2, 0, 2]);
  });

  it("counts what is too much for lines, and leaves nothing out", () => {
    const long: Row[] = Array.from({ length: LINE_BUDGET }, (_, n) => ({ t: [0, 500 + (n % 300)], q: [0, 500] }));
    const short: Row[] = Array.from({ length: 2000 }, (_, n) => ({ t: [n % 900, (n % 900) + 1], q: [7, 8] }));
    const longer: Row[] = Array.from({ length: 50 }, () => ({ t: [0, 900], q: [0, 800] }));
    const { twin, lines, counted } = painted([...long, ...short, ...longer]);
    expect(lines).toBeLessThanOrEqual(LINE_BUDGET);
    expect(lines).toBeGreaterThan(LINE_BUDGET - 300);
    expect(lines + counted).toBe(long.length + short.length + longer.length);
    expect(twin.lines).toBe(lines);
    expect(twin.pixels.some((pixel) => pixel !== 0)).toBe(true);
  });

  it("passes over what lies outside the view", () => {
    const { lines, counted } = painted([{ t: [0, 10], q: [0, 10] }], { view: { x0: 800, x1: 900, y0: 0, y1: 100 } });
    expect(lines + counted).toBe(0);
  });
});
