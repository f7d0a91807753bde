import { describe, expect, it } from "vitest";
import { isTrackName } from "../src/annotation";

describe("names of files", () => {
  it.each([
    ["genes.gff3", true],
    ["GENES.GFF", true],
    ["a.gtf.gz", true],
    ["a.bed.bgz", true],
    ["scene.arrow", false],
    ["bed", false],
    ["a.gff3.txt", false],
  ])("%s: is it annotation? %s", (name, expected) => {
    expect(isTrackName(name)).toBe(expected);
  });
});
