/**
 * Bands of annotation beside a plot: above it along the X axis, at its right along the Y axis. Few
 * features are arrows in two rows, their parts a thin row beneath; many are a density.
 */
import type { Companion, Setting } from "./companion";
import { nameOf } from "./features";
import { shortened } from "./format";
import { INK, type Theme } from "./palette";
import type { Axes } from "./places";
import type { Side } from "./region";
import { TrackIndex } from "./tracks-index";
import type { Found, Track, TrackShelf } from "./tracks";
import type { View } from "./view";

/** Height of a band, of a row in it, of the row of parts, and of the gap between rows. */
const BAND = 32;
const ROW = 10;
const PARTS = 4;
const GAP = 2;
const ROWS = 2;
/** Room between the plot and the first band: that of the margins without any. */
const ABOVE = { wide: 14, narrow: 10 };
const RIGHT = { wide: 18, narrow: 10 };
/** More features than this in view are a density. */
const MOST_DRAWN = 1200;
/** Pixels of a bar of density. */
const BAR = 2;
/** Features shorter than this many pixels have no arrow. */
const ARROW_FROM = 8;
/** No letter is narrower than this many pixels on the mean. */
const NARROWEST = 3;
/** The most pixels that an arrow's tip takes. */
const TIP = 6;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif';

/** Colours of kinds: told apart by those who do not see red or green as others do. */
export const KIND_COLOURS: Readonly<Record<Theme, readonly string[]>> = {
  light: ["#2a7f9e", "#b5651d", "#5b7f2b", "#8a5a9e", "#b23a5b", "#8a7a1c", "#3f62b5", "#5f6f78"],
  dark: ["#5fbcd9", "#e5a05f", "#a3c971", "#c49bd8", "#ee8aa5", "#d6c65c", "#8fabf2", "#a5b4bc"],
};

export const kindColour = (colour: number, theme: Theme): string => KIND_COLOURS[theme][colour % KIND_COLOURS[theme].length];

/** A feature under the pointer, and where it lies on its axis. */
export interface FoundThere extends Found {
  /** The axis: target across, query upwards. */
  readonly axis: Side;
  readonly low: number;
  readonly high: number;
}

/** A feature as it is drawn, in pixels of the stage. */
interface Box extends FoundThere {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A band's place: pixels along the axis and away from the plot become pixels of the stage. */
interface Lane {
  readonly axis: Side;
  readonly length: number;
  readonly start: number;
  readonly end: number;
  box(from: number, to: number, near: number, far: number): readonly [x: number, y: number, width: number, height: number];
}

function laneOf(axis: Side, { view, size, margins: m }: Setting, near: number): Lane {
  if (axis === "target") {
    const bottom = m.top - near;
    const box: Lane["box"] = (from, to, a, b) => [m.left + from, bottom - b, to - from, b - a];
    return { axis, length: size.width, start: view.x0, end: view.x1, box };
  }
  const left = m.left + size.width + near;
  const foot = m.top + size.height;
  const box: Lane["box"] = (from, to, a, b) => [left + a, foot - to, b - a, to - from];
  return { axis, length: size.height, start: view.y0, end: view.y1, box };
}

/** An index, and what it was made of. */
interface Indexed {
  readonly track: Track;
  readonly wholes: TrackIndex;
  readonly parts: TrackIndex;
}

export class TrackBands implements Companion {
  private indexed: readonly Indexed[] = [];
  private boxes: Box[] = [];
  private pointed: FoundThere | null = null;

  constructor(
    private readonly shelf: TrackShelf,
    private readonly axes: Axes,
    private readonly swapped: boolean,
  ) {}

  get shows(): boolean {
    return this.shelf.tracks.length > 0;
  }

  room(narrow: boolean): { readonly top: number; readonly right: number } {
    const band = narrow ? BAND - 4 : BAND;
    return { top: band * this.along("target").length, right: band * this.along("query").length };
  }

