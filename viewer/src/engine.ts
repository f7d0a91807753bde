/**
 * The engine keeps one scene and answers questions about it: paint this view, which match is under
 * this pixel, count everything. It knows no page; it runs in a worker, or beside the page where
 * workers are refused.
 */
import { type Arrangement, arranged, exchangedMatches, placesOf, rowsLeft, someMatches } from "./arrange";
import { type Census, census, drawnLength, endOfNoise, type Histogram, identityBar, identityHistogram, identityLow, type Left, lengthBar, lengthHistogram, lengthsOf, longer } from "./census";
import { Density } from "./density";
import { Finder } from "./finder";
import { clipped, distance, type Line, Segments } from "./segments";
import { paletteOf } from "./legend";
import { type Drawn, Painter, type Picture, type Subject, type Surface } from "./painter";
import { type Colouring, levelOf, type Scale, toneColours, type Wished, wished } from "./palette";
import { ascending, exceededBy } from "./radix";
import { paintRibbons } from "./ribbon-painter";
import { besides, Rows, widthAt } from "./ribbon-shapes";
import { axisOf, type Metadata, type Scene } from "./scene";
import { readScene } from "./scene-read";
import { toX, toY, type Size, type View } from "./view";

/** Which matches are drawn. */
export interface Filter {
  readonly minIdentity: number;
  /** Bases, of the longer of a match's two intervals. */
  readonly minLength: number;
  readonly hideNoise: boolean;
}

/** How many matches a filter leaves, and how many each of its parts keeps from being drawn. */
export interface Sifted {
  readonly kept: number;
  readonly shorter: number;
  readonly lessAlike: number;
  readonly noise: number;
  /** What each slider's other filters leave. */
  readonly left: Left;
}

/** What the page needs to know of a scene before the first picture. */
export interface Description {
  readonly metadata: Metadata;
  readonly wished: Wished;
  readonly count: number;
  readonly scale: Scale;
  readonly identities: Histogram;
  readonly lengths: Histogram;
}

export interface Painted extends Drawn {
  readonly bitmap: ImageBitmap;
  readonly view: View;
  readonly sifted: Sifted;
  /** Milliseconds the painting took. */
  readonly took: number;
}

/** One match, as the page tells it. Coordinates are 0-based, half-open, forward strand. */
export interface Hit {
  readonly row: number;
  readonly target: number;
  readonly query: number;
  readonly targetStart: number;
  readonly targetEnd: number;
  readonly queryStart: number;
  readonly queryEnd: number;
  readonly strand: number;
  /** Runs the same way in both genomes as they are drawn. */
  readonly rises: boolean;
  readonly identity: number;
  readonly bases: number;
  readonly mapq: number;
  /** Where it lies, in axis positions. */
  readonly line: Line;
}

/** A line of a vector picture, in CSS pixels of the plot. */
export interface Stroke {
  readonly line: Line;
  readonly tone: number;
}

/** How near the pointer must be to a ribbon, in CSS pixels. */
const RIBBON_REACH = 3;
/** Below this share of the whole plot, the finder finds the visible matches quicker. */
const FIND_BELOW = 0.25;
/** Below this many matches nothing is gained by it. */
const FIND_FROM = 20_000;
/** With more matches than this, those after the longest are counted once, not for each picture. */
const COUNT_FROM = 150_000;
/** The longest matches, which are looked at for each picture. */
const LONGEST = 20_000;

const ALL: Filter = { minIdentity: 0, minLength: 0, hideNoise: false };

export class Engine {
  readonly description: Description;
  private readonly asMade: Scene;
  /** As it is arranged at present. */
  private scene: Scene;
  private segments: Segments;
  private places: { readonly target: Int32Array; readonly query: Int32Array };
  /** The scene's rows of the matches in it; null where it has all. */
  private rows: Uint32Array | null = null;
  private readonly painter: Painter;
  /** Of each match, in the present colouring. */
  private tones: Uint8Array;
  private colouring: Colouring | null = null;
  /** Matches that pass the filter, and whether each match does. */
  private kept: Uint32Array;
  private passes: Uint8Array;
  /** Null where it is to be applied anew. */
  private filter: Filter | null = ALL;
  private sifted: Sifted;
  private finder: Finder | null = null;
  /** What is counted once, and the longest matches, which are not. */
  private crowd: { readonly density: Density; readonly longest: Uint32Array } | null = null;
  private noise: number | null = null;

