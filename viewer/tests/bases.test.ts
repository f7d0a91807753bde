import { describe, expect, it, vi } from "vitest";
import { Axis } from "../src/axis";
import { alike, Bases, CHUNK } from "../src/bases";
import { offline, type PlotSource, Refusal } from "../src/source";

const later = (): Promise<void> => new Promise((done) => setTimeout(done, 0));
const contig = (name: string, length: number, reversed = false): { name: string; length: number; reversed: boolean } => ({ name, length, reversed });

function made(answer: PlotSource["bases"]): { bases: Bases; said: string[]; came: () => number } {
  const said: string[] = [];
  let times = 0;
  const listener = { came: () => void times++, lacking: (sentence: string) => void said.push(sentence) };
  return { bases: new Bases({ ...offline, bases: answer }, listener), said, came: () => times };
}

describe("bases", () => {
  it("are asked for once, in chunks, and are there when they came", async () => {
    const asked: unknown[] = [];
    const { bases, came } = made((side, stretch) => {
      asked.push([side, stretch]);
      return Promise.resolve("a".repeat(stretch.end - stretch.start));
    });
    expect(bases.at("query", "c", 5000, CHUNK + 1)).toBeNull();
    expect(bases.at("query", "c", 5000, CHUNK + 2)).toBeNull();
    await later();
    expect(bases.at("query", "c", 5000, 4999)).toBe("A");
    expect(asked).toEqual([["query", { contig: "c", start: CHUNK, end: 5000 }]]);
    expect(came()).toBe(1);
    expect(bases.at("query", "c", 5000, 5000)).toBeNull();
  });

  it("of a stretch may lie in several chunks, and beyond the contig are blanks", async () => {
    const { bases } = made((_, { start, end }) => Promise.resolve((start === 0 ? "A" : "C").repeat(end - start)));
    expect(bases.text("target", "c", CHUNK + 3, CHUNK - 2, CHUNK + 5)).toBe(" ".repeat(7));
    await later();
    expect(bases.text("target", "c", CHUNK + 3, CHUNK - 2, CHUNK + 5)).toBe("AACCC  ");
    expect(bases.text("target", "c", CHUNK + 3, -2, 1)).toBe("  A");
  });

  it("that nobody has are asked for once, and the reason is said once", async () => {
    let asked = 0;
    const { bases, said } = made(() => {
      asked++;
      return Promise.reject(new Refusal(404, "The file is gone."));
    });
    bases.at("target", "c", 10, 1);
    bases.at("target", "d", 10, 1);
    await later();
    bases.at("target", "e", 10, 1);
    expect(asked).toBe(2);
    expect(said).toEqual(["The file is gone."]);
    expect([bases.has("target"), bases.has("query")]).toEqual([false, true]);
  });

  it("are asked for again where the network failed", async () => {
    vi.useFakeTimers();
    let asked = 0;
    const { bases, said } = made(() => (asked++ === 0 ? Promise.reject(new TypeError("network")) : Promise.resolve("ACGT")));
    bases.at("target", "c", 4, 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bases.at("target", "c", 4, 1)).toBeNull();
    await vi.advanceTimersByTimeAsync(0);
    expect([bases.at("target", "c", 4, 1), bases.has("target"), said]).toEqual(["C", true, []]);
    vi.useRealTimers();
  });

  it("of a turned contig are those of the other strand", async () => {
    const { bases } = made((_, { contig: name }) => Promise.resolve(name === "a" ? "AACG" : "GGTC"));
    const axis = new Axis("g", [contig("a", 4), contig("b", 4, true)]);
    bases.along("target", axis, 0, 8);
    await later();
    expect(bases.along("target", axis, 1, 8)).toBe("ACGGACC");
  });

  it("are not there on a page from a disk, and nothing is said", async () => {
    const { bases, said } = made(offline.bases);
    bases.at("target", "c", 10, 1);
    await later();
    expect(bases.has("target")).toBe(false);
    expect(said).toEqual([]);
  });
});

describe("bases that are alike", () => {
  const at = (cells: Uint8Array, width: number, x: number, y: number): number => cells[y * width + x];

  it("are counted along diagonals", () => {
    const { rising } = alike("ACGTT", "ACGA");
    expect([0, 1, 2].map((n) => at(rising, 5, n, n))).toEqual([3, 3, 3]);
    expect([at(rising, 5, 3, 3), at(rising, 5, 0, 3)]).toEqual([0, 1]);
  });

  it("fall where one is the other's other strand", () => {
    // ACGTT read on its other strand is AACGT: it falls from the upper left to the lower right.
    const { falling } = alike("ACGTT", "AACGT");
    expect([0, 1, 2, 3, 4].map((n) => at(falling, 5, n, 4 - n))).toEqual([5, 5, 5, 5, 5]);
  });

  it("are known bases", () => {
    const { rising, falling } = alike("N ", "N ");
    expect([...rising, ...falling].every((cell) => cell === 0)).toBe(true);
  });
});
