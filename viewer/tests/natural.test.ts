import { describe, expect, it } from "vitest";
import { naturalOrder } from "../src/natural";

const sorted = (...names: string[]): string[] => naturalOrder(names).map((place) => names[place]);

describe("names in their natural order", () => {
  it.each([
    [["chr10", "chr9", "chrX", "chr1"], ["chr1", "chr9", "chr10", "chrX"]],
    [["chrIX", "chrII", "chrV", "chrI", "chrMito"], ["chrI", "chrII", "chrV", "chrIX", "chrMito"]],
    [["I", "X", "II", "IV"], ["I", "II", "IV", "X"]],
    [["b2a", "b2", "b10", "a"], ["a", "b2", "b2a", "b10"]],
    [["X", "Y", "2"], ["2", "X", "Y"]],
  ])("%j", (names, expected) => {
    expect(sorted(...names)).toEqual(expected);
  });
});
