/**
 * A plot is one scene shown in one element. All state (view, settings, history, theme) is its own:
 * two plots can live side by side on a page.
 */
import { Annotation } from "./annotation";
import { type Arrangement, arranged, AS_MADE, sameArrangement } from "./arrange";
import type { Axis } from "./axis";
import { Bases } from "./bases";
import type { Census } from "./census";
import { Closeup } from "./closeup";
import { type Connection, openScene } from "./connection";
import { Detail } from "./detail";
import { make } from "./element";
import type { Description } from "./engine";
import { viewOf } from "./events";
import { Flight } from "./flight";
import { grouped } from "./format";
import { listen, type Listener } from "./gestures";
import { type Command, commandOf } from "./keys";
import { MODES, read, type Settings, type Shown, usualOf, write } from "./link";
import { Menu } from "./menu";
import { type Acting, ContigActs } from "./menu-contigs";
import { ContextMenu, type Under } from "./context-menu";
import { makeHelp, Toast } from "./notices";
import { Panel } from "./panel";
import type { Theme } from "./palette";
import { alone, carried, contigView, inWords, namedView, nextPair, pairView, regionsView } from "./places";
import { Pointing } from "./pointing";
import type { Side } from "./region";
import { axisOf, type StructureEvent } from "./scene";
import type { PlotServer } from "./server";
import { offline, type PlotSource } from "./source";
import { type RibbonHost, Ribbons } from "./ribbon";
import { type Savable, savingGroups } from "./saving";
import { drawingHash, joinedHash } from "./served-drawing";
import { Stage, type StageListener } from "./stage";
import { TablesDialog, type TablesListener } from "./tables-dialog";
import { Toolbar } from "./toolbar";
import { TrackShelf } from "./tracks";
import { clamped, evened, History, inside, moved, same, settled, type View, whole, zoomed } from "./view";

export interface PlotOptions {
  /** The hash of a link to what is shown at first. */
  readonly hash?: string;
  readonly theme?: Theme;
  /** Called when the plot came to rest, with the hash of a link; did it go there in one step? */
  readonly rested?: (hash: string, jumped: boolean) => void;
  /** Called when a picture of the matches was painted. */
  readonly painted?: () => void;
  readonly themed?: (theme: Theme) => void;
  /** Text of a link to what is shown. */
  readonly link?: () => string;
  /** Where the plot gets what is not in its scene. */
  readonly source?: PlotSource;
  /** Annotation that another drawing of the plot had. */
  readonly shelf?: TrackShelf;
  /** An engine that was started beforehand; the plot ends it. */
  readonly engine?: Promise<Connection>;
  /** The server whose page this is; none for a page from a disk. */
  readonly server?: PlotServer;
}

/** A view settles when nothing moved for this long (milliseconds). */
const SETTLE = 220;

let plots = 0;

export class Plot {
  stage!: Stage;
  target!: Axis;
  query!: Axis;
  private bounds!: View;
  private panel!: Panel;
  private pointing!: Pointing;
  private closeup!: Closeup;
  private ribbons!: Ribbons;
  private readonly bases: Bases;
  readonly shelf: TrackShelf;
  readonly annotation: Annotation;
  private readonly forget: () => void;
  private history = new History();
  private readonly toolbar: Toolbar;
  private readonly toast = new Toast();
  private readonly help = makeHelp();
  private readonly menu = new Menu();
  private readonly contextMenu: ContextMenu;
  private readonly tables: TablesDialog | null;
  private readonly acts: ContigActs;
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
  private census: Census | null = null;
  private jumped = false;
  private boxing = false;
  private settling = 0;

