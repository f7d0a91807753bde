/**
 * Names as people order them: chr2 before chr10, and chrIX before chrX where others are numbered in
 * Roman letters too. The same order as the server's and the command line's "by name".
 */

/** A run of digits, which counts as a number and comes before letters, or of other signs. */
type Part = number | string;

const ROMAN = /^(?=[IVXLC])C{0,3}(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})$/;
const VALUES: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50, C: 100 };

function roman(digits: string): number {
  const values = [...digits].map((digit) => VALUES[digit]);
  return values.reduce((sum, value, at) => sum + (value < (values[at + 1] ?? 0) ? -value : value), 0);
}

/**
 * What stands before Roman numbers, if there are such: a name ends in I, another in II. An X alone
 * proves nothing: it is a chromosome of ours.
 */
function romanPrefix(names: readonly string[]): string | null {
  const known = new Set(names);
  const ones = names.filter((name) => name.endsWith("II")).map((name) => name.slice(0, -2));
  return ones.sort().find((one) => known.has(`${one}I`) && !one.endsWith("I")) ?? null;
}

const parts = (name: string): Part[] =>
  name
    .split(/([0-9]+)/)
    .filter((part) => part !== "")
    .map((part) => (/^[0-9]/.test(part) ? Number(part) : part));

function keyOf(name: string, prefix: string | null): Part[] {
  if (prefix !== null && name.startsWith(prefix)) {
    const rest = name.slice(prefix.length);
    if (ROMAN.test(rest)) return [...parts(prefix), roman(rest)];
  }
  return parts(name);
}

function comparePart(a: Part, b: Part): number {
  if (typeof a === "number") return typeof b === "number" ? a - b : -1;
  if (typeof b === "number") return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function compare(a: readonly Part[], b: readonly Part[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = comparePart(a[at], b[at]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** The places of names in their natural order. */
export function naturalOrder(names: readonly string[]): number[] {
  const prefix = romanPrefix(names);
  const keys = names.map((name) => keyOf(name, prefix));
  return names.map((_, place) => place).sort((a, b) => compare(keys[a], keys[b]) || a - b);
}
