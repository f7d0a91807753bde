/**
 * The stage shows a view: the engine's latest bitmap of the matches, moved and scaled to the view of
 * this very moment, and the frame around it. So the drawing follows the hand at once, however long
 * the engine takes; its next bitmap sharpens what is seen.
 */
import type { Axis } from "./axis";
import type { Companion, Setting } from "./companion";
import type { Connection } from "./connection";
import { make, makeSvg } from "./element";
import type { Hit, Painted } from "./engine";
import { largestFirst, kindOf, type Sight, sightAt, sights } from "./events";
import { grouped } from "./format";
import { type Frame, frame, type Mark, type Margins, margins, type Measure, type Zone } from "./frame";
import type { Settings } from "./link";
import type { Picture, Style } from "./painter";
import type { Seen } from "./picture";
import { INK, type Theme } from "./palette";
import type { StructureEvent } from "./scene";
import { clipped } from "./segments";
import { measureWith, sketch, sketchSights } from "./sketch";
import { fromX, fromY, sameScale, type Size, toX, toY, type View, whole } from "./view";

/** With more matches in the density than this, the lines between contigs are drawn above it too. */
const CROWD = 20_000;

const isSeparator = (mark: Mark): boolean => mark.kind === "line" && mark.role === "separator";

export interface StageListener {
  painted(painted: Painted): void;
  failed(error: unknown): void;
}

export class Stage {
  readonly element: HTMLElement;
  readonly surface: HTMLElement;
  readonly paper = make("canvas", { class: "paper", "aria-hidden": "true" });
  /** Milliseconds between the frames of the last movement; for measuring. */
  readonly pace: number[] = [];
  size: Size = { width: 1, height: 1 };
  whole: Size = { width: 1, height: 1 };
  private readonly context: CanvasRenderingContext2D;
  private readonly measure: Measure;
  private readonly overlay = makeSvg("svg", { class: "overlay", "aria-hidden": "true" });
  private readonly glow = makeSvg("line", { class: "glow" });
  private readonly core = makeSvg("line", { class: "core" });
  private readonly box = makeSvg("rect", { class: "box" });
  private readonly crossX = makeSvg("line", { class: "cross" });
  private readonly crossY = makeSvg("line", { class: "cross" });
  private readonly badgeX = make("div", { class: "badge badge-x" });
  private readonly badgeY = make("div", { class: "badge badge-y" });
  private margins: Margins = { left: 0, right: 0, top: 0, bottom: 0, xBand: 0, yBand: 0 };
  private drawn: Frame = { marks: [], zones: [] };
  private seenEvents: readonly Sight[] = [];
  private readonly largest: readonly number[];
  /** Events of the kinds that are shown, found once for these kinds. */
  private shown: { readonly kinds: readonly string[]; readonly numbers: readonly number[] } = { kinds: [], numbers: [] };
  private bitmap: Painted | null = null;
  private busy = false;
  private stale = true;
  private frameAsked = 0;
  private lastFrame = 0;
  private view: View;
  private settings: Settings;
  private theme: Theme = "light";
  private closed = false;

  constructor(
    private readonly connection: Connection,
    private readonly target: Axis,
    private readonly query: Axis,
    private readonly events: readonly StructureEvent[],
    private readonly listener: StageListener,
    start: { view: View; settings: Settings },
    private readonly companions: readonly Companion[] = [],
  ) {
    this.view = start.view;
    this.settings = start.settings;
    this.largest = largestFirst(events);
    const context = this.paper.getContext("2d");
    if (context === null) throw new Error("This browser cannot draw on a canvas.");
    this.context = context;
    this.measure = measureWith(context);
    this.overlay.append(this.crossX, this.crossY, this.glow, this.core, this.box);
    this.surface = make(
      "div",
      {
        class: "surface",
        tabindex: "0",
        role: "application",
        "aria-label": `Dot plot: ${target.name} on the X axis, ${query.name} on the Y axis. Arrow keys move, plus and minus zoom, question mark lists all keys.`,
      },
      this.overlay,
    );
    this.element = make("div", { class: "stage" }, this.paper, this.surface, this.badgeX, this.badgeY);
    this.point(null);
    this.highlight(null);
    this.select(null);
  }

  /** Show this view with these settings; painting follows. */
  show(view: View, settings: Settings, theme: Theme): void {
    const reshaped = settings.aspect !== this.settings.aspect;
    this.view = view;
    this.settings = settings;
    this.theme = theme;
    if (reshaped) this.resize();
    this.stale = true;
    this.ask();
  }

