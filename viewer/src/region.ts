/**
 * Regions as people write them: `chrIV`, `chrI:100,000-200,000`, `chr2:1.5M`, and two of them for
 * both axes. Coordinates are 0-based and half-open, as all that the page shows.
 */
import type { Axis } from "./axis";

export type Side = "target" | "query";

export interface Region {
  readonly side: Side;
  readonly contig: number;
  readonly start: number;
  readonly end: number;
}

const UNIT: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };
const NUMBER = String.raw`(\d[\d,_' ]*(?:\.\d+)?)\s*([kmg]?)(?:bp?)?`;
const SPAN = new RegExp(String.raw`^(.+):\s*${NUMBER}\s*(?:(?:-|–|—|\.\.)\s*${NUMBER})?\s*$`, "i");
/** What a single coordinate shows around it, in bases. */
const AROUND = 5000;

interface Words {
  readonly name: string;
  readonly start: number | null;
  readonly end: number | null;
}

const value = (digits: string, unit: string): number =>
  Math.round(Number(digits.replace(/[,_' ]/g, "")) * UNIT[unit.toLowerCase()]);

function wordsOf(text: string): Words {
  const match = SPAN.exec(text);
  if (match === null) return { name: text, start: null, end: null };
  const [, name, low, lowUnit, high, highUnit] = match;
  if (high === undefined) {
    const at = value(low, lowUnit);
    return { name: name.trim(), start: at - AROUND, end: at + AROUND };
  }
  // "1.5-2M" means 1.5 M to 2 M.
  const unit = lowUnit === "" && value(low, "") <= 1000 ? highUnit : lowUnit;
  return { name: name.trim(), start: value(low, unit), end: value(high, highUnit) };
}

function onAxis(axis: Axis, side: Side, { name, start, end }: Words): Region[] {
  const wanted = name.toLowerCase();
  const exact = axis.contigs.findIndex((contig) => contig.name === name);
  const contig = exact >= 0 ? exact : axis.contigs.findIndex((each) => each.name.toLowerCase() === wanted);
  if (contig < 0) return [];
  const { length } = axis.contigs[contig];
  const low = Math.min(Math.max(start ?? 0, 0), length);
  const high = Math.min(end ?? length, length);
  return low < high ? [{ side, contig, start: low, end: high }] : [];
}

/** The regions that a text names: of a name that both genomes have, both. None for anything else. */
export function regionsOf(text: string, target: Axis, query: Axis): Region[] {
  const whole = wordsOf(text.trim());
  if (whole.name === "") return [];
  return [...onAxis(target, "target", whole), ...onAxis(query, "query", whole)];
}

/** Two regions in one text, the target's first, or null. */
export function pairOf(text: string, target: Axis, query: Axis): readonly [Region, Region] | null {
  const halves = text.split(/\s+(?:×|x|by)\s+|\s*[;\t]\s*/).filter((half) => half !== "");
  const [first, second] = halves.length === 2 ? halves : text.trim().split(/\s+/);
  if (first === undefined || second === undefined) return null;
  const [a] = onAxis(target, "target", wordsOf(first.trim()));
  const [b] = onAxis(query, "query", wordsOf(second.trim()));
  return a && b ? [a, b] : null;
}
