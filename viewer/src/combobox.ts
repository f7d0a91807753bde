/**
 * A list to choose from by typing a part of a name: the combobox of the WAI-ARIA practices. It shows
 * a screenful of what fits, however many there are.
 */
import { make } from "./element";

export interface Choice {
  readonly key: number;
  readonly name: string;
  /** Shown beside the name, fainter. */
  readonly more: string;
}

/** Entries shown at once. */
const MOST = 60;

export class Combobox {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly list: HTMLUListElement;
  private found: readonly Choice[] = [];
  private active = -1;
  private chosen = "";

  constructor(
    label: string,
    private readonly placeholder: string,
    private readonly choices: readonly Choice[],
    private readonly choose: (key: number) => void,
    name: string,
  ) {
    this.list = make("ul", { class: "options", role: "listbox", id: `${name}-options`, "aria-label": label, hidden: true });
    this.input = make("input", {
      class: "search",
      role: "combobox",
      "aria-label": label,
      "aria-expanded": "false",
      "aria-controls": `${name}-options`,
      "aria-autocomplete": "list",
      autocomplete: "off",
      spellcheck: "false",
      placeholder,
      input: () => this.open(this.input.value),
      focus: () => this.input.select(),
      click: () => this.open(""),
      blur: () => this.close(),
      keydown: (event) => this.key(event as KeyboardEvent),
    });
    this.element = make("div", { class: "combobox" }, make("span", { class: "axis-name" }, label), make("div", { class: "holder" }, this.input, this.list));
  }

  /** Show what is chosen; "" for none. */
  show(name: string): void {
    this.chosen = name;
    if (document.activeElement !== this.input || this.list.hidden) this.input.value = name;
  }

  private open(text: string): void {
    const wanted = text.trim().toLowerCase();
    const found: Choice[] = [];
    for (const choice of this.choices) {
      if (found.length >= MOST) break;
      if (choice.name.toLowerCase().includes(wanted)) found.push(choice);
    }
    const all = { key: -1, name: this.placeholder, more: "" };
    this.found = wanted === "" ? [all, ...found] : found;
    this.list.replaceChildren(...this.found.map((choice, at) => this.option(choice, at)));
    if (this.found.length === 0) this.list.append(make("li", { class: "none" }, "No contig has this in its name."));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.activate(wanted === "" ? this.found.findIndex(({ name }) => name === this.chosen) : 0);
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.input.value = this.chosen;
  }

  private option({ name, more }: Choice, at: number): HTMLElement {
    const words = [make("span", { class: "name" }, name), make("span", { class: "faint" }, more)];
    // Pressing must not take the focus from the input, which would close the list first.
    const down = (event: Event): void => event.preventDefault();
    return make(
      "li",
      { role: "option", id: `${this.list.id}-${at}`, title: name, mousedown: down, click: () => this.take(at) },
      ...words,
    );
  }

  private activate(at: number): void {
    const options = [...this.list.querySelectorAll("[role=option]")];
    this.active = Math.min(Math.max(at, -1), options.length - 1);
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.active)));
    const active = options[this.active];
    if (active === undefined) return;
    this.input.setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  }

  private take(at: number): void {
    const choice = this.found[at];
    if (choice === undefined) return;
    this.chosen = choice.key < 0 ? "" : choice.name;
    this.close();
    this.choose(choice.key);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => (this.list.hidden ? this.open("") : this.activate(this.active + 1)),
      ArrowUp: () => (this.list.hidden ? this.open("") : this.activate(Math.max(this.active - 1, 0))),
      Enter: () => (this.list.hidden ? this.open("") : this.take(this.active)),
      Escape: () => (this.list.hidden ? this.input.blur() : this.close()),
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
