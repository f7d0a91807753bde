/**
 * The painter draws segments into a bitmap. Small matches are counted into a density raster, where
 * each covers the pixels it lies on; larger ones are lines, stroked in one path per colour. The
 * longest have the lines' budget, the rest join the raster: a frame's cost stays bounded, and no
 * match is left out.
 */
import { lengthsOf } from "./census";
import { planes, type Density, type Planes } from "./density";
import { css, type Rgb, type Theme } from "./palette";
import { exceededBy } from "./radix";
import { clipped, type Line, type Segments } from "./segments";
import type { Size, View } from "./view";

export interface Style {
  readonly theme: Theme;
  /** Width of a line in CSS pixels. */
  readonly lineWidth: number;
}

export interface Picture {
  readonly view: View;
  readonly size: Size;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
  readonly style: Style;
}

export interface Surface {
  readonly canvas: OffscreenCanvas;
  readonly context: OffscreenCanvasRenderingContext2D;
}

/** What is painted. */
export interface Subject {
  readonly segments: Segments;
  /** Matches to look at, in any order. */
  readonly rows: Uint32Array;
  /** Matches that are counted already; null where `rows` are all. */
  readonly density: Density | null;
  /** Of each match. */
  readonly tones: Uint8Array;
  /** Of each tone: falling and rising, level by level. */
  readonly colours: readonly Rgb[];
}

/** How many matches a picture shows as lines, and how many as density. */
export interface Drawn {
  readonly lines: number;
  readonly counted: number;
}

/** Matches shorter than this many CSS pixels go into the raster. */
const LINE_FROM = 5;
/** Where there are few, all are lines, and none is shorter than this many CSS pixels. */
const LEAST_LINE = 3;
/** Lines stroked in one frame. */
export const LINE_BUDGET = 6000;
/** What one match, however small, covers at least of its pixel. */
const LEAST_COVER = 0.8;
/** With more matches than this, dots go to the nearest pixel first and are widened all at once. */
const CROWD = 60_000;
/** Shades between a colour that falls and one that rises. */
const MIXES = 16;

export class Painter {
  private planes: Planes = planes(0);
  private width = 0;
  private height = 0;
  private dot = 1;
  private crowded = false;

  constructor(private readonly surface: Surface) {}

  paint(picture: Picture, subject: Subject): Drawn {
    this.begin(picture);
    this.crowded = subject.density !== null || subject.rows.length > CROWD;
    const long = new LineList();
    const counted = this.sort(picture, subject, long);
    const lines = this.choose(long, subject);
    if (subject.density) this.pour(subject.density, picture.view);
    if (this.crowded) this.widen();
    this.develop(subject.colours);
    this.stroke(lines, subject, picture);
    return { lines: lines.length, counted: counted + long.count - lines.length };
  }

  private begin({ size, ratio, style }: Picture): void {
    this.width = Math.max(1, Math.round(size.width * ratio));
    this.height = Math.max(1, Math.round(size.height * ratio));
    this.dot = Math.max(1, style.lineWidth * ratio);
    const { canvas, context } = this.surface;
    if (canvas.width !== this.width || canvas.height !== this.height) {
      canvas.width = this.width;
      canvas.height = this.height;
    } else {
      context.clearRect(0, 0, this.width, this.height);
    }
    const pixels = this.width * this.height;
    if (this.planes.cover.length === pixels) Object.values(this.planes).forEach((plane: Float32Array) => plane.fill(0));
    else this.planes = planes(pixels);
  }

