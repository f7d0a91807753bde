/** Places to look at: the views of contigs, pairs and regions, and what a view shows in words. */
import type { Axis } from "./axis";
import type { Pair } from "./census";
import { grouped } from "./format";
import type { Region, Side } from "./region";
import { settled, type View } from "./view";

export interface Axes {
  readonly target: Axis;
  readonly query: Axis;
}

/** A pair of contigs by itself. */
export const pairView = ({ target, query }: Axes, x: number, y: number): View => ({
  x0: target.offsets[x],
  x1: target.offsets[x + 1],
  y0: query.offsets[y],
  y1: query.offsets[y + 1],
});

/** The view with another stretch of one axis. */
const along = (view: View, side: Side, [low, high]: readonly [number, number]): View =>
  side === "target" ? { ...view, x0: low, x1: high } : { ...view, y0: low, y1: high };

const spanOf = (view: View, side: Side): readonly [number, number] =>
  side === "target" ? [view.x0, view.x1] : [view.y0, view.y1];

/** `count` contigs along a whole axis; where they are just that already, or for -1, the whole axis. */
export function contigView(axes: Axes, view: View, side: Side, contig: number, count = 1): View {
  const { offsets, length } = axes[side];
  const all = [0, Math.max(length, 1)] as const;
  if (contig < 0) return along(view, side, all);
  const span = [offsets[contig], offsets[contig + count]] as const;
  const [low, high] = spanOf(view, side);
  return along(view, side, low === span[0] && high === span[1] ? all : span);
}

/** Regions along their axes; an axis without one stays as it is. */
export const regionsView = (axes: Axes, view: View, regions: readonly Region[]): View =>
  regions.reduce(
    (seen, { side, contig, start, end }) => along(seen, side, axes[side].stretch(contig, start, end)),
    view,
  );

/** The contig that a view shows alone on an axis; -1 for several. */
export function alone(axes: Axes, view: View, side: Side): number {
  const [low, high] = spanOf(view, side);
  const axis = axes[side];
  const contig = axis.contigAt((low + high) / 2);
  return axis.offsets[contig] <= low && high <= axis.offsets[contig + 1] ? contig : -1;
}

/** The pair `step` after the one in view; where none of them is, the first, or backwards the last. */
export function nextPair(pairs: readonly Pair[], target: number, query: number, step: number): Pair | null {
  if (pairs.length === 0) return null;
  const at = pairs.findIndex((pair) => pair.target === target && pair.query === query);
  if (at < 0) return pairs[step < 0 ? pairs.length - 1 : 0];
  return pairs[(at + step + pairs.length) % pairs.length];
}

/**
 * The view of a contig that is named, of the genome as the plot was made, with a contig of the other
 * one (null: with all of it); null where it is not on its axis.
 */
export function namedView(axes: Axes, bounds: View, swapped: boolean, side: Side, name: string, other: string | null): View | null {
  const otherSide: Side = side === "target" ? "query" : "target";
  const [mine, theirs] = swapped ? [otherSide, side] : [side, otherSide];
  const placeOf = (on: Side, wanted: string): number => axes[on].contigs.findIndex((contig) => contig.name === wanted);
  const contig = placeOf(mine, name);
  if (contig < 0) return null;
  const beside = contigView(axes, bounds, theirs, other === null ? -1 : placeOf(theirs, other));
  return contigView(axes, beside, mine, contig);
}

/** The stretch of an axis that shows what `[low, high]` showed of it before contigs came or went. */
function carriedSpan(before: Axis, after: Axis, low: number, high: number): readonly [number, number] {
  const all = [0, Math.max(after.length, 1)] as const;
  if (low <= 0 && high >= before.length) return all;
  const [first, last] = [before.place(low), before.place(high - 1e-6)];
  const [from, to] = [first, last].map(({ contig }) => after.numbers.indexOf(before.numbers[contig]));
  if (from < 0 || to < 0 || from > to) return all;
  return [after.position(from, first.coordinate), after.position(to, last.coordinate) + 1e-6];
}

/** The view of the axes after contigs came or went that shows what `view` did; else all. */
export function carried(before: Axes, after: Axes, view: View): View {
  const [x0, x1] = carriedSpan(before.target, after.target, view.x0, view.x1);
  const [y0, y1] = carriedSpan(before.query, after.query, view.y0, view.y1);
  return settled({ x0, x1, y0, y1 });
}

/** What a view shows of both axes, in words. */
export const inWords = ({ target, query }: Axes, { x0, x1, y0, y1 }: View): string =>
  `${stretch(target, x0, x1)} × ${stretch(query, y0, y1)}`;

/** The stretch of an axis in words: one contig with coordinates, or the first and the last. */
function stretch(axis: Axis, start: number, end: number): string {
  const first = axis.place(start);
  const last = axis.place(end - 1e-6);
  const name = (contig: number): string => axis.contigs[contig].name;
  if (first.contig !== last.contig) return `${name(first.contig)} – ${name(last.contig)}`;
  const [low, high] = [first.coordinate, last.coordinate].sort((a, b) => a - b);
  return `${name(first.contig)}:${grouped(low)}–${grouped(high)}`;
}