  /** The stripe of the feature that is pointed at, across the whole plot. */
  field({ context, view, size, theme }: Setting): boolean {
    if (this.pointed === null) return false;
    const { axis, low, high } = this.pointed;
    context.fillStyle = this.colourOf(this.pointed, theme);
    context.globalAlpha = 0.16;
    const across = axis === "target";
    const [start, end, length] = across ? [view.x0, view.x1, size.width] : [view.y0, view.y1, size.height];
    const from = Math.max(((low - start) / (end - start)) * length, 0);
    const to = Math.min(((high - start) / (end - start)) * length, length);
    const wide = Math.max(to - from, 1);
    if (from <= length && to >= 0) context.fillRect(across ? from : 0, across ? 0 : length - from - wide, across ? wide : size.width, across ? size.height : wide);
    context.globalAlpha = 1;
    return false;
  }

  beside(setting: Setting): void {
    this.boxes = [];
    const narrow = setting.whole.width < 560;
    const band = narrow ? BAND - 4 : BAND;
    for (const axis of ["target", "query"] as const) {
      const first = (axis === "target" ? ABOVE : RIGHT)[narrow ? "narrow" : "wide"];
      this.along(axis).forEach((track, at) => this.sketch(setting, laneOf(axis, setting, first + at * band), track, band));
    }
  }

  /** The feature under a pixel of the stage, or null; of several that which is smallest. */
  at(x: number, y: number): FoundThere | null {
    let best: Box | null = null;
    for (const box of this.boxes) {
      const inside = x >= box.x - 1 && x <= box.x + box.width + 1 && y >= box.y - 1 && y <= box.y + box.height + 1;
      if (inside && (best === null || box.width * box.height < best.width * best.height)) best = box;
    }
    return best;
  }

  /** Let a feature stand out, or none; answers whether anything changed. */
  point(found: FoundThere | null): boolean {
    const { pointed } = this;
    if (pointed?.track === found?.track && pointed?.feature === found?.feature) return false;
    this.pointed = found;
    return true;
  }

  /** Where a feature lies; null where its contig is on no axis. */
  place({ track, feature }: Found): FoundThere | null {
    const stretch = this.index(track).wholes.stretch(feature);
    return stretch && { track, feature, axis: this.axisOf(track.side), low: stretch[0], high: stretch[1] };
  }

  /**
   * The feature after the one that stands out, or before it; of those that begin near a view's middle
   * where none does. Along the X axis where that has annotation. Null where there is none.
   */
  next({ x0, x1, y0, y1 }: View, step: number): FoundThere | null {
    const axis = this.along("target").length > 0 ? "target" : "query";
    const middle = axis === "target" ? (x0 + x1) / 2 : (y0 + y1) / 2;
    const from = this.pointed?.axis === axis ? this.pointed.low : middle;
    let best: FoundThere | null = null;
    for (const track of this.along(axis)) {
      const { wholes } = this.index(track);
      const at = step > 0 ? wholes.behind(from) : wholes.from(from) - 1;
      if (at < 0 || at >= wholes.count) continue;
      const found = { track, feature: wholes.feature[at], axis, low: wholes.low[at], high: wholes.high[at] } as const;
      if (best === null || Math.abs(found.low - from) < Math.abs(best.low - from)) best = found;
    }
    return best;
  }

  /** The view in which a feature is seen with its surroundings; the other axis stays as it is. */
  viewOf({ axis, low, high }: FoundThere, view: View): View {
    const room = 0.6 * Math.max(high - low, 200);
    return axis === "target" ? { ...view, x0: low - room, x1: high + room } : { ...view, y0: low - room, y1: high + room };
  }

  /** Features of a track that are on no contig of its axis. */
  elsewhere(track: Track): number {
    return this.index(track).wholes.elsewhere;
  }

  /** The axis that a genome, as the plot was made, lies along. */
  private axisOf(side: Side): Side {
    return this.swapped ? (side === "target" ? "query" : "target") : side;
  }

  private along(axis: Side): readonly Track[] {
    return this.shelf.along(this.axisOf(axis));
  }

  private index(track: Track): Indexed {
    const known = this.indexed.find((each) => each.track === track);
    if (known) return known;
    const { features, kinds, side } = track;
    const axis = this.axes[this.axisOf(side)];
    const parts = partKinds(track);
    const wanted = (isPart: number): Uint8Array => Uint8Array.from(kinds, ({ shown }, kind) => (shown && parts[kind] === isPart ? 1 : 0));
    const made = { track, wholes: new TrackIndex(features, axis, wanted(0), ROWS), parts: new TrackIndex(features, axis, wanted(1), 1) };
    // What is on the shelf no more is not kept.
    this.indexed = [...this.indexed.filter((each) => this.shelf.tracks.includes(each.track)), made];
    return made;
  }

