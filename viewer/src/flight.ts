/** A flight shows the views between two, so that the eye can follow; one is in the air at a time. */
import { between, same, type View } from "./view";

/** Milliseconds. */
const LASTS = 320;

export class Flight {
  private frame = 0;

  constructor(
    /** Called with each view on the way. */
    private readonly show: (view: View) => void,
    /** Called when it is there. */
    private readonly landed: () => void,
  ) {}

  get flying(): boolean {
    return this.frame !== 0;
  }

  /** Fly; people who want less motion are there at once. */
  begin(from: View, to: View): void {
    this.stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches || same(from, to)) {
      this.show(to);
      this.landed();
      return;
    }
    const began = performance.now();
    const step = (now: number): void => {
      const t = Math.min(Math.max((now - began) / LASTS, 0), 1);
      this.show(t < 1 ? between(from, to, 1 - (1 - t) ** 3) : to);
      this.frame = t < 1 ? requestAnimationFrame(step) : 0;
      if (t >= 1) this.landed();
    };
    this.frame = requestAnimationFrame(step);
  }

  /** End where it is. */
  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }
}
