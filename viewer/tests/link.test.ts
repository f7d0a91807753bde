import { describe, expect, it } from "vitest";
import { read, USUAL, write } from "../src/link";
import { settled } from "../src/view";

describe("a link", () => {
  it("says nothing about what is usual", () => {
    expect(write({ view: null, settings: USUAL })).toBe("");
    expect(read("")).toEqual({ view: null, settings: USUAL });
  });

  it("restores view and settings exactly", () => {
    const shown = {
      view: settled({ x0: 1234567.123, x1: 2_999_999_999.5, y0: 0, y1: 1 / 3 }),
      settings: { colouring: "strand", minIdentity: 0.955, minLength: 12345, lineWidth: 4, grid: false },
    } as const;
    expect(read(`#${write(shown)}`)).toEqual(shown);
  });

  it.each(["#x=1,2", "#x=5,1&y=0,1", "#x=a,b&y=c,d", "#<script>", "#x=NaN,Infinity&y=1,2"])(
    "that makes no sense (%s) shows the whole plot",
    (hash) => {
      expect(read(hash).view).toBeNull();
    },
  );

  it("keeps settings within their limits", () => {
    const { settings } = read("#identity=7&length=-3&width=1e9&colour=pink");
    expect(settings).toEqual({ ...USUAL, minIdentity: 1, minLength: 0, lineWidth: 6 });
  });
});
