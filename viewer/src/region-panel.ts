/** Where to look: a place typed, a contig of each genome chosen, the pairs with most in common. */
import type { NamedFeature } from "./annotation";
import type { Axis } from "./axis";
import type { Census } from "./census";
import { Combobox } from "./combobox";
import { iconButton, make } from "./element";
import { bases, grouped, interval } from "./format";
import { pairOf, type Region, regionsOf, type Side } from "./region";
import { section } from "./parts";

export interface RegionListener {
  /** A contig along its whole axis; -1: all of the axis. */
  goToContig(side: Side, contig: number): void;
  goToRegions(...regions: Region[]): void;
  stepPair(step: number): void;
  /** Features of the annotation that have a text in their names. */
  features(text: string): NamedFeature[];
  goToFeature(feature: NamedFeature): void;
}

const MOST_FOUND = 12;

export class RegionPanel {
  readonly element: HTMLElement;
  readonly search: HTMLInputElement;
  private readonly found = make("ul", { class: "found", "aria-live": "polite" });
  private readonly boxes: Readonly<Record<Side, Combobox>>;
  private readonly place = make("p", { class: "place faint" });

  constructor(
    private readonly target: Axis,
    private readonly query: Axis,
    private readonly listener: RegionListener,
    name: string,
  ) {
    this.search = make("input", {
      type: "search",
      class: "search",
      placeholder: "chrI or chrI:100,000-200,000",
      "aria-label": "Find a contig or a place",
      autocomplete: "off",
      spellcheck: "false",
      input: () => this.find(this.search.value),
      keydown: (event) => this.key(event as KeyboardEvent),
    });
    this.boxes = { target: this.makeBox("target", name), query: this.makeBox("query", name) };
    const step = (by: number): (() => void) => () => listener.stepPair(by);
    const pairs = make(
      "div",
      { class: "row steps" },
      iconButton("back", "Previous pair (P)", step(-1)),
      this.place,
      iconButton("forward", "Next pair (N)", step(1)),
    );
    this.element = section("Go to", this.search, this.found, this.boxes.target.element, this.boxes.query.element, pairs);
  }

  /** Show which contigs are seen alone (-1: several), and which pair that is (null: not counted yet). */
  show(target: number, query: number, census: Census | null): void {
    this.boxes.target.show(this.target.contigs[target]?.name ?? "");
    this.boxes.query.show(this.query.contigs[query]?.name ?? "");
    this.place.textContent = census === null ? "counting the pairs …" : pairWords(target, query, census);
  }

  private makeBox(side: Side, name: string): Combobox {
    const axis = this[side];
    const choices = axis.contigs.map((contig, key) => ({ key, name: contig.name, more: bases(contig.length) }));
    const choose = (key: number): void => this.listener.goToContig(side, key);
    const label = side === "target" ? "Target" : "Query";
    return new Combobox(label, `All of ${axis.name}`, choices, choose, `${name}-${side}`);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Enter") this.found.querySelector("button")?.click();
    if (event.key === "ArrowDown") this.found.querySelector("button")?.focus();
    if (event.key === "Escape" && this.search.value === "") this.search.blur();
  }

  private find(text: string): void {
    const wanted = text.trim().toLowerCase();
    const buttons = wanted === "" ? [] : [...this.places(text), ...this.names(wanted), ...this.features(text)].slice(0, MOST_FOUND);
    const none = make("li", { class: "none" }, "Nothing here has this in its name.");
    this.found.replaceChildren(...(wanted !== "" && buttons.length === 0 ? [none] : buttons));
  }

  /** Buttons for places, where the text names some. */
  private places(text: string): HTMLElement[] {
    const both = pairOf(text, this.target, this.query);
    if (both !== null) return [this.button("⤢", both.map((region) => this.words(region)).join(" × "), () => this.listener.goToRegions(...both))];
    if (!text.includes(":")) return [];
    return regionsOf(text, this.target, this.query).map((region) =>
      this.button(region.side === "target" ? "X" : "Y", this.words(region), () => this.listener.goToRegions(region)),
    );
  }

  private words({ side, contig, start, end }: Region): string {
    return `${this[side].contigs[contig].name}:${interval(start, end)}`;
  }

  /** Buttons for contigs that have the text in their names. */
  private names(wanted: string): HTMLElement[] {
    const buttons: HTMLElement[] = [];
    for (const side of ["target", "query"] as const) {
      const { contigs } = this[side];
      for (let contig = 0; contig < contigs.length && buttons.length < MOST_FOUND; contig++) {
        if (!contigs[contig].name.toLowerCase().includes(wanted)) continue;
        const go = (): void => this.listener.goToContig(side, contig);
        const { name, length } = contigs[contig];
        buttons.push(this.button(side === "target" ? "X" : "Y", name, go, bases(length)));
      }
    }
    return buttons;
  }

  /** Buttons for features of the annotation. */
  private features(text: string): HTMLElement[] {
    return this.listener.features(text).map((each) => this.button(each.sign, each.name, () => this.listener.goToFeature(each), each.more));
  }

  private button(sign: string, name: string, go: () => void, more = ""): HTMLElement {
    const axis = make("span", { class: "axis" }, sign);
    const words = [make("span", { class: "name", title: name }, name), make("span", { class: "faint" }, more)];
    return make("li", {}, make("button", { type: "button", click: go }, axis, ...words));
  }
}

function pairWords(target: number, query: number, { pairs, pairCount }: Census): string {
  const at = pairs.findIndex((pair) => pair.target === target && pair.query === query);
  const count = grouped(pairCount);
  if (at >= 0) return `pair ${at + 1} of ${count} · ${bases(pairs[at].bases)}`;
  if (target < 0 || query < 0 || pairCount === 0) return `${count} ${pairCount === 1 ? "pair" : "pairs"} with matches`;
  return pairCount > pairs.length ? `not among the first ${grouped(pairs.length)} of ${count} pairs` : "no match in this pair";
}
