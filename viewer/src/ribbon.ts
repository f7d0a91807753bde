/** The ribbons beside, or instead of, a dot plot: what is pointed at in one is lit in the other. */
import type { Axis } from "./axis";
import type { Connection } from "./connection";
import type { Hit, Painted } from "./engine";
import type { Settings } from "./link";
import type { Theme } from "./palette";
import { contigView, pairView } from "./places";
import { RibbonStage } from "./ribbon-stage";
import { Tooltip } from "./tooltip";
import type { View } from "./view";

/** The plot, as far as its ribbons need it. */
export interface RibbonHost {
  readonly target: Axis;
  readonly query: Axis;
  hurry(view: View): void;
  jump(view: View): void;
  settle(): void;
  painted(painted: Painted): void;
  failed(error: unknown): void;
  /** A ribbon is pointed at: the dot plot lights its match, and the key C copies it. */
  lit(hit: Hit | null): void;
  colourOf(hit: Hit): string;
}

export class Ribbons {
  readonly stage: RibbonStage;
  private said: Tooltip | null = null;
  private readonly watcher = new ResizeObserver(() => this.stage.resize());
  private looked: { view: View; settings: Settings; theme: Theme };

  constructor(
    connection: Connection,
    private readonly host: RibbonHost,
    start: { view: View; settings: Settings },
  ) {
    this.looked = { ...start, theme: "light" };
    const { target, query } = host;
    this.stage = new RibbonStage(connection, target, query, this.listener(), start);
    this.watcher.observe(this.stage.element);
  }

  /** Made when a ribbon is first pointed at. */
  private get tooltip(): Tooltip {
    if (this.said === null) {
      this.said = new Tooltip();
      this.stage.element.append(this.said.element);
    }
    return this.said;
  }

  get element(): HTMLElement {
    return this.stage.element;
  }

  show(view: View, settings: Settings, theme: Theme): void {
    this.looked = { view, settings, theme };
    this.said?.hide();
    this.stage.highlight(null);
    if (settings.mode !== "dots") this.stage.show(view, settings, theme);
  }

  close(): void {
    this.watcher.disconnect();
    this.stage.close();
    this.element.remove();
  }

  private listener(): ConstructorParameters<typeof RibbonStage>[3] {
    const { host } = this;
    return {
      painted: (painted) => this.looked.settings.mode === "ribbons" && host.painted(painted),
      failed: (error) => host.failed(error),
      hurried: (view) => host.hurry(view),
      ended: () => host.settle(),
      pressed: (hit) => hit && host.jump(pairView(host, hit.target, hit.query)),
      pressedZone: ({ side, contig, count }) => host.jump(contigView(host, this.looked.view, side, contig, count)),
      pointed: (hit, x, y) => this.pointed(hit, x, y),
      pointedAt: ({ side, contig, count }, x, y) => {
        this.tooltip.showContig(host[side], contig, count);
        this.move(x, y);
      },
      left: () => {
        this.tooltip.hide();
        host.lit(null);
      },
    };
  }

  private pointed(hit: Hit | null, x: number, y: number): void {
    this.host.lit(hit);
    if (hit === null) {
      this.tooltip.hide();
      return;
    }
    const { target, query } = this.host;
    this.tooltip.show({ hit, event: null, colour: this.host.colourOf(hit), written: null }, target, query, this.looked.theme);
    this.move(x, y);
  }

  private move(x: number, y: number): void {
    const { width, height } = this.stage.whole;
    this.tooltip.moveTo(x, y, width, height);
  }
}
