/**
 * A plot is one scene shown in one element. All state (view, settings, history, theme) is its own:
 * two plots can live side by side on a page.
 */
import { type Arrangement, arranged, sameArrangement, turn, turnedWord } from "./arrange";
import type { Axis } from "./axis";
import type { Census } from "./census";
import { type Connection, openScene } from "./connection";
import { make } from "./element";
import type { Description, Hit } from "./engine";
import { viewOf } from "./events";
import { Flight } from "./flight";
import { grouped } from "./format";
import type { Zone } from "./frame";
import { listen, type Listener } from "./gestures";
import { type Command, commandOf } from "./keys";
import { paletteOf } from "./legend";
import { read, type Settings, type Shown, usualOf, write } from "./link";
import { makeHelp, Toast } from "./notices";
import { Panel } from "./panel";
import { css, levelOf, type Theme, toneColours } from "./palette";
import { png, save, type Seen, svg } from "./picture";
import { alone, contigView, inWords, nextPair, pairView, regionsView } from "./places";
import type { Side } from "./region";
import { axisOf, type StructureEvent } from "./scene";
import { Stage, type StageListener } from "./stage";
import { Toolbar } from "./toolbar";
import { eventText, matchText, Tooltip } from "./tooltip";
import { clamped, fromX, fromY, History, inside, moved, same, settled, type View, whole, zoomed } from "./view";

export interface PlotOptions {
  /** The hash of a link to what is shown at first. */
  readonly hash?: string;
  readonly theme?: Theme;
  /** Called when the plot came to rest, with the hash of a link; did it go there in one step? */
  readonly rested?: (hash: string, jumped: boolean) => void;
  readonly themed?: (theme: Theme) => void;
  /** Text of a link to what is shown. */
  readonly link?: () => string;
}

/** How near the pointer must be to a match, in CSS pixels. */
const REACH = 9;
const FINGER = 16;
/** A view settles when nothing moved for this long (milliseconds). */
const SETTLE = 220;

let plots = 0;

export class Plot {
  stage!: Stage;
  target!: Axis;
  query!: Axis;
  private bounds!: View;
  private panel!: Panel;
  private history = new History();
  private readonly toolbar: Toolbar;
  private readonly tooltip = new Tooltip();
  private readonly toast = new Toast();
  private readonly help = makeHelp();
  private readonly flight = new Flight(
    (view) => this.look(view),
    () => this.settle(),
  );
  private readonly root: HTMLElement;
  private readonly watcher = new ResizeObserver(() => this.stage.resize());
  private view!: View;
  private settings: Settings;
  private readonly usual: Settings;
  private description: Description;
  private theme: Theme = "light";
  private hit: Hit | null = null;
  private pointer: readonly [number, number] | null = null;
  private zone: Zone | null = null;
  private census: Census | null = null;
  private jumped = false;
  private settling = 0;
  private asking = false;

  /**
   * Open a scene (Arrow bytes, which are handed over) inside an element. Raises SceneError for one
   * that is not sound.
   */
  static async open(container: HTMLElement, bytes: Uint8Array<ArrayBuffer>, options: PlotOptions = {}): Promise<Plot> {
    const { connection, description } = await openScene(bytes);
    return new Plot(container, connection, description, options);
  }

  private constructor(
    container: HTMLElement,
    private readonly connection: Connection,
    private readonly asMade: Description,
    private readonly options: PlotOptions,
  ) {
    this.description = asMade;
    this.usual = usualOf(asMade.wished);
    this.settings = this.usual;
    this.toolbar = new Toolbar(this.title, this.toolbarListener());
    this.root = make("section", { class: "holdfast-plot" }, this.toolbar.element, this.help);
    this.build();
    this.root.setAttribute("aria-label", this.title);
    this.root.addEventListener("keydown", (event) => this.key(event));
    container.replaceChildren(this.root);
    this.setTheme(options.theme ?? "light");
    this.stage.resize();
    this.follow(options.hash ?? "");
    void this.count();
  }

