import { describe, expect, it } from "vitest";
import { Axis } from "../src/axis";
import { frame, margins, type Mark, niceStep, stretches, ticks } from "../src/frame";
import { whole } from "../src/view";

const measure = (text: string): number => text.length * 6;
const genome = (lengths: readonly number[], reversed = false): Axis =>
  new Axis("g", lengths.map((length, i) => ({ name: `contig_${i}`, length, reversed })));

function texts(target: Axis, query: Axis, role: string): (Mark & { kind: "text" })[] {
  const size = { width: 900, height: 700 };
  const m = margins(target, query, size, measure);
  const plot = { width: size.width - m.left - m.right, height: size.height - m.top - m.bottom };
  const { marks } = frame(target, query, whole(target.length, query.length), { margins: m, plot }, true, measure);
  return marks.filter((mark): mark is Mark & { kind: "text" } => mark.kind === "text" && mark.role === role);
}

interface Box {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

function box({ x, y, text, anchor, turned }: Mark & { kind: "text" }): Box {
  const width = measure(text);
  const back = { start: 0, middle: width / 2, end: width }[anchor];
  const along = [-back, width - back] as const;
  const across = [-5, 5] as const;
  const [h, v] = turned ? [across, along] : [along, across];
  return { x: [x + h[0], x + h[1]], y: [y + v[0], y + v[1]] };
}

const overlap = (a: Box, b: Box): boolean => a.x[0] < b.x[1] && b.x[0] < a.x[1] && a.y[0] < b.y[1] && b.y[0] < a.y[1];

function expectClear(marks: (Mark & { kind: "text" })[]): void {
  const boxes = marks.map(box);
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => expect(overlap(a, b)).toBe(false)));
}

describe("names and ticks", () => {
  it.each([
    ["a few large contigs", [100e6, 80e6, 60e6, 5e6]],
    ["a hundred equal contigs", Array.from({ length: 100 }, () => 1e6)],
    ["three thousand scaffolds", Array.from({ length: 3000 }, (_, i) => Math.ceil(5e7 / (i + 1)))],
    ["one base", [1]],
  ])("never overlap: %s", (_, lengths) => {
    expectClear(texts(genome(lengths), genome([...lengths].reverse()), "contig"));
    expectClear(texts(genome(lengths), genome([...lengths].reverse()), "tick"));
  });

  it("name a contig that has room, level on the left", () => {
    const names = texts(genome([100e6, 1e6]), genome([100e6]), "contig");
    expect(names.map(({ text }) => text)).toEqual(["contig_0", "contig_0"]);
    expect(names[1].turned).toBe(false);
  });
});

describe("ticks", () => {
  it("count from each contig's own beginning", () => {
    const found = ticks(genome([1000, 1000]), 1000, 2000, 400, measure).filter(({ label }) => label !== "");
    expect(found[1]).toEqual({ pixel: 80, label: "200" });
    expect(found.map(({ label }) => Number(label))).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });

  it("run backwards on a reversed contig", () => {
    const found = ticks(genome([1000], true), 0, 1000, 400, measure).filter(({ label }) => label !== "");
    expect(found.map(({ label }) => Number(label))).toEqual([900, 800, 700, 600, 500, 400, 300, 200, 100]);
  });

  it("are exact to the base deep inside a large contig", () => {
    const found = ticks(genome([3e9]), 2_999_999_000, 2_999_999_100, 800, measure).filter(({ label }) => label !== "");
    expect(found.map(({ label }) => label)).toContain("2,999,999,050");
  });

  it.each([
    [0.3, 1],
    [1, 1],
    [3, 5],
    [12, 20],
    [5000, 5000],
    [7e7, 1e8],
  ])("stand at round steps: at least %d gives %d", (least, step) => {
    expect(niceStep(least)).toBe(step);
  });
});

describe("stretches", () => {
  it("leave out contigs thinner than a pixel can show", () => {
    const many = genome(Array.from({ length: 100_000 }, () => 100));
    expect(stretches(many, 0, many.length, 500).length).toBeLessThanOrEqual(1501);
  });

  it("name small neighbours as one until there is room for each", () => {
    const groups = [{ first: 1, count: 3, name: "three small" }];
    const axis = new Axis("g", genome([1000, 10, 10, 10, 1000]).contigs, groups);
    expect(stretches(axis, 0, axis.length, 500).map(({ contig, count }) => [contig, count])).toEqual([[0, 1], [1, 3], [4, 1]]);
    expect(stretches(axis, 1005, 1030, 500).map(({ contig, count }) => [contig, count])).toEqual([[1, 1], [2, 1], [3, 1]]);
  });

  it("are cut at the edges of the view", () => {
    expect(stretches(genome([100, 100]), 50, 150, 100)).toEqual([
      { contig: 0, count: 1, from: 0, to: 50 },
      { contig: 1, count: 1, from: 50, to: 100 },
    ]);
  });
});