  /**
   * Open a scene (Arrow bytes, which are handed over) inside an element. Raises SceneError for one
   * that is not sound.
   */
  static async open(container: HTMLElement, bytes: Uint8Array<ArrayBuffer>, options: PlotOptions = {}): Promise<Plot> {
    const { connection, description } = await openScene(bytes, options.engine);
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
    this.shelf = options.shelf ?? new TrackShelf();
    this.annotation = new Annotation(options.source ?? offline, asMade.metadata, `plot-${plots + 1}`, this.shelf);
    this.bases = new Bases(options.source ?? offline, {
      came: () => (this.stage.refresh(), this.closeup.write()),
      lacking: (sentence) => this.toast.say(sentence),
    });
    this.acts = new ContigActs(this.acting());
    this.contextMenu = new ContextMenu(this.menu, this.acts, () => this.under);
    const goTo: TablesListener["goTo"] = (side, contig, other) => this.goToNamed(side, contig, other);
    this.tables = options.server ? new TablesDialog(options.server.base, { goTo }, `plot-${plots + 1}`) : null;
    this.toolbar = new Toolbar(this.title, this.toolbarListener(), options.server?.navigation ?? null);
    this.root = make("section", { class: "holdfast-plot" }, this.toolbar.element, this.help, this.menu.element, this.toast.element);
    if (this.tables) this.root.append(this.tables.element);
    this.build();
    this.root.setAttribute("aria-label", this.title);
    this.root.addEventListener("keydown", (event) => this.key(event));
    container.replaceChildren(this.root);
    this.setTheme(options.theme ?? "light");
    this.stage.resize();
    this.follow(options.hash ?? "");
    void this.count();
    this.forget = this.shelf.listen(() => (this.stage.resize(), this.rested()));
    this.annotation.acceptDrops(this.root);
  }

  /** Make what depends on how the scene is arranged: axes, stage and panel. */
  private build(): void {
    const { metadata } = this.description;
    this.target = axisOf(metadata.target);
    this.query = axisOf(metadata.query);
    this.bounds = whole(this.target.length, this.query.length);
    this.view = this.bounds;
    const listener: StageListener = {
      painted: (painted) => {
        this.panel.showPainted(painted);
        this.options.painted?.();
      },
      failed: (error) => this.toast.say(String(error)),
    };
    const start = { view: this.view, settings: this.settings };
    const bands = this.annotation.arrange(this, this.settings.arrangement.swapped);
    this.stage = new Stage(this.connection, this.target, this.query, metadata.events, listener, start, [bands, this.makeCloseup()]);
    this.panel = new Panel(this.description, this.target, this.query, this.panelListener(), `plot-${++plots}`, this.options.server ?? null, this.annotation.panel.element);
    this.annotation.panel.show();
    this.pointing = new Pointing(this.connection, this.stage, this, this.description, () => this.looked, this.closeup, this.annotation);
    this.stage.element.append(this.closeup.card.element);
    this.ribbons = new Ribbons(this.connection, this.ribbonHost(), start);
    this.ribbons.element.addEventListener("contextmenu", (event) => this.contextMenu.onRibbons(event));
    this.pointing.told = (hit) => this.ribbons.stage.highlight(hit);
    this.toolbar.element.after(this.stage.element, this.ribbons.element, this.panel.element);
    this.watcher.observe(this.stage.element);
    this.listen();
  }

  private ribbonHost(): RibbonHost {
    const { target, query } = this;
    return {
      target,
      query,
      hurry: (view) => this.hurry(view),
      jump: (view) => this.jump(view),
      settle: () => this.settle(),
      painted: (painted) => this.panel.showPainted(painted),
      failed: (error) => this.toast.say(String(error)),
      lit: (hit) => this.pointing.light(hit),
      colourOf: (hit) => this.pointing.colourOf(hit),
    };
  }

  /** Alignments came: they are drawn with the next frame, and what is under the pointer is another thing then. */
  private cameNear(): void {
    this.stage.refresh();
    requestAnimationFrame(() => this.pointing.again());
  }

  /** Show the written alignment, or hide it; the tooltip tells a part of it then. */
  private toggleAligned(): void {
    this.toast.say(this.closeup.toggle() ? "The alignment under the pointer is written out." : "The alignment is hidden.");
    this.pointing.again();
  }

  /** Go to the feature after, or before. */
  private stepFeature(step: number): void {
    const { bands } = this.annotation;
    const found = bands.next(this.view, step);
    if (found === null) {
      this.toast.say(this.shelf.tracks.length === 0 ? "There is no annotation; add a file in the panel." : "There is no further feature.");
      return;
    }
    bands.point(found);
    this.jump(bands.viewOf(found, this.view));
    this.toast.say(this.annotation.called(found));
  }

