/** Companions draw with the stage: in the plot, beneath or instead of the matches, and beside it. */
import type { Margins } from "./frame";
import type { Settings } from "./link";
import type { Theme } from "./palette";
import type { Size, View } from "./view";

/** What a companion draws on, and what is looked at. */
export interface Setting {
  readonly context: CanvasRenderingContext2D;
  readonly view: View;
  /** Of the plot, and of the whole stage. */
  readonly size: Size;
  readonly whole: Size;
  readonly margins: Margins;
  readonly settings: Settings;
  readonly theme: Theme;
}

export interface Companion {
  /** Has it drawn anything lately, so that a picture must have it? */
  readonly shows: boolean;
  /** Pixels it takes above the plot and at its right. */
  room(narrow: boolean): { readonly top: number; readonly right: number };
  /** Draw into the plot, whose corner is the origin. Answers whether it has drawn the matches. */
  field(setting: Setting): boolean;
  /** Draw beside the plot; the stage's corner is the origin. */
  beside(setting: Setting): void;
}
