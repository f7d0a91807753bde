/**
 * A link says in the URL's hash what a plot shows: the view and the settings that are not the usual
 * ones. Reading never fails: what it does not understand keeps its usual value.
 */
import { type Arrangement, AS_MADE, type Order, ORDERS } from "./arrange";
import type { Filter } from "./engine";
import { SHOWN_AT_FIRST } from "./events";
import { type Colouring, isClasses, PLAIN, WAYS, type Wished } from "./palette";
import type { View } from "./view";

/** Whether a base is as long upwards as it is across. */
export type Aspect = "free" | "locked";
/** How matches are shown: as a dot plot, as ribbons between two rows, or both. */
export type Mode = "dots" | "ribbons" | "both";
export const MODES: readonly Mode[] = ["dots", "ribbons", "both"];

export interface Settings extends Filter {
  readonly colouring: Colouring;
  /** CSS pixels. */
  readonly lineWidth: number;
  readonly grid: boolean;
  /** Kinds of differences in structure that are drawn. */
  readonly kinds: readonly string[];
  readonly arrangement: Arrangement;
  readonly aspect: Aspect;
  readonly mode: Mode;
}

export const USUAL: Settings = {
  colouring: PLAIN,
  minIdentity: 0,
  minLength: 0,
  hideNoise: false,
  lineWidth: 1.75,
  grid: true,
  kinds: SHOWN_AT_FIRST,
  arrangement: AS_MADE,
  aspect: "free",
  mode: "dots",
};

/** What is usual for a scene: it is coloured as whoever made it wished. */
export const usualOf = ({ colouring }: Wished): Settings => ({ ...USUAL, colouring });

/** What a link asks for; a null view is the whole plot. */
export interface Shown {
  readonly view: View | null;
  readonly settings: Settings;
}

