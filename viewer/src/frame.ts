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
export type RectRole = "band" | "bandOther" | "bandGroup";

export type Mark =
  | { kind: "line"; role: LineRole; x1: number; y1: number; x2: number; y2: number }
  | { kind: "rect"; role: RectRole; x: number; y: number; width: number; height: number }
  | { kind: "text"; role: TextRole; x: number; y: number; text: string; anchor: Anchor; turned: boolean };

export type Anchor = "start" | "middle" | "end";

/** The place of a contig's band, for the pointer. */
export interface Zone {
  readonly side: "target" | "query";
  readonly contig: number;
  /** Contigs in it: more than one where small ones are named as one. */
  readonly count: number;
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
const BETWEEN_TICKS = 26;
const LABEL_GAP = 16;
/** Separators closer than this many pixels would make the plot grey. */
const BETWEEN_SEPARATORS = 3;
/** Of contigs thinner than this many pixels they are fainter. */
const THIN = 12;

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
  /** Contigs in it: more than one where small ones are named as one. */
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** Contigs of a group are shown one by one where they are this wide on the mean, in pixels. */
const APART = 16;

/** The visible contigs; those closer together than a third of a pixel are left out. */
export function stretches(axis: Axis, start: number, end: number, pixels: number): Stretch[] {
  const scale = pixels / (end - start);
  const found: Stretch[] = [];
  let drawnTo = -1;
  let next = axis.contigAt(start);
  while (next < axis.contigs.length && axis.offsets[next] < end) {
    const [contig, count] = together(axis, next, scale);
    next = contig + count;
    const from = Math.max((axis.offsets[contig] - start) * scale, 0);
    const to = Math.min((axis.offsets[next] - start) * scale, pixels);
    if (to - drawnTo < 1 / 3 || to <= 0) continue;
    found.push({ contig, count, from, to });
    drawnTo = to;
  }
  return found;
}

/** A contig by itself, or the first of its group and how many are in that. */
function together(axis: Axis, contig: number, scale: number): readonly [number, number] {
  const group = axis.groupOf(contig);
  if (group === null) return [contig, 1];
  const wide = (axis.offsets[group.first + group.count] - axis.offsets[group.first]) * scale;
  return wide / group.count >= APART ? [contig, 1] : [group.first, group.count];
}

/** Where contigs begin whose lines can be told apart: they or their neighbours are wide enough. */
function separators(found: readonly Stretch[]): { contig: number; role: LineRole }[] {
  return found.flatMap(({ contig, from, to }, at) => {
    const before = at > 0 ? found[at - 1].to - found[at - 1].from : 0;
    const wide = Math.max(to - from, before);
    return wide < BETWEEN_SEPARATORS ? [] : [{ contig, role: wide < THIN ? ("grid" as const) : ("separator" as const) }];
  });
}

const nameOf = (axis: Axis, { contig, count }: Stretch): string =>
  (count > 1 ? axis.groupOf(contig) : axis.contigs[contig])?.name ?? "";

const bandRole = ({ contig, count }: Stretch): RectRole =>
  count > 1 ? "bandGroup" : contig % 2 ? "bandOther" : "band";

/** A round distance between ticks of at least `least`: 1, 2 or 5 times a power of ten. */
export function niceStep(least: number): number {
  const power = Math.pow(10, Math.floor(Math.log10(Math.max(least, 1))));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return Math.max(1, factor * power);
}

export interface Tick {
  readonly pixel: number;
  /** Empty for a tick without room for its label. */
  readonly label: string;
}

/** Label width in pixels; along a vertical axis, the height of a line of text. */
type Extent = (label: string) => number;

/**
 * Ticks at round coordinates of each contig. Labels stand on the ticks of a coarser round step; a
 * contig too short for one of those is labelled at the finer step where it has room.
 */
export function ticks(axis: Axis, start: number, end: number, pixels: number, extent: Extent): Tick[] {
  const perPixel = (end - start) / pixels;
  const fine = niceStep(BETWEEN_TICKS * perPixel);
  const coarse = niceStep(Math.max((extent(tick(1.5 * fine, fine)) + LABEL_GAP) * perPixel, fine));
  return stretches(axis, start, end, pixels).flatMap((stretch) => {
    if (stretch.count > 1 || stretch.to - stretch.from < BETWEEN_TICKS) return [];
    const at = (coordinate: number): number =>
      (axis.position(stretch.contig, coordinate) - start) / perPixel;
    const coordinates = roundCoordinates(axis, stretch.contig, start, end, fine);
    const some = labelTicks(coordinates, coarse, stretch, at, extent);
    return some.some(({ label }) => label !== "") ? some : labelTicks(coordinates, fine, stretch, at, extent);
  });
}

/** Label the multiples of `step` whose labels lie inside the stretch and clear of each other. */
function labelTicks(
  coordinates: number[],
  step: number,
  stretch: Stretch,
  at: (coordinate: number) => number,
  extent: Extent,
): Tick[] {
  let free = stretch.from - 2;
  return coordinates.map((coordinate) => {
    const pixel = at(coordinate);
    const label = coordinate % step === 0 ? tick(coordinate, step) : "";
    const half = extent(label) / 2;
    if (label === "" || pixel - half < free || pixel + half > stretch.to + 2) return { pixel, label: "" };
    free = pixel + half + LABEL_GAP / 2;
    return { pixel, label };
  });
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

/** A name set into its stretch. */
interface Label {
  readonly stretch: Stretch;
  readonly text: string;
  readonly turned: boolean;
}

/** The text of a name in a space `room` wide: whole, shortened to no less than five signs, or none. */
export function fit(name: string, room: number, width: number): string | null {
  if (width <= room) return name;
  const text = shortened(name, Math.floor((room / width) * name.length));
  return text.length < 5 ? null : text;
}

/**
 * Names of the visible contigs, level where there is room for the whole name, else upright, else
 * shortened the better of both ways. A contig thinner than a line of text goes without.
 */
function labels(axis: Axis, vertical: boolean, found: Stretch[], band: number, measure: Measure): Label[] {
  return found.flatMap((stretch): Label[] => {
    const name = nameOf(axis, stretch);
    const width = measure(name, "contig");
    const along = stretch.to - stretch.from - 6;
    const across = band - 6;
    const [level, upright] = vertical ? [across, along] : [along, across];
    const canLie = !vertical || along >= TEXT_HEIGHT - 6;
    const canStand = vertical || along >= TEXT_HEIGHT - 6;
    const turned = !(canLie && (width <= level || !canStand || (width > upright && level >= upright)));
    if (turned && !canStand) return [];
    const text = fit(name, turned ? upright : level, width);
    return text === null ? [] : [{ stretch, text, turned }];
  });
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
  // Beneath contigs too thin to be told apart.
  marks.push({ kind: "rect", role: "bandOther", x: m.left, y: bandTop, width: plot.width, height: m.xBand });
  for (const stretch of found) {
    const { contig, count, from, to } = stretch;
    const zone = { x: m.left + from, y: bandTop, width: to - from, height: m.xBand };
    marks.push({ kind: "rect", role: bandRole(stretch), ...zone });
    zones.push({ side: "target", contig, count, ...zone });
  }
  let drawn = -Infinity;
  for (const { contig, role } of separators(found)) {
    const x = toX(view, plot, axis.offsets[contig]);
    if (x <= 0.5 || x - drawn < BETWEEN_SEPARATORS) continue;
    drawn = x;
    marks.push({ kind: "line", role, x1: m.left + x, x2: m.left + x, y1: grid ? m.top : bandTop, y2: bandTop + m.xBand });
  }
  for (const { pixel, label } of ticks(axis, view.x0, view.x1, plot.width, (text) => measure(text, "tick"))) {
    const x = m.left + pixel;
    if (grid && label !== "") marks.push({ kind: "line", role: "grid", x1: x, x2: x, y1: m.top, y2: bottom });
    marks.push({ kind: "line", role: "tick", x1: x, x2: x, y1: bottom, y2: bottom + TICK_LENGTH });
    if (label !== "") marks.push({ kind: "text", role: "tick", x, y: bottom + 12, text: label, anchor: "middle", turned: false });
  }
  for (const { stretch, text, turned } of labels(axis, false, found, m.xBand, measure)) {
    const x = m.left + (stretch.from + stretch.to) / 2;
    const y = bandTop + m.xBand / 2;
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
  marks.push({ kind: "rect", role: "bandOther", x: TITLE, y: m.top, width: m.yBand, height: plot.height });
  for (const stretch of found) {
    const { contig, count, from, to } = stretch;
    const zone = { x: TITLE, y: bottom - to, width: m.yBand, height: to - from };
    marks.push({ kind: "rect", role: bandRole(stretch), ...zone });
    zones.push({ side: "query", contig, count, ...zone });
  }
  let drawn = Infinity;
  for (const { contig, role } of separators(found)) {
    const y = toY(view, plot, axis.offsets[contig]);
    if (y >= plot.height - 0.5 || drawn - y < BETWEEN_SEPARATORS) continue;
    drawn = y;
    marks.push({ kind: "line", role, x1: TITLE, x2: grid ? m.left + plot.width : TITLE + m.yBand, y1: m.top + y, y2: m.top + y });
  }
  for (const { pixel, label } of ticks(axis, view.y0, view.y1, plot.height, () => TEXT_HEIGHT + 4)) {
    const y = bottom - pixel;
    if (grid && label !== "") marks.push({ kind: "line", role: "grid", x1: m.left, x2: m.left + plot.width, y1: y, y2: y });
    marks.push({ kind: "line", role: "tick", x1: m.left - TICK_LENGTH, x2: m.left, y1: y, y2: y });
    if (label !== "") marks.push({ kind: "text", role: "tick", x: m.left - TICK_LENGTH - 4, y, text: label, anchor: "end", turned: false });
  }
  for (const { stretch, text, turned } of labels(axis, true, found, m.yBand, measure)) {
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
