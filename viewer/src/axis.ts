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

export class Axis {
  /** Position of each contig's left (or lower) edge; one more entry for the end of the axis. */
  readonly offsets: Float64Array;
  readonly length: number;

  constructor(
    readonly name: string,
    readonly contigs: readonly Contig[],
  ) {
    this.offsets = new Float64Array(contigs.length + 1);
    for (let index = 0; index < contigs.length; index++) {
      this.offsets[index + 1] = this.offsets[index] + contigs[index].length;
    }
    this.length = this.offsets[contigs.length];
  }

  /** The position of a coordinate. */
  position(contig: number, coordinate: number): number {
    const { length, reversed } = this.contigs[contig];
    return this.offsets[contig] + (reversed ? length - coordinate : coordinate);
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
}
