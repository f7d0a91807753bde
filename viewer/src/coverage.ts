/**
 * Coverage: how many bases of an axis lie in at least one interval. Exact, and without sorting all
 * intervals at once: they are dealt out into bins along the axis, and a bin holds few.
 */
import type { Axis } from "./axis";
import { sortedPlaces } from "./radix";
import type { Coordinates } from "./scene";

export interface Intervals {
  readonly contig: Int32Array;
  readonly start: Coordinates;
  readonly end: Coordinates;
}

const MOST_BINS = 1 << 20;
/** Intervals in a bin, about. */
const IN_BIN = 8;

/** Bases of an axis covered by at least one interval. */
export function covered(axis: Axis, { contig, start, end }: Intervals): number {
  const count = contig.length;
  const bins = Math.min(Math.max(Math.ceil(count / IN_BIN), 1), MOST_BINS);
  const scale = bins / Math.max(axis.length, 1);
  // Of the scene's contigs, wherever they stand on the axis; a turned one is covered as any.
  const lefts = new Float64Array(axis.origin.length);
  axis.numbers.forEach((number, place) => (lefts[number] = axis.offsets[place]));
  const binOf = (row: number): number => Math.min(Math.floor((lefts[contig[row]] + start[row]) * scale), bins - 1);
  const begins = new Uint32Array(bins + 1);
  for (let row = 0; row < count; row++) begins[binOf(row) + 1]++;
  for (let bin = 0; bin < bins; bin++) begins[bin + 1] += begins[bin];
  const next = begins.slice();
  const froms = new Float64Array(count);
  const tos = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const at = next[binOf(row)]++;
    froms[at] = lefts[contig[row]] + start[row];
    tos[at] = lefts[contig[row]] + end[row];
  }
  let total = 0;
  let reached = 0;
  for (let bin = 0; bin < bins; bin++) {
    const some = froms.subarray(begins[bin], begins[bin + 1]);
    for (const place of sortedPlaces(some)) {
      const to = tos[begins[bin] + place];
      total += Math.max(0, to - Math.max(some[place], reached));
      reached = Math.max(reached, to);
    }
  }
  return total;
}
