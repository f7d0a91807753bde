/** The plot's tables, which a server tells: the summary of both genomes, and their contigs. */
import { iconButton, make, makeSvg } from "./element";
import { bases, grouped, percent } from "./format";
import { radio, segmented } from "./parts";
import type { Side } from "./region";
import { askServer } from "./served-fetch";
import { type Associations, associationTable, type ContigRow, type ContigTable, type Coverage, coverageTable, rowsOf, type Sorting, unmatchedTable } from "./tables";

/** Rows shown at once; more are shown when they are asked for. */
const PAGE = 200;

const KINDS = ["summary", "associations", "coverage", "unmatched"] as const;
type Kind = (typeof KINDS)[number];
const NAMES: Readonly<Record<Kind, string>> = { summary: "Summary", associations: "Best matches", coverage: "Coverage", unmatched: "Without match" };

interface IdentityClass {
  readonly least: number;
  readonly below: number | null;
  readonly bases: number;
  readonly share: number;
}

interface GenomeReport {
  readonly name: string;
  readonly contiguity: Readonly<Record<"contigs" | "bases" | "longest" | "n50" | "l50" | "n90" | "l90", number>>;
  readonly depth: { readonly aligned: number; readonly mean: number; readonly usual: number | null };
  readonly identity: { readonly unmatched: number; readonly unmatched_share: number; readonly classes: readonly IdentityClass[] };
}

interface Summary {
  readonly matches: number;
  readonly identity_source: string;
  readonly target: GenomeReport;
  readonly query: GenomeReport;
}

export interface TablesListener {
  /** Show a contig of a genome, and of the other one the contig that is named, or all of it. */
  goTo(side: Side, contig: string, other: string | null): void;
}

export class TablesDialog {
  readonly element = make("dialog", { class: "help tables", "aria-label": "Tables" });
  private readonly content = make("div", { class: "tables-content" });
  private readonly kinds: HTMLInputElement[];
  private readonly sides: HTMLInputElement[];
  private readonly sideChoice: HTMLElement;
  private readonly search = make("input", {
    type: "search",
    class: "search",
    placeholder: "Contig",
    "aria-label": "Only contigs with this in their name",
    input: () => this.fill(),
  });
  private readonly limits = make("input", {
    class: "search",
    value: "25, 50, 75",
    "aria-label": "Where classes of identity meet, in percent",
    inputmode: "decimal",
    change: () => void this.load(),
  });
  private readonly limitsLabel = make("label", { class: "row" }, make("span", {}, "Classes meet at %"), this.limits);
  private readonly downloads = make("p", { class: "downloads" });
  private kind: Kind = "summary";
  private side: Side = "query";
  private table: ContigTable | null = null;
  private sorting: Sorting | null = null;
  private shown = PAGE;
  private asked = 0;

  constructor(
    private readonly base: string,
    private readonly listener: TablesListener,
    name: string,
  ) {
    this.kinds = KINDS.map((kind) => radio(`${name}-table`, kind, () => this.choose(kind, this.side)));
    this.sides = (["query", "target"] as const).map((side) => radio(`${name}-side`, side, () => this.choose(this.kind, side)));
    const close = iconButton("close", "Close", () => this.element.close());
    this.sideChoice = segmented("Of which genome", this.sides, ["Query", "Target"]);
    const head = make("div", { class: "row" }, make("h2", {}, "Tables"), close);
    const which = segmented("Table", this.kinds, KINDS.map((kind) => NAMES[kind]));
    const tools = make("div", { class: "tables-tools" }, this.sideChoice, this.search, this.limitsLabel);
    this.element.append(head, which, tools, this.content, this.downloads);
  }

  open(): void {
    this.element.showModal();
    this.choose(this.kind, this.side);
  }

  private choose(kind: Kind, side: Side): void {
    this.kind = kind;
    this.side = side;
    this.sorting = null;
    for (const input of this.kinds) input.checked = input.value === kind;
    for (const input of this.sides) input.checked = input.value === side;
    this.sideChoice.hidden = this.search.hidden = kind === "summary";
    this.limitsLabel.hidden = kind !== "summary";
    void this.load();
  }

