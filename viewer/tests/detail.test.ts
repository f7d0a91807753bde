import { describe, expect, it } from "vitest";
import { Axis } from "../src/axis";
import type { Connection } from "../src/connection";
import { Detail, stretchesOf } from "../src/detail";
import type { Hit } from "../src/engine";
import { type Details, type Looked, offline } from "../src/source";
import type { View } from "../src/view";

const contig = (name: string, length: number, reversed = false): { name: string; length: number; reversed: boolean } => ({ name, length, reversed });
const later = (): Promise<void> => new Promise((done) => setTimeout(done, 0));
const SIZE = { width: 100, height: 100 };
const ALL = { minIdentity: 0, minLength: 0, hideNoise: false };
const WHOLE: View = { x0: 0, x1: 300, y0: 0, y1: 300 };

/** A match of 100 bases with a gap of 20 in its middle on the query: as the plot was made. */
const TOLD: Details["alignments"][number] = {
  target: { contig: "t", start: 100, end: 200 },
  query: { contig: "q", start: 50, end: 170 },
  strand: 1,
  cigar: "50M20I50M",
  from: [100, 50],
};

interface World {
  readonly detail: Detail;
  readonly asked: Looked[];
  readonly said: string[];
  readonly changes: () => number;
}

/** Axes of which t and q are the second contigs, and a match as the engine tells it on them. */
function world(options: { swapped?: boolean; turned?: boolean; details?: Details | null; hits?: Hit[] | null } = {}): World {
  const t = new Axis("T", [contig("a", 50), contig("t", 250, options.turned ?? false)]);
  const q = new Axis("Q", [contig("b", 30), contig("q", 270)]);
  const axes = options.swapped ? { target: q, query: t } : { target: t, query: q };
  const [x, y] = options.swapped ? [TOLD.query, TOLD.target] : [TOLD.target, TOLD.query];
  const on = (axis: Axis, start: number): number => axis.position(1, start);
  const hit = {
    row: 7, target: 1, query: 1, targetStart: x.start, targetEnd: x.end, queryStart: y.start, queryEnd: y.end, strand: 1,
    rises: true, identity: 1, bases: 100, mapq: 60,
    line: [on(axes.target, x.start), on(axes.query, y.start), on(axes.target, x.end), on(axes.query, y.end)],
  } as Hit;
  const connection = { ask: () => Promise.resolve(options.hits === undefined ? [hit] : options.hits), close: () => undefined } as unknown as Connection;
  const asked: Looked[] = [];
  const said: string[] = [];
  let changes = 0;
  const details = (looked: Looked): Promise<Details | null> => {
    asked.push(looked);
    return Promise.resolve(options.details === undefined ? { alignments: [TOLD], cut: false } : options.details);
  };
  const detail = new Detail(connection, { ...offline, details }, axes, options.swapped ?? false, () => changes++, (sentence) => said.push(sentence));
  return { detail, asked, said, changes: () => changes };
}

async function seen(made: World, view = WHOLE): Promise<ReturnType<Detail["seen"]>> {
  made.detail.seen(view, SIZE, ALL);
  await later();
  await later();
  return made.detail.seen(view, SIZE, ALL);
}

describe("what is known from near", () => {
  it("is asked for once around a view, by contigs and their coordinates", async () => {
    const made = world({ turned: true });
    expect(await seen(made, { x0: 100, x1: 120, y0: 100, y1: 120 })).not.toBeNull();
    expect(made.asked).toEqual([
      { target: [{ contig: "t", start: 165, end: 215 }], query: [{ contig: "q", start: 55, end: 105 }] },
    ]);
    made.detail.seen({ x0: 95, x1: 115, y0: 100, y1: 120 }, SIZE, ALL);
    expect(made.asked).toHaveLength(1);
    expect(made.changes()).toBe(1);
    expect(made.detail.seen(WHOLE, SIZE, ALL)).toBeNull();
    await later();
    expect(made.asked).toHaveLength(2);
  });

  it.each([
    ["as made", {}, 200, 148],
    ["with a contig turned", { turned: true }, 150, 148],
    ["with exchanged axes", { swapped: true }, 148, 200],
  ])("lies where it is drawn: %s", async (_, options, x, y) => {
    const made = world(options);
    // Near the end of the gap, where the match's straight line is not.
    const found = made.detail.under((await seen(made)) ?? [], x / 3, 100 - y / 3, 0.5);
    expect(found?.column).toEqual({ run: 1, offset: 18 });
  });

  it("is said, once, not to be all", async () => {
    const made = world({ details: { alignments: [TOLD], cut: true } });
    await seen(made, { x0: 140, x1: 160, y0: 70, y1: 90 });
    expect(await seen(made)).not.toBeNull();
    expect(made.said).toHaveLength(1);
  });

  it("is not asked for from afar", async () => {
    const made = world();
    expect(await seen(made, { x0: 0, x1: 100_000, y0: 0, y1: 300 })).toBeNull();
    expect(made.asked).toEqual([]);
  });

  it.each([
    ["too many matches", { hits: null }],
    ["none", { hits: [] }],
    ["a server that knows nothing of these", { details: { alignments: [], cut: false } }],
    ["nobody to ask", { details: null }],
  ])("leaves straight lines where there are %s", async (_, options) => {
    const made = world(options);
    expect(await seen(made)).toBeNull();
    const before = made.asked.length;
    made.detail.seen(WHOLE, SIZE, ALL);
    expect(made.asked.length).toBe(before);
  });

  it("tells straight lines of matches without an alignment", async () => {
    const other = { row: 8, target: 0, query: 0, targetStart: 0, targetEnd: 30, queryStart: 0, queryEnd: 30, strand: 1, line: [0, 0, 30, 30] } as unknown as Hit;
    const known = world();
    const made = world({ hits: [other] });
    expect(await seen(made)).toBeNull();
    expect((await seen(known))?.map(({ runs }) => runs?.count)).toEqual([3]);
    const line = ((await seen(known)) ?? []).map((each) => ({ ...each, runs: null }));
    // The middle of the straight line.
    expect(known.detail.under(line, 200 / 3, 100 - 140 / 3, 1)).toMatchObject({ column: null, seen: { hit: { row: 7 } } });
  });
});

describe("stretches of an axis", () => {
  it("are on the contigs' forward strands", () => {
    const axis = new Axis("g", [contig("a", 100, true), contig("b", 50), contig("c", 10)]);
    expect(stretchesOf(axis, 80.5, 120.2)).toEqual([
      { contig: "a", start: 0, end: 20 },
      { contig: "b", start: 0, end: 21 },
    ]);
  });

  it("are not told when they are too many", () => {
    const axis = new Axis("g", Array.from({ length: 100 }, (_, n) => contig(`c${n}`, 2)));
    expect(stretchesOf(axis, 0, 200)).toBeNull();
  });
});
