/**
 * An alignment base by base: the runs of a CIGAR with the places where they begin, on the forward
 * strands of both contigs. Pure; what lies where on a page is asked of two straight lines.
 */
import type { AlignmentText } from "./source";

/** Run i goes from target[i], query[i] to target[i + 1], query[i + 1]; the query may run downwards. */
export interface Runs {
  readonly count: number;
  /** Codes of `=`, `X`, `M`, `I` and `D`. */
  readonly kinds: Uint8Array;
  readonly target: Float64Array;
  readonly query: Float64Array;
  /** +1 or -1: how the query runs while the target runs upwards. */
  readonly strand: number;
}

export const [LIKE, UNLIKE, EITHER, EXTRA, LACKING] = [..."=XMID"].map((letter) => letter.charCodeAt(0));

/** Is it a run of bases that face each other? */
export const isFacing = (kind: number): boolean => kind === LIKE || kind === UNLIKE || kind === EITHER;

/** The runs of a text; what is no CIGAR has none. */
export function runsOf({ cigar, from, strand }: Pick<AlignmentText, "cigar" | "from" | "strand">): Runs {
  const parts = /^(?:\d+[=XMID])*$/.test(cigar) ? (cigar.match(/\d+[=XMID]/g) ?? []) : [];
  const count = parts.length;
  const kinds = new Uint8Array(count);
  const target = new Float64Array(count + 1);
  const query = new Float64Array(count + 1);
  [target[0], query[0]] = from;
  parts.forEach((part, at) => {
    const kind = part.charCodeAt(part.length - 1);
    const length = Number.parseInt(part, 10);
    kinds[at] = kind;
    target[at + 1] = target[at] + (kind === EXTRA ? 0 : length);
    query[at + 1] = query[at] + (kind === LACKING ? 0 : strand * length);
  });
  return { count, kinds, target, query, strand };
}

/** The first run that ends behind `place` of the ascending `places`. */
function runAt(places: Float64Array, place: number): number {
  let low = 0;
  let high = places.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle + 1] > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The runs, from the first to before the last, that lie between two places of the target. */
export function between({ count, target }: Runs, start: number, end: number): readonly [first: number, last: number] {
  const first = runAt(target, start);
  let last = runAt(target, end);
  // Runs of the query alone have no length on the target.
  while (last < count && target[last] <= end) last++;
  return [Math.min(first, count), Math.min(last, count)];
}

/** Pixels of a place: `at + per * place`. */
export interface Ruler {
  readonly at: number;
  readonly per: number;
}

export const pixel = ({ at, per }: Ruler, place: number): number => at + per * place;

/** Told every visible stretch: from one place of both genomes to another, on the page. */
export type Emit = (kind: number, x1: number, y1: number, x2: number, y2: number) => void;

/** How the genomes of an alignment lie on the page: which of them goes across does not matter here. */
export interface Lie {
  readonly target: Ruler;
  readonly query: Ruler;
  /** Does the target go across? Where the axes are exchanged, it goes upwards. */
  readonly across: boolean;
}

/** Runs closer together than this many pixels are one stroke. */
const FINE = 0.4;

/** Tell the runs from `first` to before `last` on the page; what is too small to be told apart is joined. */
export function walk(runs: Runs, first: number, last: number, { target, query, across }: Lie, emit: Emit): void {
  let kind = 0;
  let [t1, q1] = [pixel(target, runs.target[first]), pixel(query, runs.query[first])];
  for (let at = first; at < last; at++) {
    const [t2, q2] = [pixel(target, runs.target[at + 1]), pixel(query, runs.query[at + 1])];
    const small = Math.abs(t2 - t1) < FINE && Math.abs(q2 - q1) < FINE;
    // A gap too small to be seen is a part of the line it interrupts.
    kind = isFacing(runs.kinds[at]) || kind === 0 ? runs.kinds[at] : small ? kind : runs.kinds[at];
    if (small && at + 1 < last) continue;
    if (across) emit(kind, t1, q1, t2, q2);
    else emit(kind, q1, t1, q2, t2);
    [t1, q1] = [t2, q2];
    kind = 0;
  }
}

/** A column of an alignment: a run, and how many bases behind its beginning. */
export interface Column {
  readonly run: number;
  readonly offset: number;
}

const lengthOf = ({ target, query }: Runs, run: number): number =>
  Math.max(target[run + 1] - target[run], Math.abs(query[run + 1] - query[run]));

