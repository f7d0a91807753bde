/** The keys of a plot: what each does, and how the help says it. */

export type Command =
  | { readonly kind: "move"; readonly x: number; readonly y: number }
  | { readonly kind: "zoom"; readonly factor: number }
  | { readonly kind: "aligned" | "whole" | "back" | "forward" | "copy" | "strand" | "help" | "find" | "turn" | "hide" | "swap" | "aspect" | "mode" | "box" }
  | { readonly kind: "pair" | "feature"; readonly step: number };

export interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Share of the view an arrow key moves by; with Shift, the larger one. */
const STEP = 0.12;
const STRIDE = 0.5;
const ZOOM = 1.6;

const COMMANDS: Readonly<Record<string, Command>> = {
  "+": { kind: "zoom", factor: ZOOM },
  "=": { kind: "zoom", factor: ZOOM },
  "-": { kind: "zoom", factor: 1 / ZOOM },
  _: { kind: "zoom", factor: 1 / ZOOM },
  "0": { kind: "whole" },
  Escape: { kind: "whole" },
  "?": { kind: "help" },
  "/": { kind: "find" },
  a: { kind: "aligned" },
  c: { kind: "copy" },
  s: { kind: "strand" },
  t: { kind: "turn" },
  h: { kind: "hide" },
  b: { kind: "box" },
  l: { kind: "aspect" },
  r: { kind: "mode" },
  x: { kind: "swap" },
  ".": { kind: "feature", step: 1 },
  ",": { kind: "feature", step: -1 },
  n: { kind: "pair", step: 1 },
  p: { kind: "pair", step: -1 },
};

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** What a key means, or null; keys of the browser (with Ctrl, Alt or Cmd) mean nothing here. */
export function commandOf(pressed: Key): Command | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  const arrow = ARROWS[pressed.key];
  if (arrow !== undefined) {
    const step = pressed.shiftKey ? STRIDE : STEP;
    return { kind: "move", x: arrow[0] * step, y: arrow[1] * step };
  }
  if (pressed.key === "Backspace") return { kind: pressed.shiftKey ? "forward" : "back" };
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  return COMMANDS[key] ?? null;
}

/** The help, row by row: keys or gestures, and what they do. */
export const HELP: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [["Wheel", "Pinch"], "zoom about the pointer"],
  [["Drag"], "move"],
  [["Double click"], "zoom in; with Shift zoom out"],
  [["Shift + drag", "B"], "zoom to a box; after B, the next drag draws it"],
  [["Click"], "see a contig or a pair of contigs alone"],
  [["Right click", "Shift F10"], "turn, hide, see alone, copy the name of what is there"],
  [["←", "→", "↑", "↓"], "move; with Shift by half a view"],
  [["+", "−"], "zoom in and out"],
  [["0", "Esc"], "the whole plot"],
  [["⌫", "Shift ⌫"], "view before, view after"],
  [["N", "P"], "next and previous pair of contigs"],
  [[",", "."], "the feature before, and after, in the annotation"],
  [["A"], "from near: show or hide the alignment under the pointer"],
  [["C"], "copy the coordinates of the match under the pointer"],
  [["S"], "colour by strand or by identity"],
  [["R"], "dot plot, ribbons between two rows, or both"],
  [["T", "H"], "turn, or hide, the query's contig under the pointer, or the contig whose name is"],
  [["L"], "a base as long upwards as across, or free"],
  [["X"], "exchange the axes"],
  [["/"], "find a contig or a place"],
  [["?"], "this help"],
];