  /** Read a scene from Arrow bytes. Raises SceneError for a scene that is not sound. */
  constructor(
    bytes: Uint8Array,
    private readonly surface: Surface,
  ) {
    this.asMade = readScene(bytes);
    this.scene = this.asMade;
    const { matches, target, query, metadata } = this.scene;
    const { count } = matches;
    this.segments = new Segments(matches, target, query);
    this.places = { target: placesOf(metadata.target), query: placesOf(metadata.query) };
    this.painter = new Painter(surface);
    this.tones = new Uint8Array(count);
    this.passes = new Uint8Array(count).fill(1);
    this.kept = new Uint32Array(count).map((_, row) => row);
    const wish = wished(metadata.colouring);
    const scale = wish.scale ?? { low: identityLow(matches), high: 1 };
    this.description = {
      metadata,
      wished: wish,
      count,
      scale,
      identities: identityHistogram(matches, scale.low),
      lengths: lengthHistogram(matches),
    };
    const left = { identities: this.description.identities.bars, lengths: this.description.lengths.bars };
    this.sifted = { kept: count, shorter: 0, lessAlike: 0, noise: 0, left };
  }

  /** Arrange the scene otherwise; answers what it shows then. */
  arrange(arrangement: Arrangement): Metadata {
    const metadata = arranged(this.asMade.metadata, arrangement);
    const target = axisOf(metadata.target);
    const query = axisOf(metadata.query);
    const all = arrangement.swapped ? exchangedMatches(this.asMade.matches) : this.asMade.matches;
    this.places = { target: placesOf(metadata.target), query: placesOf(metadata.query) };
    this.rows = arrangement.hidden.length > 0 ? rowsLeft(all, this.places.target, this.places.query) : null;
    const matches = this.rows === null ? all : someMatches(all, this.rows);
    this.scene = { metadata, target, query, matches };
    this.segments = new Segments(matches, target, query);
    if (this.passes.length !== matches.count || this.rows !== null) this.takeAll();
    this.finder = null;
    this.crowd = null;
    // What rises may fall now.
    this.colouring = null;
    return metadata;
  }

  /** Let all matches be drawn, until they are sifted again. */
  private takeAll(): void {
    const { count } = this.scene.matches;
    this.tones = new Uint8Array(count);
    this.passes = new Uint8Array(count).fill(1);
    this.kept = new Uint32Array(count).map((_, row) => row);
    this.filter = null;
  }

  paint(picture: Picture, filter: Filter, colouring: Colouring): Painted {
    const began = performance.now();
    this.sift(filter);
    this.colour(colouring);
    const subject = this.subject(picture, colouring);
    const drawn = this.painter.paint(picture, subject);
    const beyond = subject.density === null ? 0 : this.kept.length - subject.rows.length;
    return {
      bitmap: this.surface.canvas.transferToImageBitmap(),
      view: picture.view,
      sifted: this.sifted,
      lines: drawn.lines,
      counted: drawn.counted + beyond,
      took: performance.now() - began,
    };
  }

  /** Paint the matches as ribbons between two rows; the picture's height is between them. */
  ribbons(picture: Picture, filter: Filter, colouring: Colouring): Painted {
    const began = performance.now();
    this.sift(filter);
    this.colour(colouring);
    const { segments, tones, kept: rows } = this;
    const colours = toneColours(colouring, paletteOf(colouring, this.description), picture.style.theme);
    paintRibbons(this.surface, picture, { segments, tones, colours, rows });
    return {
      bitmap: this.surface.canvas.transferToImageBitmap(),
      view: picture.view,
      sifted: this.sifted,
      lines: 0,
      counted: 0,
      took: performance.now() - began,
    };
  }