  /** Make what depends on how the scene is arranged: axes, stage and panel. */
  private build(): void {
    const { metadata } = this.description;
    this.target = axisOf(metadata.target);
    this.query = axisOf(metadata.query);
    this.bounds = whole(this.target.length, this.query.length);
    this.view = this.bounds;
    const listener: StageListener = {
      painted: (painted) => this.panel.showPainted(painted),
      failed: (error) => this.toast.say(String(error)),
    };
    const start = { view: this.view, settings: this.settings };
    this.stage = new Stage(this.connection, this.target, this.query, metadata.events, listener, start);
    this.panel = new Panel(this.description, this.target, this.query, this.panelListener(), `plot-${++plots}`);
    this.stage.element.append(this.tooltip.element, this.toast.element);
    this.toolbar.element.after(this.stage.element, this.panel.element);
    this.watcher.observe(this.stage.element);
    this.listen();
  }

  /** Look at the scene in another arrangement. */
  private rearrange(arrangement: Arrangement): void {
    const before = this.settings.arrangement;
    if (sameArrangement(before, arrangement)) return;
    const { view } = this;
    this.settings = { ...this.settings, arrangement };
    // The engine answers in the order of questions: whatever is asked after this sees the new one.
    this.connection.ask("arrange", arrangement).catch((error: unknown) => this.toast.say(String(error)));
    this.description = { ...this.asMade, metadata: arranged(this.asMade.metadata, arrangement) };
    this.rebuild();
    const stays = before.target === arrangement.target && before.query === arrangement.query;
    const turned = { x0: view.y0, x1: view.y1, y0: view.x0, y1: view.x1 };
    if (stays) this.view = before.swapped === arrangement.swapped ? view : turned;
    if (!stays || before.swapped !== arrangement.swapped) this.history = new History();
    this.setTheme(this.theme);
    this.stage.resize();
    void this.count();
  }

  /** Put new parts in place of the old ones; what had the focus, and was open, still has and is. */
  private rebuild(): void {
    this.flight.stop();
    this.unpointed();
    const old = { stage: this.stage, panel: this.panel };
    const focused = document.activeElement;
    const label = focused?.getAttribute("aria-label") ?? null;
    const onSurface = focused === old.stage.surface;
    old.stage.close();
    old.stage.element.remove();
    old.panel.element.remove();
    this.watcher.disconnect();
    this.census = null;
    this.build();
    this.panel.takeOver(old.panel);
    if (onSurface) this.stage.surface.focus({ preventScroll: true });
    else if (label !== null && old.panel.element.contains(focused)) this.panel.focusOn(label);
  }

  get title(): string {
    const { title, target, query } = this.asMade.metadata;
    return title || `${target.name} × ${query.name}`;
  }

  /** What is shown; a null view is the whole plot. */
  get shown(): Shown {
    return { view: same(this.view, settled(this.bounds)) ? null : this.view, settings: this.settings };
  }

  /** Show what the hash of a link asks for. */
  follow(hash: string): void {
    const palettes = this.description.wished.palettes.map(({ name }) => name);
    this.show(read(hash, this.usual, palettes));
  }

  /** Show a view and settings at once. */
  show({ view, settings }: Shown): void {
    this.flight.stop();
    this.rearrange(settings.arrangement);
    this.settings = settings;
    this.panel.show(settings, this.theme);
    this.look(clamped(view ?? this.bounds, this.bounds));
    this.settle();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.root.dataset["theme"] = theme;
    this.panel.show(this.settings, theme);
    this.stage.show(this.view, this.settings, theme);
  }

  /** Take the plot off the page and end its engine. */
  close(): void {
    this.flight.stop();
    clearTimeout(this.settling);
    this.watcher.disconnect();
    this.stage.close();
    this.connection.close();
    this.root.remove();
  }

  private listen(): void {
    listen(this.stage.surface, this.gestures());
    const { paper } = this.stage;
    paper.addEventListener("click", (event) => this.bandPressed(event.offsetX, event.offsetY));
    paper.addEventListener("pointermove", (event) => this.bandPointed(event.offsetX, event.offsetY));
    paper.addEventListener("pointerleave", () => {
      this.zone = null;
      this.tooltip.hide();
    });
  }

