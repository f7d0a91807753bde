/** What can be saved and shared of a plot: what is seen, the query's residues, the whole, the link. */
import type { MenuGroup, MenuItem } from "./menu";
import type { PlotServer } from "./server";
import type { Size } from "./view";

/** The plot, as far as saving and sharing need it. */
export interface ExportHost {
  readonly server: PlotServer | null;
  /** What is seen, in the words of a link. */
  readonly hash: string;
  readonly size: Size;
  readonly theme: string;
  readonly hasDots: boolean;
  savePng(): void;
  saveSvg(): void;
  copyLink(): void;
}

/** The address of an export of a server: the words of the link are the question. */
export function exportAddress(base: string, what: string, hash: string, more: Readonly<Record<string, string>> = {}): string {
  const words = new URLSearchParams(hash);
  for (const [name, value] of Object.entries(more)) words.set(name, value);
  const question = words.toString().replaceAll("%2C", ",");
  return `${base}/export/${what}${question === "" ? "" : `?${question}`}`;
}

function seenItems(host: ExportHost, { base }: PlotServer): MenuItem[] {
  const { width, height } = host.size;
  const picture = { size: `${Math.max(Math.round(width), 400)}x${Math.max(Math.round(height), 400)}px`, theme: host.theme };
  const pdf = { words: "Picture for print (PDF)", href: exportAddress(base, "view.pdf", host.hash, picture) };
  return [
    ...(host.hasDots ? [pdf] : []),
    { words: "Matches (PAF)", href: exportAddress(base, "view.paf", host.hash) },
    { words: "Matches (TSV)", href: exportAddress(base, "view.tsv", host.hash) },
  ];
}

/** The groups of the menu: what has no server is what the page can do by itself. */
export function exportGroups(host: ExportHost): MenuGroup[] {
  const { server } = host;
  const pictures = [
    { words: "Save as PNG", act: () => host.savePng() },
    { words: "Save as SVG", act: () => host.saveSvg() },
  ];
  const link = { words: "Copy link to this view", act: () => host.copyLink() };
  if (server === null) return [{ heading: "", items: [...pictures, link] }];
  const at = (what: string, more: Readonly<Record<string, string>> = {}): string => exportAddress(server.base, what, host.hash, more);
  const whole = (what: string): string => exportAddress(server.base, what, "");
  return [
    { heading: "What is seen", items: [...pictures, ...seenItems(host, server), link] },
    {
      heading: "The query's sequences",
      items: [
        { words: "In this order (FASTA)", href: at("query.fa.gz") },
        { words: "Joined along the target (FASTA)", href: at("query.fa.gz", { joined: "yes" }) },
      ],
    },
    {
      heading: "The whole plot",
      items: [
        { words: "One page for offline", href: whole("plot.html") },
        { words: "Alignment (PAF)", href: whole("plot.paf") },
        { words: "Backup to open again", href: whole("backup.tar.gz") },
        { words: "What was done (JSON)", href: whole("plot.json") },
      ],
    },
  ];
}