  /** The narrowest ribbon under a pixel `x` of rows `width` wide, where ribbons have gone over by `share`. */
  ribbonHit(view: View, width: number, x: number, share: number): Hit | null {
    const rows = new Rows(this.segments, view, width);
    let best = -1;
    let least = Infinity;
    for (const row of this.kept) {
      const ribbon = rows.ribbon(row);
      const away = besides(ribbon, x, share);
      if (away > RIBBON_REACH || !rows.sees(ribbon)) continue;
      const size = widthAt(ribbon, share) + 4 * away;
      if (size < least) [best, least] = [row, size];
    }
    return best < 0 ? null : this.tell(best);
  }

  /** The match nearest to a pixel of the plot, at most `reach` pixels away; null for none. */
  hit(view: View, size: Size, x: number, y: number, reach: number): Hit | null {
    const rx = ((view.x1 - view.x0) / size.width) * reach;
    const ry = ((view.y1 - view.y0) / size.height) * reach;
    const cx = view.x0 + (x / size.width) * (view.x1 - view.x0);
    const cy = view.y0 + ((size.height - y) / size.height) * (view.y1 - view.y0);
    let best = -1;
    let nearest = reach;
    this.found().search(cx - rx, cy - ry, cx + rx, cy + ry, (row) => {
      if (this.passes[row] === 0) return;
      const away = distance(x, y, this.onPage(row, view, size));
      if (away < nearest) {
        nearest = away;
        best = row;
      }
    });
    return best < 0 ? null : this.tell(best);
  }

  /** The matches whose boxes meet a view; null where they are more than `most`. */
  near({ x0, x1, y0, y1 }: View, filter: Filter, most: number): Hit[] | null {
    this.sift(filter);
    const rows: number[] = [];
    this.found().search(x0, y0, x1, y1, (row) => {
      if (this.passes[row] === 1 && rows.length <= most) rows.push(row);
    });
    return rows.length > most ? null : rows.map((row) => this.tell(row));
  }

  /** The lines of a view for a vector picture, at most `most`. */
  strokes(view: View, size: Size, filter: Filter, colouring: Colouring, most: number): Stroke[] {
    this.sift(filter);
    this.colour(colouring);
    const strokes: Stroke[] = [];
    for (const row of this.visible(view)) {
      const line = clipped(this.onPage(row, view, size), size.width, size.height, 4);
      if (line === null) continue;
      strokes.push({ line, tone: this.tones[row] });
      if (strokes.length >= most) break;
    }
    return strokes;
  }

  census(): Census {
    const counted = census(this.scene, this.segments, this.endOfNoise());
    const pairs = counted.pairs.map(({ target, query, bases }) => ({
      target: this.places.target[target],
      query: this.places.query[query],
      bases,
    }));
    return { ...counted, pairs };
  }

  private endOfNoise(): number {
    // Of all matches, also where contigs are hidden: what is noise does not depend on that.
    this.noise ??= endOfNoise(this.asMade.matches);
    return this.noise;
  }

  private sift(filter: Filter): void {
    if (this.filter !== null && sameFilter(filter, this.filter)) return;
    const { matches } = this.scene;
    const end = filter.hideNoise ? this.endOfNoise() : 0;
    // Identities are single floats: 0.9 in them is a little less than 0.9.
    const least = Math.fround(filter.minIdentity);
    const { scale, identities, lengths } = this.description;
    const left = { identities: new Float64Array(identities.bars.length), lengths: new Float64Array(lengths.bars.length) };
    const counts = { kept: 0, shorter: 0, lessAlike: 0, noise: 0, left };
    const kept = new Uint32Array(matches.count);
    for (let row = 0; row < matches.count; row++) {
      let pass = 0;
      const length = longer(matches, row);
      const isShort = length < filter.minLength;
      const isUnlike = matches.identity[row] < least;
      const isNoise = end > 0 && drawnLength(matches, row) < end;
      if (!isNoise && !isShort) left.identities[identityBar(matches.identity[row], scale.low)] += matches.targetEnd[row] - matches.targetStart[row];
      if (!isNoise && !isUnlike) left.lengths[lengthBar(length, lengths)]++;
      if (isShort) counts.shorter++;
      else if (isUnlike) counts.lessAlike++;
      else if (isNoise) counts.noise++;
      else {
        kept[counts.kept++] = row;
        pass = 1;
      }
      this.passes[row] = pass;
    }
    this.filter = filter;
    this.sifted = counts;
    this.kept = kept.slice(0, counts.kept);
    this.crowd = null;
  }

