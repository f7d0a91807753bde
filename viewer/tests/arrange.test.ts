import { describe, expect, it } from "vitest";
import { arranged, AS_MADE, hide, placesOf, sameArrangement, turn, turnedWord } from "../src/arrange";
import { Engine } from "../src/engine";
import type { Surface } from "../src/painter";
import { readMetadata } from "../src/scene";
import { metadata, sceneBytes } from "./scenes";

const contigs = (...lengths: readonly [string, number][]): object[] =>
  lengths.map(([name, length]) => ({ name, length, reversed: false }));

const made = metadata({
  target: { name: "a", contigs: contigs(["chr10", 300], ["chr2", 900], ["chr1", 300]), groups: [{ first: 1, count: 2, name: "two" }] },
  events: [{ kind: "deletion", target: { contig: 0, start: 5, end: 9 }, query: null, strand: 1, identity: null, matches: 0, bases: 0 }],
});
const scene = readMetadata(made);
const names = ({ contigs: some }: { contigs: readonly { name: string }[] }): string[] => some.map(({ name }) => name);

describe("an arrangement", () => {
  it("orders by name as people do, and by length", () => {
    expect(names(arranged(scene, { ...AS_MADE, target: "name" }).target)).toEqual(["chr1", "chr2", "chr10"]);
    expect(names(arranged(scene, { ...AS_MADE, target: "length" }).target)).toEqual(["chr2", "chr10", "chr1"]);
    expect(arranged(scene, { ...AS_MADE, target: "name" }).target.groups).toEqual([]);
    expect(arranged(scene, AS_MADE)).toMatchObject(scene);
  });

  it("takes events along, by other names where the axes are exchanged", () => {
    const { target, query, events } = arranged(scene, { ...AS_MADE, target: "name", swapped: true });
    expect(query.name).toBe("a");
    expect(target.name).toBe("b");
    expect(events[0]).toMatchObject({ kind: "insertion", target: null, query: { contig: 2, start: 5, end: 9 } });
    expect([...placesOf(query)]).toEqual([2, 1, 0]);
  });

  it("turns a contig, and back", () => {
    const once = turn(AS_MADE, turnedWord("query", 1));
    expect(arranged(scene, once).query.contigs[1].reversed).toBe(false);
    expect(sameArrangement(turn(once, "y1"), AS_MADE)).toBe(true);
    expect(sameArrangement(once, AS_MADE)).toBe(false);
  });
});

describe("an engine", () => {
  const rows = [
    { target: 0, query: 0, t: [100, 300], q: [50, 250], strand: -1 },
    { target: 2, query: 1, t: [0, 100], q: [100, 200] },
  ] as const;
  const engine = (): Engine => new Engine(sceneBytes(rows, made), null as unknown as Surface);
  const size = { width: 1500, height: 1200 };
  const view = { x0: 0, x1: 1500, y0: 0, y1: 1200 };

  it("tells matches where they stand in the arrangement", () => {
    const arranging = engine();
    arranging.arrange({ ...AS_MADE, target: "name" });
    // chr10 stands last now, from 1200.
    expect(arranging.hit(view, size, 1400, 1200 - 150, 3)).toMatchObject({ target: 2, query: 0, targetStart: 100, strand: -1 });
    expect(arranging.census().pairs).toContainEqual({ target: 0, query: 1, bases: 100 });
  });

  it("exchanges the axes, and turns", () => {
    const arranging = engine();
    arranging.arrange({ ...AS_MADE, swapped: true });
    const across = { x0: 0, x1: 1200, y0: 0, y1: 1500 };
    const hit = arranging.hit(across, { width: 1200, height: 1500 }, 150, 1500 - 200, 3);
    expect(hit).toMatchObject({ target: 0, query: 0, targetStart: 50, queryStart: 100, rises: false });
    arranging.arrange({ ...AS_MADE, turned: ["y0"] });
    expect(arranging.hit(view, size, 200, 1200 - (800 - 150), 3)).toMatchObject({ rises: true, queryStart: 50 });
    expect(arranging.census().targetAligned).toBe(300);
  });
});

describe("hiding", () => {
  const rows = [
    { target: 0, query: 0, t: [100, 300], q: [50, 250], strand: -1 },
    { target: 2, query: 1, t: [0, 100], q: [100, 200] },
  ] as const;

  it("takes contigs, their matches, events and groups off the axes, and back", () => {
    const gone = hide(AS_MADE, ["x1"]);
    const { target } = arranged(scene, gone);
    expect(names(target)).toEqual(["chr10", "chr1"]);
    expect(target.groups).toEqual([]);
    expect([...placesOf(target)]).toEqual([0, -1, 1]);
    expect(arranged(scene, hide(AS_MADE, ["x0"])).events).toEqual([]);
    expect(names(arranged(scene, hide(AS_MADE, ["x0", "x1", "x2"])).target)).toHaveLength(3);
    const engine = new Engine(sceneBytes(rows, made), null as unknown as Surface);
    engine.arrange(hide(AS_MADE, ["x0"]));
    expect(engine.census()).toMatchObject({ matches: 1, pairCount: 1, targetAligned: 100 });
    const view = { x0: 0, x1: 1200, y0: 0, y1: 1200 };
    // What is left is told by its row in the scene. chr1 stands from 900 now.
    expect(engine.hit(view, { width: 1200, height: 1200 }, 950, 1200 - 1050, 5)).toMatchObject({ row: 1, target: 1 });
    engine.arrange(AS_MADE);
    expect(engine.census().matches).toBe(2);
  });
});
