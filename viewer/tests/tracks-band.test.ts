import { describe, expect, it } from "vitest";
import { Axis } from "../src/axis";
import type { Setting } from "../src/companion";
import { nameOf } from "../src/features";
import { USUAL } from "../src/link";
import { TrackBands } from "../src/tracks-band";
import { TrackShelf } from "../src/tracks";
import { TrackReader } from "../src/tracks-read";

const contig = (name: string, length: number, reversed = false): { name: string; length: number; reversed: boolean } => ({ name, length, reversed });

/** A context on which drawing does nothing; letters are five pixels wide. */
const context = new Proxy({} as CanvasRenderingContext2D, {
  get: (_, name) => (name === "measureText" ? (text: string) => ({ width: 5 * text.length }) : () => undefined),
  set: () => true,
});

const MARGINS = { left: 100, right: 50, top: 46, bottom: 60, xBand: 24, yBand: 40 };

function setting(x0: number, x1: number, y0: number, y1: number): Setting {
  const size = { width: 500, height: 400 };
  return { context, view: { x0, x1, y0, y1 }, size, whole: { width: 650, height: 506 }, margins: MARGINS, settings: USUAL, theme: "light" };
}

function shelfOf(side: "target" | "query", lines: string): TrackShelf {
  const reader = new TrackReader("x");
  reader.take(lines);
  const shelf = new TrackShelf();
  shelf.add("x.bed", side, reader.done());
  return shelf;
}

const BED = "t\t100\t200\tabc\t0\t+\nt\t150\t160\tinner\n";
const axes = { target: new Axis("T", [contig("a", 500), contig("t", 500, true)]), query: new Axis("Q", [contig("q", 1000)]) };

describe("bands", () => {
  it("take room above the plot or at its right", () => {
    const shelf = shelfOf("target", BED);
    const [across, upwards] = [false, true].map((swapped) => new TrackBands(shelf, axes, swapped).room(false));
    expect([across.top > 0, across.right, upwards.top, upwards.right > 0]).toEqual([true, 0, 0, true]);
  });

  it("tell the feature under a pixel, of several the smallest", () => {
    const bands = new TrackBands(shelfOf("target", BED), axes, false);
    bands.beside(setting(0, 1000, 0, 1000));
    // On the turned contig 100–200 lies at 800–900 of the axis: half of that in pixels.
    const at = (position: number): string | null => {
      const found = [...Array(46).keys()].map((y) => bands.at(100 + position / 2, y)).filter((each) => each !== null);
      const names = new Set(found.map(({ track, feature }) => nameOf(track.features, feature)));
      return names.size === 0 ? null : [...names].sort().join();
    };
    expect([at(790), at(810), at(845), at(910)]).toEqual([null, "abc", "abc,inner", null]);
  });

  it("say where a feature lies, and from where it is seen", () => {
    const shelf = shelfOf("query", "q\t100\t900\tabc\nz\t1\t2\tgone\n");
    const bands = new TrackBands(shelf, axes, false);
    const [abc, gone] = ["abc", "gone"].map((name) => shelf.find(name, 1)[0]);
    const found = bands.place(abc);
    expect(found).toMatchObject({ axis: "query", low: 100, high: 900 });
    expect(bands.place(gone)).toBeNull();
    const view = { x0: 3, x1: 4, y0: 0, y1: 1 };
    expect(found && bands.viewOf(found, view)).toEqual({ x0: 3, x1: 4, y0: -380, y1: 1380 });
    expect(bands.elsewhere(shelf.tracks[0])).toBe(1);
  });

  it("draw more than can be told apart as a density, under which nothing is pointed at", () => {
    const many = Array.from({ length: 3000 }, (_, n) => `t\t${n % 400}\t${(n % 400) + 9}\n`).join("");
    const bands = new TrackBands(shelfOf("target", many), axes, false);
    bands.beside(setting(0, 1000, 0, 1000));
    expect(bands.at(100 + 400, 20)).toBeNull();
    bands.beside(setting(900, 930, 0, 1000));
    expect([...Array(46).keys()].some((y) => bands.at(350, y) !== null)).toBe(true);
  });

  it("are gone through feature by feature, in all tracks of an axis", () => {
    const shelf = shelfOf("target", "a\t100\t150\tone\na\t300\t350\tthree\n");
    const reader = new TrackReader("y");
    reader.take("a\t200\t210\ttwo\n");
    shelf.add("y.bed", "target", reader.done());
    const bands = new TrackBands(shelf, axes, false);
    const view = { x0: 0, x1: 400, y0: 0, y1: 400 };
    const step = (by: number): string | null => {
      const found = bands.next(view, by);
      if (found === null) return null;
      bands.point(found);
      return nameOf(found.track.features, found.feature);
    };
    // From the middle of the view on, which is where the second begins.
    expect([step(1), step(-1), step(-1), step(-1), step(1), step(1), step(1)]).toEqual(["three", "two", "one", null, "two", "three", null]);
    expect(new TrackBands(new TrackShelf(), axes, false).next(view, 1)).toBeNull();
  });

  it("let a feature stand out once", () => {
    const shelf = shelfOf("target", BED);
    const bands = new TrackBands(shelf, axes, false);
    const found = bands.place(shelf.find("abc", 1)[0]);
    expect([bands.point(found), bands.point(found), bands.point(null), bands.point(null)]).toEqual([true, false, true, false]);
  });
});
