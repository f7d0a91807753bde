import { describe, expect, it } from "vitest";
import { noiseEnds } from "../src/noise";

describe("noise", () => {
  it("ends where short matches have become rare", () => {
    // A thousand and a half of lengths 0 to 99, five long ones: bins of a thousandth of the range.
    const lengths = [...Array.from({ length: 1500 }, (_, n) => n % 100), 5000, 6000, 8000, 9000, 15_000];
    const end = noiseEnds(lengths.length, (row) => lengths[row]);
    expect(end).toBe(100);
    expect(lengths.filter((length) => length >= end).length).toBe(5);
  });

  it.each([
    ["few matches", Array.from({ length: 1000 }, (_, n) => n)],
    ["one length", Array.from({ length: 2000 }, () => 7)],
    ["lengths that are all as frequent", Array.from({ length: 2000 }, (_, n) => n)],
  ])("is not in %s", (_, lengths) => {
    expect(noiseEnds(lengths.length, (row) => lengths[row])).toBe(0);
  });
});
