/**
 * A link says in the URL's hash what a plot shows: the view and the settings that are not the usual
 * ones. Reading never fails: what it does not understand keeps its usual value.
 */
import type { Colouring } from "./palette";
import type { View } from "./view";

export interface Settings {
  readonly colouring: Colouring;
  readonly minIdentity: number;
  /** Bases on the target. */
  readonly minLength: number;
  /** CSS pixels. */
  readonly lineWidth: number;
  readonly grid: boolean;
}

export const USUAL: Settings = {
  colouring: "identity",
  minIdentity: 0,
  minLength: 0,
  lineWidth: 1.75,
  grid: true,
};

export interface Shown {
  readonly view: View | null;
  readonly settings: Settings;
}

/** The hash for a view (null: the whole plot) and settings, without its `#`. */
export function write({ view, settings }: Shown): string {
  const words: string[] = [];
  if (view !== null) words.push(`x=${view.x0},${view.x1}`, `y=${view.y0},${view.y1}`);
  if (settings.colouring !== USUAL.colouring) words.push(`colour=${settings.colouring}`);
  if (settings.minIdentity !== USUAL.minIdentity) words.push(`identity=${settings.minIdentity}`);
  if (settings.minLength !== USUAL.minLength) words.push(`length=${settings.minLength}`);
  if (settings.lineWidth !== USUAL.lineWidth) words.push(`width=${settings.lineWidth}`);
  if (settings.grid !== USUAL.grid) words.push("grid=off");
  return words.join("&");
}

function span(text: string | null): readonly [number, number] | null {
  const [start, end] = (text ?? "").split(",").map(Number);
  return Number.isFinite(start) && Number.isFinite(end) && start < end ? [start, end] : null;
}

function number(text: string | null, low: number, high: number, otherwise: number): number {
  const value = Number(text ?? NaN);
  return Number.isFinite(value) ? Math.min(Math.max(value, low), high) : otherwise;
}

/** What a hash (with or without its `#`) asks to be shown. */
export function read(hash: string): Shown {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const x = span(words.get("x"));
  const y = span(words.get("y"));
  return {
    view: x && y ? { x0: x[0], x1: x[1], y0: y[0], y1: y[1] } : null,
    settings: {
      colouring: words.get("colour") === "strand" ? "strand" : "identity",
      minIdentity: number(words.get("identity"), 0, 1, USUAL.minIdentity),
      minLength: number(words.get("length"), 0, Number.MAX_SAFE_INTEGER, USUAL.minLength),
      lineWidth: number(words.get("width"), 0.5, 6, USUAL.lineWidth),
      grid: words.get("grid") !== "off",
    },
  };
}
