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

export class Annotation {
  readonly panel: TracksPanel;
  bands!: TrackBands;
  private axes!: Axes;
  private swapped = false;
  private theme: Theme = "light";

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

  /** What the server calls those of its tracks that are shown. */
  get ids(): string[] {
    return this.shelf.tracks.map(({ id }) => id).filter((id) => id !== "");
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
