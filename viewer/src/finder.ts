/**
 * The finder answers which matches may lie in a rectangle of the plot.
 *
 * It is a pile of grids, each with cells half as wide as the one above. A match is kept in the
 * finest grid whose cells are no smaller than the match, in the cell of its lower left corner; it
 * then reaches one cell further at most. Building it is one pass to count and one to fill: ten
 * million matches take about a second and four bytes each, where a tree that must sort them takes
 * ten seconds and forty bytes.
 */
import type { Segments } from "./segments";

/** The finest grid has 2^DEEPEST cells along each axis. */
const DEEPEST = 11;
/** Matches in a cell of the finest grid, about, were they spread evenly. */
const IN_CELL = 4;

export class Finder {
  /** Rows of matches, cell by cell. */
  private readonly rows: Uint32Array;
  /** Where each cell's rows begin in `rows`; one more entry for the end. */
  private readonly starts: Uint32Array;
  private readonly deepest: number;
  private readonly width: number;
  private readonly height: number;

  constructor(private readonly segments: Segments) {
    const { count } = segments;
    this.width = Math.max(segments.target.length, 1);
    this.height = Math.max(segments.query.length, 1);
    this.deepest = Math.min(Math.max(Math.ceil(Math.log2(Math.max(count, 1) / IN_CELL) / 2), 0), DEEPEST);
    this.starts = new Uint32Array(FIRST[this.deepest + 1] + 1);
    this.rows = new Uint32Array(count);
    const cells = new Uint32Array(count);
    for (let row = 0; row < count; row++) {
      cells[row] = this.cellOf(row);
      this.starts[cells[row] + 1]++;
    }
    for (let cell = 1; cell < this.starts.length; cell++) this.starts[cell] += this.starts[cell - 1];
    const next = this.starts.slice();
    for (let row = 0; row < count; row++) this.rows[next[cells[row]]++] = row;
  }

  /** Tell `visit` every match whose box meets the rectangle, in no order. */
  search(x0: number, y0: number, x1: number, y1: number, visit: (row: number) => void): void {
    this.runs(x0, y0, x1, y1, (from, to) => {
      for (let at = from; at < to; at++) {
        const row = this.rows[at];
        if (this.meets(row, x0, y0, x1, y1)) visit(row);
      }
    });
  }

  /** All matches that may lie in the rectangle, and some near it, in no order. */
  gather(x0: number, y0: number, x1: number, y1: number): Uint32Array {
    let count = 0;
    this.runs(x0, y0, x1, y1, (from, to) => (count += to - from));
    const gathered = new Uint32Array(count);
    count = 0;
    this.runs(x0, y0, x1, y1, (from, to) => {
      gathered.set(this.rows.subarray(from, to), count);
      count += to - from;
    });
    return gathered;
  }

  /** Tell `visit` the parts of `rows` whose cells may reach into the rectangle. */
  private runs(x0: number, y0: number, x1: number, y1: number, visit: (from: number, to: number) => void): void {
    for (let level = 0; level <= this.deepest; level++) {
      const side = 1 << level;
      const [left, right] = range(x0 / this.width, x1 / this.width, side);
      const [low, high] = range(y0 / this.height, y1 / this.height, side);
      for (let line = low; line <= high; line++) {
        const first = FIRST[level] + line * side;
        const from = this.starts[first + left];
        const to = this.starts[first + right + 1];
        if (from < to) visit(from, to);
      }
    }
  }

  private meets(row: number, x0: number, y0: number, x1: number, y1: number): boolean {
    const { matches, target, query } = this.segments;
    const t = matches.target[row];
    const q = matches.query[row];
    const ax = target.origin[t] + target.sign[t] * matches.targetStart[row];
    const bx = target.origin[t] + target.sign[t] * matches.targetEnd[row];
    if ((ax < x0 && bx < x0) || (ax > x1 && bx > x1)) return false;
    const ay = query.origin[q] + query.sign[q] * matches.queryStart[row];
    const by = query.origin[q] + query.sign[q] * matches.queryEnd[row];
    return !((ay < y0 && by < y0) || (ay > y1 && by > y1));
  }

  private cellOf(row: number): number {
    const { matches, target, query } = this.segments;
    const t = matches.target[row];
    const q = matches.query[row];
    const across = (matches.targetEnd[row] - matches.targetStart[row]) / this.width;
    const up = (matches.queryEnd[row] - matches.queryStart[row]) / this.height;
    const x = target.origin[t] + target.sign[t] * (target.sign[t] > 0 ? matches.targetStart[row] : matches.targetEnd[row]);
    const y = query.origin[q] + query.sign[q] * (query.sign[q] > 0 ? matches.queryStart[row] : matches.queryEnd[row]);
    const fits = Math.floor(1 / Math.max(across, up, 2 ** -DEEPEST));
    const level = Math.min(31 - Math.clz32(Math.max(fits, 1)), this.deepest);
    const side = 1 << level;
    const column = Math.min(Math.floor((x / this.width) * side), side - 1);
    const line = Math.min(Math.floor((y / this.height) * side), side - 1);
    return FIRST[level] + line * side + column;
  }
}

/** The number of each level's first cell: one cell lies above level 1, five above level 2, … */
const FIRST = Int32Array.from({ length: DEEPEST + 2 }, (_, level) => (4 ** level - 1) / 3);

/** The cells of a line that may hold what reaches from `from` to `to` (shares of the axis). */
function range(from: number, to: number, side: number): readonly [number, number] {
  const low = Math.max(Math.floor(from * side) - 1, 0);
  return [Math.min(low, side - 1), Math.min(Math.max(Math.floor(to * side), 0), side - 1)];
}