  /** Fit the stage into its element's present size. */
  resize(): void {
    const { clientWidth, clientHeight } = this.element;
    if (clientWidth < 40 || clientHeight < 40) return;
    this.whole = { width: clientWidth, height: clientHeight };
    this.margins = this.withRoom(margins(this.target, this.query, this.whole, this.measure));
    const { left, right, top, bottom } = this.margins;
    this.size = {
      width: Math.max(clientWidth - left - right, 40),
      height: Math.max(clientHeight - top - bottom, 40),
    };
    const ratio = window.devicePixelRatio || 1;
    if (this.settings.aspect === "locked") this.shrink();
    this.paper.width = Math.round(clientWidth * ratio);
    this.paper.height = Math.round(clientHeight * ratio);
    Object.assign(this.surface.style, {
      left: `${left}px`,
      top: `${this.margins.top}px`,
      width: `${this.size.width}px`,
      height: `${this.size.height}px`,
    });
    this.stale = true;
    this.draw();
    this.ask();
  }

  /** Leave out room at the right and at the top, so that both axes can have one scale. */
  private shrink(): void {
    const { size, margins: m } = this;
    this.size = sameScale(size, whole(this.target.length, this.query.length));
    const [wide, high] = [size.width - this.size.width, size.height - this.size.height];
    this.margins = { ...m, right: m.right + wide, top: m.top + high };
  }

  /** The contig band under a point of the stage, or null. */
  zoneAt(x: number, y: number): Zone | null {
    const inside = (zone: Zone): boolean =>
      x >= zone.x && x <= zone.x + zone.width && y >= zone.y && y <= zone.y + zone.height;
    return this.drawn.zones.find(inside) ?? null;
  }

  /** The event drawn under a pixel of the plot, or null. */
  eventAt(x: number, y: number): StructureEvent | null {
    const sight = sightAt(this.seenEvents, x, y);
    return sight && this.events[sight.number];
  }

  /** A pixel of the stage as one of the plot; null beside it. */
  onPlot(x: number, y: number): readonly [number, number] | null {
    const [left, top] = [x - this.margins.left, y - this.margins.top];
    return left >= 0 && top >= 0 && left <= this.size.width && top <= this.size.height ? [left, top] : null;
  }

  /** A pixel of the surface as a pixel of the stage. */
  onStage(x: number, y: number): readonly [number, number] {
    return [x + this.margins.left, y + this.margins.top];
  }

  /** Cross-hair at a pixel of the plot, with the position on both axes; null takes it away. */
  point(at: readonly [number, number] | null): void {
    for (const part of [this.crossX, this.crossY]) part.style.display = at ? "" : "none";
    this.badgeX.hidden = this.badgeY.hidden = at === null;
    if (at === null) return;
    const [x, y] = at;
    setLine(this.crossX, x, 0, x, this.size.height);
    setLine(this.crossY, 0, y, this.size.width, y);
    this.badgeX.textContent = placeName(this.target, fromX(this.view, this.size, x));
    this.badgeY.textContent = placeName(this.query, fromY(this.view, this.size, y));
    const [left, top] = this.onStage(x, y);
    const half = this.badgeX.offsetWidth / 2;
    const centre = Math.min(Math.max(left, half + 2), this.whole.width - half - 2);
    this.badgeX.style.transform = `translate(${centre - half}px, ${this.margins.top + this.size.height + 3}px)`;
    const side = Math.max(this.margins.left - this.badgeY.offsetWidth - 3, 2);
    this.badgeY.style.transform = `translate(${side}px, ${top - this.badgeY.offsetHeight / 2}px)`;
  }

  highlight(hit: Hit | null): void {
    const { width, height } = this.size;
    const line = hit
      ? clipped(
          [
            toX(this.view, this.size, hit.line[0]),
            toY(this.view, this.size, hit.line[1]),
            toX(this.view, this.size, hit.line[2]),
            toY(this.view, this.size, hit.line[3]),
          ],
          width,
          height,
          20,
        )
      : null;
    for (const part of [this.glow, this.core]) {
      part.style.display = line ? "" : "none";
      if (line) setLine(part, ...line);
    }
  }

  /** The box being drawn, by two corners; null takes it away. */
  select(corners: readonly [number, number, number, number] | null): void {
    this.box.style.display = corners ? "" : "none";
    if (corners === null) return;
    const [ax, ay, bx, by] = corners;
    const sides = { x: Math.min(ax, bx), y: Math.min(ay, by), width: Math.abs(ax - bx), height: Math.abs(ay - by) };
    for (const [name, value] of Object.entries(sides)) this.box.setAttribute(name, String(value));
  }

