import { describe, expect, it } from "vitest";
import { drawingHash, drawingQuestion, joinedHash, readDrawing, sameDrawing } from "../src/served-drawing";

const made = { order: "chain", side: "query", small: "group" };

describe("a drawing", () => {
  it("is told in a link by what is not as the plot was made", () => {
    expect(drawingHash(made, made)).toBe("");
    const other = { ...made, order: "length", small: "hide" };
    expect(drawingHash(other, made)).toBe("drawn-by=length&small=hide");
    expect(readDrawing(`#${drawingHash(other, made)}&x=1,2`, made)).toEqual(other);
    expect(joinedHash(drawingHash(other, made), "grid=off")).toBe("drawn-by=length&small=hide&grid=off");
    expect(joinedHash("", "grid=off")).toBe("grid=off");
  });

  it("that makes no sense is as the plot was made", () => {
    expect(sameDrawing(readDrawing("#drawn-by=<b>&drawn-side=up&small=", made), made)).toBe(true);
  });

  it("is asked for with all its choices", () => {
    expect(drawingQuestion(made, made)).toBe("");
    expect(drawingQuestion({ ...made, side: "target" }, made)).toBe("order=chain&side=target&small=group");
  });
});
