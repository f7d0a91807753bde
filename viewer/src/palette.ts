/**
 * Colours of matches and of the page's ink. Identity is a continuous scale whose lightness changes
 * evenly and whose hues (sand to deep sea) are told apart with every kind of colour vision; in both
 * themes the better match stands out more. Strands are a blue and an orange, safe likewise.
 */

export type Theme = "light" | "dark";
export type Colouring = "identity" | "strand";
export type Rgb = readonly [red: number, green: number, blue: number];

/** Colours in a scale. */
export const TONES = 64;

const IDENTITY: Record<Theme, readonly string[]> = {
  light: ["#e3ba6b", "#a9ad78", "#5f988a", "#24788c", "#135283", "#14285f"],
  dark: ["#4a4f8c", "#3a73a6", "#2f9aa8", "#5fbf9b", "#b4dc8a", "#fbf0a8"],
};

/** Tone 0 is inverted as drawn, the last tone the same direction. */
const STRAND: Record<Theme, readonly string[]> = {
  light: ["#d4551f", "#8d6b76", "#1763a6"],
  dark: ["#ff9a62", "#b59aa5", "#62b2f2"],
};

/** What is drawn around the matches. */
export interface Ink {
  readonly ground: string;
  readonly border: string;
  readonly separator: string;
  readonly grid: string;
  readonly band: string;
  readonly bandOther: string;
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
    text: "#dcebf0",
    faint: "#8fa7b1",
  },
};

function parse(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

const linear = (channel: number): number => Math.pow(channel / 255, 2.2);
const encoded = (light: number): number => Math.round(255 * Math.pow(light, 1 / 2.2));

/** Mix two channels evenly in lightness: near enough the cube root of light. */
function mixChannel(a: number, b: number, t: number): number {
  const light = Math.cbrt(linear(a)) * (1 - t) + Math.cbrt(linear(b)) * t;
  return encoded(light ** 3);
}

const mix = (a: Rgb, b: Rgb, t: number): Rgb => [
  mixChannel(a[0], b[0], t),
  mixChannel(a[1], b[1], t),
  mixChannel(a[2], b[2], t),
];

/** The colours of a scale, tone 0 first. */
export function tones(colouring: Colouring, theme: Theme): readonly Rgb[] {
  const stops = (colouring === "identity" ? IDENTITY : STRAND)[theme].map(parse);
  return Array.from({ length: TONES }, (_, tone) => {
    const at = (tone / (TONES - 1)) * (stops.length - 1);
    const stop = Math.min(Math.floor(at), stops.length - 2);
    return mix(stops[stop], stops[stop + 1], at - stop);
  });
}

export const css = ([red, green, blue]: Rgb): string => `rgb(${red}, ${green}, ${blue})`;

/** The tone of an identity on a scale from `low` to 1; worse ones take the first tone. */
export function toneOf(identity: number, low: number): number {
  const share = (identity - low) / Math.max(1 - low, 1e-9);
  return Math.round(Math.min(Math.max(share, 0), 1) * (TONES - 1));
}
