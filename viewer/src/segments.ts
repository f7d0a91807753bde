/**
 * Segments are the matches on the axes: a match runs from (x1, y1) to (x2, y2), in axis positions.
 * (x1, y1) is where the match begins on the target's forward strand. They are computed when they are
 * asked for, from a match's coordinates and two small tables: ten million of them take no memory.
 */
import type { Axis } from "./axis";
import type { Matches } from "./scene";

export type Line = readonly [x1: number, y1: number, x2: number, y2: number];

export class Segments {
  readonly count: number;

  constructor(
    readonly matches: Matches,
    readonly target: Axis,
    readonly query: Axis,
  ) {
    this.count = matches.count;
  }

  /** Where a match lies. An inverted match meets the end of its query interval first. */
  line(row: number): Line {
    const { matches, target, query } = this;
    const t = matches.target[row];
    const q = matches.query[row];
    const forward = matches.strand[row] >= 0;
    return [
      target.origin[t] + target.sign[t] * matches.targetStart[row],
      query.origin[q] + query.sign[q] * (forward ? matches.queryStart[row] : matches.queryEnd[row]),
      target.origin[t] + target.sign[t] * matches.targetEnd[row],
      query.origin[q] + query.sign[q] * (forward ? matches.queryEnd[row] : matches.queryStart[row]),
    ];
  }

  /** Does a match rise, that is, run the same way in both genomes as they are drawn? 1 or 0. */
  rises(row: number): number {
    const { matches, target, query } = this;
    const turned = target.sign[matches.target[row]] !== query.sign[matches.query[row]];
    return matches.strand[row] >= 0 === turned ? 0 : 1;
  }
}

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
