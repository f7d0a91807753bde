/**
 * The panel beside a plot: where to look, colours, filters, structure, drawing, summary, where the
 * data came from. It holds no state of its own: it shows what it is given and tells what was chosen.
 */
import type { Axis } from "./axis";
import type { Census, Pair } from "./census";
import { ColourPanel } from "./colour-panel";
import { make } from "./element";
import type { Description, Painted } from "./engine";
import { FilterPanel } from "./filter-panel";
import { bases, grouped, percent } from "./format";
import { MODES, type Settings, usualOf } from "./link";
import type { Theme } from "./palette";
import { facts, figure, folded, radio, section, segmented, toggle } from "./parts";
import { type RegionListener, RegionPanel } from "./region-panel";
import { OrderPanel } from "./order-panel";
import { layoutChoices } from "./order-server";
import type { Provenance } from "./scene";
import type { PlotServer } from "./server";
import { StructurePanel, type StructureListener } from "./structure-panel";

export interface PanelListener extends RegionListener, Pick<StructureListener, "goToEvent"> {
  set(change: Partial<Settings>): void;
  goToPair(pair: Pair): void;
}

const WIDTHS = [1, 1.75, 2.75, 4] as const;
const MOST_LISTED = 200;

export class Panel {
  readonly element: HTMLElement;
  readonly region: RegionPanel;
  private readonly colours: ColourPanel;
  private readonly filter: FilterPanel;
  private readonly structure: StructurePanel;
  private readonly widths: HTMLInputElement[];
  private readonly grid: HTMLInputElement;
  private readonly aspect: HTMLInputElement;
  private readonly modes: HTMLInputElement[];
  private readonly order: OrderPanel;
  private readonly figures = make("dl", { class: "figures" });
  private readonly pairList = make("ol", { class: "pairs" });
  /** How far down it was; an element off the page does not know. */
  private scrolled = 0;

  constructor(
    private readonly description: Description,
    private readonly target: Axis,
    private readonly query: Axis,
    private readonly listener: PanelListener,
    name: string,
    private readonly server: PlotServer | null,
    /** Annotation, which stays when the axes are arranged otherwise. */
    private readonly annotation: HTMLElement,
  ) {
    this.region = new RegionPanel(target, query, listener, name);
    this.colours = new ColourPanel(description, (colouring) => listener.set({ colouring }), name);
    this.filter = new FilterPanel(description, (change) => listener.set(change), usualOf(description.wished));
    const structure = { setKinds: (kinds: readonly string[]) => listener.set({ kinds }), goToEvent: listener.goToEvent };
    this.structure = new StructurePanel(description.metadata.events, target, query, structure);
    this.widths = WIDTHS.map((lineWidth) => radio(`${name}-width`, String(lineWidth), () => listener.set({ lineWidth })));
    this.grid = make("input", { type: "checkbox", change: () => listener.set({ grid: this.grid.checked }) });
    this.aspect = make("input", {
      type: "checkbox",
      change: () => listener.set({ aspect: this.aspect.checked ? "locked" : "free" }),
    });
    this.modes = MODES.map((mode) => radio(`${name}-mode`, mode, () => listener.set({ mode })));
    this.order = new OrderPanel((arrangement) => listener.set({ arrangement }));
    this.element = make("aside", { class: "panel", "aria-label": "Controls and summary", scroll: () => (this.scrolled = this.element.scrollTop) }, ...this.sections());
  }

  /** Show settings; colours follow the theme. */
  show(settings: Settings, theme: Theme): void {
    this.colours.show(settings.colouring, theme);
    this.filter.show(settings, theme);
    this.structure.show(settings.kinds, theme);
    for (const input of this.widths) input.checked = Number(input.value) === settings.lineWidth;
    this.grid.checked = settings.grid;
    this.aspect.checked = settings.aspect === "locked";
    for (const input of this.modes) input.checked = input.value === settings.mode;
    this.order.show(settings.arrangement);
  }

