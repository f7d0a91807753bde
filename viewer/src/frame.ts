/**
 * The frame is everything around and under the matches: contig bands and names, ticks, separators,
 * genome names. It is computed as a list of plain marks, which the screen, the PNG and the SVG draw
 * alike. Pure: how wide a text is, is asked of the function handed in.
 *
 *        ┌──────┬──────┬─────────────────────┐
 *   name │ band │ ticks│ plot                │
 *        └──────┴──────┼─────────────────────┤
 *                      │ ticks               │
 *                      │ band with names     │
 *                      │ name of the target  │
 *                      └─────────────────────┘
 */
import type { Axis } from "./axis";
import { shortened, tick } from "./format";
import { toX, toY, type Size, type View } from "./view";

export type LineRole = "separator" | "grid" | "tick" | "border";
export type TextRole = "contig" | "tick" | "title";
export type RectRole = "band" | "bandOther";

export type Mark =
  | { kind: "line"; role: LineRole; x1: number; y1: number; x2: number; y2: number }
  | { kind: "rect"; role: RectRole; x: number; y: number; width: number; height: number }
  | { kind: "text"; role: TextRole; x: number; y: number; text: string; anchor: Anchor; turned: boolean };

export type Anchor = "start" | "middle" | "end";

/** The place of a contig's band, for the pointer. */
export interface Zone {
  readonly side: "target" | "query";
  readonly contig: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly xBand: number;
  readonly yBand: number;
}

export interface Frame {
  readonly marks: readonly Mark[];
  readonly zones: readonly Zone[];
}

/** Width of a text in CSS pixels. */
export type Measure = (text: string, role: TextRole) => number;

const TICKS_BELOW = 20;
const TICKS_LEFT = 58;
const TITLE = 24;
const BAND_MOST = 92;
const TEXT_HEIGHT = 13;
const TICK_LENGTH = 4;
const BETWEEN_TICKS = 84;
/** Separators closer than this many pixels would make the plot grey. */
const BETWEEN_SEPARATORS = 3;

/** Where the plot lies in a drawing of `size`. The same for every view, so that nothing jumps. */
export function margins(target: Axis, query: Axis, size: Size, measure: Measure): Margins {
  const narrow = size.width < 560;
  const widest = (axis: Axis): number =>
    axis.contigs.slice(0, 400).reduce((most, { name }) => Math.max(most, measure(name, "contig")), 0);
  const most = narrow ? 54 : BAND_MOST;
  const yBand = Math.min(Math.max(widest(query) + 14, 26), most);
  const lying = target.contigs.every(
    ({ name, length }) =>
      measure(name, "contig") + 8 <= (length / target.length) * (size.width - yBand - TICKS_LEFT - TITLE),
  );
  const xBand = lying ? 24 : Math.min(Math.max(widest(target) + 14, 26), most);
  const ticksLeft = narrow ? 46 : TICKS_LEFT;
  return {
    left: TITLE + yBand + ticksLeft,
    right: narrow ? 10 : 18,
    top: narrow ? 10 : 14,
    bottom: TITLE + xBand + TICKS_BELOW,
    xBand,
    yBand,
  };
}

/** A contig's visible part on an axis, in pixels along it from the plot's low edge. */
interface Stretch {
  readonly contig: number;
  readonly from: number;
  readonly to: number;
}

/** The visible contigs; those closer together than a third of a pixel are left out. */
export function stretches(axis: Axis, start: number, end: number, pixels: number): Stretch[] {
  const scale = pixels / (end - start);
  const found: Stretch[] = [];
  let drawnTo = -1;
  for (let contig = axis.contigAt(start); contig < axis.contigs.length; contig++) {
    if (axis.offsets[contig] >= end) break;
    const from = Math.max((axis.offsets[contig] - start) * scale, 0);
    const to = Math.min((axis.offsets[contig + 1] - start) * scale, pixels);
    if (to - drawnTo < 1 / 3 || to <= 0) continue;
    found.push({ contig, from, to });
    drawnTo = to;
  }
  return found;
}

/** A round distance between ticks of at least `least`: 1, 2 or 5 times a power of ten. */
export function niceStep(least: number): number {
  const power = Math.pow(10, Math.floor(Math.log10(Math.max(least, 1))));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return Math.max(1, factor * power);
}

export interface Tick {
  readonly pixel: number;
  readonly label: string;
}