  private address(...more: readonly string[]): string {
    const path = this.kind === "unmatched" && more.length === 0 ? "associations" : this.kind;
    const limits = this.limits.value.replace(/\s+/g, "");
    const words = this.kind === "summary" ? [`limits=${encodeURIComponent(limits)}`] : [`side=${this.side}`];
    return `${this.base}/tables/${path}?${[...words, ...more].join("&")}`;
  }

  private async load(): Promise<void> {
    const asked = ++this.asked;
    this.content.replaceChildren(make("p", { class: "faint", role: "status" }, "Reading the alignment …"));
    this.tellDownloads();
    try {
      const told: unknown = await (await askServer(this.address())).json();
      if (asked !== this.asked) return;
      this.show(told);
    } catch (error) {
      if (asked === this.asked) this.content.replaceChildren(make("p", { class: "note", role: "alert" }, error instanceof Error ? error.message : String(error)));
    }
  }

  private tellDownloads(): void {
    const link = (words: string, ...more: string[]): HTMLElement => make("a", { class: "link", href: this.address(...more) }, words);
    const links = [link("Download as TSV", "tsv=yes")];
    if (this.kind === "summary") {
      const limits = encodeURIComponent(this.limits.value.replace(/\s+/g, ""));
      const picture = (kind: string): HTMLElement => make("a", { class: "link", href: `${this.base}/tables/summary.${kind}?limits=${limits}` }, kind.toUpperCase());
      links.push(picture("png"), picture("svg"), picture("pdf"));
    }
    if (this.kind === "summary" || (this.kind === "associations" && this.side === "query")) {
      links.push(link("as D-Genies writes it", "dgenies=yes"));
    }
    this.downloads.replaceChildren(...links.flatMap((each, at) => (at === 0 ? [each] : [" · ", each])));
  }

  private show(told: unknown): void {
    if (this.kind === "summary") {
      this.content.replaceChildren(...summaryParts(told as Summary));
      return;
    }
    if (this.kind === "coverage") this.table = coverageTable(told as Coverage);
    else this.table = (this.kind === "unmatched" ? unmatchedTable : associationTable)(told as Associations);
    this.fill();
  }

  private fill(): void {
    if (this.table === null || this.kind === "summary") return;
    const rows = rowsOf(this.table, this.search.value, this.sorting);
    if (rows.length === 0) {
      const none = this.table.rows.length > 0 ? "No contig has this in its name." : this.kind === "unmatched" ? "Every contig is in a match." : "There are no contigs.";
      this.content.replaceChildren(make("p", { class: "faint" }, none));
      return;
    }
    const head = make("thead", {}, make("tr", {}, ...this.table.columns.map((_, at) => this.heading(at))));
    const body = make("tbody", {}, ...rows.slice(0, this.shown).map((row) => this.row(row)));
    const table = make("table", { class: "contig-table" }, head, body);
    const left = rows.length - this.shown;
    const more = (): void => {
      this.shown += 10 * PAGE;
      this.fill();
    };
    const rest = left > 0 ? [make("p", {}, make("button", { type: "button", class: "link", click: more }, `Show more of ${grouped(rows.length)}`))] : [];
    this.content.replaceChildren(table, ...rest);
  }

  private heading(at: number): HTMLElement {
    const { name, title, isNumber } = this.table!.columns[at];
    const { sorting } = this;
    const isSorted = sorting?.column === at;
    const sort = (): void => {
      this.sorting = isSorted ? { column: at, down: !sorting.down } : { column: at, down: isNumber };
      this.fill();
      this.element.querySelectorAll<HTMLElement>("thead button")[at]?.focus();
    };
    const sign = isSorted ? (sorting.down ? " ↓" : " ↑") : "";
    const button = make("button", { type: "button", title, click: sort }, name + sign);
    const order = isSorted ? (sorting.down ? "descending" : "ascending") : "none";
    return make("th", { scope: "col", class: isNumber ? "number" : "", "aria-sort": order }, button);
  }

