import { describe, expect, it } from "vitest";
import { between, clamped, evened, fromX, fromY, History, inside, moved, same, sameScale, settled, toX, toY, whole, zoomed } from "../src/view";

const size = { width: 400, height: 200 };
const bounds = whole(3_000_000_000, 1_000_000_000);

describe("a view", () => {
  it("maps positions to pixels and back; Y runs upwards", () => {
    expect(toX(bounds, size, 750_000_000)).toBe(100);
    expect(toY(bounds, size, 0)).toBe(200);
    expect(toY(bounds, size, 1_000_000_000)).toBe(0);
    expect(fromX(bounds, size, 100)).toBe(750_000_000);
    expect(fromY(bounds, size, 50)).toBe(750_000_000);
  });

  it("keeps the base under the pointer while zooming, down to single bases", () => {
    let view = bounds;
    const base = fromX(view, size, 137);
    for (let step = 0; step < 100; step++) view = clamped(zoomed(view, size, 137, 61, 1.25), bounds);
    expect(Math.abs(fromX(view, size, 137) - base)).toBeLessThan(0.01);
    expect(view.y1 - view.y0).toBeCloseTo(20, 5);
  });

  it("moves with the hand", () => {
    const view = { x0: 100, x1: 500, y0: 100, y1: 300 };
    expect(moved(view, size, 10, 20)).toEqual({ x0: 90, x1: 490, y0: 120, y1: 320 });
  });

  it("never shows what lies outside the genomes", () => {
    expect(clamped({ x0: -100, x1: 200, y0: 999_999_990, y1: 1_000_000_090 }, bounds)).toEqual({
      x0: 0,
      x1: 300,
      y0: 999_999_900,
      y1: 1_000_000_000,
    });
    expect(clamped({ x0: -1e12, x1: 1e12, y0: -1e12, y1: 1e12 }, bounds)).toEqual(bounds);
  });

  it("takes a box by any two corners", () => {
    const box = inside(bounds, size, 300, 50, 100, 150);
    expect(box).toEqual({ x0: 750_000_000, x1: 2_250_000_000, y0: 250_000_000, y1: 750_000_000 });
  });

  it("survives being written as text once it is settled", () => {
    const view = settled({ x0: 1 / 3, x1: 2_999_999_999.777, y0: 0.1, y1: 77.7 });
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    expect(settled(view)).toEqual(view);
  });

  it("flies from one view exactly to the other", () => {
    const to = { x0: 10, x1: 60, y0: 5, y1: 400 };
    expect(between(bounds, to, 0).x1).toBeCloseTo(bounds.x1, 0);
    const end = between(bounds, to, 1);
    expect(end.x0).toBeCloseTo(10, 3);
    expect(end.y1).toBeCloseTo(400, 3);
  });
});

describe("the history", () => {
  const views = [1, 2, 3].map((x) => ({ x0: 0, x1: x, y0: 0, y1: x }));

  it("goes back and forward, and forgets what lay ahead of a new view", () => {
    const history = new History();
    for (const view of views) history.visit(view);
    expect(history.back()).toEqual(views[1]);
    expect(history.back()).toEqual(views[0]);
    expect(history.back()).toBeNull();
    expect(history.forward()).toEqual(views[1]);
    history.visit({ ...views[0], x1: 9 });
    expect(history.canGoForward).toBe(false);
  });

  it("does not remember the same view twice in a row", () => {
    const history = new History();
    history.visit(views[0]);
    history.visit({ ...views[0] });
    expect(history.canGoBack).toBe(false);
    expect(same(views[0], { ...views[0] })).toBe(true);
  });
});

describe("one scale for both axes", () => {
  const bounds = whole(2000, 1000);

  it("leaves a plot of the genomes' shape", () => {
    expect(sameScale({ width: 800, height: 800 }, bounds)).toEqual({ width: 800, height: 400 });
    expect(sameScale({ width: 800, height: 200 }, bounds)).toEqual({ width: 400, height: 200 });
    expect(sameScale({ width: 800, height: 800 }, whole(1e9, 1))).toEqual({ width: 800, height: 60 });
  });

  it("shows more of the axis that was shown too large", () => {
    const view = evened({ x0: 0, x1: 100, y0: 0, y1: 100 }, { width: 800, height: 400 });
    expect(view).toEqual({ x0: -50, x1: 150, y0: 0, y1: 100 });
    expect((view.x1 - view.x0) / 800).toBe((view.y1 - view.y0) / 400);
  });
});
