/**
 * Detail is what is known of the matches in view base by base. It is asked for around the view, ahead
 * of the hand that moves it, and only where a base is worth something of a pixel and the matches are
 * few. While it is on its way, or where nobody knows it, matches are the straight lines they were.
 */
import type { Axis } from "./axis";
import { between, type Column, type Lie, nearest, type Ruler, type Runs, runsOf } from "./cigar";
import type { Connection } from "./connection";
import type { Filter, Hit } from "./engine";
import type { Axes } from "./places";
import type { Side } from "./region";
import type { AlignmentText, Details, Looked, PlotSource, Stretch } from "./source";
import { clipped, distance, type Line } from "./segments";
import { type Size, toX, toY, type View } from "./view";

/** Bases in a pixel, of the axis that has more of them, from which on alignments are looked at. */
export const MOST_PER_PIXEL = 64;
/** Matches of which alignments are asked for. */
const MOST_MATCHES = 300;
/** Matches in view from which on straight lines say as much. */
const MOST_SEEN = 60;
/** Contigs in view on one axis, of which are asked no more. */
const MOST_CONTIGS = 40;
/** What is asked for reaches beyond the view, by this share of it on each side. */
const AHEAD = 0.75;

/** A match in view: its alignment, if it is known. */
export interface Near {
  readonly hit: Hit;
  readonly runs: Runs | null;
}

/** A match in view, where it lies on the page. */
export interface Seen extends Near {
  readonly lie: Lie;
  /** The straight line it is where its alignment is not known. */
  readonly line: Line;
  /** The runs in view: from the first to before the last. */
  readonly span: readonly [first: number, last: number];
}

/** The match under the pointer, and the column of its alignment there, if that is known. */
export interface Under {
  readonly seen: Seen;
  readonly column: Column | null;
}

/** What is known around a view. */
interface Around {
  readonly box: View;
  readonly filter: Filter;
  /** Null where there are too many matches, or where nobody knows any alignment. */
  readonly near: readonly Near[] | null;
}

const encloses = (box: View, view: View): boolean =>
  box.x0 <= view.x0 && box.x1 >= view.x1 && box.y0 <= view.y0 && box.y1 >= view.y1;

const sameFilter = (a: Filter, b: Filter): boolean =>
  a.minIdentity === b.minIdentity && a.minLength === b.minLength && a.hideNoise === b.hideNoise;

/** The stretches of contigs between two positions of an axis; null for too many. */
export function stretchesOf(axis: Axis, low: number, high: number): Stretch[] | null {
  const found: Stretch[] = [];
  for (let place = axis.contigAt(low); place < axis.contigs.length && axis.offsets[place] < high; place++) {
    if (found.length >= MOST_CONTIGS) return null;
    const { name, length, reversed } = axis.contigs[place];
    const from = Math.max(low - axis.offsets[place], 0);
    const to = Math.min(high - axis.offsets[place], length);
    const [start, end] = reversed ? [length - to, length - from] : [from, to];
    found.push({ contig: name, start: Math.floor(start), end: Math.ceil(end) });
  }
  return found;
}

const key = (target: Stretch, query: Stretch, strand: number): string =>
  [target, query].map(({ contig, start, end }) => `${contig}:${start}-${end}`).join("\t") + (strand < 0 ? "-" : "+");

export class Detail {
  private around: Around | null = null;
  private asking = false;
  /** Nobody knows an alignment of this plot; it is not asked again. */
  private ignorant = false;
  private saidCut = false;

  constructor(
    private readonly connection: Connection,
    private readonly source: PlotSource,
    private readonly axes: Axes,
    /** Are the axes exchanged: does the target, as the plot was made, go upwards? */
    private readonly swapped: boolean,
    private readonly changed: () => void,
    /** Told, once, that there is more than is shown. */
    private readonly say: (sentence: string) => void,
  ) {}

  /** The matches in view with their alignments; null where the picture of all matches says as much. */
  seen(view: View, size: Size, filter: Filter): Seen[] | null {
    if (!this.isNear(view, size)) return null;
    const { around } = this;
    if (around === null || !sameFilter(around.filter, filter) || !encloses(around.box, view)) {
      void this.ask(view, filter);
      return null;
    }
    if (around.near === null) return null;
    const seen = around.near.map((near) => this.placed(near, view, size)).filter((each) => each !== null);
    return seen.length > MOST_SEEN ? null : seen;
  }

  /** Is a base worth something of a pixel on both axes? */
  isNear({ x0, x1, y0, y1 }: View, { width, height }: Size): boolean {
    return !this.ignorant && Math.max((x1 - x0) / width, (y1 - y0) / height) <= MOST_PER_PIXEL;
  }

  /** The match nearest to a pixel, at most `reach` away. */
  under(seen: readonly Seen[], x: number, y: number, reach: number): Under | null {
    let best: Under | null = null;
    let least = reach;
    for (const each of seen) {
      const found = each.runs === null ? null : nearest(each.runs, each.span, each.lie, x, y);
      const away = found?.away ?? distance(x, y, each.line);
      if (away > least) continue;
      best = { seen: each, column: found?.column ?? null };
      least = away;
    }
    return best;
  }

