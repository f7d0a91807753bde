/**
 * The bases of both genomes, as far as they were asked for: in chunks, the newest of which are kept.
 * Asking never waits: what is not known yet is null, and whoever draws is told when it came.
 */
import type { Axis } from "./axis";
import { complement } from "./cigar";
import type { Side } from "./region";
import { MOST_BASES, type PlotSource, Refusal } from "./source";

/** Bases in a chunk; a server answers a few more at once. */
export const CHUNK = 4096;
const MOST_CHUNKS = 96;

/** Milliseconds after which is asked again what could not be answered. */
const LATER = 4000;
/** What a server says when asking again is of no use: forbidden, not found, no longer what it was. */
const FINAL: readonly number[] = [400, 403, 404, 409, 422];

const isFinal = (error: unknown): boolean => error instanceof Refusal && FINAL.includes(error.status);

/** Told when bases came, and, once for each genome, why they cannot be had. */
export interface BasesListener {
  came(): void;
  lacking(sentence: string): void;
}

export class Bases {
  /** Chunks by what they are of, the newest last; null while they are on their way. */
  private readonly chunks = new Map<string, string | null>();
  private readonly lacking = new Set<Side>();

  constructor(
    private readonly source: PlotSource,
    private readonly listener: BasesListener,
  ) {}

  /** Are bases of this genome to be had, as far as is known? */
  has(side: Side): boolean {
    return !this.lacking.has(side);
  }

  /** The base at a place, or null; what is not known is asked for. */
  at(side: Side, contig: string, length: number, place: number): string | null {
    if (place < 0 || place >= length || this.lacking.has(side)) return null;
    const number = Math.floor(place / CHUNK);
    const chunk = this.chunk(side, contig, length, number);
    return chunk?.charAt(place - number * CHUNK) ?? null;
  }

  /** The bases of a stretch on its forward strand; what is not known, or beyond the contig, is a blank. */
  text(side: Side, contig: string, length: number, start: number, end: number): string {
    let text = " ".repeat(Math.max(Math.min(-start, end - start), 0));
    for (let place = Math.max(start, 0); place < Math.min(end, length); ) {
      const number = Math.floor(place / CHUNK);
      const stop = Math.min((number + 1) * CHUNK, end, length);
      const chunk = this.lacking.has(side) ? null : this.chunk(side, contig, length, number);
      text += chunk?.slice(place - number * CHUNK, stop - number * CHUNK).padEnd(stop - place) ?? " ".repeat(stop - place);
      place = stop;
    }
    return text.padEnd(Math.max(end - start, 0));
  }

  /**
   * The bases drawn from position `low` to before `high` of an axis, as they are drawn: of a contig that is
   * turned those of its other strand. What is not known is a blank.
   */
  along(side: Side, axis: Axis, low: number, high: number): string {
    const letters: string[] = [];
    for (let position = low; position < high; position++) {
      const { contig, coordinate } = axis.base(position + 0.5);
      const { name, length, reversed } = axis.contigs[contig];
      const base = this.at(side, name, length, coordinate) ?? " ";
      letters.push(reversed ? complement(base) : base);
    }
    return letters.join("");
  }

  private chunk(side: Side, contig: string, length: number, number: number): string | null {
    const key = `${side}/${number}/${contig}`;
    const known = this.chunks.get(key);
    if (known !== undefined) return known;
    this.chunks.set(key, null);
    const start = number * CHUNK;
    const end = Math.min(start + Math.min(CHUNK, MOST_BASES), length);
    this.source.bases(side, { contig, start, end }).then(
      (bases) => (bases === null ? this.lack(side, null) : this.keep(key, bases)),
      (error: unknown) => (isFinal(error) ? this.lack(side, error) : this.tryLater(key)),
    );
    return null;
  }

  private keep(key: string, bases: string): void {
    this.chunks.delete(key);
    this.chunks.set(key, bases.toUpperCase());
    for (const oldest of this.chunks.keys()) {
      if (this.chunks.size <= MOST_CHUNKS) break;
      this.chunks.delete(oldest);
    }
    this.listener.came();
  }

  /** A network is not always there; a server may be busy. */
  private tryLater(key: string): void {
    setTimeout(() => {
      this.chunks.delete(key);
      this.listener.came();
    }, LATER);
  }

  /** Nobody has them: they are not asked for again. */
  private lack(side: Side, error: unknown): void {
    if (this.lacking.has(side)) return;
    this.lacking.add(side);
    if (error instanceof Error) this.listener.lacking(error.message);
    this.listener.came();
  }
}

/** How many bases in a row are alike through each cell, along rising and falling diagonals. */
export interface Alike {
  readonly rising: Uint8Array;
  readonly falling: Uint8Array;
}

const isBase = (letter: string): boolean => "ACGT".includes(letter) && letter !== "";

/** Lengths of runs along diagonals: each cell gets that of the run it is in, at most 255. */
function runs(width: number, height: number, step: 1 | -1, same: (x: number, y: number) => boolean): Uint8Array {
  const lengths = new Uint8Array(width * height);
  const first = step > 0 ? 0 : height - 1;
  const last = step > 0 ? height - 1 : 0;
  // Forwards each cell counts those before it; backwards the whole run's length is handed on.
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (!same(x, y)) continue;
      const before = x > 0 && y !== first ? lengths[(y - step) * width + x - 1] : 0;
      lengths[y * width + x] = Math.min(before + 1, 255);
    }
  }
  for (let x = width - 2; x >= 0; x--) {
    for (let y = 0; y < height; y++) {
      const at = y * width + x;
      if (lengths[at] > 0 && y !== last && lengths[at + step * width + 1] > 0) lengths[at] = lengths[at + step * width + 1];
    }
  }
  return lengths;
}

/** Which bases of two texts are alike: cell (x, y) is at `y * width + x`. */
export function alike(across: string, upwards: string): Alike {
  const [width, height] = [across.length, upwards.length];
  const other = [...upwards].map(complement);
  const known = [...across].map(isBase);
  return {
    rising: runs(width, height, 1, (x, y) => known[x] && across[x] === upwards[y]),
    falling: runs(width, height, -1, (x, y) => known[x] && across[x] === other[y]),
  };
}