  /** Give each match its tone. */
  private colour(colouring: Colouring): void {
    const known = this.colouring;
    if (known?.by === colouring.by && String(known.classes) === String(colouring.classes)) return;
    const { matches } = this.scene;
    const level = levelOf(colouring, this.description.scale);
    for (let row = 0; row < matches.count; row++) {
      this.tones[row] = 2 * level(matches.identity[row]) + this.segments.rises(row);
    }
    this.colouring = colouring;
    this.crowd = null;
  }

  /** What to paint for a picture. */
  private subject({ view, size, ratio, style }: Picture, colouring: Colouring): Subject {
    const { segments, tones } = this;
    const colours = toneColours(colouring, paletteOf(colouring, this.description), style.theme);
    const common = { segments, tones, colours };
    if (this.kept.length > COUNT_FROM) {
      this.crowd ??= this.counted();
      const { density, longest } = this.crowd;
      if (density.serves(view, size.width * ratio, size.height * ratio)) return { ...common, rows: longest, density };
    }
    return { ...common, rows: this.visible(view), density: null };
  }

  private counted(): { density: Density; longest: Uint32Array } {
    const { kept, segments, tones } = this;
    const lengths = lengthsOf(segments.matches, kept);
    const least = exceededBy(LONGEST, lengths);
    const longest = new Uint32Array(LONGEST);
    const others = new Uint32Array(kept.length);
    let many = 0;
    let few = 0;
    for (let at = 0; at < kept.length; at++) {
      if (lengths[at] > least) longest[few++] = kept[at];
      else others[many++] = kept[at];
    }
    const density = new Density(segments, others.subarray(0, many), tones);
    return { density, longest: longest.slice(0, few) };
  }

  /** Rows to look at for a view; each may still lie outside. */
  private visible(view: View): Uint32Array {
    const { target, query, matches } = this.scene;
    const share = ((view.x1 - view.x0) / target.length) * ((view.y1 - view.y0) / query.length);
    if (share > FIND_BELOW || matches.count < FIND_FROM) return this.kept;
    // In ascending order the columns are read from front to back, several times as quickly.
    const found = ascending(this.found().gather(view.x0, view.y0, view.x1, view.y1));
    return found.filter((row) => this.passes[row] === 1);
  }

  private found(): Finder {
    this.finder ??= new Finder(this.segments);
    return this.finder;
  }

  private onPage(row: number, view: View, size: Size): Line {
    const [x1, y1, x2, y2] = this.segments.line(row);
    return [toX(view, size, x1), toY(view, size, y1), toX(view, size, x2), toY(view, size, y2)];
  }

  private tell(row: number): Hit {
    const { matches } = this.scene;
    return {
      row: this.rows?.[row] ?? row,
      target: this.places.target[matches.target[row]],
      query: this.places.query[matches.query[row]],
      targetStart: matches.targetStart[row],
      targetEnd: matches.targetEnd[row],
      queryStart: matches.queryStart[row],
      queryEnd: matches.queryEnd[row],
      strand: matches.strand[row],
      rises: this.segments.rises(row) === 1,
      identity: matches.identity[row],
      bases: matches.bases[row],
      mapq: matches.mapq[row],
      line: this.segments.line(row),
    };
  }
}

const sameFilter = (a: Filter, b: Filter): boolean =>
  a.minIdentity === b.minIdentity && a.minLength === b.minLength && a.hideNoise === b.hideNoise;

/** A surface the engine can paint on. */
export function offscreen(): Surface {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser cannot draw on a canvas.");
  return { canvas, context };
}
