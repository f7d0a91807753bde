import { describe, expect, it } from "vitest";
import { bases, grouped, interval, percent, plainInterval, shortened, tick } from "../src/format";
import { commandOf } from "../src/keys";
import { tones, toneOf, TONES, type Rgb } from "../src/palette";
import { escaped } from "../src/sketch";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1234567, "1,234,567"],
  ])("%d is grouped as %s", (value, text) => {
    expect(grouped(value)).toBe(text);
  });

  it.each([
    [1, "1 bp"],
    [999, "999 bp"],
    [1000, "1 kb"],
    [12_071_326, "12.1 Mb"],
    [3.1e9, "3.1 Gb"],
  ])("%d bases are %s", (value, text) => {
    expect(bases(value)).toBe(text);
  });

  it.each([
    [1_000_000, 500_000, "1 Mb"],
    [1_500_000, 500_000, "1.5 Mb"],
    [1_234_000, 1_000, "1,234 kb"],
    [1_234_567, 1, "1,234,567"],
    [500, 100, "500"],
  ])("a tick at %d of steps of %d says %s", (coordinate, step, text) => {
    expect(tick(coordinate, step)).toBe(text);
  });

  it("intervals are half-open, as they are stored", () => {
    expect(interval(1000, 2000)).toBe("1,000–2,000");
    expect(plainInterval("chrIV", 1000, 2000)).toBe("chrIV:1000-2000");
    expect(percent(0.98765)).toBe("98.77 %");
    expect(percent(NaN)).toBe("–");
  });

  it("long names keep both ends", () => {
    expect(shortened("scaffold_000123", 9)).toBe("scaff…123");
    expect(shortened("chr1", 9)).toBe("chr1");
  });

  it("names stay words in an SVG", () => {
    expect(escaped('<a href="x">&')).toBe("&#60;a href=&#34;x&#34;&#62;&#38;");
  });
});

describe("keys", () => {
  const key = (name: string, more: object = {}): ReturnType<typeof commandOf> =>
    commandOf({ key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });

  it("leaves the browser its own", () => {
    expect(key("c", { ctrlKey: true })).toBeNull();
    expect(key("ArrowLeft", { altKey: true })).toBeNull();
    expect(key("Tab")).toBeNull();
  });

  it("knows the plot's", () => {
    expect(key("C")).toEqual({ kind: "copy" });
    expect(key("Escape")).toEqual({ kind: "whole" });
    expect(key("Backspace", { shiftKey: true })).toEqual({ kind: "forward" });
    expect(key("ArrowRight")).toMatchObject({ kind: "move", y: 0 });
  });
});

describe("colours", () => {
  const light = ([r, g, b]: Rgb): number => 0.2126 * (r / 255) ** 2.2 + 0.7152 * (g / 255) ** 2.2 + 0.0722 * (b / 255) ** 2.2;

  it("of identity change lightness one way only, and more contrast means better", () => {
    const onLight = tones("identity", "light").map(light);
    const onDark = tones("identity", "dark").map(light);
    expect(onLight.every((value, n) => n === 0 || value < onLight[n - 1] + 1e-3)).toBe(true);
    expect(onDark.every((value, n) => n === 0 || value > onDark[n - 1] - 1e-3)).toBe(true);
  });

  it("run from the scale's low end to 1", () => {
    expect(toneOf(0.2, 0.9)).toBe(0);
    expect(toneOf(1, 0.9)).toBe(TONES - 1);
    expect(toneOf(0.75, 0.5)).toBe(Math.round((TONES - 1) / 2));
  });
});
