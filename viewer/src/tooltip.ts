/** The tooltip says which match, or which contigs, are under the pointer. */
import type { Axis } from "./axis";
import type { Written } from "./cigar";
import { make } from "./element";
import type { Hit } from "./engine";
import { kindOf } from "./events";
import { bases, grouped, interval, percent, plainInterval } from "./format";
import type { Theme } from "./palette";
import type { StructureEvent } from "./scene";

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

/** The event in words, for the clipboard: tab-separated, as a match. */
export function eventText({ kind, target: t, query: q, strand }: StructureEvent, target: Axis, query: Axis): string {
  const onTarget = t ? plainInterval(target.contigs[t.contig].name, t.start, t.end) : "";
  const onQuery = q ? plainInterval(query.contigs[q.contig].name, q.start, q.end) : "";
  return [onTarget, onQuery, strand >= 0 ? "+" : "-", kind].join("\t");
}

/** What is under the pointer: a match, a difference in structure, or both. */
export interface Under {
  readonly hit: Hit | null;
  readonly event: StructureEvent | null;
  /** Of the match. */
  readonly colour: string;
  /** Its alignment about the pointer, where that is known. */
  readonly written: Written | null;
}

function matchParts(hit: Hit, target: Axis, query: Axis, colour: string): HTMLElement[] {
  const way = hit.rises ? "same direction" : "inverted";
  const strand = hit.strand >= 0 ? "+" : "−";
  const mapq = hit.mapq === 255 ? "not given" : String(hit.mapq);
  const head = make("div", { class: "headline" }, make("i", { style: `background: ${colour}` }), make("b", {}, percent(hit.identity)), " identity");
  return [
    head,
    ...side(target, hit.target, hit.targetStart, hit.targetEnd),
    ...side(query, hit.query, hit.queryStart, hit.queryEnd),
    make("div", { class: "more" }, `${way} · strand ${strand} · mapping quality ${mapq}`),
    make("div", { class: "hint" }, "0-based, half-open · ", make("kbd", {}, "C"), " copies"),
  ];
}

function alignedPart(written: Written | null): HTMLElement | null {
  return written && make("pre", { class: "letters" }, [written.target, written.bars, written.query].join("\n"));
}

function eventParts(event: StructureEvent, target: Axis, query: Axis, theme: Theme): HTMLElement[] {
  const evidence = event.matches === 1 ? "1 match" : `${grouped(event.matches)} matches`;
  const identity = event.identity === null ? "" : ` · ${percent(event.identity)} identity`;
  const told = event.matches > 0 ? `told by ${evidence}, ${bases(event.bases)}${identity}` : "told by what no match covers";
  const outline = make("i", { class: "outline", style: `--kind: ${kindOf(event).colour[theme]}` });
  return [
    make("div", { class: "headline" }, outline, make("b", {}, event.kind)),
    ...(event.target ? side(target, event.target.contig, event.target.start, event.target.end) : []),
    ...(event.query ? side(query, event.query.contig, event.query.start, event.query.end) : []),
    make("div", { class: "more" }, told),
  ];
}

export class Tooltip {
  readonly element = make("div", { class: "tooltip", role: "tooltip", hidden: true });

  show({ hit, event, colour, written }: Under, target: Axis, query: Axis, theme: Theme): void {
    const match = hit ? [make("div", {}, ...matchParts(hit, target, query, colour), alignedPart(written))] : [];
    const difference = event ? [make("div", {}, ...eventParts(event, target, query, theme))] : [];
    this.element.replaceChildren(...match, ...difference);
    this.element.hidden = false;
  }

  showContig(axis: Axis, contig: number, count: number): void {
    const { name, length, reversed } = axis.contigs[contig];
    const together = axis.offsets[contig + count] - axis.offsets[contig];
    const said = count > 1 ? `${grouped(count)} contigs, ${bases(together)}` : bases(length) + (reversed ? " · drawn reverse-complemented" : "");
    const called = count > 1 ? (axis.groupOf(contig)?.name ?? name) : name;
    this.element.replaceChildren(
      make("div", { class: "name" }, make("b", {}, called), make("span", { class: "faint" }, axis.name)),
      make("div", { class: "more" }, said),
      make("div", { class: "hint" }, count > 1 ? "Click to see them alone" : "Click to see it alone"),
    );
    this.element.hidden = false;
  }

  /** Tell something else. */
  tell(parts: readonly HTMLElement[]): void {
    this.element.replaceChildren(...parts);
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
