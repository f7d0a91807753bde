import { describe, expect, it } from "vitest";
import { Axis } from "../src/axis";
import { covered } from "../src/coverage";
import { ascending, exceededBy, sortBy, sortedPlaces, upwards } from "../src/radix";

/** Numbers that look random and are the same each time. */
function numbers(count: number, most: number): Float64Array {
  let state = 7;
  return Float64Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * most);
  });
}

describe("sorting by digits", () => {
  it.each([
    [0, 10],
    [1, 10],
    [20, 5],
    [1000, 50],
    [20_000, 2 ** 32],
    [20_000, 2 ** 45],
  ])("orders %d numbers below %d as comparing does, equal ones as they were", (count, most) => {
    const values = numbers(count, most);
    const compared = [...upwards(count)].sort((a, b) => values[a] - values[b] || a - b);
    expect([...sortedPlaces(values)]).toEqual(compared);
    const words = Uint32Array.from(values, (value) => value % 2 ** 32);
    expect([...ascending(words.slice())]).toEqual([...words].sort((a, b) => a - b));
    expect([...sortBy(words, upwards(count))].every((place, n, all) => n === 0 || words[all[n - 1]] <= words[place])).toBe(true);
  });

  it("finds what at most some exceed", () => {
    expect(exceededBy(2, Uint32Array.of(5, 1, 9, 7))).toBe(5);
    expect(exceededBy(4, Uint32Array.of(5, 1, 9, 7))).toBe(-1);
    expect(exceededBy(1, Uint32Array.of(3, 3, 3))).toBe(3);
    const words = Uint32Array.from(numbers(5000, 2 ** 32));
    const compared = words.slice().sort();
    for (const most of [0, 1, 700, 4999]) expect(exceededBy(most, words)).toBe(compared[4999 - most]);
  });
});

describe("coverage", () => {
  const axis = new Axis("g", [3000, 2000, 5000].map((length, n) => ({ name: `c${n}`, length, reversed: n === 1 })));

  it("is what marking each base says, also where thousands begin in one place", () => {
    const contig = Int32Array.from(numbers(3000, 3));
    const start = Uint32Array.from(numbers(3000, 1900), (value, n) => (n % 3 === 0 ? 700 : value));
    const end = start.map((value, n) => value + (n % 50));
    for (const count of [0, 1, 40, 3000]) {
      const marked = new Uint8Array(axis.length);
      for (let row = 0; row < count; row++) {
        const offset = axis.offsets[contig[row]];
        marked.fill(1, offset + start[row], offset + end[row]);
      }
      const some = { contig: contig.slice(0, count), start: start.slice(0, count), end: end.slice(0, count) };
      expect(covered(axis, some)).toBe(marked.reduce((sum, mark) => sum + mark, 0));
    }
  });
});
