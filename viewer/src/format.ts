/** Numbers as people read them. Nothing here depends on the browser's language. */

/** 1234567 → "1,234,567". */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

const UNITS = [
  [1e9, "Gb"],
  [1e6, "Mb"],
  [1e3, "kb"],
] as const;

/** A length with three significant digits: "12.1 Mb", "845 bp". */
export function bases(value: number): string {
  for (const [size, unit] of UNITS) {
    if (value >= size * 0.9995) return `${trimmed((value / size).toPrecision(3))} ${unit}`;
  }
  return `${grouped(value)} bp`;
}

const trimmed = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** A coordinate at a tick, as exact as the distance between ticks asks for. */
export function tick(coordinate: number, step: number): string {
  for (const [size, unit] of UNITS) {
    const digits = Math.max(0, Math.round(Math.log10(size)) - Math.floor(Math.log10(step) + 1e-9));
    if (coordinate >= size && digits <= 2) {
      const value = coordinate / size;
      return `${digits === 0 ? grouped(value) : trimmed(value.toFixed(digits))} ${unit}`;
    }
  }
  return grouped(coordinate);
}

/** A share of one as a percentage: 0.98765 → "98.77 %". */
export function percent(share: number, digits = 2): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : "–";
}

/** A half-open interval, as everywhere in Holdfast: "1,000–2,000". */
export const interval = (start: number, end: number): string => `${grouped(start)}–${grouped(end)}`;

/** A half-open interval for other programs: "chrIV:1000-2000". */
export const plainInterval = (name: string, start: number, end: number): string =>
  `${name}:${Math.round(start)}-${Math.round(end)}`;

/** A text cut in its middle to at most `most` characters. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  if (most < 4) return "";
  const head = Math.ceil((most - 1) * 0.6);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}
