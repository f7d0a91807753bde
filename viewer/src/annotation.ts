/**
 * The annotation of a plot: the shelf of tracks, their part of the panel, and the bands they are drawn
 * in, which are made anew whenever the axes are arranged otherwise.
 */
import { nameOf } from "./features";
import { bases, interval } from "./format";
import { make } from "./element";
import type { Theme } from "./palette";
import type { Axes } from "./places";
import type { Metadata } from "./scene";
import type { PlotSource } from "./source";
import { type FoundThere, kindColour, TrackBands } from "./tracks-band";
import { shareFound } from "./tracks-index";
import { TracksPanel } from "./tracks-panel";
import { TrackShelf } from "./tracks";

/** A feature that was searched for: which axis it is on, its name, more about it, and itself. */
export interface NamedFeature {
  readonly sign: "X" | "Y";
  readonly name: string;
  readonly more: string;
  readonly found: FoundThere;
}

const MOST_FOUND = 8;
/** What a link calls a track of the server. */
const WORD = "track";

/** Does a file's name say that it is annotation? */
export const isTrackName = (name: string): boolean => /\.(gff3?|gtf|bed)(\.b?gz)?$/i.test(name);

export class Annotation {
  readonly panel: TracksPanel;
  bands!: TrackBands;
  private axes!: Axes;
  private swapped = false;
  private theme: Theme = "light";
  /** Tracks of the server on their way. */
  private readonly coming = new Set<string>();

  constructor(
    source: PlotSource,
    metadata: Metadata,
    name: string,
    private readonly shelf: TrackShelf,
  ) {
    this.panel = new TracksPanel(
      shelf,
      source,
      {
        sideOf: (features) => {
          const [target, query] = [shareFound(features, this.axes.target), shareFound(features, this.axes.query)];
          if (target === 0 && query === 0) return null;
          return target >= query === !this.swapped ? "target" : "query";
        },
        elsewhere: (track) => this.bands.elsewhere(track),
        nameOf: (side) => metadata[side].name,
        theme: () => this.theme,
      },
      name,
    );
  }

  /** The bands for axes that were just made. */
  arrange(axes: Axes, swapped: boolean): TrackBands {
    this.axes = axes;
    this.swapped = swapped;
    this.bands = new TrackBands(this.shelf, axes, swapped);
    return this.bands;
  }

  setTheme(theme: Theme): void {
    if (theme === this.theme) return;
    this.theme = theme;
    this.panel.show();
  }

  /** The server's tracks that are shown, or on their way, as a link tells them; a person's own it cannot. */
  get hash(): string {
    const ids = new Set([...this.shelf.tracks.map(({ id }) => id), ...this.coming].filter((id) => id !== ""));
    return [...ids].map((id) => `${WORD}=${encodeURIComponent(id)}`).join("&");
  }

  /** Fetch the tracks that a link asks for and that are not here yet. */
  async follow(hash: string): Promise<void> {
    const asked = new URLSearchParams(hash.replace(/^#/, "")).getAll(WORD);
    const missing = asked.filter((id) => !this.coming.has(id) && !this.shelf.tracks.some((track) => track.id === id));
    for (const id of missing) this.coming.add(id);
    await this.panel.restore(missing);
    for (const id of missing) this.coming.delete(id);
  }

  /** Take files of annotation that are dropped on an element; others are for others. */
  acceptDrops(element: HTMLElement): void {
    element.addEventListener("dragover", (event) => event.preventDefault());
    element.addEventListener("drop", (event) => {
      const files = [...(event.dataTransfer?.files ?? [])].filter(({ name }) => isTrackName(name));
      if (files.length === 0) return;
      event.preventDefault();
      event.stopPropagation();
      document.documentElement.classList.remove("dropping");
      void this.panel.take(files);
    });
  }

  /** Features by a part of their names. */
  find(text: string): NamedFeature[] {
    return this.shelf.find(text, MOST_FOUND).flatMap((each) => {
      const found = this.bands.place(each);
      if (found === null) return [];
      const { features, kinds } = each.track;
      const name = nameOf(features, each.feature);
      return [{ sign: found.axis === "target" ? "X" : "Y", name, more: kinds[features.kind[each.feature]].name, found } as const];
    });
  }

  /** A feature in few words. */
  called({ track: { features, kinds }, feature, axis, low }: FoundThere): string {
    const contig = this.axes[axis].contigs[this.axes[axis].contigAt(low)].name;
    const place = `${contig}:${interval(features.start[feature], features.end[feature])}`;
    return `${nameOf(features, feature) || "no name"}, ${kinds[features.kind[feature]].name}, ${place}`;
  }

  /** A feature in words, for a tooltip. */
  told({ track, feature, axis, low }: FoundThere): HTMLElement[] {
    const { features, kinds, title } = track;
    const kind = kinds[features.kind[feature]];
    const contig = this.axes[axis].contigs[this.axes[axis].contigAt(low)];
    const [start, end] = [features.start[feature], features.end[feature]];
    const strand = { "1": "strand +", "-1": "strand −", "0": "no strand" }[String(features.strand[feature])] ?? "";
    const dot = make("i", {});
    dot.style.background = kindColour(kind.colour, this.theme);
    const parts = [
      make("div", { class: "headline" }, dot, make("b", {}, nameOf(features, feature) || kind.name)),
      make("div", { class: "name" }, make("b", {}, contig.name), make("span", { class: "faint" }, this.axes[axis].name)),
      make("div", { class: "interval" }, interval(start, end), make("span", { class: "faint" }, bases(end - start))),
      make("div", { class: "more" }, `${kind.name} · ${strand} · ${title}`),
      make("div", { class: "hint" }, "Click to see it from near"),
    ];
    return [make("div", {}, ...parts)];
  }
}
