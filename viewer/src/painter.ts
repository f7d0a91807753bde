/**
 * The painter draws segments into a bitmap. Small matches are counted into a density raster, where
 * each covers the pixels it lies on; larger ones are lines, stroked in one path per colour. The
 * longest have the lines' budget, the rest join the raster: a frame's cost stays bounded.
 */
import { type Colouring, css, type Theme, tones, TONES } from "./palette";
import { clipped, type Segments } from "./segments";
import type { Size, View } from "./view";

export interface Style {
  readonly colouring: Colouring;
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

/** Matches shorter than this many CSS pixels go into the raster. */
const LINE_FROM = 5;
/** Lines stroked in one frame. */
const LINE_BUDGET = 6000;
/** What one match, however small, covers at least of its pixel. */
const LEAST_COVER = 0.8;
/** With more matches than this, dots go to the nearest pixel first and are widened all at once. */
const CROWD = 60_000;

export class Painter {
  private cover = new Float32Array(0);
  private tone = new Float32Array(0);
  private width = 0;
  private height = 0;
  private dot = 1;
  private crowded = false;

  constructor(private readonly surface: Surface) {}

  /** Paint the matches `rows` (longest first), whose colours are `toneOf`. */
  paint(picture: Picture, segments: Segments, rows: Uint32Array, toneOf: Uint8Array): void {
    this.begin(picture);
    this.crowded = rows.length > CROWD;
    const lines = this.sort(picture, segments, rows, toneOf);
    if (this.crowded) this.widen();
    this.develop(picture.style);
    this.stroke(lines, picture);
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
    if (this.cover.length !== pixels) {
      this.cover = new Float32Array(pixels);
      this.tone = new Float32Array(pixels);
    } else {
      this.cover.fill(0);
      this.tone.fill(0);
    }
  }

  /** Put small matches into the raster; answer the others as flat coordinates per tone. */
  private sort(picture: Picture, segments: Segments, rows: Uint32Array, toneOf: Uint8Array): number[][] {
    const { view, ratio } = picture;
    const { x1, y1, x2, y2 } = segments;
    const { width, height } = this;
    const kx = width / (view.x1 - view.x0);
    const ky = height / (view.y1 - view.y0);
    const margin = this.dot;
    const lineFrom = LINE_FROM * ratio;
    const lines: number[][] = Array.from({ length: TONES }, () => []);
    let budget = LINE_BUDGET;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at];
      const ax = (x1[row] - view.x0) * kx;
      const bx = (x2[row] - view.x0) * kx;
      if ((ax < -margin && bx < -margin) || (ax > width + margin && bx > width + margin)) continue;
      const ay = height - (y1[row] - view.y0) * ky;
      const by = height - (y2[row] - view.y0) * ky;
      if ((ay < -margin && by < -margin) || (ay > height + margin && by > height + margin)) continue;
      const long = Math.max(Math.abs(bx - ax), Math.abs(by - ay));
      if (long < lineFrom) {
        this.sprinkle(ax, ay, bx, by, long, toneOf[row]);
        continue;
      }
      const line = clipped([ax, ay, bx, by], width, height, margin + 2);
      if (line === null) continue;
      if (budget-- > 0) lines[toneOf[row]].push(line[0], line[1], line[2], line[3]);
      else this.sprinkle(...line, Math.max(Math.abs(line[2] - line[0]), Math.abs(line[3] - line[1])), toneOf[row]);
    }
    return lines;
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

  /** Add a dot to the one pixel it lies on. */
  private drop(x: number, y: number, cover: number, tone: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const pixel = (y | 0) * this.width + (x | 0);
    this.cover[pixel] += cover;
    this.tone[pixel] += cover * tone;
  }

  /** Widen every dropped dot to the dot's size: what `put` does dot by dot, for all at once. */
  private widen(): void {
    const side = Math.min((this.dot - 1) / 2, 1);
    if (side <= 0) return;
    for (const plane of [this.cover, this.tone]) {
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
        const pixel = row * this.width + column;
        this.cover[pixel] += share;
        this.tone[pixel] += share * tone;
      }
    }
  }

  /** How strongly cover darkens: less where the plot is crowded, so that structure stays visible. */
  private exposure(): number {
    let sum = 0;
    let touched = 0;
    for (let pixel = 0; pixel < this.cover.length; pixel += 3) {
      if (this.cover[pixel] > 0) {
        sum += this.cover[pixel];
        touched++;
      }
    }
    return touched === 0 ? 0 : 1.8 / Math.max(1, (0.6 * sum) / touched);
  }

  /** Turn the raster into pixels. */
  private develop(style: Style): void {
    const exposure = this.exposure();
    if (exposure === 0) return;
    // Pixels are written as whole words, lowest byte red: every platform with a browser is so.
    const words = Uint32Array.from(tones(style.colouring, style.theme), ([r, g, b]) => r | (g << 8) | (b << 16));
    const image = this.surface.context.createImageData(this.width, this.height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let pixel = 0; pixel < pixels.length; pixel++) {
      const cover = this.cover[pixel];
      if (cover === 0) continue;
      const alpha = Math.round(255 * (1 - Math.exp(-cover * exposure)));
      const tone = Math.min(Math.round(this.tone[pixel] / cover), TONES - 1);
      pixels[pixel] = (words[tone] | (alpha << 24)) >>> 0;
    }
    this.surface.context.putImageData(image, 0, 0);
  }

  private stroke(lines: number[][], { style, ratio }: Picture): void {
    const { context } = this.surface;
    const colours = tones(style.colouring, style.theme);
    context.lineWidth = Math.max(1, style.lineWidth * ratio);
    context.lineCap = "round";
    for (let tone = 0; tone < TONES; tone++) {
      const flat = lines[tone];
      if (flat.length === 0) continue;
      context.strokeStyle = css(colours[tone]);
      context.beginPath();
      for (let at = 0; at < flat.length; at += 4) {
        context.moveTo(flat[at], flat[at + 1]);
        context.lineTo(flat[at + 2], flat[at + 3]);
      }
      context.stroke();
    }
  }
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
