/** The bar above a plot: its title, where the view is, and the tools. */
import { iconButton, make, makeSvg } from "./element";

export interface ToolbarListener {
  back(): void;
  forward(): void;
  zoom(factor: number): void;
  whole(): void;
  box(): void;
  /** Open the menu of what can be saved and shared, below its button. */
  share(button: HTMLElement): void;
  /** Open the tables; null where there are none. */
  readonly tables: (() => void) | null;
  theme(): void;
  help(): void;
  panel(): void;
}

/** Three strands that hold: the mark of Holdfast. */
function mark(): SVGSVGElement {
  const paths = ["M4 20 20 4", "M4 13 11 20", "M13 4 20 11"].map((d) => makeSvg("path", { d }));
  return makeSvg("svg", { viewBox: "0 0 24 24", class: "mark", "aria-hidden": "true" }, ...paths);
}

export class Toolbar {
  readonly element: HTMLElement;
  private readonly where = make("p", { class: "where", "aria-live": "polite" });
  private readonly box: HTMLButtonElement;
  private readonly back: HTMLButtonElement;
  private readonly forward: HTMLButtonElement;
  private readonly waiting = make("progress", { class: "waiting", max: "1", "aria-label": "Drawing the plot anew", hidden: true });

  constructor(title: string, listener: ToolbarListener, navigation: HTMLElement | null = null) {
    this.back = iconButton("back", "View before (Backspace)", () => listener.back());
    this.forward = iconButton("forward", "View after (Shift + Backspace)", () => listener.forward());
    this.box = iconButton("box", "Zoom to a box (B, or Shift + drag)", () => listener.box());
    this.box.setAttribute("aria-pressed", "false");
    const views = group(
      this.back,
      this.forward,
      iconButton("farther", "Zoom out (−)", () => listener.zoom(1 / 1.6)),
      iconButton("closer", "Zoom in (+)", () => listener.zoom(1.6)),
      this.box,
      iconButton("whole", "Whole plot (0)", () => listener.whole()),
    );
    const panel = iconButton("panel", "Controls", () => listener.panel());
    panel.classList.add("only-small");
    views.classList.add("views");
    const others = group(
      ...(listener.tables ? [iconButton("table", "Tables", listener.tables)] : []),
      this.makeShare(listener),
      roomy(iconButton("theme", "Light or dark", () => listener.theme())),
      roomy(iconButton("help", "Keys and gestures (?)", () => listener.help())),
      panel,
    );
    const heading = make("div", { class: "heading" }, make("h1", { title }, title), this.where);
    this.element = make("header", { class: "bar" }, this.waiting, navigation ?? mark(), heading, views, others);
  }

  show(where: string, canGoBack: boolean, canGoForward: boolean): void {
    this.where.textContent = where;
    this.back.disabled = !canGoBack;
    this.forward.disabled = !canGoForward;
  }

  /** The next drag draws a box, or not. */
  showBoxing(boxing: boolean): void {
    this.box.setAttribute("aria-pressed", String(boxing));
  }

  /** Another drawing of the plot is on its way, and this share of it is here; below 0: it comes no more. */
  wait(share: number): void {
    this.waiting.hidden = share < 0;
    if (share > 0) this.waiting.value = share;
  }

  private makeShare(listener: ToolbarListener): HTMLElement {
    const button = iconButton("picture", "Save or share", () => listener.share(button));
    button.setAttribute("aria-haspopup", "menu");
    return button;
  }
}

const group = (...tools: HTMLElement[]): HTMLElement => make("div", { class: "tools", role: "group" }, ...tools);

/** A button for which small screens have no room. */
function roomy(button: HTMLButtonElement): HTMLButtonElement {
  button.classList.add("not-small");
  return button;
}
