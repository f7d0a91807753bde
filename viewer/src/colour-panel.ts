/** What colours tell, which colours they are, and their legend. */
import { make } from "./element";
import type { Description } from "./engine";
import { classNames, legendOf, paletteOf, share } from "./legend";
import { type By, CLASSES, type Colouring, css, directed, isClasses, levels, MOST_CLASSES, scaleColours, type Theme, toneColours, WAYS } from "./palette";
import { radio, section, segmented, swatch } from "./parts";

const NAMES: Readonly<Record<By, string>> = {
  identity: "Identity",
  classes: "Classes",
  strand: "Strand",
  nothing: "None",
};

const STEPS = 24;

export class ColourPanel {
  readonly element: HTMLElement;
  private readonly ways: HTMLInputElement[];
  private readonly palette: HTMLSelectElement;
  private readonly legend = make("div", { class: "legend" });
  private colouring: Colouring;

  constructor(
    private readonly description: Description,
    private readonly choose: (colouring: Colouring) => void,
    name: string,
  ) {
    this.colouring = description.wished.colouring;
    this.ways = WAYS.map((by) => radio(`${name}-colouring`, by, () => this.change({ by })));
    const options = description.wished.palettes.map((each) => make("option", { value: each.name, title: each.title }, each.name));
    this.palette = make("select", { "aria-label": "Palette", change: () => this.change({ palette: this.palette.value }) }, ...options);
    const chosen = make("label", { class: "row chosen" }, make("span", {}, "Palette"), this.palette);
    this.element = section("Colour", segmented("Colour by", this.ways, WAYS.map((by) => NAMES[by])), chosen, this.legend);
  }

  show(colouring: Colouring, theme: Theme): void {
    this.colouring = colouring;
    for (const input of this.ways) input.checked = input.value === colouring.by;
    this.palette.value = colouring.palette;
    this.palette.title = paletteOf(colouring, this.description).title;
    const { sentence } = this.description.metadata.identity;
    const note = colouring.by === "strand" || colouring.by === "nothing" ? null : make("p", { class: "faint" }, sentence);
    this.legend.replaceChildren(...this.makeLegend(theme), ...(note ? [note] : []));
  }

  private change(change: Partial<Colouring>): void {
    this.choose({ ...this.colouring, ...change });
  }

  private makeLegend(theme: Theme): HTMLElement[] {
    if (this.colouring.by === "identity") return this.ramps(theme);
    if (this.colouring.by === "classes") return this.classes(theme);
    return legendOf(this.colouring, this.description, theme).map(({ colours, label }) =>
      make("span", { class: "swatch" }, swatch(colours[0]), label),
    );
  }

  private ramps(theme: Theme): HTMLElement[] {
    const palette = paletteOf(this.colouring, this.description);
    const { rising, falling } = palette[theme];
    const ramp = (stops: readonly string[], words: string): HTMLElement => {
      const colours = scaleColours(stops, STEPS).map(css).join(", ");
      const bar = make("div", { class: "ramp", style: `background: linear-gradient(to right, ${colours})` });
      return make("div", { class: "ramp-row" }, bar, make("span", { class: "way", title: words }, words === "" ? "" : words[0] === "s" ? "↗" : "↘"));
    };
    const bars = directed(this.colouring, palette)
      ? [ramp(rising, "same direction"), ramp(falling, "inverted")]
      : [ramp(rising, "")];
    const { low, high } = this.description.scale;
    const said = [low > 0 ? `≤ ${share(low)}` : "0 %", share((low + high) / 2), share(high)];
    return [...bars, make("div", { class: "row faint" }, ...said.map((words) => make("span", {}, words)))];
  }

  /** One row for each class, with the border above it to be changed. */
  private classes(theme: Theme): HTMLElement[] {
    const palette = paletteOf(this.colouring, this.description);
    const colours = toneColours(this.colouring, palette, theme).map(css);
    const names = classNames(this.colouring.classes);
    const ways = directed(this.colouring, palette);
    const rows = names.map((name, level) => {
      const marks = [swatch(colours[2 * level + 1]), ...(ways ? [swatch(colours[2 * level])] : [])];
      return make("li", {}, make("span", { class: "marks" }, ...marks), name);
    });
    return [make("ol", { class: "classes" }, ...rows.reverse()), this.borders()];
  }

  private borders(): HTMLElement {
    const text = this.colouring.classes.map((border) => share(border).replace(" %", "")).join(", ");
    const input = make("input", {
      class: "search",
      value: text,
      "aria-label": "Where classes meet, in percent",
      inputmode: "decimal",
      spellcheck: "false",
      autocomplete: "off",
      change: () => {
        const borders = parsed(input.value);
        input.setAttribute("aria-invalid", String(borders === null));
        if (borders !== null) this.change({ classes: borders });
      },
    });
    const usual = make("button", { type: "button", class: "link", click: () => this.change({ classes: CLASSES }) }, "25, 50, 75");
    const fine = make("button", { type: "button", class: "link", click: () => this.change({ classes: [0.9, 0.95, 0.99] }) }, "90, 95, 99");
    return make(
      "div",
      { class: "borders" },
      make("label", { class: "row" }, make("span", {}, "Meet at %"), input),
      make("p", { class: "faint" }, `${levels(this.colouring)} classes; at most ${MOST_CLASSES + 1}. `, usual, " · ", fine),
    );
  }
}

/** Borders of classes as people write them, in percent; null for what makes no sense. */
export function parsed(text: string): readonly number[] | null {
  const numbers = text
    .split(/[,;\s]+/)
    .filter((word) => word !== "" && word !== "%")
    .map((word) => Math.round(Number(word.replace("%", "")) * 1e6) / 1e8);
  return isClasses(numbers) ? numbers : null;
}
