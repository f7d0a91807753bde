/**
 * The census counts a scene's matches: histograms for the sliders, the shares of the genomes that
 * are aligned, the pairs of contigs with most in common. Pure functions of the columns.
 */
import type { Axis } from "./axis";
import type { Matches, Scene } from "./scene";

export interface Histogram {
  /** Value at the left edge of the first bar and the right edge of the last. */
  readonly low: number;
  readonly high: number;
  readonly bars: Float64Array;
}

export interface Pair {
  readonly target: number;
  readonly query: number;
  /** Target bases in matches of this pair. */
  readonly bases: number;
}

export interface Census {
  readonly matches: number;
  /** Share of the matches' target bases that run the same way in both genomes as drawn. */
  readonly rising: number;
  /** Mean identity, each match counting by its length on the target. */
  readonly identity: number;
  readonly longest: number;
  /** Share of each genome covered by at least one match. */
  readonly targetShare: number;
  readonly queryShare: number;
  readonly targetAligned: number;
  readonly queryAligned: number;
  readonly pairs: readonly Pair[];
}

const BARS = 56;
const MOST_PAIRS = 200;

const span = (matches: Matches, row: number): number => matches.targetEnd[row] - matches.targetStart[row];

/** The identity at which the colour scale begins: all but the worst 2 % of bases lie above. */
export function identityLow(matches: Matches): number {
  const weights = new Float64Array(1001);
  let total = 0;
  for (let row = 0; row < matches.count; row++) {
    const weight = span(matches, row);
    weights[Math.round(Math.min(Math.max(matches.identity[row], 0), 1) * 1000)] += weight;
    total += weight;
  }
  let seen = 0;
  let at = 0;
  while (at < 950 && seen + weights[at] <= total * 0.02) seen += weights[at++];
  return Math.max(0, Math.floor(at / 50) * 0.05);
}

/** Aligned bases by identity. */
export function identityHistogram(matches: Matches, low: number): Histogram {
  const bars = new Float64Array(BARS);
  for (let row = 0; row < matches.count; row++) {
    const bar = Math.floor(((matches.identity[row] - low) / (1 - low)) * BARS);
    bars[Math.min(Math.max(bar, 0), BARS - 1)] += span(matches, row);
  }
  return { low, high: 1, bars };
}

/** Number of matches by the logarithm (base 10) of their length on the target. */
export function lengthHistogram(matches: Matches): Histogram {
  const logarithm = (row: number): number => Math.log10(Math.max(span(matches, row), 1));
  if (matches.count === 0) return { low: 0, high: 1, bars: new Float64Array(BARS) };
  const low = Math.floor(logarithm(matches.count - 1) * 10) / 10;
  const high = Math.max(Math.ceil(logarithm(0) * 10 + 1e-6) / 10, low + 0.1);
  const bars = new Float64Array(BARS);
  for (let row = 0; row < matches.count; row++) {
    const bar = Math.floor(((logarithm(row) - low) / (high - low)) * BARS);
    bars[Math.min(Math.max(bar, 0), BARS - 1)]++;
  }
  return { low, high, bars };
}

/** Bases of an axis covered by at least one interval. */
export function covered(axis: Axis, contig: Int32Array, start: Float64Array, end: Float64Array): number {
  const rows = new Uint32Array(start.length).map((_, row) => row);
  rows.sort((a, b) => contig[a] - contig[b] || start[a] - start[b]);
  let total = 0;
  let current = -1;
  let reached = 0;
  for (const row of rows) {
    if (contig[row] !== current) {
      current = contig[row];
      reached = 0;
    }
    const length = axis.contigs[current].length;
    total += Math.max(0, Math.min(end[row], length) - Math.max(start[row], reached));
    reached = Math.max(reached, end[row]);
  }
  return total;
}

/** Pairs of contigs that share matches, those with most target bases first. */
export function pairs(matches: Matches, queries: number): Pair[] {
  const sums = new Map<number, number>();
  for (let row = 0; row < matches.count; row++) {
    const key = matches.target[row] * queries + matches.query[row];
    sums.set(key, (sums.get(key) ?? 0) + span(matches, row));
  }
  return [...sums]
    .sort(([keyA, a], [keyB, b]) => b - a || keyA - keyB)
    .slice(0, MOST_PAIRS)
    .map(([key, bases]) => ({ target: Math.floor(key / queries), query: key % queries, bases }));
}

/** The census of a scene; `rises` says of each match whether it rises as drawn. */
export function census({ matches, target, query }: Scene, rises: Uint8Array): Census {
  let up = 0;
  let weight = 0;
  let weighted = 0;
  for (let row = 0; row < matches.count; row++) {
    up += span(matches, row) * rises[row];
    weight += span(matches, row);
    weighted += span(matches, row) * matches.identity[row];
  }
  const targetAligned = covered(target, matches.target, matches.targetStart, matches.targetEnd);
  const queryAligned = covered(query, matches.query, matches.queryStart, matches.queryEnd);
  return {
    matches: matches.count,
    rising: weight > 0 ? up / weight : NaN,
    identity: weight > 0 ? weighted / weight : NaN,
    longest: matches.count > 0 ? span(matches, 0) : 0,
    targetShare: targetAligned / Math.max(target.length, 1),
    queryShare: queryAligned / Math.max(query.length, 1),
    targetAligned,
    queryAligned,
    pairs: pairs(matches, query.contigs.length),
  };
}
