/**
 * The closeup is a plot seen from near: matches follow their alignments, step by step; nearer still,
 * the bases stand along the axes, cells where bases are alike lie in the field, and the alignment under
 * the pointer is written out.
 */
import { AlignedCard } from "./aligned-card";
import type { Contig } from "./axis";
import type { Bases } from "./bases";
import { type Ruler, written, type Written } from "./cigar";
import { type Letters, type Pair, sketchCells, sketchSeen, sketchStrips } from "./closeup-sketch";
import type { Companion, Setting } from "./companion";
import type { Detail, Seen, Under } from "./detail";
import type { Hit } from "./engine";
import type { Axes } from "./places";
import type { Side } from "./region";
import type { Size } from "./view";

/** Pixels of a base from which bases are drawn. */
export const LETTERS_FROM = 6;
/** Bases in view up to which mismatches are looked for in the bases. */
const MOST_COMPARED = 6000;

export class Closeup implements Companion {
  readonly card: AlignedCard;
  private seen: readonly Seen[] | null = null;
  private under: Under | null = null;
  /** Do bases stand along an axis? */
  private lettered = false;

  constructor(
    private readonly detail: Detail,
    private readonly bases: Bases,
    private readonly axes: Axes,
    private readonly colourOf: (hit: Hit) => string,
    copy: (text: string) => void,
  ) {
    this.card = new AlignedCard(copy);
  }

  room(): { readonly top: number; readonly right: number } {
    return { top: 0, right: 0 };
  }

  field(setting: Setting): boolean {
    const { view, size, settings } = setting;
    const { minIdentity, minLength, hideNoise } = settings;
    const [across, upwards] = this.letters(setting);
    if (across && upwards) sketchCells(setting, across, upwards);
    this.seen = this.detail.seen(view, size, { minIdentity, minLength, hideNoise });
    this.card.place(setting, this.seen !== null && this.hasBases);
    if (this.seen === null) {
      this.under = null;
      return false;
    }
    const compared = Math.max(view.x1 - view.x0, view.y1 - view.y0) <= MOST_COMPARED && this.hasBases;
    const paired = this.seen.map((seen) => ({ seen, texts: compared ? this.textsOf(seen, size) : null }));
    sketchSeen(setting, paired, this.colourOf, this.under?.seen.hit.row ?? -1);
    return true;
  }

  beside(setting: Setting): void {
    const letters = this.letters(setting);
    this.lettered = letters.some((each) => each !== null);
    sketchStrips(setting, ...letters);
  }

  get shows(): boolean {
    return this.seen !== null || this.lettered;
  }

  /** Are the matches drawn here, along their alignments? */
  get active(): boolean {
    return this.seen !== null;
  }

  /** The match under a pixel; null for none, undefined where matches are the lines of the engine's picture. */
  point(x: number, y: number, reach: number): Hit | null | undefined {
    if (this.seen === null) return undefined;
    this.under = this.detail.under(this.seen, x, y, reach);
    this.write();
    return this.under?.seen.hit ?? null;
  }

  leave(): void {
    this.under = null;
  }

  /** The alignment about the pointer for a tooltip, unless the card has it. */
  told(around: number): Written | null {
    return this.card.shown ? null : this.about(around);
  }

  /** The alignment about the pointer, `around` columns on either side; null where it is not known. */
  private about(around: number): Written | null {
    const { seen, column } = this.under ?? {};
    if (!seen?.runs || !column || !this.hasBases) return null;
    const { target, query } = this.contigsOf(seen);
    const at =
      (side: Side, { name, length }: Contig) =>
      (place: number): string | null =>
        this.bases.at(side, name, length, place);
    return written(seen.runs, column, around, at("target", target), at("query", query));
  }

  /** Write out the alignment about the pointer; again when more of its bases came. */
  write(): void {
    const text = this.card.wanted ? this.about(this.card.around) : null;
    if (text === null || this.under === null) return;
    const { target, query } = this.contigsOf(this.under.seen);
    this.card.show(text, target.name, query.name, this.under.seen.hit);
  }

  /** Show the written alignment, or hide it; answers which. */
  toggle(): boolean {
    this.card.want(!this.card.wanted);
    this.write();
    return this.card.wanted;
  }

  private get hasBases(): boolean {
    return this.bases.has("target") || this.bases.has("query");
  }

  /** The contigs of a match on target and query, as the plot was made. */
  private contigsOf({ hit }: Seen): { readonly target: Contig; readonly query: Contig } {
    const across = this.axes.target.contigs[hit.target];
    const upwards = this.axes.query.contigs[hit.query];
    return this.detail.sideOf("target") === "target" ? { target: across, query: upwards } : { target: upwards, query: across };
  }

  /** The bases of a match that are in view, on forward strands, and where they begin. */
  private textsOf(seen: Seen, { width, height }: Size): Pair<Letters> | null {
    if (seen.runs === null) return null;
    const { runs, lie } = seen;
    const [first, last] = seen.span;
    const contigs = this.contigsOf(seen);
    const text = (side: Side, places: Float64Array, { at, per }: Ruler, pixels: number): Letters => {
      const ends = [places[first], places[last]].sort((a, b) => a - b);
      const edges = [-at / per, (pixels - at) / per].sort((a, b) => a - b);
      const start = Math.max(ends[0], Math.floor(edges[0]));
      const { name, length } = contigs[side];
      return { from: start, text: this.bases.text(side, name, length, start, Math.min(ends[1], Math.ceil(edges[1]))) };
    };
    return {
      target: text("target", runs.target, lie.target, lie.across ? width : height),
      query: text("query", runs.query, lie.query, lie.across ? height : width),
    };
  }

  /** The bases across and upwards as they are drawn, where there is room for them. */
  private letters({ view, size }: Setting): readonly [across: Letters | null, upwards: Letters | null] {
    return [this.drawn("target", view.x0, view.x1, size.width), this.drawn("query", view.y0, view.y1, size.height)];
  }

  private drawn(axis: Side, low: number, high: number, pixels: number): Letters | null {
    const side = this.detail.sideOf(axis);
    if (pixels / (high - low) < LETTERS_FROM || !this.bases.has(side)) return null;
    const from = Math.floor(low);
    const to = Math.min(Math.ceil(high), this.axes[axis].length);
    return { from, text: this.bases.along(side, this.axes[axis], from, to) };
  }
}
