/**
 * Gestures turn what a hand does on the plot into calls: zoom, move, select a box, point, press.
 * d3-zoom reads wheel, pinch, drag and double click; only its *changes* are used, because a view
 * may have different scales on its two axes, which d3-zoom's transform cannot hold.
 */
import { select } from "d3-selection";
import { type D3ZoomEvent, zoom, zoomIdentity, type ZoomTransform } from "d3-zoom";

export interface Listener {
  /** The drawing was scaled by `factor` about its top left corner, then moved by (dx, dy). */
  /** Does a drag draw a box without Shift too? */
  boxes(): boolean;
  changed(factor: number, dx: number, dy: number): void;
  ended(): void;
  doubled(x: number, y: number, farther: boolean): void;
  pressed(x: number, y: number, touch: boolean): void;
  pointed(x: number, y: number): void;
  left(): void;
  /** A finger stays where it is. */
  held(x: number, y: number): void;
  boxing(ax: number, ay: number, bx: number, by: number): void;
  boxed(ax: number, ay: number, bx: number, by: number): void;
}

/** A second press within this time makes a double click. */
const DOUBLE = 260;
/** A finger that stays for this long holds, if it moves by less than a few pixels. */
const HOLD = 550;
const STILL = 8;
/** A box smaller than this is a slip of the hand. */
const LEAST_BOX = 6;

export function listen(surface: HTMLElement, listener: Listener): void {
  listenToZoom(surface, listener);
  listenToPresses(surface, listener);
  listenToBox(surface, listener);
  listenToHolding(surface, listener);
}

function place(surface: HTMLElement, event: MouseEvent): readonly [number, number] {
  const box = surface.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function listenToZoom(surface: HTMLElement, listener: Listener): void {
  let before: ZoomTransform = zoomIdentity;
  const behaviour = zoom<HTMLElement, unknown>()
    .filter((event: MouseEvent) => !event.shiftKey && !event.button && (event.type === "wheel" || !listener.boxes()))
    .wheelDelta((event: WheelEvent) => -event.deltaY * wheelUnit(event))
    .on("start", () => {
      before = zoomIdentity;
    })
    .on("zoom", ({ transform }: D3ZoomEvent<HTMLElement, unknown>) => {
      const factor = transform.k / before.k;
      const x = transform.x - before.x * factor;
      const y = transform.y - before.y * factor;
      before = transform;
      listener.changed(factor, x, y);
    })
    .on("end", () => {
      // Each gesture begins afresh, so that no scale adds up over a long session.
      Object.assign(surface, { __zoom: zoomIdentity });
      listener.ended();
    });
  select(surface).call(behaviour).on("dblclick.zoom", null);
}

/** Lines and pages of a wheel in pixels; a pinch on a track pad arrives as a wheel with Ctrl. */
function wheelUnit(event: WheelEvent): number {
  const unit = event.deltaMode === 1 ? 0.05 : event.deltaMode ? 1 : 0.002;
  return event.ctrlKey ? unit * 8 : unit;
}

function listenToPresses(surface: HTMLElement, listener: Listener): void {
  let waiting = 0;
  surface.addEventListener("click", (event) => {
    if (event.shiftKey) return;
    const [x, y] = place(surface, event);
    clearTimeout(waiting);
    const touch = event instanceof PointerEvent && event.pointerType === "touch";
    if (event.detail < 2) waiting = window.setTimeout(() => listener.pressed(x, y, touch), DOUBLE);
  });
  surface.addEventListener("dblclick", (event) => {
    clearTimeout(waiting);
    const [x, y] = place(surface, event);
    listener.doubled(x, y, event.shiftKey || event.altKey);
  });
  surface.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") listener.pointed(...place(surface, event));
  });
  surface.addEventListener("pointerleave", () => listener.left());
}

function listenToBox(surface: HTMLElement, listener: Listener): void {
  let from: readonly [number, number] | null = null;
  surface.addEventListener("pointerdown", (event) => {
    if (!(event.shiftKey || listener.boxes()) || event.button !== 0) return;
    from = place(surface, event);
    surface.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  surface.addEventListener("pointermove", (event) => {
    if (from !== null) listener.boxing(...from, ...place(surface, event));
  });
  surface.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const [ax, ay] = from;
    const [bx, by] = place(surface, event);
    from = null;
    const large = Math.abs(ax - bx) >= LEAST_BOX && Math.abs(ay - by) >= LEAST_BOX;
    if (large) listener.boxed(ax, ay, bx, by);
    else listener.boxing(0, 0, 0, 0);
  });
}

function listenToHolding(surface: HTMLElement, listener: Listener): void {
  let waiting = 0;
  let from: readonly [number, number] = [0, 0];
  let held = false;
  const stop = (): void => clearTimeout(waiting);
  surface.addEventListener("pointerdown", (event) => {
    stop();
    held = false;
    if (event.pointerType !== "touch" || !event.isPrimary) return;
    from = place(surface, event);
    waiting = window.setTimeout(() => {
      held = true;
      listener.held(...from);
    }, HOLD);
  });
  surface.addEventListener("pointermove", (event) => {
    const [x, y] = place(surface, event);
    if (Math.hypot(x - from[0], y - from[1]) > STILL) stop();
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) surface.addEventListener(end, stop);
  // What was held is not pressed as well.
  surface.addEventListener("click", (event) => held && event.stopImmediatePropagation(), { capture: true });
}
