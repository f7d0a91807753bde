/**
 * The stage of the ribbons: the same view as the dot plot's, the target's stretch above and the
 * query's below. It zooms and moves both rows at once, or the one under the pointer.
 */
import type { Axis } from "./axis";
import type { Connection } from "./connection";
import { make, makeSvg } from "./element";
import type { Hit, Painted } from "./engine";
import type { Frame, Measure, Zone } from "./frame";
import { listen, type Listener } from "./gestures";
import type { Settings } from "./link";
import type { Picture } from "./painter";
import { INK, type Ink, type Theme } from "./palette";
import { outline } from "./ribbon-painter";
import { ribbonFrame, type RibbonPlace, ribbonPlace } from "./ribbon-frame";
import { cut, gone, type Ribbon } from "./ribbon-shapes";
import { measureWith, sketch } from "./sketch";
import type { Size, View } from "./view";

export interface RibbonListener {
  painted(painted: Painted): void;
  failed(error: unknown): void;
  /** The hand moved or zoomed a row, or both. */
  hurried(view: View): void;
  ended(): void;
  pointed(hit: Hit | null, x: number, y: number): void;
  pointedAt(zone: Zone, x: number, y: number): void;
  pressed(hit: Hit | null): void;
  pressedZone(zone: Zone): void;
  left(): void;
}

/** What a picture file of the ribbons is made from. */
export interface RibbonPicture {
  readonly bitmap: ImageBitmap;
  readonly place: RibbonPlace;
  readonly marks: Frame["marks"];
  readonly whole: Size;
  readonly ink: Ink;
}

type Which = "target" | "query" | "both";

/** Strips in which a picture is moved while the next one is painted. */
const STRIPS = 40;

/** A stretch after its picture was scaled by `factor` about its left edge and moved by `dx` pixels. */
export function shifted(low: number, high: number, width: number, factor: number, dx: number): readonly [number, number] {
  const at = (pixel: number): number => low + ((pixel - dx) / factor / width) * (high - low);
  return [at(0), at(width)];
}

export class RibbonStage {
  readonly element: HTMLElement;
  readonly surface: HTMLElement;
  whole: Size = { width: 0, height: 0 };
  /** The match whose ribbon is lit. */
  lit: Hit | null = null;
  private readonly paper = make("canvas", { class: "ribbon-paper", "aria-hidden": "true" });
  private readonly context: CanvasRenderingContext2D;
  private readonly measure: Measure;
  private readonly overlay = makeSvg("svg", { class: "overlay", "aria-hidden": "true" });
  private readonly glow = makeSvg("path", { class: "ribbon-glow" });
  private place: RibbonPlace = ribbonPlace({ width: 0, height: 0 });
  private drawn: Frame = { marks: [], zones: [] };
  private bitmap: Painted | null = null;
  private busy = false;
  private stale = false;
  private asking = false;
  private frameAsked = 0;
  private closed = false;
  private which: Which = "both";
  private view: View;
  private settings: Settings;
  private theme: Theme = "light";

  constructor(
    private readonly connection: Connection,
    private readonly target: Axis,
    private readonly query: Axis,
    private readonly listener: RibbonListener,
    start: { view: View; settings: Settings },
  ) {
    this.view = start.view;
    this.settings = start.settings;
    const context = this.paper.getContext("2d");
    if (context === null) throw new Error("This browser cannot draw on a canvas.");
    this.context = context;
    this.measure = measureWith(context);
    this.overlay.append(this.glow);
    const label = `Ribbons: ${target.name} above, ${query.name} below. Arrow keys move, plus and minus zoom, R shows the dot plot.`;
    this.surface = make("div", { class: "ribbon-surface", tabindex: "0", role: "application", "aria-label": label }, this.overlay);
    this.element = make("div", { class: "ribbons" }, this.paper, this.surface);
    this.watchHand();
  }

  get shown(): boolean {
    return this.whole.width > 0;
  }