  private row(row: ContigRow): HTMLElement {
    const { columns } = this.table!;
    const go = (): void => {
      this.element.close();
      this.listener.goTo(this.side, row.contig, row.other);
    };
    const name = make("th", { scope: "row" }, make("button", { type: "button", class: "link", title: "Show it", click: go }, row.contig));
    const cells = row.cells.slice(1).map((value, at) => make("td", { class: columns[at + 1].isNumber ? "number" : "" }, columns[at + 1].show(value)));
    return make("tr", {}, name, ...cells);
  }
}

const MEASURES: readonly (readonly [name: string, of: (report: GenomeReport) => string])[] = [
  ["Contigs", ({ contiguity }) => grouped(contiguity.contigs)],
  ["Bases", ({ contiguity }) => grouped(contiguity.bases)],
  ["Longest contig", ({ contiguity }) => bases(contiguity.longest)],
  ["N50 (contigs)", ({ contiguity }) => `${bases(contiguity.n50)} (${grouped(contiguity.l50)})`],
  ["N90 (contigs)", ({ contiguity }) => `${bases(contiguity.n90)} (${grouped(contiguity.l90)})`],
  ["Covered", ({ depth }) => percent(depth.aligned)],
  ["Mean depth", ({ depth }) => depth.mean.toFixed(3)],
  ["Usual depth", ({ depth }) => (depth.usual === null ? "–" : grouped(depth.usual))],
  ["Without match", ({ identity }) => `${percent(identity.unmatched_share)} · ${bases(identity.unmatched)}`],
];

const className = ({ least, below }: IdentityClass): string => `${shortPercent(least)}–${shortPercent(below ?? 1)} %`;
const shortPercent = (value: number): string => String(Math.round(value * 1e4) / 100);

function summaryParts({ target, query, matches, identity_source: source }: Summary): HTMLElement[] {
  const reports = [target, query];
  const head = make("thead", {}, make("tr", {}, make("td", {}), ...reports.map(({ name }) => make("th", { scope: "col", class: "number" }, name))));
  const line = (name: string, words: readonly string[]): HTMLElement =>
    make("tr", {}, make("th", { scope: "row" }, name), ...words.map((each) => make("td", { class: "number" }, each)));
  const classes = target.identity.classes.map((each, at) =>
    line(`Identity ${className(each)}`, reports.map(({ identity }) => `${percent(identity.classes[at].share)} · ${bases(identity.classes[at].bases)}`)),
  );
  const rows = MEASURES.map(([name, of]) => line(name, reports.map(of)));
  return [
    make("p", { class: "faint" }, `${grouped(matches)} matches, identity from ${source}. Each base counts for the best match over it.`),
    ...reports.map((report) => bar(report)),
    make("table", { class: "contig-table summary-table" }, head, make("tbody", {}, ...rows, ...classes.reverse())),
  ];
}

/** A genome's bases by the class of their best match, the most alike first. */
function bar({ name, identity }: GenomeReport): HTMLElement {
  const { classes } = identity;
  let x = 0;
  const cells = [...classes].reverse().map((each, at) => {
    const width = Math.min(each.share, 1 - x) * 100;
    const cell = makeSvg("rect", { x: String(x * 100), width: String(Math.max(width, 0)), y: "0", height: "10", class: `identity-class c${Math.min(at, 4)}` });
    cell.append(makeSvg("title"));
    cell.firstElementChild?.append(`${className(each)}: ${percent(each.share)}`);
    x += each.share;
    return cell;
  });
  const label = `${name}: ${classes.map((each) => `${className(each)} ${percent(each.share)}`).join(", ")}, without match ${percent(identity.unmatched_share)}`;
  const drawing = makeSvg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", class: "identity-bar", role: "img", "aria-label": label }, ...cells);
  const figure = make("figure", { class: "identity-figure" }, make("figcaption", {}, name));
  figure.append(drawing);
  return figure;
}
