/**
 * Segments are the matches on the axes: match i runs from (x1, y1) to (x2, y2), in axis positions.
 * (x1, y1) is where the match begins on the target's forward strand.
 */
import type { Axis } from "./axis";
import type { Matches } from "./scene";

export interface Segments {
  readonly x1: Float64Array;
  readonly y1: Float64Array;
  readonly x2: Float64Array;
  readonly y2: Float64Array;
}

/** Lay the matches on the axes. An inverted match meets the end of its query interval first. */
export function lay(matches: Matches, target: Axis, query: Axis): Segments {
  const { count } = matches;
  const x1 = new Float64Array(count);
  const y1 = new Float64Array(count);
  const x2 = new Float64Array(count);
  const y2 = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const forward = matches.strand[i] >= 0;
    x1[i] = target.position(matches.target[i], matches.targetStart[i]);
    x2[i] = target.position(matches.target[i], matches.targetEnd[i]);
    const first = forward ? matches.queryStart[i] : matches.queryEnd[i];
    const last = forward ? matches.queryEnd[i] : matches.queryStart[i];
    y1[i] = query.position(matches.query[i], first);
    y2[i] = query.position(matches.query[i], last);
  }
  return { x1, y1, x2, y2 };
}

/** Does each match rise, that is, run the same way in both genomes as they are drawn? 1 or 0. */
export function rising({ x1, y1, x2, y2 }: Segments): Uint8Array {
  const rises = new Uint8Array(x1.length);
  for (let i = 0; i < rises.length; i++) rises[i] = (x2[i] - x1[i]) * (y2[i] - y1[i]) >= 0 ? 1 : 0;
  return rises;
}

export type Line = readonly [x1: number, y1: number, x2: number, y2: number];

/**
 * The part of a line inside the box (0, 0)–(width, height) widened by `margin`, or null.
 *
 * Clipping in doubles comes before drawing: a canvas holds single precision, in which a line that
 * leaves the page by a billion pixels would stand in the wrong place. (Liang and Barsky, 1984.)
 */
export function clipped(line: Line, width: number, height: number, margin: number): Line | null {
  const [x1, y1, x2, y2] = line;
  const dx = x2 - x1;
  const dy = y2 - y1;
  let from = 0;
  let to = 1;
  const edges = [
    [-dx, x1 + margin],
    [dx, width + margin - x1],
    [-dy, y1 + margin],
    [dy, height + margin - y1],
  ];
  for (const [toward, room] of edges) {
    if (toward === 0) {
      if (room < 0) return null;
    } else if (toward < 0) from = Math.max(from, room / toward);
    else to = Math.min(to, room / toward);
  }
  if (from > to) return null;
  return [x1 + from * dx, y1 + from * dy, x1 + to * dx, y1 + to * dy];
}

/** Distance in pixels from a point to a line. */
export function distance(x: number, y: number, [x1, y1, x2, y2]: Line): number {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : ((x - x1) * dx + (y - y1) * dy) / squared;
  const t = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - (x1 + t * dx), y - (y1 + t * dy));
}