  private sketch(setting: Setting, lane: Lane, track: Track, band: number): void {
    const { wholes, parts } = this.index(track);
    const { context, theme } = setting;
    const ink = INK[theme];
    context.fillStyle = ink.bandOther;
    context.globalAlpha = 0.6;
    context.fillRect(...lane.box(0, lane.length, 1, band - 1));
    context.globalAlpha = 1;
    this.sketchTitle(setting, lane, track, band);
    const scale = band === BAND ? 1 : (band - 2) / BAND;
    const [row, part, gap] = [ROW * scale, PARTS * scale, GAP * scale];
    // Without parts, the rows stand in the middle of the band.
    const foot = parts.count > 0 ? part + 2 * gap : (part + 3 * gap) / 2 + gap / 2;
    if (isCrowded(wholes, lane)) sketchDensity(setting, lane, wholes, kindColour(this.commonest(track), theme), foot, band - gap);
    else this.sketchFeatures(setting, lane, track, wholes, (each) => foot + (ROWS - 1 - each) * (row + gap), row);
    if (isCrowded(parts, lane)) sketchDensity(setting, lane, parts, ink.faint, gap, part + gap);
    else this.sketchFeatures(setting, lane, track, parts, () => gap, part);
  }

  private commonest({ kinds }: Track): number {
    const shown = kinds.filter(({ shown: is }) => is);
    return shown.reduce((best, kind) => (kind.count > best.count ? kind : best), shown[0] ?? { colour: 7, count: 0 }).colour;
  }

