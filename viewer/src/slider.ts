/** A slider below a histogram: what it leaves out is faded. */
import type { Histogram } from "./census";
import { make, makeSvg } from "./element";

export interface SliderWords {
  readonly label: string;
  /** The value in words, for eyes and screen readers. */
  readonly say: (value: number) => string;
  /** Called while the slider moves. */
  readonly change: (value: number) => void;
  /** Colour of a bar. */
  readonly colour: (bar: number) => string;
}

const WIDTH = 224;
const HEIGHT = 44;

export class HistogramSlider {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly output: HTMLOutputElement;
  private readonly bars: SVGRectElement[];
  /** All that there is, behind what the other filters leave. */
  private readonly behind: SVGRectElement[];

  constructor(
    private readonly histogram: Histogram,
    private readonly words: SliderWords,
  ) {
    this.bars = this.makeBars(histogram.bars);
    this.behind = this.makeBars(histogram.bars);
    for (const bar of this.behind) bar.setAttribute("class", "behind");
    this.input = make("input", {
      type: "range",
      min: String(histogram.low),
      max: String(histogram.high),
      step: String((histogram.high - histogram.low) / 400),
      "aria-label": words.label,
      input: () => {
        this.dress();
        words.change(this.value);
      },
    });
    this.output = make("output");
    const drawing = makeSvg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", class: "bars", "aria-hidden": "true" },
      ...this.behind,
      ...this.bars,
    );
    this.element = make(
      "div",
      { class: "histogram" },
      make("div", { class: "row" }, make("span", {}, words.label), this.output),
      make("div", { class: "track" }, drawing, this.input),
    );
  }

  /** The slider's value; its lowest means "everything" and is told as -Infinity. */
  get value(): number {
    const value = Number(this.input.value);
    return value <= this.histogram.low ? -Infinity : value;
  }

  set value(value: number) {
    this.input.value = String(Math.max(value, this.histogram.low));
    this.dress();
  }

  /** Show what the other filters leave of each bar. */
  leave(left: Float64Array): void {
    this.bars.forEach((bar, at) => {
      const height = barHeight(left[at], this.tallest);
      bar.setAttribute("y", String(HEIGHT - height));
      bar.setAttribute("height", String(height));
    });
  }

  private get tallest(): number {
    return Math.max(...this.histogram.bars, 1e-9);
  }

  /** Give the bars their colours again, and fade those below the value. */
  dress(): void {
    const { low, high } = this.histogram;
    this.bars.forEach((bar, index) => {
      const end = low + ((index + 1) / this.bars.length) * (high - low);
      bar.setAttribute("fill", this.words.colour(index));
      bar.setAttribute("opacity", end < this.value ? "0.18" : "1");
    });
    const said = this.words.say(this.value);
    this.output.value = said;
    this.input.setAttribute("aria-valuetext", said);
  }

  private makeBars(bars: Float64Array): SVGRectElement[] {
    const step = WIDTH / bars.length;
    return Array.from(bars, (count, index) => {
      const height = barHeight(count, this.tallest);
      return makeSvg("rect", {
        x: String(index * step + 0.4),
        width: String(step - 0.8),
        y: String(HEIGHT - height),
        height: String(height),
      });
    });
  }
}

/** Small counts are seen beside large ones: the square root is drawn. */
export const barHeight = (count: number, tallest: number, height = HEIGHT): number =>
  count > 0 ? Math.max(Math.sqrt(count / tallest) * height, 1.5) : 0;