  /** Put small matches into the raster and the others into `long`; answer how many were small. */
  private sort({ view, ratio }: Picture, { segments, rows, tones }: Subject, long: LineList): number {
    const { matches } = segments;
    const { width, height } = this;
    const kx = width / (view.x1 - view.x0);
    const ky = height / (view.y1 - view.y0);
    // Pixels of a contig's origin and of a base on it: nothing else is asked of the axes below.
    const atX = segments.target.origin.map((origin) => (origin - view.x0) * kx);
    const perX = Float64Array.from(segments.target.sign, (sign) => sign * kx);
    const atY = segments.query.origin.map((origin) => height - (origin - view.y0) * ky);
    const perY = Float64Array.from(segments.query.sign, (sign) => -sign * ky);
    const margin = this.dot;
    const few = !this.crowded && rows.length <= LINE_BUDGET;
    const lineFrom = few ? 0 : LINE_FROM * ratio;
    const least = few ? LEAST_LINE * ratio : 0;
    let counted = 0;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at];
      const t = matches.target[row];
      const ax = atX[t] + perX[t] * matches.targetStart[row];
      const bx = atX[t] + perX[t] * matches.targetEnd[row];
      if ((ax < -margin && bx < -margin) || (ax > width + margin && bx > width + margin)) continue;
      const q = matches.query[row];
      const forward = matches.strand[row] >= 0;
      const ay = atY[q] + perY[q] * (forward ? matches.queryStart[row] : matches.queryEnd[row]);
      const by = atY[q] + perY[q] * (forward ? matches.queryEnd[row] : matches.queryStart[row]);
      if ((ay < -margin && by < -margin) || (ay > height + margin && by > height + margin)) continue;
      const length = Math.max(Math.abs(bx - ax), Math.abs(by - ay));
      if (length < lineFrom) {
        this.sprinkle(ax, ay, bx, by, length, tones[row]);
        counted++;
        continue;
      }
      const whole: Line = length < least ? lengthened([ax, ay, bx, by], least, tones[row] & 1) : [ax, ay, bx, by];
      const line = clipped(whole, width, height, margin + 2);
      if (line !== null) long.push(row, line);
    }
    return counted;
  }

  /** Places of the longest of the long ones, as many as there is time for; the others join the raster. */
  private choose(long: LineList, { tones, segments }: Subject): LineOf[] {
    const lengths = lengthsOf(segments.matches, long.rows.subarray(0, long.count));
    const least = exceededBy(LINE_BUDGET, lengths);
    const chosen: LineOf[] = [];
    for (let at = 0; at < long.count; at++) {
      const row = long.rows[at];
      const [ax, ay, bx, by] = long.ends.subarray(4 * at, 4 * at + 4);
      if (lengths[at] > least) chosen.push({ tone: tones[row], line: [ax, ay, bx, by] });
      else this.sprinkle(ax, ay, bx, by, Math.max(Math.abs(bx - ax), Math.abs(by - ay)), tones[row]);
    }
    return chosen;
  }

  /** Add what was counted before; each match covers its pixel a little. */
  private pour(density: Density, view: View): void {
    const poured = planes(this.width * this.height);
    density.pour(view, this.width, this.height, poured);
    for (const name of ["cover", "level", "rise"] as const) {
      const plane = this.planes[name];
      for (let pixel = 0; pixel < plane.length; pixel++) plane[pixel] += LEAST_COVER * poured[name][pixel];
    }
  }

  /** Lay dots along a line so that they cover it about evenly. */
  private sprinkle(ax: number, ay: number, bx: number, by: number, long: number, tone: number): void {
    const dots = Math.max(1, Math.ceil((2 * long) / this.dot));
    if (this.crowded && dots === 1) {
      this.drop((ax + bx) / 2, (ay + by) / 2, LEAST_COVER, tone);
      return;
    }
    const cover = Math.max((1.2 * long) / (dots * this.dot), LEAST_COVER);
    for (let n = 0; n < dots; n++) {
      const t = (n + 0.5) / dots;
      if (this.crowded) this.drop(ax + (bx - ax) * t, ay + (by - ay) * t, cover, tone);
      else this.put(ax + (bx - ax) * t, ay + (by - ay) * t, cover, tone);
    }
  }

  private add(pixel: number, cover: number, tone: number): void {
    const { planes } = this;
    planes.cover[pixel] += cover;
    planes.level[pixel] += cover * (tone >> 1);
    planes.rise[pixel] += cover * (tone & 1);
  }

  /** Add a dot to the one pixel it lies on. */
  private drop(x: number, y: number, cover: number, tone: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    this.add((y | 0) * this.width + (x | 0), cover, tone);
  }

  /** Widen every dropped dot to the dot's size: what `put` does dot by dot, for all at once. */
  private widen(): void {
    const side = Math.min((this.dot - 1) / 2, 1);
    if (side <= 0) return;
    for (const plane of Object.values(this.planes) as Float32Array[]) {
      spread(plane, this.width, this.height, 1, this.width, side);
      spread(plane, this.height, this.width, this.width, 1, side);
    }
  }

  /** Add a square dot to the raster; each pixel takes the part of it that lies on it. */
  private put(x: number, y: number, cover: number, tone: number): void {
    const half = this.dot / 2;
    const left = Math.max(x - half, 0);
    const right = Math.min(x + half, this.width);
    const top = Math.max(y - half, 0);
    const bottom = Math.min(y + half, this.height);
    for (let row = Math.floor(top); row < bottom; row++) {
      const high = Math.min(row + 1, bottom) - Math.max(row, top);
      for (let column = Math.floor(left); column < right; column++) {
        const share = cover * high * (Math.min(column + 1, right) - Math.max(column, left));
        this.add(row * this.width + column, share, tone);
      }
    }
  }

  /** How strongly cover darkens: less where the plot is crowded, so that structure stays visible. */
  private exposure(): number {
    const { cover } = this.planes;
    let sum = 0;
    let touched = 0;
    for (let pixel = 0; pixel < cover.length; pixel += 3) {
      if (cover[pixel] > 0) {
        sum += cover[pixel];
        touched++;
      }
    }
    return touched === 0 ? 0 : 1.8 / Math.max(1, (0.6 * sum) / touched);
  }

  /** Turn the raster into pixels. */
  private develop(colours: readonly Rgb[]): void {
    const exposure = this.exposure();
    if (exposure === 0) return;
    const words = inkWords(colours);
    const { cover, level, rise } = this.planes;
    const image = this.surface.context.createImageData(this.width, this.height);
    const pixels = new Uint32Array(image.data.buffer);
    const top = colours.length / 2 - 1;
    for (let pixel = 0; pixel < pixels.length; pixel++) {
      const covered = cover[pixel];
      if (covered === 0) continue;
      const alpha = Math.round(255 * (1 - Math.exp(-covered * exposure)));
      const mean = Math.min(Math.round(level[pixel] / covered), top);
      const up = Math.min(Math.round((rise[pixel] / covered) * MIXES), MIXES);
      pixels[pixel] = (words[mean * (MIXES + 1) + up] | (alpha << 24)) >>> 0;
    }
    this.surface.context.putImageData(image, 0, 0);
  }

  private stroke(lines: readonly LineOf[], { colours }: Subject, { style, ratio }: Picture): void {
    const { context } = this.surface;
    context.lineWidth = Math.max(1, style.lineWidth * ratio);
    context.lineCap = "round";
    const byTone: Line[][] = colours.map(() => []);
    for (const { tone, line } of lines) byTone[tone].push(line);
    byTone.forEach((some, tone) => {
      if (some.length === 0) return;
      context.strokeStyle = css(colours[tone]);
      context.beginPath();
      for (const [x1, y1, x2, y2] of some) {
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
      }
      context.stroke();
    });
  }
}