  /** The side, as the plot was made, of the genome across or upwards. */
  sideOf(axis: Side): Side {
    return this.swapped ? (axis === "target" ? "query" : "target") : axis;
  }

  private async ask(view: View, filter: Filter): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      const box = this.boxAround(view);
      this.around = { box, filter, near: await this.near(box, filter) };
    } catch {
      // Straight lines are what there is then; the next place is asked about again.
      this.around = { box: view, filter, near: null };
    }
    this.asking = false;
    this.changed();
  }

  private boxAround({ x0, x1, y0, y1 }: View): View {
    const [dx, dy] = [AHEAD * (x1 - x0), AHEAD * (y1 - y0)];
    const { target, query } = this.axes;
    return {
      x0: Math.max(x0 - dx, 0),
      x1: Math.min(x1 + dx, Math.max(target.length, x1)),
      y0: Math.max(y0 - dy, 0),
      y1: Math.min(y1 + dy, Math.max(query.length, y1)),
    };
  }

  private async near(box: View, filter: Filter): Promise<readonly Near[] | null> {
    const looked = this.looked(box);
    if (looked === null) return null;
    const hits = await this.connection.ask("near", box, filter, MOST_MATCHES);
    if (hits === null || hits.length === 0) return null;
    const details = await this.source.details(looked);
    this.ignorant = details === null;
    return details === null ? null : this.joined(hits, details);
  }

  private looked(box: View): Looked | null {
    const across = stretchesOf(this.axes.target, box.x0, box.x1);
    const upwards = stretchesOf(this.axes.query, box.y0, box.y1);
    if (across === null || upwards === null) return null;
    return this.swapped ? { target: upwards, query: across } : { target: across, query: upwards };
  }

  private joined(hits: readonly Hit[], { alignments, cut }: Details): readonly Near[] | null {
    if (cut && !this.saidCut) this.say("Some matches here are straight lines: their alignments are too many to show at once.");
    this.saidCut ||= cut;
    const known = new Map<string, AlignmentText>();
    for (const each of alignments) known.set(key(each.target, each.query, each.strand), each);
    const near = hits.map((hit) => {
      const [target, query] = this.stretchesOf(hit);
      const text = known.get(key(target, query, hit.strand));
      return { hit, runs: text ? runsOf(text) : null };
    });
    return near.some(({ runs }) => runs !== null) ? near : null;
  }

  /** The intervals of a match on target and query, as the plot was made. */
  stretchesOf(hit: Hit): readonly [target: Stretch, query: Stretch] {
    const across = { contig: this.axes.target.contigs[hit.target].name, start: hit.targetStart, end: hit.targetEnd };
    const upwards = { contig: this.axes.query.contigs[hit.query].name, start: hit.queryStart, end: hit.queryEnd };
    return this.swapped ? [upwards, across] : [across, upwards];
  }

  private placed(near: Near, view: View, size: Size): Seen | null {
    const { hit, runs } = near;
    const across = rulerAcross(this.axes.target, hit.target, view, size);
    const upwards = rulerUpwards(this.axes.query, hit.query, view, size);
    const lie = this.swapped ? { target: upwards, query: across, across: false } : { target: across, query: upwards, across: true };
    const [x1, y1, x2, y2] = hit.line;
    const line: Line = [toX(view, size, x1), toY(view, size, y1), toX(view, size, x2), toY(view, size, y2)];
    if (runs === null) return clipped(line, size.width, size.height, 2) ? { hit, runs, lie, line, span: [0, 0] } : null;
    const span = inView(runs, lie, this.swapped ? size.height : size.width);
    const isSeen = span[0] < span[1] && meets(runs, span, lie, this.swapped ? size.width : size.height);
    return isSeen ? { hit, runs, lie, line, span } : null;
  }
}

function rulerAcross(axis: Axis, contig: number, view: View, size: Size): Ruler {
  const sign = axis.contigs[contig].reversed ? -1 : 1;
  return { at: toX(view, size, axis.position(contig, 0)), per: (sign * size.width) / (view.x1 - view.x0) };
}

function rulerUpwards(axis: Axis, contig: number, view: View, size: Size): Ruler {
  const sign = axis.contigs[contig].reversed ? -1 : 1;
  return { at: toY(view, size, axis.position(contig, 0)), per: (-sign * size.height) / (view.y1 - view.y0) };
}

/** The runs whose bases of the target are in view. */
function inView(runs: Runs, { target: { at, per } }: Lie, pixels: number): readonly [number, number] {
  const [a, b] = [-at / per, (pixels - at) / per];
  return between(runs, Math.min(a, b), Math.max(a, b));
}

/** Do the bases of the query of these runs meet the page? */
function meets({ query }: Runs, [first, last]: readonly [number, number], { query: { at, per } }: Lie, pixels: number): boolean {
  const [a, b] = [at + per * query[first], at + per * query[last]];
  return Math.max(a, b) >= 0 && Math.min(a, b) <= pixels;
}
