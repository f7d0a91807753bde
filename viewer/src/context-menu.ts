/** The menu of what is at a place: of a contig's band, of a pair of contigs, of a ribbon's pair. */
import type { Menu, MenuGroup } from "./menu";
import type { ContigActs } from "./menu-contigs";
import type { Pointing } from "./pointing";
import type { RibbonStage } from "./ribbon-stage";
import type { Stage } from "./stage";
import { fromX, fromY, type View } from "./view";
import type { Axes } from "./places";

/** The plot as the menu finds it. */
export interface Under extends Axes {
  readonly stage: Stage;
  readonly ribbons: RibbonStage;
  readonly pointing: Pointing;
  readonly view: View;
}

/** Keys open a menu too (Shift + F10): then the event's place says nothing. */
const isByKey = (event: MouseEvent): boolean => event.button !== 2 && !(event instanceof PointerEvent && event.pointerType === "touch");

export class ContextMenu {
  constructor(
    private readonly menu: Menu,
    private readonly acts: ContigActs,
    private readonly under: () => Under,
  ) {}

  /** The menu of the dot plot: where the hand is, or by key of what is under the pointer. */
  onStage(event: MouseEvent): void {
    event.preventDefault();
    const { stage, pointing } = this.under();
    const box = stage.element.getBoundingClientRect();
    const { width, height } = stage.size;
    const hand: readonly [number, number] = [event.clientX - box.left, event.clientY - box.top];
    const pointed = stage.onStage(...(pointing.pointer ?? [width / 2, height / 2]));
    this.at(...(isByKey(event) ? pointed : hand));
  }

  /** The menu at a pixel of the dot plot's stage. */
  at(x: number, y: number): void {
    const { stage, pointing } = this.under();
    const zone = stage.zoneAt(x, y);
    const place = stage.onPlot(x, y);
    const groups = zone ? this.acts.ofContig(zone.side, zone.contig, zone.count) : place ? this.acts.ofPair(...this.pairAt(...place)) : [];
    if (groups.length === 0) return;
    pointing.left();
    this.show(stage.element, groups, x, y);
  }

  /** The menu of the ribbons: of a contig's band, or of the pair of the ribbon that is lit. */
  onRibbons(event: MouseEvent): void {
    event.preventDefault();
    const { ribbons } = this.under();
    const [box, surface] = [ribbons.element, ribbons.surface].map((each) => each.getBoundingClientRect());
    const zone = ribbons.zoneAt(event.clientX - surface.left, event.clientY - surface.top);
    const { lit } = ribbons;
    const groups = zone ? this.acts.ofContig(zone.side, zone.contig, zone.count) : lit ? this.acts.ofPair(lit.target, lit.query) : [];
    if (groups.length > 0) this.show(ribbons.element, groups, event.clientX - box.left, event.clientY - box.top);
  }

  /** The contigs of both genomes at a pixel of the plot. */
  pairAt(x: number, y: number): [target: number, query: number] {
    const { stage, view, target, query } = this.under();
    return [target.contigAt(fromX(view, stage.size, x)), query.contigAt(fromY(view, stage.size, y))];
  }

  private show(element: HTMLElement, groups: readonly MenuGroup[], x: number, y: number): void {
    const parent = this.menu.element.parentElement ?? element;
    const [box, root] = [element.getBoundingClientRect(), parent.getBoundingClientRect()];
    this.menu.show(groups, x + box.left - root.left, y + box.top - root.top);
  }
}