/** The column nearest to a pixel among the runs from `first` to before `last`, and how far away it is. */
export function nearest(
  runs: Runs,
  [first, last]: readonly [number, number],
  { target, query, across }: Lie,
  x: number,
  y: number,
): { readonly column: Column; readonly away: number } | null {
  const [t, q] = across ? [x, y] : [y, x];
  let best = Infinity;
  let run = -1;
  let share = 0;
  for (let at = first; at < last; at++) {
    const [t1, q1] = [pixel(target, runs.target[at]), pixel(query, runs.query[at])];
    const [dt, dq] = [pixel(target, runs.target[at + 1]) - t1, pixel(query, runs.query[at + 1]) - q1];
    const squared = dt * dt + dq * dq;
    const along = squared === 0 ? 0 : Math.min(Math.max(((t - t1) * dt + (q - q1) * dq) / squared, 0), 1);
    const away = Math.hypot(t - t1 - along * dt, q - q1 - along * dq);
    if (away >= best) continue;
    best = away;
    run = at;
    share = along;
  }
  if (run < 0) return null;
  const length = lengthOf(runs, run);
  return { column: { run, offset: Math.min(Math.floor(share * length), Math.max(length - 1, 0)) }, away: best };
}

/** A base of one side, by its 0-based place on the forward strand; null where it is not known. */
export type BaseAt = (place: number) => string | null;

/** An alignment as people read it: the target, what agrees, the query. */
export interface Written {
  readonly target: string;
  readonly bars: string;
  readonly query: string;
  /** Which column is the one that was asked about. */
  readonly about: number;
  /** The places on the forward strands between which it lies: from the first to behind the last. */
  readonly targetSpan: readonly [number, number];
  readonly querySpan: readonly [number, number];
}

const PAIRS: Readonly<Record<string, string>> = { A: "T", C: "G", G: "C", T: "A", U: "A", R: "Y", Y: "R", K: "M", M: "K", B: "V", V: "B", D: "H", H: "D" };

export const complement = (base: string): string => PAIRS[base] ?? base;

const UNKNOWN = "·";
/** Bases that may be equal to nothing, not even to themselves. */
const certain = (base: string): boolean => "ACGTU".includes(base);

/** What stands in the middle row between two bases. */
function bar(kind: number, target: string, query: string): string {
  if (kind === EXTRA || kind === LACKING) return " ";
  if (target === UNKNOWN || query === UNKNOWN) return kind === LIKE ? "|" : " ";
  return target === query && certain(target) ? "|" : ".";
}

/** The column `step` columns after another; null beyond the runs that are known. */
function stepped(runs: Runs, { run, offset }: Column, step: number): Column | null {
  let [at, behind] = [run, offset + step];
  while (at >= 0 && behind < 0) behind += --at >= 0 ? lengthOf(runs, at) : 0;
  while (at >= 0 && at < runs.count && behind >= lengthOf(runs, at)) behind -= lengthOf(runs, at++);
  return at < 0 || at >= runs.count ? null : { run: at, offset: behind };
}

/** The places of a column on both sides: those its bases would have. */
function places(runs: Runs, { run, offset }: Column): readonly [target: number, query: number] {
  const kind = runs.kinds[run];
  const target = runs.target[run] + (kind === EXTRA ? 0 : offset);
  const query = runs.query[run] + (kind === LACKING ? 0 : runs.strand * offset);
  // A query read downwards is met at the end of its base.
  return [target, runs.strand < 0 ? query - 1 : query];
}

/** The columns about one, `around` on either side, as three rows. */
export function written(runs: Runs, about: Column, around: number, targetAt: BaseAt, queryAt: BaseAt): Written {
  const rows = { target: "", bars: "", query: "" };
  let [first, last]: [Column | null, Column | null] = [null, null];
  let middle = 0;
  for (let step = -around; step <= around; step++) {
    const column = stepped(runs, about, step);
    if (column === null) continue;
    first ??= column;
    last = column;
    if (step === 0) middle = rows.target.length;
    const kind = runs.kinds[column.run];
    const [t, q] = places(runs, column);
    const target = kind === EXTRA ? "-" : (targetAt(t) ?? UNKNOWN);
    const base = queryAt(q) ?? UNKNOWN;
    const query = kind === LACKING ? "-" : runs.strand < 0 ? complement(base) : base;
    rows.target += target;
    rows.query += query;
    rows.bars += bar(kind, target, query);
  }
  return { ...rows, about: middle, ...spans(runs, first ?? about, last ?? about) };
}

function spans(runs: Runs, first: Column, last: Column): Pick<Written, "targetSpan" | "querySpan"> {
  const [t1, q1] = places(runs, first);
  const [t2, q2] = places(runs, last);
  const ends = [t2 + (runs.kinds[last.run] === EXTRA ? 0 : 1), Math.max(q1, q2) + 1] as const;
  return { targetSpan: [t1, ends[0]], querySpan: [Math.min(q1, q2), ends[1]] };
}
