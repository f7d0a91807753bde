/** Annotation in the panel: files added and removed, which of their kinds are shown, and along which genome. */
import { iconButton, make } from "./element";
import { grouped } from "./format";
import type { Theme } from "./palette";
import { section } from "./parts";
import type { Side } from "./region";
import type { PlotSource, TrackFile } from "./source";
import { kindColour } from "./tracks-band";
import { openTrack } from "./tracks-open";
import { type Kind, MOST_TRACKS, type Track, type TrackShelf } from "./tracks";
import type { Features } from "./features";

/** Kinds that are listed; the others are too few to matter. */
const MOST_KINDS = 12;

export interface TracksListener {
  /** Along which genome a file lies, as the plot was made: where more of its contigs are. Null for neither. */
  sideOf(features: Features): Side | null;
  /** Features of a track that are on no contig drawn. */
  elsewhere(track: Track): number;
  nameOf(side: Side): string;
  theme(): Theme;
}

export class TracksPanel {
  readonly element: HTMLElement;
  private readonly list = make("ul", { class: "tracks" });
  private readonly said = make("p", { class: "note", role: "status", hidden: true });
  private readonly offers = make("ul", { class: "offers" });
  private readonly input: HTMLInputElement;
  private files: readonly TrackFile[] = [];
  private readonly asked: Promise<void>;
  /** Hear of the shelf no more. */
  readonly close: () => void;

  constructor(
    private readonly shelf: TrackShelf,
    private readonly source: PlotSource,
    private readonly listener: TracksListener,
    name: string,
  ) {
    this.input = make("input", {
      type: "file",
      id: `${name}-track`,
      class: "visually-hidden",
      multiple: true,
      accept: ".gff,.gff3,.gtf,.bed,.gz,.bgz",
      change: () => void this.take([...(this.input.files ?? [])]),
    });
    const adding = make("div", { class: "adding" }, this.input, make("label", { for: this.input.id, class: "button" }, "Add a GFF3 or BED file"));
    this.element = section("Annotation", this.list, this.said, adding, this.offers);
    this.close = shelf.listen(() => this.show());
    this.show();
    this.asked = this.ask();
  }

  /** Show what is on the shelf, in the colours of the theme. */
  show(): void {
    const focused = this.list.contains(document.activeElement) ? document.activeElement?.getAttribute("aria-label") : null;
    this.list.replaceChildren(...this.shelf.tracks.map((track) => this.row(track)));
    this.list.hidden = this.shelf.tracks.length === 0;
    this.offer();
    if (focused) [...this.list.querySelectorAll<HTMLElement>("[aria-label]")].find((part) => part.getAttribute("aria-label") === focused)?.focus();
  }

  /** Take a person's files; answers when they are read. */
  async take(files: readonly File[]): Promise<void> {
    for (const file of files) {
      await this.add(`Reading ${file.name} …`, async () => {
        const features = await openTrack(file);
        this.place(file.name, features, this.listener.sideOf(features), "", "");
      });
    }
    this.input.value = "";
  }

  /** Take files of the server by what it calls them, as a link does. */
  async restore(ids: readonly string[]): Promise<void> {
    await this.asked;
    for (const id of ids) {
      const file = this.files.find((each) => each.id === id);
      if (file) await this.fetch(file);
    }
  }

  private async ask(): Promise<void> {
    try {
      this.files = await this.source.tracks();
    } catch {
      return; // What the server has of annotation is no reason to disturb anyone.
    }
    this.offer();
  }

  private say(sentence: string): void {
    this.said.textContent = sentence;
    this.said.hidden = sentence === "";
  }

  private async add(meanwhile: string, act: () => Promise<void>): Promise<void> {
    this.say(meanwhile);
    try {
      await act();
      if (this.said.textContent === meanwhile) this.say("");
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  private place(title: string, features: Features, side: Side | null, from: string, id: string): void {
    if (features.count === 0) this.say(`${title} has no features.`);
    else if (side === null) this.say(`${title}: none of its sequences is in this plot (it has ${features.contigs.slice(0, 3).join(", ")} …).`);
    else if (!this.shelf.hasRoom(side)) this.say(`There are ${MOST_TRACKS} files along ${this.listener.nameOf(side)} already; remove one first.`);
    else this.shelf.add(title, side, features, from, id);
  }

  private fetch(file: TrackFile): Promise<void> {
    return this.add(`Fetching ${file.name} …`, async () => this.place(file.name, await this.source.track(file), file.side, file.from, file.id));
  }

  /** What the server has and is not shown yet. */
  private offer(): void {
    const shown = new Set(this.shelf.tracks.map(({ id }) => id));
    const offers = this.files.filter(({ id }) => !shown.has(id));
    this.offers.hidden = offers.length === 0;
    this.offers.replaceChildren(
      ...offers.map((file) => {
        const words = [make("span", { class: "name" }, file.name), make("span", { class: "faint" }, file.from)];
        const title = `Lay ${file.name} of ${file.from} along ${this.listener.nameOf(file.side)}`;
        return make("li", {}, make("button", { type: "button", title, click: () => void this.fetch(file) }, ...words));
      }),
    );
  }

  private row(track: Track): HTMLElement {
    const { key, title, side, features } = track;
    const sides = make("select", { "aria-label": `Genome that ${title} lies along`, change: () => this.shelf.move(key, sides.value as Side) });
    for (const each of ["target", "query"] as const) {
      sides.append(make("option", { value: each, selected: each === side, disabled: each !== side && !this.shelf.hasRoom(each) }, this.listener.nameOf(each)));
    }
    const remove = iconButton("close", `Remove ${title}`, () => this.shelf.remove(key));
    const head = make("div", { class: "row" }, make("b", { class: "name", title }, title), remove);
    const kinds = [...track.kinds].sort((a, b) => a.colour - b.colour).slice(0, MOST_KINDS);
    const swatches = make("div", { class: "kinds", role: "group", "aria-label": `Kinds in ${title}` }, ...kinds.map((kind) => this.kind(track, kind)));
    const missing = this.listener.elsewhere(track);
    const notes = [
      missing > 0 ? `${grouped(missing)} of ${grouped(features.count + features.elsewhere)} are on sequences that are not in this plot.` : "",
      features.leftOut > 0 ? `${grouped(features.leftOut)} more are left out: the file has too many.` : "",
    ].filter((note) => note !== "");
    const along = make("label", { class: "row chosen" }, make("span", {}, "Along"), sides);
    return make("li", {}, head, along, swatches, ...notes.map((note) => make("p", { class: "note" }, note)));
  }

  private kind({ key, title }: Track, { name, count, shown, colour }: Kind): HTMLElement {
    const input = make("input", {
      type: "checkbox",
      "aria-label": `Show ${name} of ${title}`,
      checked: shown,
      change: () => this.shelf.show(key, name, input.checked),
    });
    const dot = make("i", { class: "dot" });
    dot.style.background = kindColour(colour, this.listener.theme());
    return make("label", { class: "kind" }, input, dot, make("span", { class: "name" }, name), make("span", { class: "faint" }, grouped(count)));
  }
}
