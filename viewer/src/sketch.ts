/** Draws a frame's marks: onto a canvas for the screen and PNG, as text for SVG. */
import type { Sight } from "./events";
import type { Mark, Measure, TextRole } from "./frame";
import type { Ink } from "./palette";

const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif';

const FONTS: Record<TextRole, { readonly size: number; readonly weight: number }> = {
  contig: { size: 11, weight: 500 },
  tick: { size: 10.5, weight: 400 },
  title: { size: 12.5, weight: 600 },
};

const font = (role: TextRole): string => `${FONTS[role].weight} ${FONTS[role].size}px ${FAMILY}`;

const inkOf = (role: TextRole, ink: Ink): string => (role === "tick" ? ink.faint : ink.text);

const lineInk = (role: (Mark & { kind: "line" })["role"], ink: Ink): string =>
  ({ separator: ink.separator, grid: ink.grid, tick: ink.border, border: ink.border })[role];

/** A measure that remembers: names are measured once, not once a frame. */
export function measureWith(context: CanvasRenderingContext2D): Measure {
  const known = new Map<string, number>();
  return (text, role) => {
    const key = `${role} ${text}`;
    let width = known.get(key);
    if (width === undefined) {
      context.font = font(role);
      width = context.measureText(text).width;
      known.set(key, width);
    }
    return width;
  };
}

let ruler: CanvasRenderingContext2D | null = null;

/** Width of a text of the page's font, in CSS pixels. */
export function textWidth(text: string, size: number): number {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (ruler === null) return text.length * size * 0.6;
  ruler.font = `${size}px ${FAMILY}`;
  return ruler.measureText(text).width;
}

function sketchText(context: CanvasRenderingContext2D, mark: Mark & { kind: "text" }, ink: Ink): void {
  context.save();
  context.translate(mark.x, mark.y);
  if (mark.turned) context.rotate(-Math.PI / 2);
  context.font = font(mark.role);
  context.textAlign = mark.anchor === "middle" ? "center" : mark.anchor;
  context.textBaseline = "middle";
  context.fillStyle = inkOf(mark.role, ink);
  context.fillText(mark.text, 0, 0.5);
  context.restore();
}

function sketchLine(context: CanvasRenderingContext2D, mark: Mark & { kind: "line" }, ink: Ink): void {
  context.strokeStyle = lineInk(mark.role, ink);
  context.lineWidth = 1;
  context.beginPath();
  // Half a pixel puts a hairline on one row of pixels rather than between two.
  context.moveTo(Math.round(mark.x1) + 0.5, Math.round(mark.y1) + 0.5);
  context.lineTo(Math.round(mark.x2) + 0.5, Math.round(mark.y2) + 0.5);
  context.stroke();
}

export function sketch(context: CanvasRenderingContext2D, marks: readonly Mark[], ink: Ink): void {
  for (const mark of marks) {
    if (mark.kind === "text") sketchText(context, mark, ink);
    else if (mark.kind === "line") sketchLine(context, mark, ink);
    else {
      context.fillStyle = ink[mark.role];
      context.fillRect(mark.x, mark.y, mark.width, mark.height);
    }
  }
}

const CORNER = 3;

/** Events: outlines with a breath of colour inside, strips along the axes. */
export function sketchSights(context: CanvasRenderingContext2D, seen: readonly Sight[]): void {
  // The largest come first and so lie below the others.
  for (const { x, y, width, height, colour, strip } of seen) {
    context.fillStyle = colour;
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    if (strip) {
      context.fillRect(x, y, width, height);
      continue;
    }
    context.beginPath();
    context.roundRect(x, y, width, height, CORNER);
    context.globalAlpha = 0.1;
    context.fill();
    context.globalAlpha = 0.9;
    context.stroke();
    context.globalAlpha = 1;
  }
}

export function svgSights(seen: readonly Sight[]): string {
  const boxes = seen.map(({ x, y, width, height, colour, strip }) => {
    const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${colour}"`;
    return strip
      ? `<rect ${place}/>`
      : `<rect ${place} rx="${CORNER}" fill-opacity="0.1" stroke="${colour}" stroke-opacity="0.9" stroke-width="1.5"/>`;
  });
  return `<g>${boxes.join("\n")}</g>`;
}

export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const round = (value: number): string => String(Math.round(value * 100) / 100);

function svgText(mark: Mark & { kind: "text" }, ink: Ink): string {
  const { size, weight } = FONTS[mark.role];
  const turn = mark.turned ? ` transform="rotate(-90 ${round(mark.x)} ${round(mark.y)})"` : "";
  return (
    `<text x="${round(mark.x)}" y="${round(mark.y)}" dy="0.35em" text-anchor="${mark.anchor}" font-size="${size}" ` +
    `font-weight="${weight}" fill="${inkOf(mark.role, ink)}"${turn}>${escaped(mark.text)}</text>`
  );
}

function svgMark(mark: Mark, ink: Ink): string {
  if (mark.kind === "text") return svgText(mark, ink);
  if (mark.kind === "line") {
    const ends = `x1="${round(mark.x1)}" y1="${round(mark.y1)}" x2="${round(mark.x2)}" y2="${round(mark.y2)}"`;
    return `<line ${ends} stroke="${lineInk(mark.role, ink)}"/>`;
  }
  const box = `x="${round(mark.x)}" y="${round(mark.y)}" width="${round(mark.width)}" height="${round(mark.height)}"`;
  return `<rect ${box} fill="${ink[mark.role]}"/>`;
}

/** The marks as a group of SVG elements. */
export function svgMarks(marks: readonly Mark[], ink: Ink): string {
  const drawn = marks.map((mark) => svgMark(mark, ink)).join("\n");
  return `<g font-family="${escaped(FAMILY)}">\n${drawn}\n</g>`;
}