  /** Be as far down and as unfolded as another panel was. */
  takeOver(other: Panel): void {
    const [mine, others] = [this, other].map(({ element }) => [...element.querySelectorAll("details")]);
    mine.forEach((part, at) => (part.open = others[at]?.open ?? false));
    this.element.scrollTop = other.scrolled;
  }

  /** Give the focus to what has this label. */
  focusOn(label: string): void {
    const parts = [...this.element.querySelectorAll<HTMLElement>("[aria-label]")];
    parts.find((part) => part.getAttribute("aria-label") === label)?.focus({ preventScroll: true });
  }

  showPainted(painted: Painted): void {
    this.filter.showPainted(painted);
  }

  showCensus(census: Census): void {
    this.filter.showNoise(census);
    this.figures.replaceChildren(
      ...figure("Matches", grouped(census.matches)),
      ...figure("Mean identity", percent(census.identity)),
      ...figure(`${this.target.name} aligned`, percent(census.targetShare), bases(census.targetAligned)),
      ...figure(`${this.query.name} aligned`, percent(census.queryShare), bases(census.queryAligned)),
      ...figure("Same direction", percent(census.rising)),
      ...figure("Longest match", bases(census.longest)),
    );
    this.pairList.replaceChildren(...census.pairs.slice(0, MOST_LISTED).map((pair) => this.pairButton(pair)));
  }

  private sections(): HTMLElement[] {
    const { metadata } = this.description;
    const widths = segmented("Line width", this.widths, ["Fine", "Normal", "Bold", "Heavy"]);
    const layout = this.server ? [layoutChoices(this.server)] : [];
    const switches = [toggle("Grid", this.grid), toggle("Same scale on both axes", this.aspect)];
    return [
      this.region.element,
      this.colours.element,
      this.filter.element,
      this.structure.element,
      this.annotation,
      section("Drawing", segmented("Show as", this.modes, ["Dots", "Ribbons", "Both"]), widths, ...switches, ...layout, this.order.element),
      section("Summary", this.figures, hiddenNote(this.target, this.query)),
      folded("Pairs of contigs", this.pairList),
      folded("Alignment", alignerFacts(metadata)),
      folded(this.target.name, genomeFacts(this.target, metadata.provenance.target)),
      folded(this.query.name, genomeFacts(this.query, metadata.provenance.query)),
    ];
  }

  private pairButton(pair: Pair): HTMLElement {
    const names = `${this.target.contigs[pair.target].name} × ${this.query.contigs[pair.query].name}`;
    const go = (): void => this.listener.goToPair(pair);
    const words = [make("span", { class: "name" }, names), make("span", { class: "faint" }, bases(pair.bases))];
    return make("li", {}, make("button", { type: "button", title: names, click: go }, ...words));
  }
}

const hiddenWords = ({ name, hidden }: Axis): string =>
  hidden.contigs === 0 ? "" : `${grouped(hidden.contigs)} contigs of ${name} (${bases(hidden.bases)})`;

/** A sentence about what is on neither axis; nothing where all is. */
function hiddenNote(target: Axis, query: Axis): HTMLElement | null {
  const words = [hiddenWords(target), hiddenWords(query)].filter((text) => text !== "");
  if (words.length === 0) return null;
  return make("p", { class: "note" }, `Not on the axes: ${words.join(" and ")}. They were hidden when the plot was made.`);
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
  const inGroups = axis.groups.reduce((sum, { count }) => sum + count, 0);
  return facts([
    ["Length", bases(axis.length)],
    ["Contigs", grouped(axis.contigs.length)],
    ["Reversed", reversed > 0 ? `${grouped(reversed)} drawn reverse-complemented` : undefined],
    ["Named as one", inGroups > 0 ? `${grouped(inGroups)} small contigs in ${grouped(axis.groups.length)} groups` : undefined],
    ["Hidden", axis.hidden.contigs > 0 ? `${grouped(axis.hidden.contigs)} contigs, ${bases(axis.hidden.bases)}` : undefined],
    ...Object.entries(provenance),
  ]);
}
