/**
 * Ribbons: each match as a band between two rows, the target above and the query below. Where a match
 * lies on both rows is plain arithmetic; what is too narrow to be a band is bundled with its like.
 * Pure functions.
 */
import type { Segments } from "./segments";
import type { View } from "./view";

/** A ribbon in pixels: its ends above and below; (t0, q0) is one edge, (t1, q1) the other. */
export interface Ribbon {
  readonly t0: number;
  readonly t1: number;
  readonly q0: number;
  readonly q1: number;
}

/** Where matches lie on both rows of `width` pixels. */
export class Rows {
  private readonly perTarget: number;
  private readonly perQuery: number;

  constructor(
    private readonly segments: Segments,
    private readonly view: View,
    readonly width: number,
  ) {
    this.perTarget = width / (view.x1 - view.x0);
    this.perQuery = width / (view.y1 - view.y0);
  }

  ribbon(row: number): Ribbon {
    const { matches, target, query } = this.segments;
    const t = matches.target[row];
    const q = matches.query[row];
    const forward = matches.strand[row] >= 0;
    const x = (base: number): number => (target.origin[t] + target.sign[t] * base - this.view.x0) * this.perTarget;
    const y = (base: number): number => (query.origin[q] + query.sign[q] * base - this.view.y0) * this.perQuery;
    return {
      t0: x(matches.targetStart[row]),
      t1: x(matches.targetEnd[row]),
      q0: y(forward ? matches.queryStart[row] : matches.queryEnd[row]),
      q1: y(forward ? matches.queryEnd[row] : matches.queryStart[row]),
    };
  }

  /** Is an end of it in view? */
  sees({ t0, t1, q0, q1 }: Ribbon): boolean {
    const { width } = this;
    return (Math.max(t0, t1) >= 0 && Math.min(t0, t1) <= width) || (Math.max(q0, q1) >= 0 && Math.min(q0, q1) <= width);
  }
}

/** The wider end of a ribbon, in pixels. */
export const widthOf = ({ t0, t1, q0, q1 }: Ribbon): number => Math.max(Math.abs(t1 - t0), Math.abs(q1 - q0));

/** The share of its length over which an end from `a` to `b` is within `margin` pixels of view. */
function seenShare(a: number, b: number, width: number, margin: number): readonly [number, number] | null {
  if (a === b) return a >= -margin && a <= width + margin ? [0, 1] : null;
  const one = (-margin - a) / (b - a);
  const other = (width + margin - a) / (b - a);
  const from = Math.max(Math.min(one, other), 0);
  const to = Math.min(Math.max(one, other), 1);
  return from <= to ? [from, to] : null;
}

/** The part of a ribbon of which an end is near the view: a canvas holds single precision. */
export function cut(ribbon: Ribbon, width: number, margin: number): Ribbon | null {
  const { t0, t1, q0, q1 } = ribbon;
  const above = seenShare(t0, t1, width, margin);
  const below = seenShare(q0, q1, width, margin);
  const seen = [above, below].filter((share) => share !== null);
  if (seen.length === 0) return null;
  const from = Math.min(...seen.map(([low]) => low));
  const to = Math.max(...seen.map(([, high]) => high));
  if (from === 0 && to === 1) return ribbon;
  const at = (a: number, b: number, share: number): number => a + (b - a) * share;
  return { t0: at(t0, t1, from), t1: at(t0, t1, to), q0: at(q0, q1, from), q1: at(q0, q1, to) };
}

/**
 * How far a ribbon has gone over from the upper to the lower row (0–1) at a share of the height: its
 * edges are cubic curves that leave and reach the rows upright.
 */
export function gone(height: number): number {
  // The curve's height at its parameter t is 1.5t(1-t) + t³; found by halving, to a thousandth of a pixel.
  let low = 0;
  let high = 1;
  for (let step = 0; step < 20; step++) {
    const t = (low + high) / 2;
    if (1.5 * t * (1 - t) + t ** 3 < height) low = t;
    else high = t;
  }
  const t = (low + high) / 2;
  return t * t * (3 - 2 * t);
}

/** How far right of a ribbon's nearest edge a point is (0 inside), where it has gone over by `share`. */
export function besides({ t0, t1, q0, q1 }: Ribbon, x: number, share: number): number {
  const a = t0 + (q0 - t0) * share;
  const b = t1 + (q1 - t1) * share;
  return Math.max(Math.min(a, b) - x, x - Math.max(a, b), 0);
}

/** Width of a ribbon where it has gone over by `share`. */
export const widthAt = ({ t0, t1, q0, q1 }: Ribbon, share: number): number => Math.abs(t1 - t0 + (q1 - q0 - t1 + t0) * share);

/** Ribbons too narrow to be bands, bundled where both of their ends are about the same. */
export class Bundles {
  readonly count: Float32Array;
  readonly level: Float32Array;
  readonly rise: Float32Array;
  private readonly side: number;

  /** Bundles over rows of `width` pixels, `cell` of which are one place. */
  constructor(
    width: number,
    private readonly cell: number,
  ) {
    // One place more at each end, for what is out of view there.
    this.side = Math.ceil(width / cell) + 2;
    this.count = new Float32Array(this.side * this.side);
    this.level = new Float32Array(this.side * this.side);
    this.rise = new Float32Array(this.side * this.side);
  }

  add({ t0, t1, q0, q1 }: Ribbon, tone: number): void {
    const at = this.place((t0 + t1) / 2) * this.side + this.place((q0 + q1) / 2);
    this.count[at]++;
    this.level[at] += tone >> 1;
    this.rise[at] += tone & 1;
  }

  /** The bundles of most matches, at most `most`, those of fewest first. */
  largest(most: number): number[] {
    const filled: number[] = [];
    for (let at = 0; at < this.count.length; at++) if (this.count[at] > 0) filled.push(at);
    filled.sort((a, b) => this.count[a] - this.count[b] || a - b);
    return filled.slice(-most);
  }

  /** The middle of a bundle above and below, in pixels. */
  ends(at: number): readonly [above: number, below: number] {
    const middle = (place: number): number => (place - 0.5) * this.cell;
    return [middle(Math.floor(at / this.side)), middle(at % this.side)];
  }

  private place(pixel: number): number {
    return Math.min(Math.max(Math.floor(pixel / this.cell) + 1, 0), this.side - 1);
  }
}