/** A line too short to be seen, made `least` long about its middle; its direction is seen then, too. */
function lengthened([ax, ay, bx, by]: Line, least: number, rises: number): Line {
  const x = (ax + bx) / 2;
  const y = (ay + by) / 2;
  const half = least / 2;
  const up = rises === 1 ? half : -half;
  return [x - half, y + up, x + half, y - up];
}

/** A line of the picture, in device pixels. */
interface LineOf {
  readonly tone: number;
  readonly line: Line;
}

/** Matches long enough to be lines, however many, without an object for each. */
class LineList {
  count = 0;
  rows = new Uint32Array(1024);
  ends = new Float64Array(4 * 1024);

  push(row: number, line: Line): void {
    if (this.count === this.rows.length) this.grow();
    this.rows[this.count] = row;
    this.ends.set(line, 4 * this.count++);
  }

  private grow(): void {
    const { rows, ends } = this;
    this.rows = new Uint32Array(2 * rows.length);
    this.ends = new Float64Array(2 * ends.length);
    this.rows.set(rows);
    this.ends.set(ends);
  }
}

/**
 * A word of pixel for each level and each share of rising matches. Pixels are written as whole words,
 * lowest byte red: every platform with a browser is so.
 */
function inkWords(colours: readonly Rgb[]): Uint32Array {
  const words = new Uint32Array((colours.length / 2) * (MIXES + 1));
  for (let level = 0; level < colours.length / 2; level++) {
    const [down, up] = [colours[2 * level], colours[2 * level + 1]];
    for (let mix = 0; mix <= MIXES; mix++) {
      const [r, g, b] = down.map((channel, n) => Math.round(channel + ((up[n] - channel) * mix) / MIXES));
      words[level * (MIXES + 1) + mix] = r | (g << 8) | (b << 16);
    }
  }
  return words;
}

/** Give each value's neighbours, along lines of `length` values `step` apart, the part `side` of it. */
function spread(plane: Float32Array, length: number, lines: number, step: number, next: number, side: number): void {
  for (let line = 0; line < lines; line++) {
    let at = line * next;
    let before = 0;
    let here = plane[at];
    for (let n = 1; n <= length; n++) {
      const after = n < length ? plane[at + step] : 0;
      plane[at] = here + side * (before + after);
      before = here;
      here = after;
      at += step;
    }
  }
}