  private makeCloseup(): Closeup {
    const { connection, bases, settings, options } = this;
    const detail = new Detail(connection, options.source ?? offline, this, settings.arrangement.swapped, () => this.cameNear(), (sentence) => this.toast.say(sentence));
    const copy = (text: string): void => void this.toast.copy(text, "The alignment is copied.");
    this.closeup = new Closeup(detail, bases, this, (hit) => this.pointing.colourOf(hit), copy);
    return this.closeup;
  }

  /** Look at the scene in another arrangement. */
  private rearrange(arrangement: Arrangement): void {
    const before = this.settings.arrangement;
    if (sameArrangement(before, arrangement)) return;
    const { view, target, query } = this;
    this.settings = { ...this.settings, arrangement };
    // The engine answers in the order of questions: whatever is asked after this sees the new one.
    this.connection.ask("arrange", arrangement).catch((error: unknown) => this.toast.say(String(error)));
    this.description = { ...this.asMade, metadata: arranged(this.asMade.metadata, arrangement) };
    this.rebuild();
    const stays = before.target === arrangement.target && before.query === arrangement.query;
    const turned = { x0: view.y0, x1: view.y1, y0: view.x0, y1: view.x1 };
    const left = before.hidden.join() === arrangement.hidden.join();
    if (stays) this.view = before.swapped !== arrangement.swapped ? turned : left ? view : carried({ target, query }, this, view);
    if (!stays || !left || before.swapped !== arrangement.swapped) this.history = new History();
    this.setTheme(this.theme);
    this.stage.resize();
    this.view = this.fit(this.view);
    void this.count();
  }

