import { describe, expect, it } from "vitest";
import { bases, grouped, interval, percent, plainInterval, shortened, tick } from "../src/format";
import { commandOf } from "../src/keys";
import { directed, isClasses, levelOf, levels, PALETTES, PLAIN, type Rgb, toneColours, wished } from "../src/palette";
import { classNames } from "../src/legend";
import { parsed } from "../src/colour-panel";
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
  const [holdfast, sea] = PALETTES;

  it.each([holdfast, sea])("of identity change lightness one way only, and more contrast means better", (palette) => {
    for (const rise of [0, 1]) {
      const scale = (theme: "light" | "dark"): number[] =>
        toneColours(PLAIN, palette, theme).filter((_, tone) => tone % 2 === rise).map(light);
      expect(scale("light").every((value, n, all) => n === 0 || value < all[n - 1] + 2e-3)).toBe(true);
      expect(scale("dark").every((value, n, all) => n === 0 || value > all[n - 1] - 2e-3)).toBe(true);
    }
  });

  it("run from the scale's low end to its high one", () => {
    const level = levelOf(PLAIN, { low: 0.5, high: 0.9 });
    expect([0.2, 0.5, 0.6, 0.9, 1].map(level)).toEqual([0, 0, 16, 63, 63]);
  });

  it("of classes change where these meet, also for single floats", () => {
    const classes = { ...PLAIN, by: "classes", classes: [0.25, 0.9] } as const;
    const level = levelOf(classes, { low: 0, high: 1 });
    expect([0.24, 0.25, Math.fround(0.9), 1].map(level)).toEqual([0, 1, 2, 2]);
    expect(levels(classes)).toBe(3);
    expect(toneColours(classes, sea, "light").length).toBe(6);
  });

  it("tell strands with two colours, and nothing with one", () => {
    expect(toneColours({ ...PLAIN, by: "strand" }, sea, "light")).toEqual([[212, 85, 31], [23, 99, 166]]);
    const [down, up] = toneColours({ ...PLAIN, by: "nothing" }, holdfast, "light");
    expect(down).toEqual(up);
    expect(directed(PLAIN, holdfast)).toBe(true);
    expect(directed(PLAIN, sea)).toBe(false);
  });

  it("follow the scene's wish as far as that makes sense", () => {
    const tones = { rising: ["#000000"], falling: ["#111111"], strands: ["#000000", "#ffffff"] };
    const own = wished({ by: "strand", palette: "mine", classes: [0.5], scale: [0.8, 1], colours: { light: tones, dark: tones } });
    expect(own.colouring).toEqual({ by: "strand", palette: "mine", classes: [0.5] });
    expect(own.palettes.at(-1)?.name).toBe("mine");
    expect(own.scale).toEqual({ low: 0.8, high: 1 });
    const odd = wished({ by: "taste", palette: "none", classes: [2, 1], scale: ["a"], colours: 7 });
    expect(odd).toEqual({ colouring: PLAIN, palettes: PALETTES, scale: null });
  });

  it("have classes that people write in percent", () => {
    expect(parsed("90, 95 99%")).toEqual([0.9, 0.95, 0.99]);
    for (const nonsense of ["", "95, 90", "0", "101", "a"]) expect(parsed(nonsense)).toBeNull();
    expect(isClasses([0.5, 0.5])).toBe(false);
    expect(classNames([0.25, 0.975])).toEqual(["below 25 %", "25–97.5 %", "97.5 % and more"]);
  });
});