  private gestures(): Listener {
    return {
      changed: (factor, dx, dy) => {
        const { size } = this.stage;
        this.hurry(moved(zoomed(this.view, size, 0, 0, factor), size, dx, dy));
      },
      ended: () => this.settleSoon(),
      doubled: (x, y, farther) => this.fly(zoomed(this.view, this.stage.size, x, y, farther ? 0.4 : 2.5)),
      pressed: (x, y, touch) => void (touch ? this.touched(x, y) : this.pressed(x, y)),
      pointed: (x, y) => this.pointed(x, y),
      left: () => this.unpointed(),
      boxing: (...corners) => {
        this.unpointed();
        this.stage.select(corners[0] === corners[2] ? null : corners);
      },
      boxed: (...corners) => {
        this.stage.select(null);
        this.jump(inside(this.view, this.stage.size, ...corners));
      },
    };
  }

  private toolbarListener(): ConstructorParameters<typeof Toolbar>[1] {
    return {
      back: () => this.revisit(this.history.back()),
      forward: () => this.revisit(this.history.forward()),
      zoom: (factor) => this.zoom(factor),
      whole: () => this.jump(this.bounds),
      savePng: () => void this.savePng(),
      saveSvg: () => void this.saveSvg(),
      copyLink: () => void this.toast.copy(this.options.link?.() ?? location.href, "The link is copied."),
      theme: () => {
        this.setTheme(this.theme === "light" ? "dark" : "light");
        this.options.themed?.(this.theme);
      },
      help: () => this.help.showModal(),
      panel: () => this.root.classList.toggle("panel-open"),
    };
  }

  private panelListener(): ConstructorParameters<typeof Panel>[3] {
    return {
      set: (change) => this.set(change),
      goToContig: (side, contig) => this.fromPanel(() => this.jump(contigView(this, this.view, side, contig))),
      goToRegions: (...regions) => this.fromPanel(() => this.jump(regionsView(this, this.view, regions))),
      goToPair: ({ target, query }) => this.fromPanel(() => this.jump(pairView(this, target, query))),
      goToEvent: (event) => this.fromPanel(() => this.goToEvent(event)),
      stepPair: (step) => this.stepPair(step),
    };
  }

  /** Do what was asked for in the panel, which on a small screen makes room for it. */
  private fromPanel(act: () => void): void {
    this.root.classList.remove("panel-open");
    act();
  }

  private set(change: Partial<Settings>): void {
    const { arrangement, ...others } = change;
    if (arrangement) this.rearrange(arrangement);
    this.settings = { ...this.settings, ...others };
    // A slider that is being moved needs nothing shown again.
    if (change.minIdentity === undefined && change.minLength === undefined) this.panel.show(this.settings, this.theme);
    this.look(this.view);
    this.settleSoon();
  }

  /** Show a view now, without remembering it. */
  private look(view: View): void {
    this.view = view;
    this.stage.show(view, this.settings, this.theme);
    this.hit = null;
    this.stage.highlight(null);
    this.stage.point(this.pointer);
    this.tooltip.hide();
  }

  /** Follow the hand: what flew before is stopped. */
  private hurry(view: View): void {
    this.flight.stop();
    this.look(clamped(view, this.bounds));
    this.settleSoon();
  }

  /** Go to a view in one step, to which the browser's back button returns. */
  private jump(view: View): void {
    this.jumped = true;
    this.fly(view);
  }

  private fly(view: View): void {
    this.flight.begin(this.view, settled(clamped(view, this.bounds)));
  }

  private settleSoon(): void {
    clearTimeout(this.settling);
    // A flight settles by itself, where it ends.
    this.settling = window.setTimeout(() => this.flight.flying || this.settle(), SETTLE);
  }

  /** The view rests: remember it, say where it is, tell the page. */
  private settle(): void {
    clearTimeout(this.settling);
    this.view = settled(this.view);
    this.history.visit(this.view);
    this.rested();
  }

  private revisit(view: View | null): void {
    if (view === null) return;
    this.look(view);
    this.rested();
  }

  private rested(): void {
    this.toolbar.show(this.where(), this.history.canGoBack, this.history.canGoForward);
    this.showRegion();
    this.options.rested?.(write(this.shown, this.usual), this.jumped);
    this.jumped = false;
    if (this.pointer) this.pointed(...this.pointer);
  }

