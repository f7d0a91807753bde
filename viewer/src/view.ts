/**
 * A view is the rectangle of the two axes that is looked at. Views are values: zooming, moving and
 * clamping answer a new one. The history remembers the views that were settled on.
 */

export interface View {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** The size of the drawing, in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The fewest bases an axis shows. */
const CLOSEST = 20;

/** A plot is at least so many pixels wide and high, whatever its shape. */
const LEAST_SIDE = 60;

/** Views rest on 1/1024 of a base, which doubles hold exactly and text writes briefly. */
const REST = 1024;

export const whole = (xLength: number, yLength: number): View => ({
  x0: 0,
  x1: Math.max(xLength, 1),
  y0: 0,
  y1: Math.max(yLength, 1),
});

export const same = (a: View, b: View): boolean =>
  a.x0 === b.x0 && a.x1 === b.x1 && a.y0 === b.y0 && a.y1 === b.y1;

/** Horizontal pixel of an axis position. */
export const toX = (view: View, size: Size, position: number): number =>
  ((position - view.x0) / (view.x1 - view.x0)) * size.width;

/** Vertical pixel of an axis position; the Y axis runs upwards. */
export const toY = (view: View, size: Size, position: number): number =>
  size.height - ((position - view.y0) / (view.y1 - view.y0)) * size.height;

export const fromX = (view: View, size: Size, pixel: number): number =>
  view.x0 + (pixel / size.width) * (view.x1 - view.x0);

export const fromY = (view: View, size: Size, pixel: number): number =>
  view.y0 + ((size.height - pixel) / size.height) * (view.y1 - view.y0);

/** The part of `view` inside a rectangle of pixels given by two corners. */
export function inside(view: View, size: Size, ax: number, ay: number, bx: number, by: number): View {
  return {
    x0: fromX(view, size, Math.min(ax, bx)),
    x1: fromX(view, size, Math.max(ax, bx)),
    y0: fromY(view, size, Math.max(ay, by)),
    y1: fromY(view, size, Math.min(ay, by)),
  };
}

/**
 * Zoom by `wanted` (above 1: closer) so that the pixel (x, y) stays where it is. It ends where one
 * axis shows as few bases as it may: zooming on would only slide the view.
 */
export function zoomed(view: View, size: Size, x: number, y: number, wanted: number): View {
  const room = Math.min(view.x1 - view.x0, view.y1 - view.y0) / CLOSEST;
  const factor = Math.min(wanted, Math.max(room, 1));
  const cx = fromX(view, size, x);
  const cy = fromY(view, size, y);
  return {
    x0: cx - (cx - view.x0) / factor,
    x1: cx + (view.x1 - cx) / factor,
    y0: cy - (cy - view.y0) / factor,
    y1: cy + (view.y1 - cy) / factor,
  };
}

/** Move the drawing by pixels, as a hand that drags it does. */
export function moved(view: View, size: Size, dx: number, dy: number): View {
  const bx = (dx / size.width) * (view.x1 - view.x0);
  const by = (dy / size.height) * (view.y1 - view.y0);
  return { x0: view.x0 - bx, x1: view.x1 - bx, y0: view.y0 + by, y1: view.y1 + by };
}

function clampSpan(start: number, end: number, length: number): readonly [number, number] {
  const span = Math.min(Math.max(end - start, Math.min(CLOSEST, length)), length);
  const middle = (start + end) / 2;
  const from = Math.min(Math.max(middle - span / 2, 0), length - span);
  return [from, from + span];
}

/** The nearest view that shows nothing outside `bounds` and not less than a few bases. */
export function clamped(view: View, bounds: View): View {
  const [x0, x1] = clampSpan(view.x0, view.x1, bounds.x1);
  const [y0, y1] = clampSpan(view.y0, view.y1, bounds.y1);
  return { x0, x1, y0, y1 };
}

/** Of two shapes, how much of a drawing's room a plot takes whose bases are as long on both axes. */
export function sameScale({ width, height }: Size, bounds: View): Size {
  const ratio = (bounds.x1 - bounds.x0) / (bounds.y1 - bounds.y0);
  const wide = Math.min(width, height * ratio);
  return { width: Math.max(wide, LEAST_SIDE), height: Math.max(wide / ratio, LEAST_SIDE) };
}

/** The view about the same middle in which a base is as long upwards as across; none is lost. */
export function evened(view: View, size: Size): View {
  const perPixel = Math.max((view.x1 - view.x0) / size.width, (view.y1 - view.y0) / size.height);
  const [x, y] = [(view.x0 + view.x1) / 2, (view.y0 + view.y1) / 2];
  const [across, up] = [(perPixel * size.width) / 2, (perPixel * size.height) / 2];
  return { x0: x - across, x1: x + across, y0: y - up, y1: y + up };
}

const rest = (value: number): number => Math.round(value * REST) / REST;

/** The view rounded to where views rest, so that text restores it exactly. */
export const settled = (view: View): View => ({
  x0: rest(view.x0),
  x1: rest(view.x1),
  y0: rest(view.y0),
  y1: rest(view.y1),
});

function mixSpan(a0: number, a1: number, b0: number, b1: number, t: number): readonly [number, number] {
  const from = a1 - a0;
  const to = b1 - b0;
  const span = from * Math.pow(to / from, t);
  const way = Math.abs(from - to) < 1e-9 * from ? t : (span - from) / (to - from);
  const start = a0 + (b0 - a0) * way;
  return [start, start + span];
}

/** The view at time `t` (0–1) of a flight from `a` to `b`: spans change evenly to the eye. */
export function between(a: View, b: View, t: number): View {
  const [x0, x1] = mixSpan(a.x0, a.x1, b.x0, b.x1, t);
  const [y0, y1] = mixSpan(a.y0, a.y1, b.y0, b.y1, t);
  return { x0, x1, y0, y1 };
}

/** The views settled on, with a place in them: back and forward, as in a browser. */
export class History {
  private readonly views: View[] = [];
  private at = -1;

  get canGoBack(): boolean {
    return this.at > 0;
  }

  get canGoForward(): boolean {
    return this.at < this.views.length - 1;
  }

  /** Remember a view; what lay ahead is forgotten. The view we are at is not remembered twice. */
  visit(view: View): void {
    if (this.at >= 0 && same(this.views[this.at], view)) return;
    this.views.length = this.at + 1;
    this.views.push(view);
    this.at = this.views.length - 1;
  }

  back(): View | null {
    return this.canGoBack ? this.views[--this.at] : null;
  }

  forward(): View | null {
    return this.canGoForward ? this.views[++this.at] : null;
  }
}
