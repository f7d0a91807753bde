/**
 * Where the features of a track lie on an axis: sorted by their low ends, with the highest end of each
 * stretch of them known, so that those in view are found at the cost of those in view.
 */
import type { Axis } from "./axis";
import type { Features } from "./features";

/** Features in a stretch whose highest end is known; of so many stretches again, and so on. */
const STRETCH = 32;

/** Which contig of an axis each name of a track means; -1 for none. */
export function contigsFound(names: readonly string[], axis: Axis): Int32Array {
  const places = new Map(axis.contigs.map(({ name }, place) => [name, place]));
  const bare = new Map(axis.contigs.map(({ name }, place) => [name.replace(/^chr/i, "").toLowerCase(), place]));
  // A name that is there is never taken for another.
  const same = (name: string): number => places.get(name) ?? bare.get(name.replace(/^chr/i, "").toLowerCase()) ?? -1;
  return Int32Array.from(names, same);
}

/** The share of a track's features that lie on contigs of an axis. */
export function shareFound(features: Features, axis: Axis): number {
  const found = contigsFound(features.contigs, axis);
  let count = 0;
  for (let at = 0; at < features.count; at++) count += found[features.contig[at]] >= 0 ? 1 : 0;
  return features.count === 0 ? 0 : count / features.count;
}

export class TrackIndex {
  /** Of each feature on the axis, sorted by its low end: where it lies, and its number in the track. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly feature: Uint32Array;
  /** In which of the rows of a band it is drawn, so that neighbours do not overlap if that can be. */
  readonly row: Uint8Array;
  /** Features on contigs that the axis has not. */
  readonly elsewhere: number;
  private readonly found: Int32Array;
  /** The highest end of each stretch, of each stretch of stretches, … */
  private readonly tops: Float64Array[] = [];

  /** Features of the `kinds` that are shown, in `rows` rows. */
  constructor(
    private readonly features: Features,
    private readonly axis: Axis,
    kinds: Uint8Array,
    rows: number,
  ) {
    const found = (this.found = contigsFound(features.contigs, axis));
    const order: number[] = [];
    const ends = new Float64Array(2 * features.count);
    let elsewhere = 0;
    for (let at = 0; at < features.count; at++) {
      const contig = found[features.contig[at]];
      if (contig < 0 || features.end[at] > axis.contigs[contig].length) elsewhere++;
      else if (kinds[features.kind[at]] === 1) {
        const [a, b] = [axis.position(contig, features.start[at]), axis.position(contig, features.end[at])];
        ends[2 * at] = Math.min(a, b);
        ends[2 * at + 1] = Math.max(a, b);
        order.push(at);
      }
    }
    this.elsewhere = elsewhere + features.elsewhere;
    // Files are nearly sorted, and what is, is sorted quickly.
    order.sort((a, b) => ends[2 * a] - ends[2 * b]);
    this.feature = Uint32Array.from(order);
    this.low = Float64Array.from(order, (at) => ends[2 * at]);
    this.high = Float64Array.from(order, (at) => ends[2 * at + 1]);
    this.row = packed(this.low, this.high, rows);
    for (let below: Float64Array = this.high; below.length > STRETCH; ) this.tops.push((below = highest(below)));
  }

  /** Where a feature lies, whether it is shown or not; null where it is on no contig of the axis. */
  stretch(feature: number): readonly [low: number, high: number] | null {
    const { contig, start, end } = this.features;
    const place = this.found[contig[feature]];
    if (place < 0 || end[feature] > this.axis.contigs[place].length) return null;
    return this.axis.stretch(place, start[feature], end[feature]);
  }

  get count(): number {
    return this.low.length;
  }

  /** The first feature that begins at a position or behind it. */
  from(position: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.low[middle] < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first feature that begins behind a position. */
  behind(position: number): number {
    let at = this.from(position);
    while (at < this.count && this.low[at] <= position) at++;
    return at;
  }

  /** Tell `visit` every feature that meets a stretch of the axis, in order; it stops by answering false. */
  search(start: number, end: number, visit: (at: number) => boolean): void {
    this.descend(this.tops.length, 0, this.widest(), this.from(end), start, visit);
  }

  private widest(): number {
    return (this.tops[this.tops.length - 1] ?? this.high).length;
  }

  /** Look at the entries `from`–`to` of a level; those that end before `start` are passed over whole. */
  private descend(level: number, from: number, to: number, last: number, start: number, visit: (at: number) => boolean): boolean {
    const ends = level === 0 ? this.high : this.tops[level - 1];
    const size = STRETCH ** level;
    for (let at = from; at < to && at * size < last; at++) {
      if (ends[at] <= start && !(level === 0 && this.low[at] >= start)) continue;
      if (level === 0) {
        if (!visit(at)) return false;
      } else {
        const below = level === 1 ? this.high : this.tops[level - 2];
        const on = this.descend(level - 1, at * STRETCH, Math.min((at + 1) * STRETCH, below.length), last, start, visit);
        if (!on) return false;
      }
    }
    return true;
  }
}

function highest(ends: Float64Array): Float64Array {
  const tops = new Float64Array(Math.ceil(ends.length / STRETCH)).fill(-Infinity);
  for (let at = 0; at < ends.length; at++) {
    const stretch = Math.floor(at / STRETCH);
    if (ends[at] > tops[stretch]) tops[stretch] = ends[at];
  }
  return tops;
}

/** The first row that is free for each; where none is, the one that will be first. */
function packed(low: Float64Array, high: Float64Array, rows: number): Uint8Array {
  const free = new Float64Array(rows).fill(-Infinity);
  const row = new Uint8Array(low.length);
  for (let at = 0; at < low.length; at++) {
    let best = 0;
    for (let each = 0; each < rows; each++) {
      if (free[each] <= low[at]) {
        best = each;
        break;
      }
      if (free[each] < free[best]) best = each;
    }
    row[at] = best;
    free[best] = Math.max(free[best], high[at]);
  }
  return row;
}
