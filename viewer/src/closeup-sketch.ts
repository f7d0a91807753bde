/** Draws what is seen from near: alignments step by step, cells of like bases, bases along the axes. */
import { alike } from "./bases";
import { complement, isFacing, type Lie, pixel, type Runs, UNLIKE, walk } from "./cigar";
import type { Setting } from "./companion";
import type { Seen } from "./detail";
import type { Hit } from "./engine";
import { INK, type Theme } from "./palette";
import { clipped } from "./segments";
import { toX, toY } from "./view";

/** Letters, and the place of the first: on a contig, or on an axis. */
export interface Letters {
  readonly from: number;
  readonly text: string;
}

/** Something of target and query, as the plot was made. */
export interface Pair<T> {
  readonly target: T;
  readonly query: T;
}

/** A match in view, with the bases of both genomes there where they are looked at. */
export interface Compared {
  readonly seen: Seen;
  readonly texts: Pair<Letters> | null;
}

/** Pixels of a base from which mismatches are marked, and from which each column is a cell. */
const MARKS_FROM = 0.25;
const CELLS_FROM = 6;

const MISMATCH: Readonly<Record<Theme, string>> = { light: "#c4106b", dark: "#ff7ab8" };

/** Colours of bases, told apart by those who do not see red or green as others do. */
export const BASE_COLOURS: Readonly<Record<Theme, Readonly<Record<string, string>>>> = {
  light: { A: "#1b7f5c", C: "#1f66b0", G: "#b26a00", T: "#b8324f", N: "#7d8b92" },
  dark: { A: "#55c79a", C: "#6cb1f2", G: "#f0b14a", T: "#f58ba0", N: "#8fa7b1" },
};

/** Draw the matches along their alignments; the one of the row `pointed` stands out. */
export function sketchSeen(setting: Setting, all: readonly Compared[], colourOf: (hit: Hit) => string, pointed: number): void {
  for (const each of all) sketchOne(setting, each, colourOf(each.seen.hit), each.seen.hit.row === pointed);
}

function sketchOne(setting: Setting, { seen, texts }: Compared, colour: string, stands: boolean): void {
  const { context, settings } = setting;
  const { runs, lie, span } = seen;
  context.lineCap = "round";
  context.lineJoin = "round";
  if (runs === null) {
    strokeLine(setting, seen, colour, stands);
    return;
  }
  const perBase = Math.min(Math.abs(lie.target.per), Math.abs(lie.query.per));
  const facing = new Path2D();
  const gaps = new Path2D();
  walk(runs, ...span, lie, (kind, x1, y1, x2, y2) => addLine(setting, isFacing(kind) ? facing : gaps, x1, y1, x2, y2));
  const width = settings.lineWidth + (stands ? 1.5 : 0);
  if (stands) halo(setting, [facing, gaps], width);
  context.strokeStyle = INK[setting.theme].faint;
  context.lineWidth = Math.max(1, width * 0.6);
  context.stroke(gaps);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(facing);
  if (perBase >= CELLS_FROM) sketchColumns(setting, runs, seen, texts, colour);
  else if (perBase >= MARKS_FROM) sketchMarks(setting, runs, seen, texts);
}

function strokeLine({ context, size, settings }: Setting, { line }: Seen, colour: string, stands: boolean): void {
  const part = clipped(line, size.width, size.height, 20);
  if (part === null) return;
  context.strokeStyle = colour;
  context.lineWidth = settings.lineWidth + (stands ? 1.5 : 0);
  context.beginPath();
  context.moveTo(part[0], part[1]);
  context.lineTo(part[2], part[3]);
  context.stroke();
}

function halo({ context, theme }: Setting, paths: readonly Path2D[], width: number): void {
  context.strokeStyle = theme === "dark" ? "rgba(255, 255, 255, 0.22)" : "rgba(16, 42, 54, 0.14)";
  context.lineWidth = width + 5;
  for (const path of paths) context.stroke(path);
}

/** Add a line, cut to what is near the page: a canvas holds single precision. */
function addLine({ size }: Setting, path: Path2D, x1: number, y1: number, x2: number, y2: number): void {
  const part = clipped([x1, y1, x2, y2], size.width, size.height, 40);
  if (part === null) return;
  path.moveTo(part[0], part[1]);
  path.lineTo(part[2], part[3]);
}

/** Told every column of bases that face each other, and whether they differ; null where nobody knows. */
type Facing = (target: number, query: number, differ: boolean | null) => void;

/** The columns of a match in view whose bases face each other. */
function columns(runs: Runs, { span, lie }: Seen, texts: Pair<Letters> | null, { width, height }: Setting["size"], tell: Facing): void {
  const pixels = lie.across ? width : height;
  const edges = [-lie.target.at / lie.target.per, (pixels - lie.target.at) / lie.target.per].sort((a, b) => a - b);
  for (let run = span[0]; run < span[1]; run++) {
    const kind = runs.kinds[run];
    if (!isFacing(kind)) continue;
    const [t, q] = [runs.target[run], runs.query[run]];
    const from = Math.max(0, Math.floor(edges[0] - t));
    const to = Math.min(runs.target[run + 1] - t, Math.ceil(edges[1] - t));
    for (let step = from; step < to; step++) {
      const query = runs.strand > 0 ? q + step : q - step - 1;
      tell(t + step, query, kind === UNLIKE ? true : differ(texts, t + step, query, runs.strand));
    }
  }
}

