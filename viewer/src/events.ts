/**
 * Events are the differences in structure between the genomes, as marks on the plot: a box around
 * what moved, turned or was doubled, a strip along an axis where the other genome has nothing.
 */
import type { Axis } from "./axis";
import type { Theme } from "./palette";
import known from "./palettes.json";
import type { Interval, StructureEvent } from "./scene";
import { toX, toY, type Size, type View } from "./view";

export interface Kind {
  readonly name: string;
  readonly plural: string;
  readonly colour: Readonly<Record<Theme, string>>;
}

const PLURALS: Readonly<Record<string, string>> = {
  "unaligned target": "unaligned in target",
  "unaligned query": "unaligned in query",
};

/** The kinds of events, in the order of lists; their colours are written from the Python side. */
export const KINDS: readonly Kind[] = Object.entries(known.events).map(([name, [light, dark]]) => ({
  name,
  plural: PLURALS[name] ?? `${name}s`,
  colour: { light, dark },
}));

/** What is drawn before anything is chosen: rearrangements; insertions and gaps are many. */
export const SHOWN_AT_FIRST: readonly string[] = KINDS.slice(0, 5)
  .map(({ name }) => name)
  .sort();

const OTHER: Kind = { name: "difference", plural: "differences", colour: KINDS[KINDS.length - 1].colour };

export const kindOf = (event: StructureEvent): Kind => KINDS.find(({ name }) => name === event.kind) ?? OTHER;

const span = (interval: Interval | null): number => (interval ? interval.end - interval.start : 0);

/** Bases of an event: of the longer of its intervals. */
export const sizeOf = ({ target, query }: StructureEvent): number => Math.max(span(target), span(query));

/** Numbers of events, the largest first. */
export const largestFirst = (events: readonly StructureEvent[]): number[] =>
  events.map((_, number) => number).sort((a, b) => sizeOf(events[b]) - sizeOf(events[a]) || a - b);

/** An event as it is seen: its box, in pixels of the plot. */
export interface Sight {
  readonly number: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: string;
  /** A strip along an axis, filled; else an outline around matches. */
  readonly strip: boolean;
}

/** No more are drawn at once; the largest go first. */
export const MOST_SEEN = 3000;
const ROOM = 3;
const LEAST = 9;
const STRIP = 5;

/** The events of `numbers` (largest first) that are in view. */
export function sights(
  events: readonly StructureEvent[],
  numbers: readonly number[],
  axes: { readonly target: Axis; readonly query: Axis },
  view: View,
  size: Size,
  theme: Theme,
): Sight[] {
  const seen: Sight[] = [];
  for (const number of numbers) {
    const { target, query } = events[number];
    const [x0, x1] = target ? axes.target.stretch(target.contig, target.start, target.end) : [view.x0, view.x1];
    const [y0, y1] = query ? axes.query.stretch(query.contig, query.start, query.end) : [view.y0, view.y1];
    if (x1 < view.x0 || x0 > view.x1 || y1 < view.y0 || y0 > view.y1) continue;
    const box = boxOf(target !== null, query !== null, { x0, x1, y0, y1 }, view, size);
    seen.push({ number, ...box, colour: kindOf(events[number]).colour[theme] });
    if (seen.length >= MOST_SEEN) break;
  }
  return seen;
}

function boxOf(onTarget: boolean, onQuery: boolean, place: View, view: View, size: Size): Omit<Sight, "number" | "colour"> {
  // What lies far outside is cut: a canvas holds single precision.
  const left = Math.max(toX(view, size, place.x0), -50);
  const right = Math.min(toX(view, size, place.x1), size.width + 50);
  const top = Math.max(toY(view, size, place.y1), -50);
  const bottom = Math.min(toY(view, size, place.y0), size.height + 50);
  if (!onQuery) return { x: left, width: Math.max(right - left, 1.5), y: size.height - STRIP, height: STRIP, strip: true };
  if (!onTarget) return { x: 0, width: STRIP, y: top, height: Math.max(bottom - top, 1.5), strip: true };
  const width = Math.max(right - left + 2 * ROOM, LEAST);
  const height = Math.max(bottom - top + 2 * ROOM, LEAST);
  return { x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height, strip: false };
}

/** The smallest event under a pixel, or null. */
export function sightAt(seen: readonly Sight[], x: number, y: number): Sight | null {
  const under = seen.filter((each) => x >= each.x && x <= each.x + each.width && y >= each.y && y <= each.y + each.height);
  return under.reduce<Sight | null>(
    (best, each) => (best === null || each.width * each.height < best.width * best.height ? each : best),
    null,
  );
}

/** The view in which an event is seen whole, with its surroundings. */
export function viewOf({ target, query }: StructureEvent, axes: { target: Axis; query: Axis }, bounds: View): View {
  const [x0, x1] = target ? axes.target.stretch(target.contig, target.start, target.end) : [bounds.x0, bounds.x1];
  const [y0, y1] = query ? axes.query.stretch(query.contig, query.start, query.end) : [bounds.y0, bounds.y1];
  const room = 0.6 * Math.max(target ? x1 - x0 : 0, query ? y1 - y0 : 0, 300);
  return {
    x0: target ? x0 - room : x0,
    x1: target ? x1 + room : x1,
    y0: query ? y0 - room : y0,
    y1: query ? y1 + room : y1,
  };
}
