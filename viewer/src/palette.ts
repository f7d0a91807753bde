/**
 * Colours of matches and of the page's ink.
 *
 * A colouring says what colours tell; a palette gives the colours, from the least to the most alike,
 * of matches that rise and of matches that fall. The palettes are those of the pictures: their values
 * are in `palettes.json`, which is written from the Python side.
 *
 * A match has a *tone*: twice its level (how alike it is, in steps from 0), one more if it rises.
 */
import known from "./palettes.json";

export type Theme = "light" | "dark";
export type By = "identity" | "classes" | "strand" | "nothing";
export type Rgb = readonly [red: number, green: number, blue: number];

/** Colours for one ground, each as `#rrggbb`. */
export interface Tones {
  readonly rising: readonly string[];
  readonly falling: readonly string[];
  /** Of falling and of rising matches where nothing else is told. */
  readonly strands: readonly string[];
}

export interface Palette {
  readonly name: string;
  /** What is special about it, for lists. */
  readonly title: string;
  readonly light: Tones;
  readonly dark: Tones;
}

/** How matches are coloured. */
export interface Colouring {
  readonly by: By;
  readonly palette: string;
  /** Where classes of identity meet, ascending between 0 and 1. */
  readonly classes: readonly number[];
}

/** The identities between which a continuous scale runs. */
export interface Scale {
  readonly low: number;
  readonly high: number;
}

export const WAYS: readonly By[] = ["identity", "classes", "strand", "nothing"];
export const CLASSES: readonly number[] = [0.25, 0.5, 0.75];
export const MOST_CLASSES = 12;
export const PALETTES: readonly Palette[] = known.palettes;
export const PLAIN: Colouring = { by: "identity", palette: PALETTES[0].name, classes: CLASSES };

/** Levels of a continuous scale. */
export const LEVELS = 64;

/** What is drawn around the matches. */
export interface Ink {
  readonly ground: string;
  readonly border: string;
  readonly separator: string;
  readonly grid: string;
  readonly band: string;
  readonly bandOther: string;
  readonly bandGroup: string;
  readonly text: string;
  readonly faint: string;
}

export const INK: Record<Theme, Ink> = {
  light: {
    ground: "#ffffff",
    border: "#9fb0b8",
    separator: "rgba(38, 66, 79, 0.20)",
    grid: "rgba(38, 66, 79, 0.075)",
    band: "#e7eef0",
    bandOther: "#f4f8f8",
    bandGroup: "#dfe3ea",
    text: "#1b323c",
    faint: "#5b717b",
  },
  dark: {
    ground: "#0d1a21",
    border: "#3d545f",
    separator: "rgba(176, 211, 224, 0.20)",
    grid: "rgba(176, 211, 224, 0.075)",
    band: "#1c303a",
    bandOther: "#15262f",
    bandGroup: "#2a3644",
    text: "#dcebf0",
    faint: "#8fa7b1",
  },
};

function parse(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

const mix = (a: Rgb, b: Rgb, t: number): Rgb => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

/** `count` colours evenly along `stops`; of one, the last. */
export function scaleColours(stops: readonly string[], count: number): Rgb[] {
  const given = stops.map(parse);
  return Array.from({ length: count }, (_, level) => {
    const at = count > 1 ? (level / (count - 1)) * (given.length - 1) : given.length - 1;
    const stop = Math.min(Math.floor(at), given.length - 2);
    return stop < 0 ? given[0] : mix(given[stop], given[stop + 1], at - stop);
  });
}

export const css = ([red, green, blue]: Rgb): string =>
  `rgb(${Math.round(red)}, ${Math.round(green)}, ${Math.round(blue)})`;

/** How many levels a colouring tells apart. */
export const levels = ({ by, classes }: Colouring): number =>
  ({ identity: LEVELS, classes: classes.length + 1, strand: 1, nothing: 1 })[by];

/** The colours of all tones: of level 0 falling and rising, of level 1 falling and rising, … */
export function toneColours(colouring: Colouring, palette: Palette, theme: Theme): Rgb[] {
  const { rising, falling, strands } = palette[theme];
  if (colouring.by === "strand") return strands.map(parse);
  const count = levels(colouring);
  const [up, down] = [scaleColours(rising, count), scaleColours(falling, count)];
  if (colouring.by === "nothing") return [up[0], up[0]];
  return up.flatMap((colour, level) => [down[level], colour]);
}

/** Whether matches that fall have other colours than those that rise. */
export function directed({ by }: Colouring, { light }: Palette): boolean {
  if (by === "strand") return true;
  return by !== "nothing" && light.rising.some((colour, stop) => colour !== light.falling[stop]);
}

/** The level of an identity. */
export function levelOf({ by, classes }: Colouring, scale: Scale): (identity: number) => number {
  if (by === "classes") {
    const borders = classes.map(Math.fround);
    return (identity) => borders.reduce((level, border) => level + (identity >= border ? 1 : 0), 0);
  }
  if (by !== "identity") return () => 0;
  const span = Math.max(scale.high - scale.low, 1e-9);
  return (identity) => Math.round(Math.min(Math.max((identity - scale.low) / span, 0), 1) * (LEVELS - 1));
}

const isColours = (value: unknown, least: number): value is string[] =>
  Array.isArray(value) && value.length >= least && value.every((each) => /^#[0-9a-f]{6}$/i.test(String(each)));

function isTones(value: unknown): value is Tones {
  const { rising, falling, strands } = (value ?? {}) as Record<string, unknown>;
  return isColours(rising, 1) && isColours(falling, 1) && rising.length === falling.length && isColours(strands, 2);
}

/** Numbers between 0 and 1 that ascend, a few of them. */
export const isClasses = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= MOST_CLASSES &&
  value.every((border, at) => typeof border === "number" && border > (value[at - 1] ?? 0) && border < 1);

/** What a scene says about colours, as far as the page understands it. */
export interface Wished {
  readonly colouring: Colouring;
  /** All palettes that can be chosen: ours, and the scene's if it has one of its own. */
  readonly palettes: readonly Palette[];
  readonly scale: Scale | null;
}

export function wished(document: Readonly<Record<string, unknown>>): Wished {
  const { by, palette, classes, scale, colours } = document;
  const { light, dark } = (colours ?? {}) as Record<string, unknown>;
  const name = typeof palette === "string" ? palette : PLAIN.palette;
  const ours = PALETTES.some((each) => each.name === name);
  const own = !ours && isTones(light) && isTones(dark) ? [{ name, title: "this plot's own", light, dark }] : [];
  const [low, high] = Array.isArray(scale) ? (scale as unknown[]) : [];
  const sound = typeof low === "number" && typeof high === "number" && low >= 0 && low < high && high <= 1;
  return {
    colouring: {
      by: WAYS.find((way) => way === by) ?? PLAIN.by,
      palette: ours || own.length > 0 ? name : PLAIN.palette,
      classes: isClasses(classes) ? classes : CLASSES,
    },
    palettes: [...PALETTES, ...own],
    scale: sound ? { low, high } : null,
  };
}
