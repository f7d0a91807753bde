import { describe, expect, it } from "vitest";
import { exportAddress, exportGroups, type ExportHost } from "../src/exports";
import { associationTable, coverageTable, rowsOf, unmatchedTable } from "../src/tables";

const best = { other: "chr2", coverage: 0.5, other_coverage: 0.25, strand: -1, identity: 0.99, matches: 3, matching: 900 };
const told = {
  side: "query",
  genome: "q",
  other: "t",
  associations: [
    { contig: "c10", length: 1000, turned: true, best },
    { contig: "c2", length: 5000, turned: false, best: { ...best, other: "chr1", matches: 7 } },
    { contig: "lost", length: 10, turned: false, best: null },
  ],
  unassigned: ["lost"],
} as const;

const names = (rows: readonly { contig: string }[]): string[] => rows.map(({ contig }) => contig);

describe("a table of contigs", () => {
  const table = associationTable(told);

  it("is as it was told, sorted by a column, or found by a name", () => {
    expect(names(rowsOf(table, "", null))).toEqual(["c10", "c2", "lost"]);
    expect(names(rowsOf(table, "", { column: 0, down: false }))).toEqual(["c2", "c10", "lost"]);
    // What is not known comes last, either way.
    expect(names(rowsOf(table, "", { column: 7, down: true }))).toEqual(["c2", "c10", "lost"]);
    expect(names(rowsOf(table, "", { column: 7, down: false }))).toEqual(["c10", "c2", "lost"]);
    expect(names(rowsOf(table, "CHR1", null))).toEqual(["c2"]);
  });

  it("shows what is not known as a dash", () => {
    const shown = table.rows[2].cells.map((cell, at) => table.columns[at].show(cell));
    expect(shown).toEqual(["lost", "10 bp", "–", "–", "–", "–", "–", "–", "forwards"]);
    expect(table.rows[0].cells.map((cell, at) => table.columns[at].show(cell))).toContain("reversed");
  });

  it("tells coverage, and contigs without match", () => {
    const row = { contig: "c", length: 10, aligned: 0.5, mean: 1.25, usual: null, matches: 0, identity: null };
    const { columns, rows } = coverageTable({ side: "target", genome: "t", contigs: [row] });
    expect(rows[0].cells.map((cell, at) => columns[at].show(cell))).toEqual(["c", "10 bp", "50.0 %", "1.25", "–", "0", "–"]);
    expect(unmatchedTable(told).rows).toEqual([{ contig: "lost", other: null, cells: ["lost", 10] }]);
  });
});

describe("what can be saved", () => {
  const nothing = (): void => undefined;
  const host: ExportHost = { server: null, hash: "x=1,2&hidden=x3-5", size: { width: 900.4, height: 100 }, theme: "dark", hasDots: true, savePng: nothing, saveSvg: nothing, copyLink: nothing };

  it("is asked for in the words of the link", () => {
    expect(exportAddress("/plots/p", "view.paf", host.hash)).toBe("/plots/p/export/view.paf?x=1,2&hidden=x3-5");
    expect(exportAddress("/plots/p", "plot.html", "")).toBe("/plots/p/export/plot.html");
  });

  it("is less where no server is", () => {
    expect(exportGroups(host).flatMap(({ items }) => items.map(({ words }) => words))).toHaveLength(3);
    const server = { base: "/plots/p" } as NonNullable<ExportHost["server"]>;
    const hrefs = exportGroups({ ...host, server }).flatMap(({ items }) => items.map(({ href }) => href));
    expect(hrefs).toContain("/plots/p/export/view.pdf?x=1,2&hidden=x3-5&size=900x400px&theme=dark");
    expect(hrefs).toContain("/plots/p/export/query.fa.gz?x=1,2&hidden=x3-5&joined=yes");
  });
});