/** The hash for a view (null: the whole plot) and settings, without its `#`. */
export function write({ view, settings }: Shown, usual: Settings = USUAL): string {
  const words: string[] = [];
  if (view !== null) words.push(`x=${view.x0},${view.x1}`, `y=${view.y0},${view.y1}`);
  const { by, palette, classes } = settings.colouring;
  const named: readonly (readonly [word: string, value: string | number, usual: string | number])[] = [
    ["colour", by, usual.colouring.by],
    ["palette", palette, usual.colouring.palette],
    ["classes", classes.join(), usual.colouring.classes.join()],
    ["identity", settings.minIdentity, usual.minIdentity],
    ["length", settings.minLength, usual.minLength],
    ["noise", settings.hideNoise ? "hidden" : "shown", usual.hideNoise ? "hidden" : "shown"],
    ["width", settings.lineWidth, usual.lineWidth],
    ["grid", settings.grid ? "on" : "off", usual.grid ? "on" : "off"],
    ["events", kindsText(settings.kinds), kindsText(usual.kinds)],
    ["target-order", settings.arrangement.target, usual.arrangement.target],
    ["query-order", settings.arrangement.query, usual.arrangement.query],
    ["turned", ranges(settings.arrangement.turned), ranges(usual.arrangement.turned)],
    ["hidden", ranges(settings.arrangement.hidden), ranges(usual.arrangement.hidden)],
    ["aspect", settings.aspect, usual.aspect],
    ["view", settings.mode, usual.mode],
    ["axes", settings.arrangement.swapped ? "swapped" : "made", usual.arrangement.swapped ? "swapped" : "made"],
  ];
  for (const [word, value, known] of named) {
    if (value !== known) words.push(`${word}=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
  }
  return words.join("&");
}

const kindsText = (kinds: readonly string[]): string =>
  kinds.length === 0 ? "none" : [...kinds].sort().map((kind) => kind.replaceAll(" ", "-")).join();

function span(text: string | null): readonly [number, number] | null {
  const [start, end] = (text ?? "").split(",").map(Number);
  return Number.isFinite(start) && Number.isFinite(end) && start < end ? [start, end] : null;
}

function number(text: string | null, low: number, high: number, otherwise: number): number {
  const value = Number(text ?? NaN);
  return Number.isFinite(value) ? Math.min(Math.max(value, low), high) : otherwise;
}

function flag(text: string | null, yes: string, no: string, otherwise: boolean): boolean {
  return text === yes || (text !== no && otherwise);
}

function readColouring(words: URLSearchParams, usual: Colouring, palettes: readonly string[]): Colouring {
  const classes = (words.get("classes") ?? "").split(",").map(Number);
  return {
    by: WAYS.find((way) => way === words.get("colour")) ?? usual.by,
    palette: palettes.find((name) => name === words.get("palette")) ?? usual.palette,
    classes: isClasses(classes) ? classes : usual.classes,
  };
}

function readKinds(text: string | null, usual: readonly string[]): readonly string[] {
  if (text === null) return usual;
  return text === "none" ? [] : text.split(",").map((kind) => kind.replaceAll("-", " ")).sort();
}

/** A link names no contig beyond this one. */
const MOST_CONTIGS = 1_000_000;

/** Words of contigs (`x3`), neighbours among them as one: `x3-7`. */
export function ranges(words: readonly string[]): string {
  return ["x", "y"]
    .flatMap((axis) => {
      const numbers = words.filter((word) => word[0] === axis).map((word) => Number(word.slice(1)));
      const ascending = [...new Set(numbers)].sort((a, b) => a - b);
      const begins = ascending.filter((number, at) => ascending[at - 1] !== number - 1);
      const ends = ascending.filter((number, at) => ascending[at + 1] !== number + 1);
      return begins.map((begin, at) => (begin === ends[at] ? `${axis}${begin}` : `${axis}${begin}-${ends[at]}`));
    })
    .join(",");
}

/** The words that `ranges` wrote; what makes no sense is left out. */
export function rangesRead(text: string): string[] {
  const words = text.split(",").flatMap((word) => {
    const [, axis, from, to = from] = /^([xy])(\d{1,7})(?:-(\d{1,7}))?$/.exec(word) ?? [];
    const [low, high] = [Number(from), Number(to)];
    if (axis === undefined || high < low || high >= MOST_CONTIGS) return [];
    return Array.from({ length: high - low + 1 }, (_, more) => `${axis}${low + more}`);
  });
  return [...new Set(words)].sort();
}

function readArrangement(words: URLSearchParams, usual: Arrangement): Arrangement {
  const order = (word: string, otherwise: Order): Order => ORDERS.find((each) => each === words.get(word)) ?? otherwise;
  const contigs = (word: string, otherwise: readonly string[]): readonly string[] => {
    const some = rangesRead(words.get(word) ?? "");
    return some.length > 0 ? some : otherwise;
  };
  return {
    target: order("target-order", usual.target),
    query: order("query-order", usual.query),
    turned: contigs("turned", usual.turned),
    hidden: contigs("hidden", usual.hidden),
    swapped: flag(words.get("axes"), "swapped", "made", usual.swapped),
  };
}

/** What a hash (with or without its `#`) asks to be shown. */
export function read(hash: string, usual: Settings = USUAL, palettes: readonly string[] = []): Shown {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const x = span(words.get("x"));
  const y = span(words.get("y"));
  return {
    view: x && y ? { x0: x[0], x1: x[1], y0: y[0], y1: y[1] } : null,
    settings: {
      colouring: readColouring(words, usual.colouring, palettes),
      minIdentity: number(words.get("identity"), 0, 1, usual.minIdentity),
      minLength: number(words.get("length"), 0, Number.MAX_SAFE_INTEGER, usual.minLength),
      hideNoise: flag(words.get("noise"), "hidden", "shown", usual.hideNoise),
      lineWidth: number(words.get("width"), 0.5, 6, usual.lineWidth),
      grid: flag(words.get("grid"), "on", "off", usual.grid),
      kinds: readKinds(words.get("events"), usual.kinds),
      arrangement: readArrangement(words, usual.arrangement),
      aspect: flag(words.get("aspect"), "locked", "free", usual.aspect === "locked") ? "locked" : "free",
      mode: MODES.find((mode) => mode === words.get("view")) ?? usual.mode,
    },
  };
}
