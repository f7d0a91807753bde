/**
 * Starts the plot's page of a server: fetches the scene, opens the plot, keeps link and theme. While
 * a large scene is on its way a picture of it is seen.
 */
import "./style.css";
import { type Connection, startEngine } from "./connection";
import { make } from "./element";
import { address, remember, rememberedTheme, rememberTheme } from "./page";
import type { Theme } from "./palette";
import { Plot } from "./plot";
import { type Drawing, drawingHash, drawingQuestion, joinedHash, readDrawing, sameDrawing } from "./served-drawing";
import { fetchScene } from "./served-fetch";
import type { PlotServer } from "./server";
import { serverSource } from "./source";

/** What the page's first element says about the plot. */
interface About {
  readonly base: string;
  readonly scene: string;
  readonly csrf: string;
  readonly change: boolean;
  readonly made: Drawing;
}

function aboutOf(container: HTMLElement): About {
  const { base, scene, csrf, change, order, side, small } = container.dataset;
  return {
    base: base ?? "",
    scene: scene ?? "",
    csrf: csrf ?? "",
    change: change === "yes",
    made: { order: order ?? "chain", side: side ?? "query", small: small ?? "group" },
  };
}

const COOKIE_LASTS = 31_536_000;

/** The pages of the server know the theme by a cookie, so that they come in it at once. */
function rememberEverywhere(theme: Theme): void {
  rememberTheme(theme);
  document.cookie = `holdfast_theme=${theme}; path=/; max-age=${COOKIE_LASTS}; samesite=lax`;
}

class Page {
  private readonly about: About;
  private readonly navigation: HTMLElement | null;
  private drawing: Drawing;
  private fetching = new AbortController();

  constructor(private readonly container: HTMLElement) {
    this.about = aboutOf(container);
    this.navigation = document.getElementById("plot-navigation");
    this.drawing = readDrawing(location.hash, this.about.made);
  }

  async start(): Promise<void> {
    addEventListener("keydown", (event) => {
      if (event.target === document.body) window.holdfastPlot?.key(event);
    });
    addEventListener("hashchange", () => this.follow());
    await this.attempt(() => this.open(location.hash));
  }

  /** The address was changed: by hand, or by going back. */
  private follow(): void {
    const drawing = readDrawing(location.hash, this.about.made);
    if (sameDrawing(drawing, this.drawing)) window.holdfastPlot?.follow(location.hash);
    else void this.redraw(drawing, location.hash);
  }

  /** Have the plot drawn otherwise; places of what was seen are then others, settings stay. */
  private async redraw(drawing: Drawing, hash: string): Promise<void> {
    this.drawing = drawing;
    await this.attempt(() => this.open(hash));
  }

  private async open(hash: string): Promise<void> {
    this.fetching.abort();
    this.fetching = new AbortController();
    const { signal } = this.fetching;
    const question = drawingQuestion(this.drawing, this.about.made);
    const from = question === "" ? this.about.scene : `${this.about.base}/scene?${question}`;
    const told = this.waiting();
    performance.mark("holdfast:asked");
    const engine = startEngine();
    const bytes = await this.fetched(from, told, signal, engine);
    performance.mark("holdfast:fetched");
    const before = window.holdfastPlot;
    const plot = await Plot.open(this.container, bytes, {
      hash,
      theme: rememberedTheme(),
      themed: rememberEverywhere,
      rested: (shown, jumped) => remember(joinedHash(drawingHash(this.drawing, this.about.made), shown), jumped),
      link: () => location.href,
      painted: () => performance.getEntriesByName("holdfast:painted").length > 0 || performance.mark("holdfast:painted"),
      source: serverSource(this.about.base),
      engine,
      ...(window.holdfastPlot ? { shelf: window.holdfastPlot.shelf } : {}),
      server: this.server(),
    });
    before?.close();
    window.holdfastPlot = plot;
    performance.mark("holdfast:opened");
  }

  /** The scene's bytes; the engine that waits for them ends with what goes wrong. */
  private async fetched(from: string, told: (share: number) => void, signal: AbortSignal, engine: Promise<Connection>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const bytes = await fetchScene(from, told, signal);
      signal.throwIfAborted();
      return bytes;
    } catch (error) {
      void engine.then((connection) => connection.close());
      throw error;
    }
  }

  /** Says how far the scene is: on the first page in its place, later above the plot that is there. */
  private waiting(): (share: number) => void {
    const bar = this.container.querySelector("progress");
    const said = this.container.querySelector("[data-opening]");
    const later = window.holdfastPlot;
    later?.wait(0);
    return (share) => {
      if (bar) bar.value = share;
      if (said && share >= 1) said.textContent = "Reading the matches …";
      later?.wait(share);
    };
  }

  private server(): PlotServer {
    const { base, csrf, change, made } = this.about;
    return {
      base,
      csrf,
      may: { change },
      drawing: this.drawing,
      made,
      navigation: this.navigation,
      redraw: (drawing) => {
        history.pushState(null, "", address(joinedHash(drawingHash(drawing, made), window.holdfastPlot?.settingsHash ?? "")));
        void this.redraw(drawing, location.hash);
      },
    };
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error.name === "AbortError") return;
      if (window.holdfastPlot) {
        window.holdfastPlot.wait(-1);
        window.holdfastPlot.say(error.message);
      } else this.lament(error.message);
    }
  }

  /** The plot cannot be shown: say why, and what can be done. */
  private lament(sentence: string): void {
    const again = make("button", { type: "button", class: "button", click: () => location.reload() }, "Try again");
    this.container.replaceChildren(
      make("div", { class: "invite" }, make("h1", {}, "The plot cannot be opened"), make("p", { role: "alert" }, sentence), again),
    );
    if (this.navigation) this.container.prepend(this.navigation);
  }
}

const place = document.getElementById("plot");
if (place === null) throw new Error("The page has no place for a plot.");
document.documentElement.dataset["theme"] = rememberedTheme();
void new Page(place).start();
