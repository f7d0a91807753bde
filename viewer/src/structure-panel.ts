/** The differences in structure: which kinds are drawn, and a list to go through. */
import type { Axis } from "./axis";
import { make } from "./element";
import { KINDS, kindOf, largestFirst, sizeOf } from "./events";
import { bases, grouped, interval } from "./format";
import type { Theme } from "./palette";
import { section } from "./parts";
import type { Interval, StructureEvent } from "./scene";

export interface StructureListener {
  setKinds(kinds: readonly string[]): void;
  goToEvent(event: StructureEvent): void;
}

/** Events listed at once. */
const MOST_LISTED = 150;

export class StructurePanel {
  readonly element: HTMLElement;
  private readonly boxes = new Map<string, HTMLInputElement>();
  private readonly swatches = new Map<string, HTMLElement>();
  private readonly list = make("ol", { class: "pairs events" });
  private readonly largest: readonly number[];
  private kinds: readonly string[] = [];

  constructor(
    private readonly events: readonly StructureEvent[],
    private readonly target: Axis,
    private readonly query: Axis,
    private readonly listener: StructureListener,
  ) {
    this.largest = largestFirst(events);
    this.element = section("Structure", make("ul", { class: "kinds" }, ...this.makeKinds()), this.list);
    this.element.hidden = events.length === 0;
  }

  show(kinds: readonly string[], theme: Theme): void {
    for (const kind of KINDS) {
      const box = this.boxes.get(kind.name);
      if (box) box.checked = kinds.includes(kind.name);
      this.swatches.get(kind.name)?.style.setProperty("--kind", kind.colour[theme]);
    }
    this.kinds = kinds;
    this.fill(theme);
  }

  private makeKinds(): HTMLElement[] {
    return KINDS.flatMap(({ name, plural }) => {
      const count = this.events.filter((event) => event.kind === name).length;
      if (count === 0) return [];
      const box = make("input", { type: "checkbox", change: () => this.listener.setKinds(this.chosen()) });
      const outline = make("i", { class: "outline" });
      this.boxes.set(name, box);
      this.swatches.set(name, outline);
      return [make("li", {}, make("label", {}, box, outline, make("span", { class: "name" }, plural), make("span", { class: "faint" }, grouped(count))))];
    });
  }

  private chosen(): string[] {
    return [...this.boxes].filter(([, box]) => box.checked).map(([name]) => name).sort();
  }

  private fill(theme: Theme): void {
    const shown = this.largest.filter((number) => this.kinds.includes(this.events[number].kind));
    const entries = shown.slice(0, MOST_LISTED).map((number) => this.entry(this.events[number], theme));
    const more = shown.length - entries.length;
    const rest = more > 0 ? [make("li", { class: "none" }, `and ${grouped(more)} smaller ones`)] : [];
    this.list.replaceChildren(...entries, ...rest);
  }

  private entry(event: StructureEvent, theme: Theme): HTMLElement {
    const outline = make("i", { class: "outline", style: `--kind: ${kindOf(event).colour[theme]}` });
    const places = [placeOf(this.target, event.target), placeOf(this.query, event.query)].filter((text) => text !== "");
    const name = make("span", { class: "name", title: `${event.kind}: ${places.join(" × ")}` }, ...places.map((place) => make("span", {}, place)));
    const size = make("span", { class: "faint" }, bases(sizeOf(event)));
    return make("li", {}, make("button", { type: "button", click: () => this.listener.goToEvent(event) }, outline, name, size));
  }
}

function placeOf(axis: Axis, place: Interval | null): string {
  return place === null ? "" : `${axis.contigs[place.contig].name}:${interval(place.start, place.end)}`;
}
