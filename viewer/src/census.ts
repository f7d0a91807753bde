/**
 * The census counts a scene's matches: histograms for the sliders, the shares of the genomes that
 * are aligned, the pairs of contigs with most in common. Pure functions of the columns.
 */
import { noiseEnds } from "./noise";
import { covered } from "./coverage";
import type { Matches, Scene } from "./scene";
import type { Segments } from "./segments";

/** Aligned bases by identity, and matches by length, of what the other filters leave. */
export interface Left {
  readonly identities: Float64Array;
  readonly lengths: Float64Array;
}

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
  /** Those with most in common. */
  readonly pairs: readonly Pair[];
  /** All pairs of contigs that share a match. */
  readonly pairCount: number;
  /** Matches shorter than the noise's end. */
  readonly noise: number;
  /** Where noise ends (0: there is none), and how many matches are as long as drawn, by the logarithm. */
  readonly noiseEnd: number;
  readonly drawnLengths: Histogram;
}

const BARS = 56;
const MOST_PAIRS = 500;
/** Pairs of contigs that are summed in an array; more are summed in a map. */
const MANY_PAIRS = 4_000_000;

const span = (matches: Matches, row: number): number => matches.targetEnd[row] - matches.targetStart[row];

/** The longer of a match's two intervals, in bases. */
export const longer = (matches: Matches, row: number): number =>
  Math.max(span(matches, row), matches.queryEnd[row] - matches.queryStart[row]);

/** The length of each of the matches `rows`, as its longer interval; all that is too long is alike. */
export function lengthsOf(matches: Matches, rows: Uint32Array): Uint32Array {
  const lengths = new Uint32Array(rows.length);
  for (let at = 0; at < rows.length; at++) lengths[at] = Math.min(longer(matches, rows[at]), 0xffffffff);
  return lengths;
}

/** The length of a match's segment in the plot, in bases. */
export function drawnLength(matches: Matches, row: number): number {
  const across = span(matches, row);
  const up = matches.queryEnd[row] - matches.queryStart[row];
  return Math.sqrt(across * across + up * up);
}

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

/** The bar of an identity in a histogram from `low` to 1. */
export const identityBar = (identity: number, low: number): number =>
  Math.min(Math.max(Math.floor(((identity - low) / (1 - low)) * BARS), 0), BARS - 1);

/** The bar of a length in a histogram of logarithms. */
export const lengthBar = (length: number, { low, high }: Pick<Histogram, "low" | "high">): number =>
  Math.min(Math.max(Math.floor(((logarithm(length) - low) / (high - low)) * BARS), 0), BARS - 1);

const logarithm = (length: number): number => Math.log10(Math.max(length, 1));

/** Aligned bases by identity. */
export function identityHistogram(matches: Matches, low: number): Histogram {
  const bars = new Float64Array(BARS);
  for (let row = 0; row < matches.count; row++) {
    bars[identityBar(matches.identity[row], low)] += span(matches, row);
  }
  return { low, high: 1, bars };
}

/** The lengths of the shortest and of the longest match; infinite without any. */
function extremes(matches: Matches, lengthOf = longer): readonly [number, number] {
  let shortest = Infinity;
  let longest = 0;
  for (let row = 0; row < matches.count; row++) {
    const length = lengthOf(matches, row);
    shortest = Math.min(shortest, length);
    longest = Math.max(longest, length);
  }
  return [shortest, longest];
}

/** Number of matches by the logarithm (base 10) of their longer interval's length. */
export function lengthHistogram(matches: Matches, lengthOf = longer): Histogram {
  if (matches.count === 0) return { low: 0, high: 1, bars: new Float64Array(BARS) };
  const [shortest, longest] = extremes(matches, lengthOf);
  const low = Math.floor(logarithm(shortest) * 10) / 10;
  const high = Math.max(Math.ceil(logarithm(longest) * 10 + 1e-6) / 10, low + 0.1);
  const bars = new Float64Array(BARS);
  for (let row = 0; row < matches.count; row++) {
    bars[lengthBar(lengthOf(matches, row), { low, high })]++;
  }
  return { low, high, bars };
}

/** Pairs of contigs that share matches, those with most target bases first, and how many there are. */
export function pairs(matches: Matches, targets: number, queries: number): Pick<Census, "pairs" | "pairCount"> {
  const sums = targets * queries <= MANY_PAIRS ? pairsInArray(matches, targets, queries) : pairsInMap(matches, queries);
  const most = sums
    .sort(([keyA, a], [keyB, b]) => b - a || keyA - keyB)
    .slice(0, MOST_PAIRS)
    .map(([key, bases]) => ({ target: Math.floor(key / queries), query: key % queries, bases }));
  return { pairs: most, pairCount: sums.length };
}

function pairsInArray(matches: Matches, targets: number, queries: number): [number, number][] {
  const sums = new Float64Array(targets * queries);
  for (let row = 0; row < matches.count; row++) sums[matches.target[row] * queries + matches.query[row]] += span(matches, row);
  const found: [number, number][] = [];
  sums.forEach((bases, key) => bases > 0 && found.push([key, bases]));
  return found;
}

function pairsInMap(matches: Matches, queries: number): [number, number][] {
  const sums = new Map<number, number>();
  for (let row = 0; row < matches.count; row++) {
    const key = matches.target[row] * queries + matches.query[row];
    sums.set(key, (sums.get(key) ?? 0) + span(matches, row));
  }
  return [...sums];
}

/** The end of a scene's noise: the least drawn length of what is none; 0 without noise. */
export const endOfNoise = (matches: Matches): number =>
  noiseEnds(matches.count, (row) => drawnLength(matches, row));

/** The census of a scene whose matches lie as `segments` say, with its noise ending at `end`. */
export function census({ matches, target, query }: Scene, segments: Segments, end: number): Census {
  let noise = 0;
  let up = 0;
  let weight = 0;
  let weighted = 0;
  for (let row = 0; row < matches.count; row++) {
    if (end > 0 && drawnLength(matches, row) < end) noise++;
    up += span(matches, row) * segments.rises(row);
    weight += span(matches, row);
    weighted += span(matches, row) * matches.identity[row];
  }
  const targetAligned = covered(target, { contig: matches.target, start: matches.targetStart, end: matches.targetEnd });
  const queryAligned = covered(query, { contig: matches.query, start: matches.queryStart, end: matches.queryEnd });
  return {
    matches: matches.count,
    rising: weight > 0 ? up / weight : NaN,
    identity: weight > 0 ? weighted / weight : NaN,
    longest: extremes(matches)[1],
    targetShare: targetAligned / Math.max(target.length, 1),
    queryShare: queryAligned / Math.max(query.length, 1),
    targetAligned,
    queryAligned,
    ...pairs(matches, target.origin.length, query.origin.length),
    noise,
    noiseEnd: end,
    drawnLengths: lengthHistogram(matches, drawnLength),
  };
}
