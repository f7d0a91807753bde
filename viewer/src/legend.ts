/** The legend of a colouring: what each colour says, in words. */
import type { Description } from "./engine";
import { percent } from "./format";
import { type Colouring, css, directed, type Palette, scaleColours, type Theme, toneColours } from "./palette";

export interface LegendEntry {
  /** One colour, or several that run into one another. */
  readonly colours: readonly string[];
  readonly label: string;
}

/** The palette of a colouring. */
export function paletteOf({ palette }: Colouring, { wished }: Pick<Description, "wished">): Palette {
  return wished.palettes.find(({ name }) => name === palette) ?? wished.palettes[0];
}

const STEPS = 22;

/** A share as people say it, without digits that say nothing. */
export const share = (value: number): string => percent(value, 2).replace(/\.?0+ %$/, " %");

/** The classes of identity in words, the least alike first. */
export function classNames(classes: readonly number[]): string[] {
  const borders = classes.map((border) => share(border).replace(" %", ""));
  return [
    `below ${borders[0]} %`,
    ...borders.slice(1).map((border, at) => `${borders[at]}–${border} %`),
    `${borders[borders.length - 1]} % and more`,
  ];
}

export function legendOf(colouring: Colouring, description: Description, theme: Theme): LegendEntry[] {
  const palette = paletteOf(colouring, description);
  const colours = toneColours(colouring, palette, theme).map(css);
  const ways = directed(colouring, palette);
  if (colouring.by === "nothing") return [{ colours: [colours[1]], label: "match" }];
  if (colouring.by === "strand") {
    return [
      { colours: [colours[1]], label: "same direction" },
      { colours: [colours[0]], label: "inverted" },
    ];
  }
  if (colouring.by === "classes") {
    return classNames(colouring.classes).flatMap((name, level) => {
      const [down, up] = [colours[2 * level], colours[2 * level + 1]];
      return ways ? [{ colours: [up, down], label: name }] : [{ colours: [up], label: name }];
    });
  }
  const { low, high } = description.scale;
  const said = `identity ${share(low)} to ${share(high)}`;
  const tones = palette[theme];
  const rising = scaleColours(tones.rising, STEPS).map(css);
  if (!ways) return [{ colours: rising, label: said }];
  return [
    { colours: rising, label: `same direction, ${said}` },
    { colours: scaleColours(tones.falling, STEPS).map(css), label: "inverted, likewise" },
  ];
}
