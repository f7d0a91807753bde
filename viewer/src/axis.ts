/**
 * An axis lays the contigs of one genome end to end.
 *
 * A *coordinate* is a place on a contig's forward strand (0-based); a *position* is a place on the
 * axis. Both are in bases, in double precision: exact to the base far beyond any genome.
 * A reversed contig is drawn reverse-complemented: its coordinates run against the axis.
 */

export interface Contig {
  readonly name: string;
  readonly length: number;
  readonly reversed: boolean;
}

/** A coordinate on one contig of an axis. */
export interface Place {
  readonly contig: number;
  readonly coordinate: number;
}

/** Neighbours on an axis that are named as one, for each is too small to be seen. */
export interface Group {
  readonly first: number;
  readonly count: number;
  readonly name: string;
}

/** What of a genome is not on its axis. */
export interface Hidden {
  readonly contigs: number;
  readonly bases: number;
}

const NOTHING: Hidden = { contigs: 0, bases: 0 };

export class Axis {
  /** Position of each contig's left (or lower) edge; one more entry for the end of the axis. */
  readonly offsets: Float64Array;
  readonly length: number;
  /** The position of coordinate c of the scene's contig n is `origin[n] + sign[n] * c`. */
  readonly origin: Float64Array;
  readonly sign: Int8Array;
  private readonly grouped: Int32Array;

  constructor(
    readonly name: string,
    readonly contigs: readonly Contig[],
    readonly groups: readonly Group[] = [],
    readonly hidden: Hidden = NOTHING,
    /** Which contig of the scene each is; they stand as there, if nothing is said. */
    readonly numbers: readonly number[] = contigs.map((_, number) => number),
  ) {
    this.offsets = new Float64Array(contigs.length + 1);
    // Of all contigs of the scene, also of those that are hidden.
    const scene = numbers.reduce((most, number) => Math.max(most, number + 1), 0);
    this.origin = new Float64Array(scene);
    this.sign = new Int8Array(scene);
    for (let index = 0; index < contigs.length; index++) {
      const { length, reversed } = contigs[index];
      this.offsets[index + 1] = this.offsets[index] + length;
      this.origin[numbers[index]] = this.offsets[reversed ? index + 1 : index];
      this.sign[numbers[index]] = reversed ? -1 : 1;
    }
    this.length = this.offsets[contigs.length];
    this.grouped = new Int32Array(contigs.length).fill(-1);
    groups.forEach(({ first, count }, group) => this.grouped.fill(group, first, first + count));
  }

  /** The position of a coordinate. */
  position(contig: number, coordinate: number): number {
    const { length, reversed } = this.contigs[contig];
    return this.offsets[contig] + (reversed ? length - coordinate : coordinate);
  }

  /** The group a contig is in, or null. */
  groupOf(contig: number): Group | null {
    return this.groups[this.grouped[contig]] ?? null;
  }

  /** The contig under a position; positions outside the axis answer the nearest contig. */
  contigAt(position: number): number {
    let low = 0;
    let high = this.contigs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.offsets[middle] <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The coordinate under a position, kept inside its contig. */
  place(position: number): Place {
    const contig = this.contigAt(position);
    const { length, reversed } = this.contigs[contig];
    const along = Math.min(Math.max(position - this.offsets[contig], 0), length);
    return { contig, coordinate: reversed ? length - along : along };
  }

  /** The base (a whole number, 0-based) drawn at a position. */
  base(position: number): Place {
    const { contig, coordinate } = this.place(position);
    const { length, reversed } = this.contigs[contig];
    const base = reversed ? Math.ceil(coordinate) - 1 : Math.floor(coordinate);
    return { contig, coordinate: Math.min(Math.max(base, 0), Math.max(length - 1, 0)) };
  }

  /** The stretch of the axis that an interval of a contig takes, low end first. */
  stretch(contig: number, start: number, end: number): readonly [number, number] {
    const [a, b] = [this.position(contig, start), this.position(contig, end)];
    return a <= b ? [a, b] : [b, a];
  }
}
