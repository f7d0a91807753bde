/** The tooltip says which match, or which contigs, are under the pointer. */
import type { Axis } from "./axis";
import { make } from "./element";
import type { Hit } from "./engine";
import { bases, interval, percent, plainInterval } from "./format";

const GAP = 16;

function side(axis: Axis, contig: number, start: number, end: number): HTMLElement[] {
  const { name, reversed } = axis.contigs[contig];
  const drawn = reversed ? make("span", { class: "flag", title: "drawn reverse-complemented" }, "reversed") : null;
  return [
    make("div", { class: "name" }, make("b", {}, name), make("span", { class: "faint" }, axis.name), drawn),
    make("div", { class: "interval" }, interval(start, end), make("span", { class: "faint" }, bases(end - start))),
  ];
}

/** The match in words, for the clipboard: tab-separated, coordinates 0-based half-open. */
export function matchText(hit: Hit, target: Axis, query: Axis): string {
  return [
    plainInterval(target.contigs[hit.target].name, hit.targetStart, hit.targetEnd),
    plainInterval(query.contigs[hit.query].name, hit.queryStart, hit.queryEnd),
    hit.strand >= 0 ? "+" : "-",
    hit.identity.toFixed(4),
  ].join("\t");
}

export class Tooltip {
  readonly element = make("div", { class: "tooltip", role: "tooltip", hidden: true });

  showMatch(hit: Hit, target: Axis, query: Axis, colour: string): void {
    const way = hit.rises ? "same direction" : "inverted";
    const strand = hit.strand >= 0 ? "+" : "−";
    const mapq = hit.mapq === 255 ? "not given" : String(hit.mapq);
    this.element.replaceChildren(
      make(
        "div",
        { class: "headline" },
        make("i", { style: `background: ${colour}` }),
        make("b", {}, percent(hit.identity)),
        " identity",
      ),
      ...side(target, hit.target, hit.targetStart, hit.targetEnd),
      ...side(query, hit.query, hit.queryStart, hit.queryEnd),
      make("div", { class: "more" }, `${way} · strand ${strand} · mapping quality ${mapq}`),
      make("div", { class: "hint" }, "0-based, half-open · ", make("kbd", {}, "C"), " copies"),
    );
    this.element.hidden = false;
  }

  showContig(axis: Axis, contig: number): void {
    const { name, length, reversed } = axis.contigs[contig];
    this.element.replaceChildren(
      make("div", { class: "name" }, make("b", {}, name), make("span", { class: "faint" }, axis.name)),
      make("div", { class: "more" }, bases(length) + (reversed ? " · drawn reverse-complemented" : "")),
      make("div", { class: "hint" }, "Click to see it alone"),
    );
    this.element.hidden = false;
  }

  /** Beside (x, y), inside a stage of the given size. */
  moveTo(x: number, y: number, width: number, height: number): void {
    const { offsetWidth, offsetHeight } = this.element;
    const left = x + GAP + offsetWidth > width ? x - GAP - offsetWidth : x + GAP;
    const top = y + GAP + offsetHeight > height ? y - GAP - offsetHeight : y + GAP;
    this.element.style.transform = `translate(${Math.max(left, 4)}px, ${Math.max(top, 4)}px)`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