  private where(): string {
    if (this.shown.view === null) return `${grouped(this.description.count)} matches · whole genomes`;
    return inWords(this, this.view);
  }

  private zoom(factor: number): void {
    const { width, height } = this.stage.size;
    const [x, y] = this.pointer ?? [width / 2, height / 2];
    this.fly(zoomed(this.view, this.stage.size, x, y, factor));
  }

  /** Do what a key means. The page passes on the keys nobody else has the focus for. */
  key(event: KeyboardEvent): void {
    if (this.help.open || isTypedInto(event)) return;
    const command = commandOf(event);
    if (command === null) return;
    event.preventDefault();
    this.obey(command);
  }

  private obey(command: Command): void {
    const { size } = this.stage;
    const acts: { readonly [K in Command["kind"]]: () => void } = {
      move: () => command.kind === "move" && this.fly(moved(this.view, size, command.x * size.width, command.y * size.height)),
      zoom: () => command.kind === "zoom" && this.zoom(command.factor),
      pair: () => command.kind === "pair" && this.stepPair(command.step),
      whole: () => this.jump(this.bounds),
      back: () => this.revisit(this.history.back()),
      forward: () => this.revisit(this.history.forward()),
      copy: () => void this.copyHit(),
      strand: () => this.toggleStrand(),
      help: () => this.help.showModal(),
      find: () => this.find(),
      turn: () => this.turnUnderPointer(),
      swap: () => this.set({ arrangement: { ...this.settings.arrangement, swapped: !this.settings.arrangement.swapped } }),
    };
    acts[command.kind]();
  }

  /** Colours tell strands, or again what they told before. */
  private toggleStrand(): void {
    const { colouring } = this.settings;
    const before = this.usual.colouring.by === "strand" ? "identity" : this.usual.colouring.by;
    this.set({ colouring: { ...colouring, by: colouring.by === "strand" ? before : "strand" } });
  }

  /** Turn the contig whose name is under the pointer, or the query's under it in the plot. */
  private turnUnderPointer(): void {
    if (this.zone !== null && this.zone.count === 1) this.turn(this.zone.side, this.zone.contig);
    else if (this.pointer !== null) {
      this.turn("query", this.query.contigAt(fromY(this.view, this.stage.size, this.pointer[1])));
    } else this.toast.say("Point at a contig first, then press R.");
  }

  private turn(side: Side, contig: number): void {
    const { arrangement } = this.settings;
    const other = side === "target" ? "query" : "target";
    const word = turnedWord(arrangement.swapped ? other : side, this[side].numbers[contig]);
    const { name, reversed } = this[side].contigs[contig];
    this.set({ arrangement: turn(arrangement, word) });
    this.toast.say(reversed ? `${name} runs forwards.` : `${name} is drawn reverse-complemented.`);
  }

  private find(): void {
    this.root.classList.add("panel-open");
    this.panel.region.search.focus();
    this.panel.region.search.select();
  }

  /** A finger does not hover: touching a match tells about it, touching beside zooms. */
  private async touched(x: number, y: number): Promise<void> {
    const hit = await this.connection.ask("hit", this.view, this.stage.size, x, y, FINGER);
    if (hit === null && this.stage.eventAt(x, y) === null) {
      this.unpointed();
      this.pressed(x, y);
      return;
    }
    this.pointer = [x, y];
    this.stage.point(this.pointer);
    this.showHit(hit);
  }

  private pressed(x: number, y: number): void {
    const target = this.target.contigAt(fromX(this.view, this.stage.size, x));
    const query = this.query.contigAt(fromY(this.view, this.stage.size, y));
    const pair = pairView(this, target, query);
    const within = this.view.x0 >= pair.x0 && this.view.x1 <= pair.x1 && this.view.y0 >= pair.y0 && this.view.y1 <= pair.y1;
    if (!within) this.jump(pair);
  }

  private showRegion(): void {
    this.panel.region.show(alone(this, this.view, "target"), alone(this, this.view, "query"), this.census);
  }

  /** The pair after (or before) the one in view; of those with most in common, where none is. */
  private stepPair(step: number): void {
    const [target, query] = [alone(this, this.view, "target"), alone(this, this.view, "query")];
    const next = nextPair(this.census?.pairs ?? [], target, query, step);
    if (next) this.jump(pairView(this, next.target, next.query));
  }

