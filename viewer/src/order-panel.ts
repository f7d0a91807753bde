/** In which order contigs stand on the axes, and which axis is which. */
import { type Arrangement, AS_MADE, type Order, ORDERS } from "./arrange";
import { make } from "./element";
import type { Side } from "./region";

const NAMES: Readonly<Record<Order, string>> = { drawn: "as made", name: "by name", length: "longest first" };
const LABELS: Readonly<Record<Side, string>> = { target: "Order across", query: "Order upwards" };

export class OrderPanel {
  readonly element: HTMLElement;
  private readonly selects: Readonly<Record<Side, HTMLSelectElement>>;
  private readonly turned = make("p", { class: "faint" });
  private readonly hidden = make("p", { class: "faint" });
  private arrangement: Arrangement = AS_MADE;

  constructor(private readonly choose: (arrangement: Arrangement) => void) {
    this.selects = { target: this.makeSelect("target"), query: this.makeSelect("query") };
    const exchange = (): void => this.choose({ ...this.arrangement, swapped: !this.arrangement.swapped });
    const swap = make("button", { type: "button", class: "link", "aria-label": "Exchange the axes", click: exchange }, "Exchange the axes");
    const rows = (["target", "query"] as const).map((side) =>
      make("label", { class: "row chosen" }, make("span", {}, LABELS[side]), this.selects[side]),
    );
    this.element = make("div", { class: "order" }, ...rows, make("p", {}, swap), this.turned, this.hidden);
  }

  show(arrangement: Arrangement): void {
    this.arrangement = arrangement;
    for (const side of ["target", "query"] as const) this.selects[side].value = arrangement[this.sceneSide(side)];
    const { turned, hidden } = arrangement;
    say(this.turned, turned.length, "turned", "turn back", () => this.choose({ ...this.arrangement, turned: [] }));
    say(this.hidden, hidden.length, "hidden", "show again", () => this.choose({ ...this.arrangement, hidden: [] }));
  }

  /** Which genome of the scene lies on an axis. */
  private sceneSide(side: Side): Side {
    if (!this.arrangement.swapped) return side;
    return side === "target" ? "query" : "target";
  }

  private makeSelect(side: Side): HTMLSelectElement {
    const options = ORDERS.map((order) => make("option", { value: order }, NAMES[order]));
    const change = (): void => {
      const order = ORDERS.find((each) => each === this.selects[side].value) ?? "drawn";
      this.choose({ ...this.arrangement, [this.sceneSide(side)]: order });
    };
    return make("select", { "aria-label": LABELS[side], change }, ...options);
  }
}

/** Say how many contigs are otherwise than they were made, with a way back. */
function say(line: HTMLElement, count: number, how: string, back: string, act: () => void): void {
  const undo = make("button", { type: "button", class: "link", click: act }, back);
  line.replaceChildren(`${count} ${count === 1 ? "contig" : "contigs"} ${how} · `, undo);
  line.hidden = count === 0;
}
