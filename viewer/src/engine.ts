/**
 * The engine keeps one scene and answers questions about it: paint this view, which match is under
 * this pixel, count everything. It knows no page; it runs in a worker, or beside the page where
 * workers are refused.
 */
import Flatbush from "flatbush";
import { type Census, census, type Histogram, identityHistogram, identityLow, lengthHistogram } from "./census";
import { type Line, clipped, distance, lay, rising, type Segments } from "./segments";
import { Painter, type Picture, type Surface } from "./painter";
import { type Colouring, toneOf, TONES } from "./palette";
import { type Metadata, readScene, type Scene } from "./scene";
import { toX, toY, type Size, type View } from "./view";

/** Which matches are drawn. */
export interface Filter {
  readonly minIdentity: number;
  readonly minLength: number;
}

/** What the page needs to know of a scene before the first picture. */
export interface Description {
  readonly metadata: Metadata;
  readonly count: number;
  readonly identityLow: number;
  readonly identities: Histogram;
  readonly lengths: Histogram;
}

export interface Painted {
  readonly bitmap: ImageBitmap;
  readonly view: View;
  /** Matches that pass the filter, in the whole scene. */
  readonly kept: number;
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

/** Below this share of the whole plot, the spatial index finds the visible matches quicker. */
const INDEX_BELOW = 0.25;
/** Below this many matches nothing is gained by the index. */
const INDEX_FROM = 20_000;

export class Engine {
  readonly description: Description;
  private readonly scene: Scene;
  private readonly segments: Segments;
  private readonly rises: Uint8Array;
  private readonly painter: Painter;
  private readonly tones: Record<Colouring, Uint8Array>;
  private kept: Uint32Array;
  private passes: Uint8Array;
  private filter: Filter = { minIdentity: 0, minLength: 0 };
  private built: Flatbush | null = null;

  /** Read a scene from Arrow bytes. Raises SceneError for a scene that is not sound. */
  constructor(
    bytes: Uint8Array,
    private readonly surface: Surface,
  ) {
    this.scene = readScene(bytes);
    const { matches, target, query, metadata } = this.scene;
    this.segments = lay(matches, target, query);
    this.rises = rising(this.segments);
    this.painter = new Painter(surface);
    const low = identityLow(matches);
    this.tones = {
      identity: Uint8Array.from(matches.identity, (identity) => toneOf(identity, low)),
      strand: this.rises.map((rises) => (rises === 1 ? TONES - 1 : 0)),
    };
    this.passes = new Uint8Array(matches.count).fill(1);
    this.kept = new Uint32Array(matches.count).map((_, row) => row);
    this.description = {
      metadata,
      count: matches.count,
      identityLow: low,
      identities: identityHistogram(matches, low),
      lengths: lengthHistogram(matches),
    };
  }

  paint(picture: Picture, filter: Filter): Painted {
    const began = performance.now();
    this.sift(filter);
    const rows = this.visible(picture.view);
    this.painter.paint(picture, this.segments, rows, this.tones[picture.style.colouring]);
    return {
      bitmap: this.surface.canvas.transferToImageBitmap(),
      view: picture.view,
      kept: this.kept.length,
      took: performance.now() - began,
    };
  }

  /** The match nearest to a pixel of the plot, at most `reach` pixels away; null for none. */
  hit(view: View, size: Size, x: number, y: number, reach: number): Hit | null {
    const rx = ((view.x1 - view.x0) / size.width) * reach;
    const ry = ((view.y1 - view.y0) / size.height) * reach;
    const cx = view.x0 + (x / size.width) * (view.x1 - view.x0);
    const cy = view.y0 + ((size.height - y) / size.height) * (view.y1 - view.y0);
    let best = -1;
    let nearest = reach;
    // The filter does the work: nothing is collected, however many boxes the pointer touches.
    this.index()?.search(cx - rx, cy - ry, cx + rx, cy + ry, (row) => {
      if (this.passes[row] === 1) {
        const away = distance(x, y, this.onPage(row, view, size));
        if (away < nearest) {
          nearest = away;
          best = row;
        }
      }
      return false;
    });
    return best < 0 ? null : this.tell(best);
  }

  /** The visible matches as lines for a vector picture, longest first, at most `most`. */
  strokes(view: View, size: Size, colouring: Colouring, most: number): Stroke[] {
    const strokes: Stroke[] = [];
    for (const row of this.visible(view)) {
      const line = clipped(this.onPage(row, view, size), size.width, size.height, 4);
      if (line === null) continue;
      strokes.push({ line, tone: this.tones[colouring][row] });
      if (strokes.length >= most) break;
    }
    return strokes;
  }

  census(): Census {
    return census(this.scene, this.rises);
  }

  private sift(filter: Filter): void {
    if (filter.minIdentity === this.filter.minIdentity && filter.minLength === this.filter.minLength) return;
    const { identity, targetStart, targetEnd, count } = this.scene.matches;
    const kept = new Uint32Array(count);
    let number = 0;
    for (let row = 0; row < count; row++) {
      const passes = identity[row] >= filter.minIdentity && targetEnd[row] - targetStart[row] >= filter.minLength;
      this.passes[row] = passes ? 1 : 0;
      if (passes) kept[number++] = row;
    }
    this.filter = filter;
    this.kept = kept.subarray(0, number);
  }

  /** Rows to look at for a view, longest first; the painter still clips each. */
  private visible(view: View): Uint32Array {
    const { target, query, matches } = this.scene;
    const share = ((view.x1 - view.x0) / target.length) * ((view.y1 - view.y0) / query.length);
    if (share > INDEX_BELOW || matches.count < INDEX_FROM) return this.kept;
    const found = this.index()?.search(view.x0, view.y0, view.x1, view.y1, (row) => this.passes[row] === 1);
    return Uint32Array.from(found ?? []).sort();
  }

  private index(): Flatbush | null {
    const { count } = this.scene.matches;
    if (this.built === null && count > 0) {
      const { x1, y1, x2, y2 } = this.segments;
      this.built = new Flatbush(count);
      for (let row = 0; row < count; row++) {
        this.built.add(
          Math.min(x1[row], x2[row]),
          Math.min(y1[row], y2[row]),
          Math.max(x1[row], x2[row]),
          Math.max(y1[row], y2[row]),
        );
      }
      this.built.finish();
    }
    return this.built;
  }

  private onPage(row: number, view: View, size: Size): Line {
    const { x1, y1, x2, y2 } = this.segments;
    return [toX(view, size, x1[row]), toY(view, size, y1[row]), toX(view, size, x2[row]), toY(view, size, y2[row])];
  }

  private tell(row: number): Hit {
    const { matches } = this.scene;
    const { x1, y1, x2, y2 } = this.segments;
    return {
      row,
      target: matches.target[row],
      query: matches.query[row],
      targetStart: matches.targetStart[row],
      targetEnd: matches.targetEnd[row],
      queryStart: matches.queryStart[row],
      queryEnd: matches.queryEnd[row],
      strand: matches.strand[row],
      rises: this.rises[row] === 1,
      identity: matches.identity[row],
      bases: matches.bases[row],
      mapq: matches.mapq[row],
      line: [x1[row], y1[row], x2[row], y2[row]],
    };
  }
}

/** A surface the engine can paint on. */
export function offscreen(): Surface {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser cannot draw on a canvas.");
  return { canvas, context };
}