  show(view: View, settings: Settings, theme: Theme): void {
    this.view = view;
    this.settings = settings;
    this.theme = theme;
    this.stale = true;
    this.ask();
  }

  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    this.whole = { width, height };
    if (width < 40 || height < 40) return;
    this.place = ribbonPlace(this.whole);
    const ratio = window.devicePixelRatio || 1;
    this.paper.width = Math.round(width * ratio);
    this.paper.height = Math.round(height * ratio);
    const { left } = this.place;
    Object.assign(this.surface.style, { left: `${left}px`, top: "0", width: `${this.place.width}px`, height: `${height}px` });
    this.stale = true;
    this.draw();
    this.ask();
  }

  highlight(hit: Hit | null): void {
    this.lit = hit;
    const ribbon = hit && cut(this.ribbonOf(hit), this.place.width, 50);
    this.glow.style.display = ribbon ? "" : "none";
    if (ribbon) this.glow.setAttribute("d", this.path(ribbon));
  }

  close(): void {
    this.closed = true;
    cancelAnimationFrame(this.frameAsked);
  }

  /** What is seen, painted with `ratio` pixels to one of the screen. */
  async picture(ratio: number): Promise<RibbonPicture> {
    const { filter, colouring } = this.asked();
    const painted = await this.connection.ask("ribbons", this.wanted(ratio), filter, colouring);
    return { bitmap: painted.bitmap, place: this.place, marks: this.drawn.marks, whole: this.whole, ink: INK[this.theme] };
  }

  private asked(): { filter: Pick<Settings, "minIdentity" | "minLength" | "hideNoise">; colouring: Settings["colouring"] } {
    const { minIdentity, minLength, hideNoise, colouring } = this.settings;
    return { filter: { minIdentity, minLength, hideNoise }, colouring };
  }

  private wanted(ratio: number): Picture {
    const { width, height } = this.place;
    return { view: this.view, size: { width, height }, ratio, style: { theme: this.theme, lineWidth: this.settings.lineWidth } };
  }

  private ask(): void {
    if (!this.shown || this.closed) return;
    if (this.frameAsked === 0) {
      this.frameAsked = requestAnimationFrame(() => {
        this.frameAsked = 0;
        this.draw();
      });
    }
    if (this.busy || !this.stale) return;
    this.busy = true;
    this.stale = false;
    const { filter, colouring } = this.asked();
    this.connection.ask("ribbons", this.wanted(window.devicePixelRatio || 1), filter, colouring).then(
      (painted) => {
        this.busy = false;
        this.bitmap?.bitmap.close();
        this.bitmap = painted;
        this.listener.painted(painted);
        this.ask();
      },
      (error: unknown) => {
        this.busy = false;
        this.listener.failed(error);
      },
    );
  }

  private draw(): void {
    const { context, whole, place } = this;
    const ratio = this.paper.width / Math.max(whole.width, 1);
    const ink = INK[this.theme];
    this.drawn = ribbonFrame(this.target, this.query, this.view, place, this.measure);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = ink.ground;
    context.fillRect(0, 0, whole.width, whole.height);
    context.save();
    context.beginPath();
    context.rect(place.left, place.top, place.width, place.height);
    context.clip();
    this.drawBitmap();
    context.restore();
    sketch(context, this.drawn.marks, ink);
  }

  /** The latest picture, each row where it is now: in strips, for the rows may have moved apart. */
  private drawBitmap(): void {
    if (this.bitmap === null) return;
    const { bitmap, view: of } = this.bitmap;
    const { context, place, view } = this;
    const above = moves(of.x0, of.x1, view.x0, view.x1, place.width);
    const below = moves(of.y0, of.y1, view.y0, view.y1, place.width);
    const still = (row: { left: number; width: number }): boolean => Math.abs(row.left) < 0.01 && Math.abs(row.width - place.width) < 0.01;
    const count = still(above) && still(below) ? 1 : STRIPS;
    for (let strip = 0; strip < count; strip++) {
      const share = count === 1 ? 0 : gone((strip + 0.5) / count);
      const left = above.left + (below.left - above.left) * share;
      const width = above.width + (below.width - above.width) * share;
      const [from, to] = [(strip * bitmap.height) / count, ((strip + 1) * bitmap.height) / count];
      const top = place.top + (strip * place.height) / count;
      context.drawImage(bitmap, 0, from, bitmap.width, to - from, place.left + left, top, width, place.height / count + 0.5);
    }
  }

  private ribbonOf({ line: [x1, y1, x2, y2] }: Hit): Ribbon {
    const { view, place } = this;
    const x = (position: number): number => ((position - view.x0) / (view.x1 - view.x0)) * place.width;
    const y = (position: number): number => ((position - view.y0) / (view.y1 - view.y0)) * place.width;
    return { t0: x(x1), t1: x(x2), q0: y(y1), q1: y(y2) };
  }

  private path(ribbon: Ribbon): string {
    const words: string[] = [];
    const say = (letter: string, ...numbers: number[]): void => void words.push(letter + numbers.map((number) => number.toFixed(1)).join(" "));
    const { top, height } = this.place;
    // The same outline as painted, below the row of the target.
    const down = (numbers: number[]): number[] => numbers.map((number, at) => (at % 2 ? number + top : number));
    outline(
      {
        moveTo: (...numbers: number[]) => say("M", ...down(numbers)),
        lineTo: (...numbers: number[]) => say("L", ...down(numbers)),
        bezierCurveTo: (...numbers: number[]) => say("C", ...down(numbers)),
        closePath: () => say("Z"),
      },
      ribbon,
      height,
    );
    return words.join("");
  }

  private watchHand(): void {
    const rowAt = (event: MouseEvent): void => {
      const y = event.clientY - this.surface.getBoundingClientRect().top;
      this.which = y < this.place.top ? "target" : y > this.place.top + this.place.height ? "query" : "both";
    };
    // Before the gestures hear of it: which row the hand is on decides what they mean.
    this.surface.addEventListener("wheel", rowAt, { capture: true, passive: true });
    this.surface.addEventListener("pointerdown", rowAt, { capture: true });
    this.surface.addEventListener("touchstart", (event) => event.touches[0] && rowAt(event.touches[0] as unknown as MouseEvent), { capture: true, passive: true });
    listen(this.surface, this.gestures());
  }

  private gestures(): Listener {
    return {
      boxes: () => false,
      changed: (factor, dx) => this.listener.hurried(this.moved(factor, dx)),
      ended: () => this.listener.ended(),
      doubled: (x, _, farther) => {
        const factor = farther ? 1 / 2.2 : 2.2;
        this.listener.hurried(this.moved(factor, x - x * factor));
      },
      pressed: (x, y) => void this.press(x, y),
      pointed: (x, y) => void this.point(x, y),
      left: () => {
        this.highlight(null);
        this.listener.left();
      },
      held: (x, y) => void this.point(x, y),
      boxing: () => undefined,
      boxed: (ax, _, bx) => this.box(ax, bx),
    };
  }

  private moved(factor: number, dx: number): View {
    const { view, which, place } = this;
    const [x0, x1] = which === "query" ? [view.x0, view.x1] : shifted(view.x0, view.x1, place.width, factor, dx);
    const [y0, y1] = which === "target" ? [view.y0, view.y1] : shifted(view.y0, view.y1, place.width, factor, dx);
    return { x0, x1, y0, y1 };
  }

  /** What was boxed becomes all of the row, or of both. */
  private box(ax: number, bx: number): void {
    const factor = this.place.width / Math.max(Math.abs(bx - ax), 1);
    this.listener.hurried(this.moved(factor, -Math.min(ax, bx) * factor));
  }

  /** The contig's band under a pixel of the surface, or null. */
  zoneAt(x: number, y: number): Zone | null {
    const at = x + this.place.left;
    return this.drawn.zones.find((zone) => at >= zone.x && at <= zone.x + zone.width && y >= zone.y && y <= zone.y + zone.height) ?? null;
  }

  private async hitAt(x: number, y: number): Promise<Hit | null> {
    const { top, height, width } = this.place;
    if (y < top || y > top + height) return null;
    return this.connection.ask("ribbonHit", this.view, width, x, gone((y - top) / height));
  }

  private async press(x: number, y: number): Promise<void> {
    const zone = this.zoneAt(x, y);
    if (zone) this.listener.pressedZone(zone);
    else this.listener.pressed(await this.hitAt(x, y));
  }

  private async point(x: number, y: number): Promise<void> {
    const zone = this.zoneAt(x, y);
    this.surface.style.cursor = zone ? "pointer" : "";
    if (zone) {
      this.listener.pointedAt(zone, x + this.place.left, y);
      return;
    }
    if (this.asking) return;
    this.asking = true;
    const hit = await this.hitAt(x, y);
    this.asking = false;
    this.highlight(hit);
    this.listener.pointed(hit, x + this.place.left, y);
  }
}

/** Where a row's picture lies now, in pixels from the row's left edge. */
function moves(was0: number, was1: number, now0: number, now1: number, width: number): { left: number; width: number } {
  const scale = width / (now1 - now0);
  return { left: (was0 - now0) * scale, width: (was1 - was0) * scale };
}
