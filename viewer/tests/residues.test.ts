import { describe, expect, it } from "vitest";
import { range } from "../site/residues";

describe("a selection of residues", () => {
  it("is told by its first and last position, counted from 1", () => {
    expect(range({ at: 1, within: 0 }, { at: 1, within: 1 }, false)).toEqual([1, 1]);
    expect(range({ at: 21, within: 3 }, { at: 71, within: 10 }, false)).toEqual([24, 80]);
  });

  it("runs down on the other strand", () => {
    expect(range({ at: 600, within: 0 }, { at: 600, within: 10 }, true)).toEqual([591, 600]);
    expect(range({ at: 600, within: 4 }, { at: 590, within: 1 }, true)).toEqual([590, 596]);
  });

  it("is none when it holds nothing", () => {
    expect(range({ at: 11, within: 5 }, { at: 11, within: 5 }, false)).toBeNull();
    expect(range({ at: 600, within: 4 }, { at: 600, within: 4 }, true)).toBeNull();
  });
});
