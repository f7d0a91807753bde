/**
 * Features are what annotation says of a genome: intervals with a kind, a strand and a name, in
 * columns, so that a million of them are a few arrays. Names are kept as the bytes they came as.
 */
export interface Features {
  readonly count: number;
  /** The names of contigs, and which of them each feature is on. */
  readonly contigs: readonly string[];
  readonly contig: Int32Array;
  /** 0-based, half-open, on the forward strand. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** +1, -1, or 0 where nothing is said. */
  readonly strand: Int8Array;
  /** The kinds, and which of them each feature is. */
  readonly kinds: readonly string[];
  readonly kind: Uint16Array;
  /** Is it a part of another: an exon, a coding stretch, a block? 1 or 0. */
  readonly part: Uint8Array;
  /** All names one after another in UTF-8; the name of feature i ends where that of i + 1 begins. */
  readonly names: Uint8Array;
  readonly nameStarts: Uint32Array;
  /** Features that were left out because there are too many. */
  readonly leftOut: number;
  /** Features on contigs of which nobody here has heard. */
  readonly elsewhere: number;
}

const decoder = new TextDecoder();

/** The name of a feature, perhaps empty. */
export const nameOf = ({ names, nameStarts }: Features, at: number): string =>
  decoder.decode(names.subarray(nameStarts[at], nameStarts[at + 1]));
