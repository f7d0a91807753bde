import { describe, expect, it } from "vitest";
import { Axis } from "../src/axis";

const axis = new Axis("genome", [
  { name: "one", length: 100, reversed: false },
  { name: "two", length: 50, reversed: true },
  { name: "three", length: 10, reversed: false },
]);

describe("an axis", () => {
  it("lays contigs end to end", () => {
    expect([...axis.offsets]).toEqual([0, 100, 150, 160]);
    expect(axis.length).toBe(160);
  });

  it.each([
    [0, 0, 0],
    [0, 99, 99],
    [1, 0, 150],
    [1, 50, 100],
    [2, 3, 153],
  ])("puts coordinate %i:%i at position %i", (contig, coordinate, position) => {
    expect(axis.position(contig, coordinate)).toBe(position);
  });

  it.each([
    [-5, 0],
    [0, 0],
    [99.9, 0],
    [100, 1],
    [150, 2],
    [1e9, 2],
  ])("finds at position %d the contig %i", (position, contig) => {
    expect(axis.contigAt(position)).toBe(contig);
  });

  it("comes back from a position to the coordinate, on reversed contigs too", () => {
    for (const [contig, coordinate] of [
      [0, 42],
      [1, 7],
      [2, 9],
    ]) {
      expect(axis.place(axis.position(contig, coordinate))).toEqual({ contig, coordinate });
    }
  });

  it("names the base under a position: the last base begins a reversed contig", () => {
    expect(axis.base(100.5)).toEqual({ contig: 1, coordinate: 49 });
    expect(axis.base(149.5)).toEqual({ contig: 1, coordinate: 0 });
    expect(axis.base(0.5)).toEqual({ contig: 0, coordinate: 0 });
    expect(axis.base(160)).toEqual({ contig: 2, coordinate: 9 });
  });

  it("is exact to the base in a genome of thirty billion bases", () => {
    const contigs = Array.from({ length: 120 }, (_, i) => ({ name: `c${i}`, length: 250_000_001, reversed: i % 2 === 1 }));
    const large = new Axis("lungfish", contigs);
    expect(large.length).toBe(120 * 250_000_001);
    for (const coordinate of [0, 1, 123_456_789, 250_000_000]) {
      expect(large.place(large.position(118, coordinate)).coordinate).toBe(coordinate);
      expect(large.base(large.position(118, coordinate) + 0.5).coordinate).toBe(coordinate);
    }
  });

  it("finds its way past contigs without bases", () => {
    const empty = new Axis("odd", [
      { name: "a", length: 0, reversed: false },
      { name: "b", length: 5, reversed: false },
      { name: "c", length: 0, reversed: true },
    ]);
    expect(empty.contigAt(2)).toBe(1);
    expect(empty.base(5)).toEqual({ contig: 2, coordinate: 0 });
  });
});
