/** Saving and sharing a plot: the menu of it, and the pictures that the page makes by itself. */
import type { Connection } from "./connection";
import type { Description } from "./engine";
import { exportGroups } from "./exports";
import type { MenuGroup } from "./menu";
import type { Theme } from "./palette";
import { png, save, type Seen, svg } from "./picture";
import { ribbonsPng, ribbonsSvg } from "./ribbon-picture";
import type { RibbonStage } from "./ribbon-stage";
import type { PlotServer } from "./server";
import type { Stage } from "./stage";

/** The plot as it is at the moment of saving. */
export interface Savable {
  readonly title: string;
  readonly description: Description;
  readonly connection: Connection;
  readonly stage: Stage;
  /** The ribbons, where they are shown instead of the dots. */
  readonly ribbons: RibbonStage | null;
  readonly theme: Theme;
  readonly server: PlotServer | null;
  /** What is seen, in the words of a link. */
  readonly hash: string;
}

const seen = ({ title, description, stage }: Savable): Seen => ({ title, description, ...stage.seen() });

async function savePng(plot: Savable): Promise<void> {
  if (plot.ribbons) save(await ribbonsPng(plot.ribbons), `${plot.title} ribbons.png`);
  else save(await png(plot.connection, seen(plot)), `${plot.title}.png`);
}

async function saveSvg(plot: Savable): Promise<void> {
  const text = plot.ribbons ? await ribbonsSvg(plot.ribbons, plot.title) : await svg(plot.connection, seen(plot));
  save(new Blob([text], { type: "image/svg+xml" }), `${plot.title}${plot.ribbons ? " ribbons" : ""}.svg`);
}

/** The menu of what can be saved; `copyLink` shares the view. */
export function savingGroups(plot: Savable, copyLink: () => void): MenuGroup[] {
  const { server, hash, theme, ribbons } = plot;
  return exportGroups({
    server,
    hash,
    theme,
    size: (ribbons ?? plot.stage).whole,
    hasDots: ribbons === null,
    savePng: () => void savePng(plot),
    saveSvg: () => void saveSvg(plot),
    copyLink,
  });
}