  /** Everything a picture file is made from. */
  seen(): Omit<Seen, "title" | "description"> {
    const { drawn: frame, margins, settings, seenEvents: events } = this;
    const { minIdentity, minLength, hideNoise, colouring } = settings;
    const filter = { minIdentity, minLength, hideNoise };
    const companions = this.companions.filter(({ shows }) => shows);
    const setting = this.setting();
    return { frame, margins, picture: this.picture(), filter, colouring, events, companions, setting, ...this.whole };
  }

  close(): void {
    this.closed = true;
    cancelAnimationFrame(this.frameAsked);
  }

  private picture(): Picture {
    const style: Style = { theme: this.theme, lineWidth: this.settings.lineWidth };
    return { view: this.view, size: this.size, ratio: window.devicePixelRatio || 1, style };
  }

  /** Draw on the next frame, and let the engine paint unless it is at it. */
  private ask(): void {
    if (this.frameAsked === 0 && !this.closed) {
      this.frameAsked = requestAnimationFrame((now) => {
        this.frameAsked = 0;
        if (now - this.lastFrame < 1000) this.pace.push(now - this.lastFrame);
        if (this.pace.length > 600) this.pace.shift();
        this.lastFrame = now;
        this.draw();
      });
    }
    if (this.busy || !this.stale || this.size.width <= 1) return;
    this.busy = true;
    this.stale = false;
    const { filter, colouring } = this.seen();
    this.connection.ask("paint", this.picture(), filter, colouring).then(
      (painted) => this.receive(painted),
      (error: unknown) => {
        this.busy = false;
        this.listener.failed(error);
      },
    );
  }

  private receive(painted: Painted): void {
    this.busy = false;
    this.bitmap?.bitmap.close();
    this.bitmap = painted;
    this.listener.painted(painted);
    this.ask();
  }

  private draw(): void {
    const { context } = this;
    const ink = INK[this.theme];
    const ratio = this.paper.width / this.whole.width;
    const place = { margins: this.margins, plot: this.size };
    this.drawn = frame(this.target, this.query, this.view, place, this.settings.grid, this.measure);
    this.seenEvents = this.sightings();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = ink.ground;
    context.fillRect(0, 0, this.whole.width, this.whole.height);
    sketch(context, this.drawn.marks, ink);
    this.inPlot(() => {
      const drawn = this.companions.map((companion) => companion.field(this.setting()));
      if (!drawn.includes(true)) this.drawBitmap();
      sketchSights(context, this.seenEvents);
    });
    for (const companion of this.companions) companion.beside(this.setting());
    if (this.crowded) sketch(context, this.drawn.marks.filter(isSeparator), ink);
  }

  /** Draw again what is seen; the matches' picture stays as it is. */
  refresh(): void {
    this.ask();
  }

  private setting(): Setting {
    const { context, view, size, whole, margins, settings, theme } = this;
    return { context, view, size, whole, margins, settings, theme };
  }

  /** The margins with what the companions take of the plot. */
  private withRoom(m: Margins): Margins {
    const rooms = this.companions.map((companion) => companion.room(this.whole.width < 560));
    const sum = (side: "top" | "right"): number => rooms.reduce((total, room) => total + room[side], m[side]);
    return { ...m, top: sum("top"), right: sum("right") };
  }

  /** So many matches that they hide what lies beneath them. */
  private get crowded(): boolean {
    return (this.bitmap?.counted ?? 0) > CROWD;
  }

  /** Draw with the plot's corner as origin and nothing beyond its edges. */
  private inPlot(draw: () => void): void {
    const { context, margins: m, size } = this;
    context.save();
    context.translate(m.left, m.top);
    context.beginPath();
    context.rect(0, 0, size.width, size.height);
    context.clip();
    draw();
    context.restore();
  }

  private sightings(): Sight[] {
    const { kinds } = this.settings;
    if (this.shown.kinds !== kinds) {
      this.shown = { kinds, numbers: this.largest.filter((number) => kinds.includes(kindOf(this.events[number]).name)) };
    }
    return sights(this.events, this.shown.numbers, { target: this.target, query: this.query }, this.view, this.size, this.theme);
  }

  private drawBitmap(): void {
    if (this.bitmap === null) return;
    const { context, size, view } = this;
    const { bitmap, view: of } = this.bitmap;
    const left = toX(view, size, of.x0);
    const top = toY(view, size, of.y1);
    context.drawImage(bitmap, left, top, toX(view, size, of.x1) - left, toY(view, size, of.y0) - top);
  }
}

function setLine(line: SVGLineElement, x1: number, y1: number, x2: number, y2: number): void {
  for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) line.setAttribute(name, value.toFixed(2));
}

function placeName(axis: Axis, position: number): string {
  const { contig, coordinate } = axis.base(position);
  return `${axis.contigs[contig].name} ${grouped(coordinate)}`;
}