/** Do the bases at two places differ? Null where one is not known. */
function differ(texts: Pair<Letters> | null, target: number, query: number, strand: number): boolean | null {
  if (texts === null) return null;
  const a = texts.target.text.charAt(target - texts.target.from);
  const b = texts.query.text.charAt(query - texts.query.from);
  if (a === "" || b === "" || a === " " || b === " ") return null;
  return a !== (strand < 0 ? complement(b) : b);
}

const placed = (lie: Lie, target: number, query: number): readonly [number, number] => {
  const [t, q] = [pixel(lie.target, target + 0.5), pixel(lie.query, query + 0.5)];
  return lie.across ? [t, q] : [q, t];
};

/** Dots on a line where bases differ. */
function sketchMarks(setting: Setting, runs: Runs, seen: Seen, texts: Pair<Letters> | null): void {
  const { context, settings, theme } = setting;
  const radius = settings.lineWidth / 2 + 1.1;
  context.fillStyle = MISMATCH[theme];
  context.beginPath();
  columns(runs, seen, texts, setting.size, (target, query, differs) => {
    if (differs !== true) return;
    const [x, y] = placed(seen.lie, target, query);
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  });
  context.fill();
}

/** A cell for each column: filled where bases agree, outlined where they differ. */
function sketchColumns(setting: Setting, runs: Runs, seen: Seen, texts: Pair<Letters> | null, colour: string): void {
  const { context, theme } = setting;
  const { lie } = seen;
  const [wide, high] = [lie.target, lie.query].map(({ per }) => Math.abs(per));
  const [width, height] = lie.across ? [wide, high] : [high, wide];
  const inset = Math.min(width, height) * 0.1;
  context.fillStyle = colour;
  context.strokeStyle = MISMATCH[theme];
  context.lineWidth = 1.5;
  columns(runs, seen, texts, setting.size, (target, query, differs) => {
    const [x, y] = placed(lie, target, query);
    const box = [x - width / 2 + inset, y - height / 2 + inset, width - 2 * inset, height - 2 * inset] as const;
    context.globalAlpha = differs === true ? 1 : 0.55;
    if (differs === true) context.strokeRect(...box);
    else context.fillRect(...box);
  });
  context.globalAlpha = 1;
}

/** Runs of like bases from which their cells stand out. */
const STANDS_FROM = 4;
const STANDS_WHOLLY = 10;

/** Shade the cells of the field where bases are alike; the more, the longer their diagonal is. */
export function sketchCells(setting: Setting, across: Letters, upwards: Letters): void {
  const { context, view, size, theme } = setting;
  const { rising, falling } = alike(across.text, upwards.text);
  const wide = size.width / (view.x1 - view.x0);
  const high = size.height / (view.y1 - view.y0);
  const left = toX(view, size, across.from);
  const bottom = toY(view, size, upwards.from);
  context.fillStyle = INK[theme].faint;
  for (let y = 0; y < upwards.text.length; y++) {
    for (let x = 0; x < across.text.length; x++) {
      const at = y * across.text.length + x;
      const run = Math.max(rising[at], falling[at]);
      if (run === 0) continue;
      const stands = Math.min(Math.max(run - STANDS_FROM + 1, 0) / (STANDS_WHOLLY - STANDS_FROM + 1), 1);
      context.globalAlpha = 0.06 + 0.26 * stands;
      context.fillRect(left + x * wide + 0.5, bottom - (y + 1) * high + 0.5, wide - 1, high - 1);
    }
  }
  context.globalAlpha = 1;
}

/** How high a strip of bases is, and from how many pixels a base has its letter. */
const STRIP = 13;
const LETTER_FROM = 6.4;

/** The bases along the top and the right edge of the plot. */
export function sketchStrips(setting: Setting, across: Letters | null, upwards: Letters | null): void {
  const { view, size, margins: m } = setting;
  if (across !== null) {
    const wide = size.width / (view.x1 - view.x0);
    const high = Math.min(STRIP, m.top);
    for (let at = 0; at < across.text.length; at++) {
      const x = toX(view, size, across.from + at);
      const [from, to] = [Math.max(x, 0), Math.min(x + wide, size.width)];
      sketchBase(setting, across.text[at], m.left + from, m.top - high, to - from, high, wide);
    }
  }
  if (upwards === null) return;
  const high = size.height / (view.y1 - view.y0);
  const wide = Math.min(STRIP, m.right);
  for (let at = 0; at < upwards.text.length; at++) {
    const y = toY(view, size, upwards.from + at + 1);
    const [from, to] = [Math.max(y, 0), Math.min(y + high, size.height)];
    sketchBase(setting, upwards.text[at], m.left + size.width, m.top + from, wide, to - from, high);
  }
}

function sketchBase({ context, theme }: Setting, base: string, x: number, y: number, width: number, height: number, room: number): void {
  if (base === " " || width <= 0 || height <= 0) return;
  const colours = BASE_COLOURS[theme];
  const colour = colours[base] ?? colours["N"];
  const lettered = room >= LETTER_FROM && width > 5 && height > 5;
  context.fillStyle = colour;
  context.globalAlpha = lettered ? 0.16 : 0.85;
  context.fillRect(x + 0.25, y + 0.25, width - 0.5, height - 0.5);
  context.globalAlpha = 1;
  if (!lettered) return;
  context.font = `600 ${Math.min(room, 11)}px ui-monospace, "SF Mono", Menlo, Consolas, monospace`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(base, x + width / 2, y + height / 2 + 0.5);
}