/** Ticks at round coordinates of each contig, clear of the contig's edges. */
export function ticks(axis: Axis, start: number, end: number, pixels: number): Tick[] {
  const perPixel = (end - start) / pixels;
  const step = niceStep(BETWEEN_TICKS * perPixel);
  const found: Tick[] = [];
  for (const { contig, from, to } of stretches(axis, start, end, pixels)) {
    if (to - from < BETWEEN_TICKS * 0.75) continue;
    for (const coordinate of roundCoordinates(axis, contig, start, end, step)) {
      const pixel = (axis.position(contig, coordinate) - start) / perPixel;
      const clear = found.length === 0 || pixel - found[found.length - 1].pixel > BETWEEN_TICKS * 0.7;
      if (clear && pixel >= 0 && pixel <= pixels) found.push({ pixel, label: tick(coordinate, step) });
    }
  }
  return found;
}

function roundCoordinates(axis: Axis, contig: number, start: number, end: number, step: number): number[] {
  const { length, reversed } = axis.contigs[contig];
  const low = Math.max(axis.offsets[contig], start) - axis.offsets[contig];
  const high = Math.min(axis.offsets[contig + 1], end) - axis.offsets[contig];
  const [first, last] = reversed ? [length - high, length - low] : [low, high];
  const found: number[] = [];
  for (let at = Math.max(Math.ceil(first / step), 1) * step; at <= last; at += step) found.push(at);
  return reversed ? found.reverse() : found;
}

/** A name set into its stretch, or null when it has no room. */
interface Label {
  readonly stretch: Stretch;
  readonly text: string;
  readonly turned: boolean;
}

/**
 * Fit a name along (`turned` says whether along is vertical on the page) or across its band.
 * `across` is the band's depth. A name may be shortened, but not below five characters.
 */
export function fit(name: string, room: number, across: number, width: number): { text: string; along: boolean } | null {
  if (width + 8 <= room) return { text: name, along: true };
  const perCharacter = width / Math.max(name.length, 1);
  const cut = (space: number): string => shortened(name, Math.floor((space - 8) / perCharacter));
  if (room >= TEXT_HEIGHT && across > 30) {
    const text = width + 8 <= across ? name : cut(across);
    return text === "" ? null : { text, along: false };
  }
  const text = cut(room);
  return text.length < 5 ? null : { text, along: true };
}

function labels(axis: Axis, side: Zone["side"], found: Stretch[], band: number, measure: Measure): Label[] {
  const made: Label[] = [];
  for (const stretch of found) {
    const { name } = axis.contigs[stretch.contig];
    const room = stretch.to - stretch.from;
    if (room < TEXT_HEIGHT) continue;
    // On the left, text across the band is the level one, and it reads best: prefer it.
    const along = side === "query" ? 0 : room;
    const fitted = side === "query" && band <= 30 ? fit(name, room, 0, measure(name, "contig")) : fit(name, along, band, measure(name, "contig"));
    if (fitted === null) {
      const level = fit(name, room, 0, measure(name, "contig"));
      if (level !== null) made.push({ stretch, text: level.text, turned: side === "query" });
      continue;
    }
    if (side === "query" && band > 30 && room < TEXT_HEIGHT) continue;
    made.push({ stretch, text: fitted.text, turned: fitted.along === (side === "query") });
  }
  return made;
}

interface Place {
  readonly margins: Margins;
  readonly plot: Size;
}

