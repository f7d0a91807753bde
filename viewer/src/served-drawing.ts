/**
 * How a server draws a plot: by what contigs are ordered, whose, and what becomes of small ones. A
 * page with a server asks for the scene anew; the link says so in words before those of the view.
 */
export interface Drawing {
  readonly order: string;
  readonly side: string;
  readonly small: string;
}

/** The words of each choice, as the server knows them, and as people do. */
export const CHOICES: Readonly<Record<keyof Drawing, readonly (readonly [word: string, said: string])[]>> = {
  order: [
    ["chain", "along the other"],
    ["reference", "as D-Genies sorts"],
    ["length", "longest first"],
    ["name", "by name"],
    ["input", "as in the file"],
  ],
  side: [
    ["query", "the query's"],
    ["target", "the target's"],
  ],
  small: [
    ["group", "named as one"],
    ["show", "each by its name"],
    ["hide", "not drawn"],
  ],
};

/** In a link `order` is told by this word: `target-order` and its like are the page's own. */
const WORDS: Readonly<Record<keyof Drawing, string>> = { order: "drawn-by", side: "drawn-side", small: "small" };
const KEYS = Object.keys(WORDS) as (keyof Drawing)[];

export const sameDrawing = (a: Drawing, b: Drawing): boolean => KEYS.every((key) => a[key] === b[key]);

/** The drawing that a hash asks for; what it does not understand is as the plot was made. */
export function readDrawing(hash: string, made: Drawing): Drawing {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const read = (key: keyof Drawing): string => {
    const asked = words.get(WORDS[key]);
    return CHOICES[key].some(([word]) => word === asked) ? (asked ?? made[key]) : made[key];
  };
  return { order: read("order"), side: read("side"), small: read("small") };
}

/** The choices that are not as the plot was made, as a hash tells them. */
export const drawingHash = (drawing: Drawing, made: Drawing): string =>
  KEYS.filter((key) => drawing[key] !== made[key])
    .map((key) => `${WORDS[key]}=${encodeURIComponent(drawing[key])}`)
    .join("&");

/** The choices as a question to the server; empty for the plot as it was made. */
export function drawingQuestion(drawing: Drawing, made: Drawing): string {
  if (sameDrawing(drawing, made)) return "";
  return new URLSearchParams(KEYS.map((key) => [key, drawing[key]])).toString();
}

/** Two halves of a hash, of which each may be empty. */
export const joinedHash = (one: string, other: string): string => [one, other].filter((half) => half !== "").join("&");
