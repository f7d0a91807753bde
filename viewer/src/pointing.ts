/** Pointing: what lies under the pointer, told beside it. A finger, which does not hover, tells too. */
import type { Annotation } from "./annotation";
import type { Closeup } from "./closeup";
import type { Connection } from "./connection";
import type { Description, Hit } from "./engine";
import type { Zone } from "./frame";
import { paletteOf } from "./legend";
import type { Settings } from "./link";
import { css, levelOf, type Theme, toneColours } from "./palette";
import type { Axes } from "./places";
import type { Side } from "./region";
import type { StructureEvent } from "./scene";
import type { Stage } from "./stage";
import { eventText, matchText, Tooltip } from "./tooltip";
import { fromY, type View } from "./view";

/** What is looked at, at this moment. */
export interface Looked {
  readonly view: View;
  readonly settings: Settings;
  readonly theme: Theme;
}

/** How near the pointer must be to a match, in CSS pixels. */
const REACH = 9;
const FINGER = 16;
/** Columns of the alignment that are told on either side of the pointer's. */
const ABOUT = 10;

export class Pointing {
  /** Where the pointer is on the plot, in its pixels; null elsewhere. */
  pointer: readonly [number, number] | null = null;
  private readonly tooltip = new Tooltip();
  /** Hears which match is pointed at. */
  told: (hit: Hit | null) => void = () => undefined;
  private hit: Hit | null = null;
  private zone: Zone | null = null;
  private asking = false;

  constructor(
    private readonly connection: Connection,
    private readonly stage: Stage,
    private readonly axes: Axes,
    private readonly description: Description,
    private readonly looked: () => Looked,
    private readonly closeup: Closeup | null = null,
    private readonly annotation: Annotation | null = null,
  ) {
    stage.element.append(this.tooltip.element);
  }

  /** The view has changed: what was told is true no more. */
  forget(): void {
    this.hit = null;
    this.stage.highlight(null);
    this.stage.point(this.pointer);
    this.tooltip.hide();
  }

  /** The view rests: say again what is under the pointer. */
  again(): void {
    if (this.pointer) this.pointed(...this.pointer);
  }

  pointed(x: number, y: number): void {
    this.pointer = [x, y];
    this.stage.point(this.pointer);
    void this.seek(x, y);
  }

  left(): void {
    this.pointer = null;
    this.closeup?.leave();
    this.forget();
  }

  /** A finger touches: tell what is there; answers whether there is something. */
  async touched(x: number, y: number): Promise<boolean> {
    const hit = await this.hitAt(x, y, FINGER);
    if (hit === null && this.stage.eventAt(x, y) === null) {
      this.left();
      return false;
    }
    this.pointer = [x, y];
    this.stage.point(this.pointer);
    this.tell(hit);
    return true;
  }

  /** The pointer is beside the plot, perhaps on a contig's name. */
  besidePlot(x: number, y: number): void {
    this.zone = this.stage.zoneAt(x, y);
    const feature = this.annotation?.bands.at(x, y) ?? null;
    if (this.annotation?.bands.point(feature)) this.stage.refresh();
    this.stage.paper.style.cursor = this.zone || feature ? "pointer" : "";
    if (this.zone === null && feature === null) {
      this.tooltip.hide();
      return;
    }
    if (feature && this.annotation) this.tooltip.tell(this.annotation.told(feature));
    else if (this.zone) this.tooltip.showContig(this.axes[this.zone.side], this.zone.contig, this.zone.count);
    this.tooltip.moveTo(x, y, this.stage.whole.width, this.stage.whole.height);
  }

  leftBeside(): void {
    this.zone = null;
    if (this.annotation?.bands.point(null)) this.stage.refresh();
    this.tooltip.hide();
  }

  /** The contig whose name is under the pointer, or the query's contig there in the plot. */
  contig(): { readonly side: Side; readonly contig: number } | null {
    if (this.zone !== null) return this.zone.count === 1 ? this.zone : null;
    if (this.pointer === null) return null;
    const position = fromY(this.looked().view, this.stage.size, this.pointer[1]);
    return { side: "query", contig: this.axes.query.contigAt(position) };
  }

  /** What is under the pointer as text, and what that is; null for nothing. */
  text(): { readonly text: string; readonly of: string } | null {
    const { target, query } = this.axes;
    if (this.hit) return { text: matchText(this.hit, target, query), of: "match" };
    const event = this.event();
    return event && { text: eventText(event, target, query), of: event.kind };
  }

  private event(): StructureEvent | null {
    return this.pointer && this.stage.eventAt(...this.pointer);
  }

  /** Ask which match is under the pointer; while an answer is on its way, the newest place waits. */
  private async seek(x: number, y: number): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const { view } = this.looked();
    const hit = await this.hitAt(x, y, REACH);
    this.asking = false;
    if (this.pointer === null || view !== this.looked().view) return;
    this.tell(hit);
    const [px, py] = this.pointer;
    if (px !== x || py !== y) void this.seek(px, py);
  }

  /** The match under a pixel: along its alignment where that is drawn, else along its straight line. */
  private async hitAt(x: number, y: number, reach: number): Promise<Hit | null> {
    const near = this.closeup?.point(x, y, reach);
    if (near !== undefined) return near;
    return this.connection.ask("hit", this.looked().view, this.stage.size, x, y, reach);
  }

  /** A match is pointed at elsewhere: light it here, and let it be what is copied. */
  light(hit: Hit | null): void {
    this.hit = hit;
    this.stage.highlight(hit);
  }

  private tell(hit: Hit | null): void {
    this.hit = hit;
    this.told(hit);
    this.stage.highlight(this.closeup?.active ? null : hit);
    if (this.closeup?.active) this.stage.refresh();
    const event = this.event();
    if (this.pointer === null || (hit === null && event === null)) {
      this.tooltip.hide();
      return;
    }
    const colour = hit ? this.colourOf(hit) : "";
    this.tooltip.show({ hit, event, colour, written: hit ? (this.closeup?.told(ABOUT) ?? null) : null }, this.axes.target, this.axes.query, this.looked().theme);
    const { width, height } = this.stage.whole;
    this.tooltip.moveTo(...this.stage.onStage(...this.pointer), width, height);
  }

  /** The colour a match has at the moment. */
  colourOf(hit: Hit): string {
    const { settings, theme } = this.looked();
    const { colouring } = settings;
    const tone = 2 * levelOf(colouring, this.description.scale)(hit.identity) + (hit.rises ? 1 : 0);
    return css(toneColours(colouring, paletteOf(colouring, this.description), theme)[tone]);
  }
}
