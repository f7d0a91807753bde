/**
 * The density of a plot: how many matches lie on each cell of a fixed grid over it, how alike they
 * are and how many of them rise. A picture of millions of matches is poured from it, at the same
 * cost however many there are. The longest matches are left to be drawn as lines.
 */
import type { Segments } from "./segments";
import type { View } from "./view";

/** Cells along each axis. */
export const SIDE = 2048;
/** No match is counted on more cells than this. */
const MOST_CELLS = 256;

/** What is summed for each pixel or cell: cover, cover × level and cover × share that rises. */
export interface Planes {
  readonly cover: Float32Array;
  readonly level: Float32Array;
  readonly rise: Float32Array;
}

export const planes = (size: number): Planes => ({
  cover: new Float32Array(size),
  level: new Float32Array(size),
  rise: new Float32Array(size),
});

export class Density {
  /** Three sums for each cell, side by side: a match touches one line of the processor's cache. */
  private readonly sums = new Float32Array(3 * SIDE * SIDE);
  private readonly width: number;
  private readonly height: number;

  /** Count the matches `rows`, whose tones are `tones` (twice the level, one more if it rises). */
  constructor(segments: Segments, rows: Uint32Array, tones: Uint8Array) {
    this.width = Math.max(segments.target.length, 1);
    this.height = Math.max(segments.query.length, 1);
    const { matches, target, query } = segments;
    const across = SIDE / this.width;
    const up = SIDE / this.height;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at];
      const t = matches.target[row];
      const q = matches.query[row];
      const forward = matches.strand[row] >= 0;
      const ax = (target.origin[t] + target.sign[t] * matches.targetStart[row]) * across;
      const bx = (target.origin[t] + target.sign[t] * matches.targetEnd[row]) * across;
      const first = forward ? matches.queryStart[row] : matches.queryEnd[row];
      const last = forward ? matches.queryEnd[row] : matches.queryStart[row];
      const ay = (query.origin[q] + query.sign[q] * first) * up;
      const by = (query.origin[q] + query.sign[q] * last) * up;
      this.add(ax, ay, bx, by, tones[row]);
    }
  }

  /** Can a picture of this view be poured? Its pixels must not be smaller than a cell. */
  serves(view: View, width: number, height: number): boolean {
    const across = this.width / SIDE / ((view.x1 - view.x0) / width);
    const up = this.height / SIDE / ((view.y1 - view.y0) / height);
    return across <= 1 && up <= 1;
  }

  /** Add the cells in view to the pixels they lie on; a cell on two pixels is shared out. */
  pour(view: View, width: number, height: number, into: Planes): void {
    const { sums } = this;
    const columns = spans(view.x0, view.x1, this.width, width);
    const lines = spans(view.y0, view.y1, this.height, height);
    for (let line = lines.first; line < lines.last; line++) {
      for (let step = 0; step < 2; step++) {
        const high = step === 0 ? lines.share[line] : 1 - lines.share[line];
        const row = height - 1 - (lines.pixel[line] + step);
        if (high <= 0 || row < 0 || row >= height) continue;
        for (let column = columns.first; column < columns.last; column++) {
          const cell = 3 * (line * SIDE + column);
          if (sums[cell] === 0) continue;
          const left = columns.pixel[column];
          const share = columns.share[column] * high;
          if (left >= 0 && left < width && share > 0) mixIn(into, row * width + left, sums, cell, share);
          if (left + 1 >= 0 && left + 1 < width && share < high) {
            mixIn(into, row * width + left + 1, sums, cell, high - share);
          }
        }
      }
    }
  }

  /** Count a match on the cells from (ax, ay) to (bx, by). */
  private add(ax: number, ay: number, bx: number, by: number, tone: number): void {
    const { sums } = this;
    const cells = Math.min(Math.max(Math.ceil(Math.max(Math.abs(bx - ax), Math.abs(by - ay))), 1), MOST_CELLS);
    for (let n = 0; n < cells; n++) {
      const t = (n + 0.5) / cells;
      const column = Math.min((ax + (bx - ax) * t) | 0, SIDE - 1);
      const line = Math.min((ay + (by - ay) * t) | 0, SIDE - 1);
      const cell = 3 * (line * SIDE + column);
      sums[cell]++;
      sums[cell + 1] += tone >> 1;
      sums[cell + 2] += tone & 1;
    }
  }
}

/** Add a share of a cell to a pixel. */
function mixIn(into: Planes, pixel: number, sums: Float32Array, cell: number, share: number): void {
  into.cover[pixel] += share * sums[cell];
  into.level[pixel] += share * sums[cell + 1];
  into.rise[pixel] += share * sums[cell + 2];
}

/** For each cell along an axis of `length` bases: the pixel it begins on, and the share on that. */
interface Spans {
  readonly first: number;
  readonly last: number;
  readonly pixel: Int32Array;
  readonly share: Float32Array;
}

function spans(start: number, end: number, length: number, pixels: number): Spans {
  const cell = length / SIDE;
  const scale = pixels / (end - start);
  const pixel = new Int32Array(SIDE);
  const share = new Float32Array(SIDE);
  for (let at = 0; at < SIDE; at++) {
    const from = (at * cell - start) * scale;
    pixel[at] = Math.floor(from);
    share[at] = Math.min((pixel[at] + 1 - from) / (cell * scale), 1);
  }
  const first = Math.max(Math.floor(start / cell) - 1, 0);
  return { first, last: Math.min(Math.ceil(end / cell) + 1, SIDE), pixel, share };
}
