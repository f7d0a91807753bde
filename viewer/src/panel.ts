/**
 * The panel beside a plot: find a contig, colour, filter, drawing, summary, where the data came from.
 * It holds no state of its own: it shows the settings it is given and tells what was chosen.
 */
import type { Axis } from "./axis";
import type { Census, Pair } from "./census";
import { make } from "./element";
import type { Description } from "./engine";
import { bases, grouped, percent } from "./format";
import type { Settings } from "./link";
import { type Colouring, css, type Theme, tones, TONES, toneOf } from "./palette";
import type { Provenance } from "./scene";
import { HistogramSlider } from "./slider";

export interface PanelListener {
  set(change: Partial<Settings>): void;
  goToContig(side: "target" | "query", contig: number): void;
  goToPair(pair: Pair): void;
}

const MOST_FOUND = 12;
const WIDTHS = [1, 1.75, 2.75, 4] as const;

export class Panel {
  readonly element: HTMLElement;
  readonly search: HTMLInputElement;
  private readonly identity: HistogramSlider;
  private readonly length: HistogramSlider;
  private readonly legend = make("div", { class: "legend" });
  private readonly kept = make("p", { class: "kept", "aria-live": "polite" });
  private readonly found = make("ul", { class: "found" });
  private readonly colourings: HTMLInputElement[];
  private readonly widths: HTMLInputElement[];
  private readonly grid: HTMLInputElement;
  private readonly figures = make("dl", { class: "figures" });
  private readonly pairList = make("ol", { class: "pairs" });
  private theme: Theme = "light";
  private colouring: Colouring = "identity";

  constructor(
    private readonly description: Description,
    private readonly target: Axis,
    private readonly query: Axis,
    private readonly listener: PanelListener,
    name: string,
  ) {
    this.search = this.makeSearch();
    this.colourings = this.makeColourings(name);
    this.widths = this.makeWidths(name);
    this.grid = make("input", { type: "checkbox", change: () => listener.set({ grid: this.grid.checked }) });
    this.identity = this.makeIdentity();
    this.length = this.makeLength();
    this.element = make("aside", { class: "panel", "aria-label": "Controls and summary" }, ...this.sections());
  }

  /** Show settings; colours follow the theme. */
  show(settings: Settings, theme: Theme): void {
    this.theme = theme;
    this.colouring = settings.colouring;
    for (const input of this.colourings) input.checked = input.value === settings.colouring;
    for (const input of this.widths) input.checked = Number(input.value) === settings.lineWidth;
    this.grid.checked = settings.grid;
    this.identity.value = settings.minIdentity > 0 ? settings.minIdentity : -Infinity;
    this.length.value = settings.minLength > 0 ? Math.log10(settings.minLength) : -Infinity;
    this.showLegend();
  }

  showKept(kept: number): void {
    const { count } = this.description;
    this.kept.textContent =
      kept === count ? `All ${grouped(count)} matches drawn` : `${grouped(kept)} of ${grouped(count)} matches drawn`;
  }

  showCensus(census: Census): void {
    this.figures.replaceChildren(
      ...figure("Matches", grouped(census.matches)),
      ...figure("Mean identity", percent(census.identity)),
      ...figure(`${this.target.name} aligned`, percent(census.targetShare), bases(census.targetAligned)),
      ...figure(`${this.query.name} aligned`, percent(census.queryShare), bases(census.queryAligned)),
      ...figure("Same direction", percent(census.rising)),
      ...figure("Longest match", bases(census.longest)),
    );
    this.pairList.replaceChildren(...census.pairs.map((pair) => this.pairButton(pair)));
  }

  private sections(): HTMLElement[] {
    const { metadata } = this.description;
    return [
      section("Find", this.search, this.found),
      section("Colour", segmented("Colour by", this.colourings, ["Identity", "Strand"]), this.legend),
      section("Filter", this.identity.element, this.length.element, this.kept),
      section(
        "Drawing",
        segmented("Line width", this.widths, ["Fine", "Normal", "Bold", "Heavy"]),
        make("label", { class: "switch" }, make("span", {}, "Grid"), this.grid),
      ),
      section("Summary", this.figures),
      folded("Pairs of contigs", this.pairList),
      folded("Alignment", alignerFacts(metadata)),
      folded(this.target.name, genomeFacts(this.target, metadata.provenance.target)),
      folded(this.query.name, genomeFacts(this.query, metadata.provenance.query)),
    ];
  }

  private makeSearch(): HTMLInputElement {
    const input = make("input", {
      type: "search",
      class: "search",
      placeholder: "Name of a contig",
      "aria-label": "Find a contig",
      autocomplete: "off",
      spellcheck: "false",
      input: () => this.find(input.value),
      keydown: (event) => {
        if ((event as KeyboardEvent).key === "Enter") this.found.querySelector("button")?.click();
      },
    });
    return input;
  }

  private find(text: string): void {
    const wanted = text.trim().toLowerCase();
    const buttons: HTMLElement[] = [];
    for (const side of ["target", "query"] as const) {
      const axis = this[side];
      for (let contig = 0; wanted !== "" && contig < axis.contigs.length; contig++) {
        if (buttons.length >= MOST_FOUND) break;
        if (axis.contigs[contig].name.toLowerCase().includes(wanted)) buttons.push(this.contigButton(side, contig));
      }
    }
    const none = make("li", { class: "none" }, "No contig has this in its name.");
    this.found.replaceChildren(...(wanted !== "" && buttons.length === 0 ? [none] : buttons));
  }

