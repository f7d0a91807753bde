/** The server that a plot's page is of, as far as the plot must know it. */
import type { Drawing } from "./served-drawing";

export interface PlotServer {
  /** The plot's address, without a slash at its end. */
  readonly base: string;
  readonly csrf: string;
  readonly may: { readonly change: boolean };
  /** How the server drew the plot, and how it was drawn when it was made. */
  readonly drawing: Drawing;
  readonly made: Drawing;
  /** The way back to the server's other pages; it stands before the plot's title. */
  readonly navigation: HTMLElement | null;
  /** Have the plot drawn otherwise. */
  redraw(drawing: Drawing): void;
}
