/** Which matches are drawn, and how many are not, for which reason. */
import type { Census, Histogram } from "./census";
import { make, makeSvg } from "./element";
import type { Description, Filter, Painted } from "./engine";
import { bases, grouped, percent } from "./format";
import type { Settings } from "./link";
import { paletteOf } from "./legend";
import { css, levelOf, type Theme, toneColours } from "./palette";
import { section, toggle } from "./parts";
import { barHeight, HistogramSlider } from "./slider";

export class FilterPanel {
  readonly element: HTMLElement;
  private readonly identity: HistogramSlider;
  private readonly length: HistogramSlider;
  private readonly noise: HTMLInputElement;
  private readonly noiseRow: HTMLElement;
  private readonly noiseBars = make("div", { class: "noise-bars", hidden: true });
  private readonly kept = make("p", { class: "kept", "aria-live": "polite" });
  private readonly reasons = make("p", { class: "reasons faint" });
  private settings: Settings;
  private theme: Theme = "light";

  constructor(
    private readonly description: Description,
    private readonly set: (change: Partial<Filter>) => void,
    settings: Settings,
  ) {
    this.settings = settings;
    this.identity = this.makeIdentity();
    this.length = this.makeLength();
    this.noise = make("input", { type: "checkbox", change: () => set({ hideNoise: this.noise.checked }) });
    this.noiseRow = toggle("Hide noise", this.noise);
    this.noiseRow.hidden = true;
    this.element = section("Filter", this.identity.element, this.length.element, this.noiseRow, this.noiseBars, this.kept, this.reasons);
  }

  show(settings: Settings, theme: Theme): void {
    this.settings = settings;
    this.theme = theme;
    this.identity.value = settings.minIdentity > 0 ? settings.minIdentity : -Infinity;
    this.length.value = settings.minLength > 0 ? Math.log10(settings.minLength) : -Infinity;
    this.noise.checked = settings.hideNoise;
    this.noiseRow.hidden &&= !settings.hideNoise;
    this.noiseBars.classList.toggle("noise-hidden", settings.hideNoise);
  }

  /** Offer to hide the noise, where there is some. */
  showNoise({ noise, noiseEnd, drawnLengths }: Census): void {
    this.noiseRow.hidden = noise === 0 && !this.settings.hideNoise;
    this.noiseRow.title = `${grouped(noise)} matches shorter than where short ones become rare`;
    this.noiseBars.replaceChildren();
    if (noise > 0) this.noiseBars.append(...noiseBars(drawnLengths, noiseEnd), make("p", { class: "faint" }, `${grouped(noise)} shorter than ${bases(noiseEnd)}`));
    this.noiseBars.classList.toggle("noise-hidden", this.settings.hideNoise);
    this.noiseBars.hidden = this.noiseRow.hidden;
  }

  showPainted({ sifted, lines, counted }: Painted): void {
    const { count } = this.description;
    this.identity.leave(sifted.left.identities);
    this.length.leave(sifted.left.lengths);
    this.kept.textContent =
      sifted.kept === count ? `All ${grouped(count)} matches drawn` : `${grouped(sifted.kept)} of ${grouped(count)} matches drawn`;
    const reasons = [
      [sifted.shorter, "shorter"],
      [sifted.lessAlike, "less alike"],
      [sifted.noise, "noise"],
    ] as const;
    const left = reasons.filter(([number]) => number > 0).map(([number, words]) => `${grouped(number)} ${words}`);
    const longest = lines > 0 ? `${grouped(lines)} as lines, all others in view in the density` : "all in the density";
    const density = counted > 0 ? longest : "";
    this.reasons.textContent = [left.length > 0 ? `Not drawn: ${left.join(", ")}` : "", density].filter((text) => text !== "").join(" · ");
  }

  private makeIdentity(): HistogramSlider {
    const { identities, scale } = this.description;
    const { bars, low, high } = identities;
    const middle = (bar: number): number => low + ((bar + 0.5) / bars.length) * (high - low);
    return new HistogramSlider(identities, {
      label: "Identity at least",
      say: (value) => (value === -Infinity ? "any" : percent(value, 1)),
      change: (value) => this.set({ minIdentity: value === -Infinity ? 0 : Math.round(value * 1e4) / 1e4 }),
      colour: (bar) => {
        const { colouring } = this.settings;
        if (colouring.by !== "identity" && colouring.by !== "classes") return "currentColor";
        const tones = toneColours(colouring, paletteOf(colouring, this.description), this.theme);
        return css(tones[2 * levelOf(colouring, scale)(middle(bar)) + 1]);
      },
    });
  }

  private makeLength(): HistogramSlider {
    return new HistogramSlider(this.description.lengths, {
      label: "Length at least",
      say: (value) => (value === -Infinity ? "any" : bases(Math.round(10 ** value))),
      change: (value) => this.set({ minLength: value === -Infinity ? 0 : Math.round(10 ** value) }),
      colour: () => "currentColor",
    });
  }
}

const NOISE_HEIGHT = 26;

/** How many matches are of each length, those that are noise in another colour, and where it ends. */
function noiseBars({ low, high, bars: counts }: Histogram, end: number): (HTMLElement | SVGSVGElement)[] {
  const tallest = Math.max(...counts, 1e-9);
  const at = ((Math.log10(Math.max(end, 1)) - low) / (high - low)) * counts.length;
  const drawn = Array.from(counts, (count, bar) => {
    const height = barHeight(count, tallest, NOISE_HEIGHT);
    const isNoise = bar + 0.5 < at;
    return makeSvg("rect", { class: isNoise ? "noise" : "", x: String(4 * bar + 0.3), width: "3.4", y: String(NOISE_HEIGHT - height), height: String(height) });
  });
  const border = makeSvg("line", { x1: String(4 * at), x2: String(4 * at), y1: "0", y2: String(NOISE_HEIGHT) });
  const box = `0 0 ${4 * counts.length} ${NOISE_HEIGHT}`;
  return [makeSvg("svg", { viewBox: box, preserveAspectRatio: "none", class: "bars", "aria-hidden": "true" }, ...drawn, border)];
}