  private contigButton(side: "target" | "query", contig: number): HTMLElement {
    const { name, length } = this[side].contigs[contig];
    const go = (): void => this.listener.goToContig(side, contig);
    const words = [make("span", { class: "name" }, name), make("span", { class: "faint" }, bases(length))];
    const axis = make("span", { class: "axis", title: this[side].name }, side === "target" ? "X" : "Y");
    return make("li", {}, make("button", { type: "button", click: go }, axis, ...words));
  }

  private pairButton(pair: Pair): HTMLElement {
    const names = `${this.target.contigs[pair.target].name} × ${this.query.contigs[pair.query].name}`;
    const go = (): void => this.listener.goToPair(pair);
    const words = [make("span", { class: "name" }, names), make("span", { class: "faint" }, bases(pair.bases))];
    return make("li", {}, make("button", { type: "button", title: names, click: go }, ...words));
  }

  private makeColourings(name: string): HTMLInputElement[] {
    return (["identity", "strand"] as const).map((colouring) =>
      radio(`${name}-colouring`, colouring, () => this.listener.set({ colouring })),
    );
  }

  private makeWidths(name: string): HTMLInputElement[] {
    return WIDTHS.map((lineWidth) =>
      radio(`${name}-width`, String(lineWidth), () => this.listener.set({ lineWidth })),
    );
  }

  private makeIdentity(): HistogramSlider {
    const { identities, identityLow } = this.description;
    const { bars, low, high } = identities;
    const middle = (bar: number): number => low + ((bar + 0.5) / bars.length) * (high - low);
    return new HistogramSlider(identities, {
      label: "Identity at least",
      say: (value) => (value === -Infinity ? "any" : percent(value, 1)),
      change: (value) => this.listener.set({ minIdentity: value === -Infinity ? 0 : Math.round(value * 1e4) / 1e4 }),
      colour: (bar) =>
        this.colouring === "identity"
          ? css(tones("identity", this.theme)[toneOf(middle(bar), identityLow)])
          : "currentColor",
    });
  }

  private makeLength(): HistogramSlider {
    return new HistogramSlider(this.description.lengths, {
      label: "Length at least",
      say: (value) => (value === -Infinity ? "any" : bases(Math.round(10 ** value))),
      change: (value) => this.listener.set({ minLength: value === -Infinity ? 0 : Math.round(10 ** value) }),
      colour: () => "currentColor",
    });
  }

  private showLegend(): void {
    const scale = tones(this.colouring, this.theme);
    if (this.colouring === "strand") {
      this.legend.replaceChildren(
        swatch(css(scale[TONES - 1]), "same direction"),
        swatch(css(scale[0]), "inverted"),
      );
      return;
    }
    const gradient = scale.filter((_, tone) => tone % 7 === 0).map(css);
    const low = this.description.identityLow;
    const said = low > 0 ? `≤ ${percent(low, 0)}` : percent(0, 0);
    this.legend.replaceChildren(
      make("div", { class: "ramp", style: `background: linear-gradient(to right, ${gradient.join(", ")})` }),
      make(
        "div",
        { class: "row faint" },
        make("span", {}, said),
        make("span", {}, percent((1 + low) / 2, low < 0.9 ? 0 : 1)),
        make("span", {}, percent(1, 0)),
      ),
      make("p", { class: "faint" }, this.description.metadata.identity.sentence),
    );
  }
}

function section(title: string, ...children: HTMLElement[]): HTMLElement {
  return make("section", {}, make("h2", {}, title), ...children);
}

function folded(title: string, content: HTMLElement): HTMLElement {
  return make("details", {}, make("summary", {}, title), content);
}

function radio(group: string, value: string, choose: () => void): HTMLInputElement {
  return make("input", { type: "radio", name: group, value, change: choose });
}

function segmented(label: string, inputs: HTMLInputElement[], names: string[]): HTMLElement {
  const choices = inputs.map((input, index) => make("label", {}, input, make("span", {}, names[index])));
  return make("fieldset", { class: "segmented" }, make("legend", {}, label), ...choices);
}

function swatch(colour: string, name: string): HTMLElement {
  return make("span", { class: "swatch" }, make("i", { style: `background: ${colour}` }), name);
}

function figure(name: string, value: string, more = ""): HTMLElement[] {
  const extra = more === "" ? null : make("span", { class: "faint" }, more);
  return [make("dt", {}, name), make("dd", {}, value, extra)];
}

const wordy = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

function facts(pairs: readonly (readonly [string, unknown])[]): HTMLElement {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  const rows = known.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, wordy(value))]);
  return make("dl", { class: "facts" }, ...rows);
}

function alignerFacts({ aligner, identity, created }: Description["metadata"]): HTMLElement {
  const { name, version, preset, command, ...others } = aligner;
  return facts([
    ["Aligner", [name, version].filter((word) => word !== undefined && word !== null).join(" ")],
    ["Preset", preset],
    ["Command", command],
    ...Object.entries(others),
    ["Identity from", identity.source],
    ["Plotted", created.replace("T", " ").replace(/(\.\d+)?(Z|\+00:00)$/, " UTC")],
  ]);
}

function genomeFacts(axis: Axis, provenance: Provenance): HTMLElement {
  const reversed = axis.contigs.filter((contig) => contig.reversed).length;
  return facts([
    ["Length", bases(axis.length)],
    ["Contigs", grouped(axis.contigs.length)],
    ["Reversed", reversed > 0 ? `${grouped(reversed)} drawn reverse-complemented` : undefined],
    ...Object.entries(provenance),
  ]);
}
