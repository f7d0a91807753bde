import { describe, expect, it } from "vitest";
import { ranges, rangesRead, read, USUAL, write } from "../src/link";
import { settled } from "../src/view";

describe("a link", () => {
  it("says nothing about what is usual", () => {
    expect(write({ view: null, settings: USUAL })).toBe("");
    expect(read("")).toEqual({ view: null, settings: USUAL });
  });

  it("restores view and settings exactly", () => {
    const shown = {
      view: settled({ x0: 1234567.123, x1: 2_999_999_999.5, y0: 0, y1: 1 / 3 }),
      settings: {
        colouring: { by: "classes", palette: "a b&c", classes: [0.9, 0.955] },
        minIdentity: 0.955,
        minLength: 12345,
        hideNoise: true,
        lineWidth: 4,
        grid: false,
        kinds: ["deletion", "inverted translocation"],
        arrangement: { target: "name", query: "length", turned: ["x3", "y10"], hidden: ["x7"], swapped: true },
        aspect: "locked",
        mode: "both",
      },
    } as const;
    expect(read(`#${write(shown)}`, USUAL, ["a b&c"])).toEqual(shown);
  });

  it("writes what differs from what the scene's maker wished", () => {
    const usual = { ...USUAL, colouring: { ...USUAL.colouring, by: "strand" } } as const;
    expect(write({ view: null, settings: usual }, usual)).toBe("");
    expect(write({ view: null, settings: USUAL }, usual)).toBe("colour=identity");
    expect(read("colour=identity", usual).settings).toEqual(USUAL);
  });

  it("can ask for no events", () => {
    const none = { view: null, settings: { ...USUAL, kinds: [] } };
    expect(write(none)).toBe("events=none");
    expect(read(write(none))).toEqual(none);
  });

  it.each(["#x=1,2", "#x=5,1&y=0,1", "#x=a,b&y=c,d", "#<script>", "#x=NaN,Infinity&y=1,2"])(
    "that makes no sense (%s) shows the whole plot",
    (hash) => {
      expect(read(hash).view).toBeNull();
    },
  );

  it("keeps settings within their limits", () => {
    const { settings } = read("#identity=7&length=-3&width=1e9&colour=pink&palette=none&classes=2,1");
    expect(settings).toEqual({ ...USUAL, minIdentity: 1, minLength: 0, lineWidth: 6 });
  });

  it("tells many neighbours as one", () => {
    expect(ranges(["x3", "x10", "x4", "x5", "y0", "y9"])).toBe("x3-5,x10,y0,y9");
    expect(rangesRead("x3-5,x10,y0,y9")).toEqual(["x10", "x3", "x4", "x5", "y0", "y9"]);
    expect(rangesRead("x5-3,z1,x,y-1,x0-99999999,<b>")).toEqual([]);
  });
});
