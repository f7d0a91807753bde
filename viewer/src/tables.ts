/**
 * Tables of a plot's contigs as a server tells them: their columns, and their rows sorted and
 * filtered. Pure; the dialogue shows them.
 */
import { bases, grouped, percent } from "./format";
import type { Side } from "./region";

type Cell = string | number | null;

/** A row as a server tells it; of a name, what the table needs. */
export interface ContigRow {
  readonly contig: string;
  /** The contig of the other genome that a click shows with it; null for none. */
  readonly other: string | null;
  readonly cells: readonly Cell[];
}

export interface Column {
  readonly name: string;
  readonly title: string;
  readonly show: (value: Cell) => string;
  readonly isNumber: boolean;
}

export interface ContigTable {
  readonly columns: readonly Column[];
  readonly rows: readonly ContigRow[];
}

interface Best {
  readonly other: string;
  readonly coverage: number;
  readonly other_coverage: number;
  readonly strand: number;
  readonly identity: number;
  readonly matches: number;
  readonly matching: number;
}

export interface Associations {
  readonly side: Side;
  readonly genome: string;
  readonly other: string;
  readonly associations: readonly { readonly contig: string; readonly length: number; readonly turned: boolean; readonly best: Best | null }[];
  readonly unassigned: readonly string[];
}

export interface Coverage {
  readonly side: Side;
  readonly genome: string;
  readonly contigs: readonly {
    readonly contig: string;
    readonly length: number;
    readonly aligned: number;
    readonly mean: number;
    readonly usual: number | null;
    readonly matches: number;
    readonly identity: number | null;
  }[];
}

const word = (name: string, title = name): Column => ({ name, title, show: (value) => (value === null ? "–" : String(value)), isNumber: false });
const figure = (name: string, show: (value: number) => string, title = name): Column => ({
  name,
  title,
  show: (value) => (typeof value === "number" ? show(value) : "–"),
  isNumber: true,
});
const share = (value: number): string => percent(value, 1);
const depth = (value: number): string => value.toFixed(2);

export function associationTable({ associations, other }: Associations): ContigTable {
  return {
    columns: [
      word("Contig"),
      figure("Length", bases),
      word("Best", `The contig of ${other} it shares most with`),
      word("Strand", "On which more of the matching bases are"),
      figure("Identity", (value) => percent(value)),
      figure("Covered", share, "Share of the contig in matches with its best"),
      figure("Covers", share, "Share of its best in matches with it"),
      figure("Matches", grouped),
      word("Drawn", "As it was drawn when the plot was made"),
    ],
    rows: associations.map(({ contig, length, turned, best }) => ({
      contig,
      other: best?.other ?? null,
      cells: [
        contig,
        length,
        best?.other ?? null,
        best && (best.strand < 0 ? "−" : "+"),
        best?.identity ?? null,
        best?.coverage ?? null,
        best?.other_coverage ?? null,
        best?.matches ?? null,
        turned ? "reversed" : "forwards",
      ],
    })),
  };
}

export function coverageTable({ contigs }: Coverage): ContigTable {
  return {
    columns: [
      word("Contig"),
      figure("Length", bases),
      figure("Covered", share, "Share of its bases in at least one match"),
      figure("Mean depth", depth, "Matches over a base, on the mean"),
      figure("Usual depth", grouped, "The most frequent depth of its covered bases"),
      figure("Matches", grouped),
      figure("Identity", (value) => percent(value)),
    ],
    rows: contigs.map(({ contig, length, aligned, mean, usual, matches, identity }) => ({
      contig,
      other: null,
      cells: [contig, length, aligned, mean, usual, matches, identity],
    })),
  };
}

export function unmatchedTable({ associations, unassigned }: Associations): ContigTable {
  const lengths = new Map(associations.map(({ contig, length }) => [contig, length]));
  return {
    columns: [word("Contig"), figure("Length", bases)],
    rows: unassigned.map((contig) => ({ contig, other: null, cells: [contig, lengths.get(contig) ?? null] })),
  };
}

export interface Sorting {
  readonly column: number;
  readonly down: boolean;
}

/** Names with numbers in them as people order them; what is not known comes last, either way. */
const NATURAL = new Intl.Collator("en", { numeric: true });

function compare(a: Cell, b: Cell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return NATURAL.compare(String(a), String(b));
}

/** Rows with `text` in one of their names, sorted; without a sorting, as they were told. */
export function rowsOf({ rows }: ContigTable, text: string, sorting: Sorting | null): ContigRow[] {
  const wanted = text.trim().toLowerCase();
  const has = (name: string | null): boolean => name !== null && name.toLowerCase().includes(wanted);
  const found = wanted === "" ? [...rows] : rows.filter(({ contig, other }) => has(contig) || has(other));
  if (sorting === null) return found;
  const { column, down } = sorting;
  return found.sort((one, two) => {
    const [a, b] = [one.cells[column], two.cells[column]];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return down ? compare(b, a) : compare(a, b);
  });
}
