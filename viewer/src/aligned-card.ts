/** The card with the alignment under the pointer written out, three rows that can be copied. */
import type { Written } from "./cigar";
import type { Setting } from "./companion";
import { iconButton, make } from "./element";
import type { Hit } from "./engine";
import { grouped } from "./format";

/** Width of a letter, and of what stands before and behind the letters, in pixels. */
const LETTER = 7.3;
const BESIDE = 40;
const FEWEST = 8;
const MOST = 32;
const EDGE = 10;

export class AlignedCard {
  readonly element: HTMLElement;
  /** Does the person want to see it? */
  wanted = true;
  /** Columns on either side of the pointer's. */
  around = 30;
  private readonly heading = make("p", { class: "whereabouts" });
  private readonly rows = make("pre", { tabindex: "0", role: "group", "aria-label": "The alignment: target, what agrees, query" });
  private text = "";
  /** Does the match rise? Then the lower right corner is free. */
  private rises = true;
  private filled = false;

  get shown(): boolean {
    return !this.element.hidden;
  }

  constructor(copy: (text: string) => void) {
    const copying = make("button", { type: "button", class: "small", click: () => copy(this.text) }, "Copy");
    const close = iconButton("close", "Hide the alignment (A shows it again)", () => this.want(false));
    this.element = make(
      "div",
      { class: "aligned", role: "group", "aria-label": "Alignment under the pointer", hidden: true },
      make("div", { class: "row" }, this.heading, make("div", { class: "row" }, copying, close)),
      this.rows,
    );
    // What is done on the card is no gesture on the plot beneath.
    for (const kind of ["pointerdown", "wheel", "dblclick", "click"]) this.element.addEventListener(kind, (event) => event.stopPropagation());
  }

  /** Let it be seen, or not, until it is asked otherwise. */
  want(wanted: boolean): void {
    this.wanted = wanted;
    this.element.hidden = !wanted || !this.filled;
  }

  /** Stand in a lower corner of the plot, while alignments are seen at all: where no match goes to. */
  place({ size, margins: m, whole }: Setting, seen: boolean): void {
    if (!seen) this.filled = false;
    this.element.hidden = !seen || !this.wanted || !this.filled;
    const room = size.width - 2 * EDGE - BESIDE;
    this.around = Math.min(Math.max(Math.floor((room / LETTER - 1) / 2), FEWEST), MOST);
    this.element.style.left = this.rises ? "" : `${m.left + EDGE}px`;
    this.element.style.right = this.rises ? `${m.right + EDGE}px` : "";
    this.element.style.bottom = `${whole.height - m.top - size.height + EDGE}px`;
    this.element.style.maxWidth = `${size.width - 2 * EDGE}px`;
  }

  show(written: Written, target: string, query: string, { strand, rises }: Hit): void {
    this.rises = rises;
    const place = (name: string, [start, end]: readonly [number, number]): string => `${name} ${grouped(start)}–${grouped(end)}`;
    this.heading.textContent = `${place(target, written.targetSpan)} × ${place(query, written.querySpan)} ${strand < 0 ? "(−)" : "(+)"}`;
    this.rows.replaceChildren(...[written.target, written.bars, written.query].map((row) => this.row(row, written)));
    const plain = ([start, end]: readonly [number, number]): string => `${start}-${end}`;
    const head = [`${target}:${plain(written.targetSpan)}`, `${query}:${plain(written.querySpan)}`, strand < 0 ? "-" : "+"].join("\t");
    this.text = [head, written.target, written.bars, written.query, ""].join("\n");
    this.filled = true;
    this.element.hidden = !this.wanted;
  }

  /** A row with the pointer's column marked. */
  private row(text: string, { about }: Written): HTMLElement {
    return make("div", {}, text.slice(0, about), make("mark", {}, text.charAt(about)), text.slice(about + 1));
  }
}