function targetSide(axis: Axis, view: View, { margins: m, plot }: Place, grid: boolean, measure: Measure): Frame {
  const marks: Mark[] = [];
  const zones: Zone[] = [];
  const bottom = m.top + plot.height;
  const bandTop = bottom + TICKS_BELOW;
  const found = stretches(axis, view.x0, view.x1, plot.width);
  for (const { contig, from, to } of found) {
    const zone = { x: m.left + from, y: bandTop, width: to - from, height: m.xBand };
    marks.push({ kind: "rect", role: contig % 2 ? "bandOther" : "band", ...zone });
    zones.push({ side: "target", contig, ...zone });
  }
  let drawn = -Infinity;
  for (const { contig } of found) {
    const x = toX(view, plot, axis.offsets[contig]);
    if (x <= 0.5 || x - drawn < BETWEEN_SEPARATORS) continue;
    drawn = x;
    marks.push({ kind: "line", role: "separator", x1: m.left + x, x2: m.left + x, y1: m.top, y2: bandTop + m.xBand });
  }
  for (const { pixel, label } of ticks(axis, view.x0, view.x1, plot.width)) {
    const x = m.left + pixel;
    if (grid) marks.push({ kind: "line", role: "grid", x1: x, x2: x, y1: m.top, y2: bottom });
    marks.push({ kind: "line", role: "tick", x1: x, x2: x, y1: bottom, y2: bottom + TICK_LENGTH });
    const half = measure(label, "tick") / 2;
    if (pixel - half < -m.left || pixel + half > plot.width + m.right) continue;
    marks.push({ kind: "text", role: "tick", x, y: bottom + 12, text: label, anchor: "middle", turned: false });
  }
  for (const { stretch, text, turned } of labels(axis, "target", found, m.xBand, measure)) {
    const x = m.left + (stretch.from + stretch.to) / 2;
    const y = turned ? bandTop + m.xBand / 2 : bandTop + Math.min(m.xBand / 2, 12);
    marks.push({ kind: "text", role: "contig", x, y, text, anchor: "middle", turned });
  }
  const y = bandTop + m.xBand + TITLE / 2 + 1;
  marks.push({ kind: "text", role: "title", x: m.left + plot.width / 2, y, text: axis.name, anchor: "middle", turned: false });
  return { marks, zones };
}

function querySide(axis: Axis, view: View, { margins: m, plot }: Place, grid: boolean, measure: Measure): Frame {
  const marks: Mark[] = [];
  const zones: Zone[] = [];
  const bottom = m.top + plot.height;
  const found = stretches(axis, view.y0, view.y1, plot.height);
  for (const { contig, from, to } of found) {
    const zone = { x: TITLE, y: bottom - to, width: m.yBand, height: to - from };
    marks.push({ kind: "rect", role: contig % 2 ? "bandOther" : "band", ...zone });
    zones.push({ side: "query", contig, ...zone });
  }
  let drawn = Infinity;
  for (const { contig } of found) {
    const y = toY(view, plot, axis.offsets[contig]);
    if (y >= plot.height - 0.5 || drawn - y < BETWEEN_SEPARATORS) continue;
    drawn = y;
    marks.push({ kind: "line", role: "separator", x1: TITLE, x2: m.left + plot.width, y1: m.top + y, y2: m.top + y });
  }
  for (const { pixel, label } of ticks(axis, view.y0, view.y1, plot.height)) {
    const y = bottom - pixel;
    if (grid) marks.push({ kind: "line", role: "grid", x1: m.left, x2: m.left + plot.width, y1: y, y2: y });
    marks.push({ kind: "line", role: "tick", x1: m.left - TICK_LENGTH, x2: m.left, y1: y, y2: y });
    marks.push({ kind: "text", role: "tick", x: m.left - TICK_LENGTH - 4, y, text: label, anchor: "end", turned: false });
  }
  for (const { stretch, text, turned } of labels(axis, "query", found, m.yBand, measure)) {
    const y = bottom - (stretch.from + stretch.to) / 2;
    marks.push({ kind: "text", role: "contig", x: TITLE + m.yBand / 2, y, text, anchor: "middle", turned });
  }
  marks.push({ kind: "text", role: "title", x: TITLE / 2, y: m.top + plot.height / 2, text: axis.name, anchor: "middle", turned: true });
  return { marks, zones };
}

/** The frame of a view in a drawing whose plot is `plot` large within `m`. */
export function frame(target: Axis, query: Axis, view: View, place: Place, grid: boolean, measure: Measure): Frame {
  const x = targetSide(target, view, place, grid, measure);
  const y = querySide(query, view, place, grid, measure);
  const { margins: m, plot } = place;
  const edges: Mark[] = [
    { kind: "line", role: "border", x1: m.left, x2: m.left + plot.width, y1: m.top, y2: m.top },
    { kind: "line", role: "border", x1: m.left, x2: m.left + plot.width, y1: m.top + plot.height, y2: m.top + plot.height },
    { kind: "line", role: "border", x1: m.left, x2: m.left, y1: m.top, y2: m.top + plot.height },
    { kind: "line", role: "border", x1: m.left + plot.width, x2: m.left + plot.width, y1: m.top, y2: m.top + plot.height },
  ];
  return { marks: [...x.marks, ...y.marks, ...edges], zones: [...x.zones, ...y.zones] };
}
