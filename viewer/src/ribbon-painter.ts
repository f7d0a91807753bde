/**
 * Paints ribbons into a bitmap. The longest matches are bands; what is narrower than a few pixels, and
 * what there is no time for, is bundled with its like and drawn as curves, the stronger the more
 * matches there are: a picture's cost stays bounded, however many matches there are.
 */
import { type Picture, type Surface } from "./painter";
import { css, type Rgb } from "./palette";
import { exceededBy } from "./radix";
import { lengthsOf } from "./census";
import { Bundles, cut, type Ribbon, Rows, widthOf } from "./ribbon-shapes";
import type { Segments } from "./segments";

/** Bands painted in one picture. */
const BANDS = 2500;
/** Bundles painted in one picture. */
const CURVES = 5000;
/** Narrower than this many CSS pixels at both ends is no band. */
const NARROW = 1.5;
/** Pixels of a bundle's ends. */
const CELL = 2;
/** Pixels beside the view that are painted too: the picture moves before the next one is there. */
const BESIDE = 400;
const STRENGTHS = 5;

export interface RibbonSubject {
  readonly segments: Segments;
  readonly rows: Uint32Array;
  readonly tones: Uint8Array;
  readonly colours: readonly Rgb[];
}

export function paintRibbons(surface: Surface, picture: Picture, subject: RibbonSubject): { bands: number; bundled: number } {
  const { canvas, context } = surface;
  const { size, ratio, view } = picture;
  canvas.width = Math.max(1, Math.round(size.width * ratio));
  canvas.height = Math.max(1, Math.round(size.height * ratio));
  const rows = new Rows(subject.segments, view, canvas.width);
  const bundles = new Bundles(canvas.width, CELL * ratio);
  const bands = sorted(rows, bundles, subject, NARROW * ratio);
  const chosen = choose(bands, rows, bundles, subject);
  context.lineCap = "butt";
  drawBundles(context, bundles, subject.colours, canvas.height, picture.style.lineWidth * 0.6 * ratio);
  drawBands(context, chosen, rows, subject, { height: canvas.height, ratio });
  return { bands: chosen.length, bundled: subject.rows.length - chosen.length };
}

/** Bundle what is narrow; answer the rows of the others that are in view. */
function sorted(rows: Rows, bundles: Bundles, { rows: of, tones }: RibbonSubject, narrow: number): Uint32Array {
  const wide = new Uint32Array(of.length);
  let count = 0;
  for (let at = 0; at < of.length; at++) {
    const ribbon = rows.ribbon(of[at]);
    if (!rows.sees(ribbon)) continue;
    if (widthOf(ribbon) >= narrow) wide[count++] = of[at];
    else bundles.add(ribbon, tones[of[at]]);
  }
  return wide.slice(0, count);
}

/** The longest of the wide ones, longest first; the others are bundled. */
function choose(wide: Uint32Array, rows: Rows, bundles: Bundles, { segments, tones }: RibbonSubject): number[] {
  const lengths = lengthsOf(segments.matches, wide);
  const least = exceededBy(BANDS, lengths);
  const chosen: (readonly [row: number, length: number])[] = [];
  for (let at = 0; at < wide.length; at++) {
    if (lengths[at] > least) chosen.push([wide[at], lengths[at]]);
    else bundles.add(rows.ribbon(wide[at]), tones[wide[at]]);
  }
  return chosen.sort((a, b) => b[1] - a[1]).map(([row]) => row);
}

type Context = OffscreenCanvasRenderingContext2D;

function drawBundles(context: Context, bundles: Bundles, colours: readonly Rgb[], height: number, width: number): void {
  const largest = bundles.largest(CURVES);
  if (largest.length === 0) return;
  const most = bundles.count[largest[largest.length - 1]];
  // Many curves of one colour and strength are one path.
  const paths = new Map<string, { readonly colour: string; readonly alpha: number; readonly path: Path2D }>();
  for (const at of largest) {
    const count = bundles.count[at];
    const strength = Math.min(Math.floor(STRENGTHS * Math.sqrt(count / most)), STRENGTHS - 1);
    const level = Math.round(bundles.level[at] / count);
    const rises = bundles.rise[at] * 2 >= count ? 1 : 0;
    const tone = Math.min(2 * (level & ~7) + rises, colours.length - 2 + rises);
    const key = `${strength} ${tone}`;
    let known = paths.get(key);
    if (known === undefined) {
      known = { colour: css(colours[tone]), alpha: largest.length > 500 ? 0.12 + 0.11 * strength : 0.6, path: new Path2D() };
      paths.set(key, known);
    }
    curve(known.path, ...bundles.ends(at), height);
  }
  context.lineWidth = Math.max(width, 1);
  for (const [, { colour, alpha, path }] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    context.strokeStyle = colour;
    context.globalAlpha = alpha;
    context.stroke(path);
  }
  context.globalAlpha = 1;
}

function curve(path: Path2D, above: number, below: number, height: number): void {
  path.moveTo(above, 0);
  path.bezierCurveTo(above, height / 2, below, height / 2, below, height);
}

/** The outline of a ribbon; it is twisted where its match is inverted. */
export function outline(path: Pick<Path2D, "moveTo" | "lineTo" | "bezierCurveTo" | "closePath">, { t0, t1, q0, q1 }: Ribbon, height: number): void {
  path.moveTo(t0, 0);
  path.bezierCurveTo(t0, height / 2, q0, height / 2, q0, height);
  path.lineTo(q1, height);
  path.bezierCurveTo(q1, height / 2, t1, height / 2, t1, 0);
  path.closePath();
}

function drawBands(context: Context, chosen: readonly number[], rows: Rows, { tones, colours }: RibbonSubject, { height, ratio }: { height: number; ratio: number }): void {
  const alpha = chosen.length > 600 ? 0.42 : 0.6;
  context.lineWidth = 0.6 * ratio;
  for (const row of chosen) {
    const ribbon = cut(rows.ribbon(row), rows.width, BESIDE * ratio);
    if (ribbon === null) continue;
    const colour = css(colours[tones[row]]);
    context.beginPath();
    outline(context as unknown as Path2D, ribbon, height);
    context.globalAlpha = alpha;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = Math.min(alpha + 0.25, 1);
    context.strokeStyle = colour;
    context.stroke();
  }
  context.globalAlpha = 1;
}