  private goToEvent(event: StructureEvent): void {
    const { kinds } = this.settings;
    if (!kinds.includes(event.kind)) this.set({ kinds: [...kinds, event.kind].sort() });
    this.jump(viewOf(event, this, this.bounds));
  }

  private bandPressed(x: number, y: number): void {
    const zone = this.stage.zoneAt(x, y);
    if (zone) this.jump(contigView(this, this.view, zone.side, zone.contig, zone.count));
  }

  private bandPointed(x: number, y: number): void {
    const zone = this.stage.zoneAt(x, y);
    this.zone = zone;
    this.stage.paper.style.cursor = zone ? "pointer" : "";
    if (zone === null) {
      this.tooltip.hide();
      return;
    }
    this.tooltip.showContig(this[zone.side], zone.contig, zone.count);
    this.tooltip.moveTo(x, y, this.stage.whole.width, this.stage.whole.height);
  }

  private pointed(x: number, y: number): void {
    this.pointer = [x, y];
    this.stage.point(this.pointer);
    void this.seek(x, y);
  }

  /** Ask which match is under the pointer; while an answer is on its way, the newest place waits. */
  private async seek(x: number, y: number): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const { view } = this;
    const hit = await this.connection.ask("hit", view, this.stage.size, x, y, REACH);
    this.asking = false;
    if (this.pointer === null || view !== this.view) return;
    this.showHit(hit);
    const [px, py] = this.pointer;
    if (px !== x || py !== y) void this.seek(px, py);
  }

  private showHit(hit: Hit | null): void {
    this.hit = hit;
    this.stage.highlight(hit);
    const event = this.pointer && this.stage.eventAt(...this.pointer);
    if (this.pointer === null || (hit === null && event === null)) {
      this.tooltip.hide();
      return;
    }
    const colour = hit ? this.colourOf(hit) : "";
    this.tooltip.show({ hit, event, colour }, this.target, this.query, this.theme);
    const { width, height } = this.stage.whole;
    this.tooltip.moveTo(...this.stage.onStage(...this.pointer), width, height);
  }

  private colourOf(hit: Hit): string {
    const { colouring } = this.settings;
    const tone = 2 * levelOf(colouring, this.description.scale)(hit.identity) + (hit.rises ? 1 : 0);
    return css(toneColours(colouring, paletteOf(colouring, this.description), this.theme)[tone]);
  }

  private unpointed(): void {
    this.pointer = null;
    this.hit = null;
    this.stage.point(null);
    this.stage.highlight(null);
    this.tooltip.hide();
  }

  private async count(): Promise<void> {
    const { panel } = this;
    const census = await this.connection.ask("census");
    // It may have been arranged otherwise meanwhile.
    if (panel !== this.panel) return;
    this.census = census;
    this.panel.showCensus(this.census);
    this.showRegion();
  }

  private async copyHit(): Promise<void> {
    const event = this.pointer && this.stage.eventAt(...this.pointer);
    if (this.hit) await this.toast.copy(matchText(this.hit, this.target, this.query), "The match's coordinates are copied.");
    else if (event) await this.toast.copy(eventText(event, this.target, this.query), `The coordinates of the ${event.kind} are copied.`);
    else this.toast.say("Point at a match first, then press C.");
  }

  private seen(): Seen {
    return { title: this.title, description: this.description, ...this.stage.seen() };
  }

  private async savePng(): Promise<void> {
    save(await png(this.connection, this.seen()), `${this.title}.png`);
  }

  private async saveSvg(): Promise<void> {
    const text = await svg(this.connection, this.seen());
    save(new Blob([text], { type: "image/svg+xml" }), `${this.title}.svg`);
  }
}

/** Is a key meant for the part of the page that has the focus? */
function isTypedInto({ target, key }: KeyboardEvent): boolean {
  if (target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  // Sliders and switches want arrows and the like; letters they leave to the plot.
  const letters = target.type === "radio" || target.type === "checkbox" || target.type === "range";
  return !letters || !/^[a-z?/]$/i.test(key);
}