  private sketchTitle({ context, margins: m, theme }: Setting, lane: Lane, { title }: Track, band: number): void {
    const [x, y, width, height] = lane.box(0, lane.length, 0, band);
    context.save();
    context.fillStyle = INK[theme].faint;
    context.font = `500 10.5px ${FONT}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    if (lane.axis === "target") context.fillText(fitted(context, title, m.left - 12), x - 8, y + height / 2);
    else {
      context.translate(x + width / 2, y + height + 8);
      context.rotate(-Math.PI / 2);
      context.fillText(fitted(context, title, m.bottom - 12), 0, 0);
    }
    context.restore();
  }

  private sketchFeatures(setting: Setting, lane: Lane, track: Track, index: TrackIndex, near: (row: number) => number, high: number): void {
    const seen: number[] = [];
    index.search(lane.start, lane.end, (at) => seen.push(at) > 0);
    const perBase = lane.length / (lane.end - lane.start);
    const next = new Float64Array(ROWS).fill(lane.length);
    // From the last to the first, so that each knows how much room is behind it.
    for (const at of seen.reverse()) {
      const [low, end] = [index.low[at], index.high[at]];
      // What lies far outside is cut: a canvas holds single precision.
      const from = Math.max((low - lane.start) * perBase, -20);
      const to = Math.min(Math.max((end - lane.start) * perBase, from + 1.5), lane.length + 20);
      const row = index.row[at];
      const found = { track, feature: index.feature[at], axis: lane.axis, low, high: end };
      this.sketchFeature(setting, lane, found, { from, to, near: near(row), far: near(row) + high }, next[row]);
      next[row] = from;
    }
  }

  private sketchFeature(setting: Setting, lane: Lane, found: FoundThere, place: Place, next: number): void {
    const { context, theme } = setting;
    const { track, feature } = found;
    const cut = { ...place, from: Math.max(place.from, 0), to: Math.min(place.to, lane.length) };
    if (cut.to <= cut.from) return;
    const [x, y, width, height] = lane.box(cut.from, cut.to, cut.near, cut.far);
    const stands = this.pointed?.track === track && this.pointed.feature === feature;
    const colour = this.colourOf(found, theme);
    context.fillStyle = colour;
    context.globalAlpha = stands ? 1 : 0.8;
    const axis = this.axes[lane.axis];
    const way = track.features.strand[feature] * (axis.contigs[axis.contigAt(found.low)].reversed ? -1 : 1);
    const isTall = place.far - place.near > PARTS;
    if (way !== 0 && isTall && place.to - place.from >= ARROW_FROM) arrow(context, lane, cut, way > 0 ? place.to <= lane.length : place.from >= 0, way);
    else context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    this.boxes.push({ ...found, x, y, width, height });
    if (isTall && nameLength(track, feature) > 0) sketchName(setting, lane, nameOf(track.features, feature), way < 0 ? { ...cut, from: cut.from + TIP } : cut, next);
  }

  private colourOf({ track, feature }: Found, theme: Theme): string {
    return kindColour(track.kinds[track.features.kind[feature]].colour, theme);
  }
}

/** A place in a lane: from and to along the axis, near and far of the plot. */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly near: number;
  readonly far: number;
}

const nameLength = ({ features: { nameStarts } }: Track, feature: number): number => nameStarts[feature + 1] - nameStarts[feature];

/** Which kinds are parts of others: 1 or 0. */
function partKinds({ features, kinds }: Track): Uint8Array {
  const parts = new Uint8Array(kinds.length).fill(1);
  for (let at = 0; at < features.count; at++) if (features.part[at] === 0) parts[features.kind[at]] = 0;
  return parts;
}

/** Are there too many features in view to be told apart? */
const isCrowded = (index: TrackIndex, { start, end }: Lane): boolean => index.from(end) - index.from(start) > MOST_DRAWN;

/** A feature with a tip, where its end is in view. */
function arrow(context: CanvasRenderingContext2D, lane: Lane, { from, to, near, far }: Place, tipped: boolean, way: number): void {
  const tip = tipped ? Math.min(TIP, (to - from) / 2) : 0;
  const middle = (near + far) / 2;
  const corners: readonly (readonly [number, number])[] =
    way > 0
      ? [[from, near], [to - tip, near], [to, middle], [to - tip, far], [from, far]]
      : [[to, near], [from + tip, near], [from, middle], [from + tip, far], [to, far]];
  context.beginPath();
  for (const [along, away] of corners) {
    const [x, y] = lane.box(along, along, away, away);
    context.lineTo(x, y);
  }
  context.fill();
}

/** The name in a feature, or behind it as far as the next one lets it. */
function sketchName({ context, theme }: Setting, lane: Lane, name: string, { from, to, near, far }: Place, next: number): void {
  // Measuring takes longer than drawing: what cannot fit is not measured.
  if (name.length * NARROWEST > Math.max(to - from, next - to)) return;
  context.font = `500 ${Math.min(far - near - 1, 9)}px ${FONT}`;
  const width = context.measureText(name).width;
  const inside = width + 8 <= to - from;
  if (!inside && width + 6 > next - to) return;
  const [along, away] = [inside ? from + 4 : to + 3, (near + far) / 2];
  const [x, y] = lane.box(along, along, away, away);
  context.save();
  context.translate(x, y);
  if (lane.axis === "query") context.rotate(-Math.PI / 2);
  context.fillStyle = inside ? (theme === "dark" ? "#0d1a21" : "#ffffff") : INK[theme].faint;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(name, 0, 0.5);
  context.restore();
}

/** Bars as high as there are features, by orders of magnitude. */
function sketchDensity({ context }: Setting, lane: Lane, index: TrackIndex, colour: string, near: number, far: number): void {
  const bars = Math.ceil(lane.length / BAR);
  const counts = new Float64Array(bars);
  let before = index.from(lane.start);
  let most = 0;
  for (let bar = 0; bar < bars; bar++) {
    const behind = index.from(lane.start + ((bar + 1) * BAR * (lane.end - lane.start)) / lane.length);
    counts[bar] = Math.log1p(behind - before);
    most = Math.max(most, counts[bar]);
    before = behind;
  }
  context.fillStyle = colour;
  context.globalAlpha = 0.75;
  for (let bar = 0; bar < bars; bar++) {
    if (counts[bar] === 0) continue;
    context.fillRect(...lane.box(bar * BAR, Math.min((bar + 1) * BAR, lane.length), near, near + ((far - near) * counts[bar]) / most));
  }
  context.globalAlpha = 1;
}

function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  const { width } = context.measureText(text);
  return width <= room ? text : shortened(text, Math.max(Math.floor((room / width) * text.length), 4));
}