  /** Put new parts in place of the old ones; what had the focus, and was open, still has and is. */
  private rebuild(): void {
    this.flight.stop();
    const { pointer } = this.pointing;
    const old = { stage: this.stage, panel: this.panel };
    const focused = document.activeElement;
    const label = focused?.getAttribute("aria-label") ?? null;
    const onSurface = focused === old.stage.surface;
    this.ribbons.close();
    old.stage.close();
    old.stage.element.remove();
    old.panel.element.remove();
    this.watcher.disconnect();
    this.census = null;
    this.build();
    this.pointing.pointer = pointer;
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

  /** The settings that another drawing of the plot keeps, as a hash tells them. */
  get settingsHash(): string {
    const arrangement = { ...AS_MADE, swapped: this.settings.arrangement.swapped };
    return write({ view: null, settings: { ...this.settings, arrangement } }, this.usual);
  }

  /** Another drawing of the plot is on its way, and this share of it is here. */
  wait(share: number): void {
    this.toolbar.wait(share);
  }

  /** Say a passing sentence. */
  say(words: string): void {
    this.toast.say(words);
  }

  private get under(): Under {
    const { target, query, stage, pointing, view } = this;
    return { target, query, stage, pointing, view, ribbons: this.ribbons.stage };
  }

  private get looked(): { view: View; settings: Settings; theme: Theme } {
    const { view, settings, theme } = this;
    return { view, settings, theme };
  }

  /** Show what the hash of a link asks for. */
  follow(hash: string): void {
    const palettes = this.description.wished.palettes.map(({ name }) => name);
    void this.annotation.follow(hash);
    this.show(read(hash, this.usual, palettes));
  }

  /** Show a view and settings at once. */
  show({ view, settings }: Shown): void {
    this.flight.stop();
    this.rearrange(settings.arrangement);
    this.settings = settings;
    this.panel.show(settings, this.theme);
    this.look(this.fit(view ?? this.bounds));
    this.settle();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.root.dataset["theme"] = theme;
    this.annotation.setTheme(theme);
    this.panel.show(this.settings, theme);
    this.paint();
  }

  /** Take the plot off the page and end its engine. */
  close(): void {
    this.flight.stop();
    clearTimeout(this.settling);
    this.watcher.disconnect();
    this.ribbons.close();
    this.stage.close();
    this.forget();
    this.annotation.panel.close();
    this.connection.close();
    this.root.remove();
  }

  private listen(): void {
    listen(this.stage.surface, this.gestures());
    const { paper } = this.stage;
    paper.addEventListener("click", (event) => this.bandPressed(event.offsetX, event.offsetY));
    paper.addEventListener("pointermove", (event) => this.pointing.besidePlot(event.offsetX, event.offsetY));
    paper.addEventListener("pointerleave", () => this.pointing.leftBeside());
    this.stage.element.addEventListener("contextmenu", (event) => this.contextMenu.onStage(event));
  }

  /** Whether the next drag draws a box. */
  private setBoxing(boxing: boolean): void {
    this.boxing = boxing;
    this.root.classList.toggle("boxing", boxing);
    this.toolbar.showBoxing(boxing);
  }

  private gestures(): Listener {
    return {
      boxes: () => this.boxing,
      changed: (factor, dx, dy) => {
        const { size } = this.stage;
        this.hurry(moved(zoomed(this.view, size, 0, 0, factor), size, dx, dy));
      },
      ended: () => this.settleSoon(),
      doubled: (x, y, farther) => this.fly(zoomed(this.view, this.stage.size, x, y, farther ? 0.4 : 2.5)),
      pressed: (x, y, touch) => void (touch ? this.touched(x, y) : this.pressed(x, y)),
      pointed: (x, y) => this.pointing.pointed(x, y),
      left: () => this.pointing.left(),
      held: (x, y) => this.contextMenu.at(...this.stage.onStage(x, y)),
      boxing: (...corners) => {
        this.pointing.left();
        this.stage.select(corners[0] === corners[2] ? null : corners);
      },
      boxed: (...corners) => {
        this.stage.select(null);
        this.setBoxing(false);
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
      box: () => this.setBoxing(!this.boxing),
      share: (button) => this.share(button),
      tables: this.tables && (() => this.tables?.open()),
      theme: () => this.toggleTheme(),
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
      features: (text) => this.annotation.find(text),
      goToFeature: ({ found }) => this.fromPanel(() => this.jump(this.annotation.bands.viewOf(found, this.view))),
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
    if (change.aspect === "locked") this.look(this.fit(this.view));
    this.settleSoon();
  }

  /** Show what is looked at as dots, as ribbons, or as both. */
  private paint(): void {
    const { view, settings, theme } = this;
    this.root.dataset["mode"] = settings.mode;
    if (settings.mode !== "ribbons") this.stage.show(view, settings, theme);
    this.ribbons.show(view, settings, theme);
  }

  /** Show a view now, without remembering it. */
  private look(view: View): void {
    this.view = view;
    this.paint();
    this.pointing.forget();
  }

  /** Follow the hand: what flew before is stopped. */
  private hurry(view: View): void {
    this.flight.stop();
    this.look(this.fit(view));
    this.settleSoon();
  }

  /** Go to a view in one step, to which the browser's back button returns. */
  private jump(view: View): void {
    this.jumped = true;
    this.fly(view);
  }

  private fly(view: View): void {
    this.flight.begin(this.view, settled(this.fit(view)));
  }

  /** The nearest view that can be shown. */
  private fit(view: View): View {
    const seen = this.settings.aspect === "locked" && this.settings.mode === "dots" ? evened(view, this.stage.size) : view;
    return clamped(seen, this.bounds);
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
    this.options.rested?.(joinedHash(write(this.shown, this.usual), this.annotation.hash), this.jumped);
    this.jumped = false;
    this.pointing.again();
  }

  private where(): string {
    if (this.shown.view === null) return `${grouped(this.description.count)} matches · whole genomes`;
    return inWords(this, this.view);
  }

  private zoom(factor: number): void {
    const { width, height } = this.stage.size;
    const [x, y] = this.pointing.pointer ?? [width / 2, height / 2];
    this.fly(zoomed(this.view, this.stage.size, x, y, factor));
  }

  /** Do what a key means. The page passes on the keys nobody else has the focus for. */
  key(event: KeyboardEvent): void {
    if (this.help.open || this.tables?.element.open || this.menu.open || isTypedInto(event)) return;
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
      feature: () => command.kind === "feature" && this.stepFeature(command.step),
      whole: () => this.jump(this.bounds),
      back: () => this.revisit(this.history.back()),
      forward: () => this.revisit(this.history.forward()),
      aligned: () => this.toggleAligned(),
      copy: () => void this.copyUnderPointer(),
      strand: () => this.toggleStrand(),
      help: () => this.help.showModal(),
      find: () => this.find(),
      turn: () => this.underPointer((side, contig) => this.acts.turn(side, contig)),
      hide: () => this.underPointer((side, contig) => this.acts.hide(side, contig)),
      box: () => this.setBoxing(!this.boxing),
      aspect: () => this.set({ aspect: this.settings.aspect === "locked" ? "free" : "locked" }),
      mode: () => this.set({ mode: MODES[(MODES.indexOf(this.settings.mode) + 1) % MODES.length] }),
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

  /** Do something to the contig under the pointer; without a pointer, to the query's that is seen alone. */
  private underPointer(act: (side: Side, contig: number) => void): void {
    const seen = alone(this, this.view, "query");
    const under = this.pointing.contig() ?? (seen < 0 ? null : { side: "query" as const, contig: seen });
    if (under === null) this.toast.say("Point at a contig first, then press the key again.");
    else act(under.side, under.contig);
  }

  private acting(): Acting {
    // What is asked for is how the plot is at that moment.
    const plot = (): Plot => this;
    return {
      get target() {
        return plot().target;
      },
      get query() {
        return plot().query;
      },
      get arrangement() {
        return plot().settings.arrangement;
      },
      get seen() {
        return plot().view;
      },
      arrange: (arrangement) => this.set({ arrangement }),
      goTo: (view) => this.fromPanel(() => this.jump(view)),
      say: (words) => this.toast.say(words),
      copy: (text, done) => void this.toast.copy(text, done),
    };
  }

  /** Show a contig by its name, of the genome as the plot was made, with one of the other or all of it. */
  private goToNamed(side: Side, name: string, other: string | null): void {
    const view = namedView(this, this.bounds, this.settings.arrangement.swapped, side, name, other);
    if (view === null) this.toast.say(`${name} is not on its axis: it is hidden.`);
    else this.jump(view);
  }

  /** The menu of what can be saved and shared, below its button. */
  private share(button: HTMLElement): void {
    const small = [
      { words: "Light or dark", small: true, act: () => this.toggleTheme() },
      { words: "Keys and gestures", small: true, act: () => this.help.showModal() },
    ];
    const copyLink = (): void => void this.toast.copy(this.options.link?.() ?? location.href, "The link is copied.");
    this.menu.showBelow(button, [...savingGroups(this.savable, copyLink), { heading: "", items: small, small: true }]);
  }

  private get savable(): Savable {
    const { title, description, connection, stage, theme } = this;
    const server = this.options.server ?? null;
    const drawn = server ? drawingHash(server.drawing, server.made) : "";
    const ribbons = this.settings.mode === "ribbons" ? this.ribbons.stage : null;
    return { title, description, connection, stage, ribbons, theme, server, hash: joinedHash(drawn, write(this.shown, this.usual)) };
  }

  private toggleTheme(): void {
    this.setTheme(this.theme === "light" ? "dark" : "light");
    this.options.themed?.(this.theme);
  }

  private find(): void {
    this.root.classList.add("panel-open");
    this.panel.region.search.focus();
    this.panel.region.search.select();
  }

  /** Touching something tells about it, touching beside zooms. */
  private async touched(x: number, y: number): Promise<void> {
    if (!(await this.pointing.touched(x, y))) this.pressed(x, y);
  }

  private pressed(x: number, y: number): void {
    const pair = pairView(this, ...this.contextMenu.pairAt(x, y));
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
    const feature = this.annotation.bands.at(x, y);
    if (feature) this.jump(this.annotation.bands.viewOf(feature, this.view));
    const zone = this.stage.zoneAt(x, y);
    if (zone) this.jump(contigView(this, this.view, zone.side, zone.contig, zone.count));
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

  private async copyUnderPointer(): Promise<void> {
    const under = this.pointing.text();
    if (under) await this.toast.copy(under.text, `The coordinates of the ${under.of} are copied.`);
    else this.toast.say("Point at a match first, then press C.");
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
