/** Pictures of what is seen: PNG and SVG with frame, title and legend. */
import type { Connection } from "./connection";
import type { Description, Filter, Stroke } from "./engine";
import { percent } from "./format";
import { type Frame, type Margins } from "./frame";
import type { Picture } from "./painter";
import { css, INK, tones, TONES } from "./palette";
import { escaped, sketch, svgMarks } from "./sketch";

export interface Seen {
  readonly title: string;
  readonly description: Description;
  readonly frame: Frame;
  readonly margins: Margins;
  /** The whole drawing, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly picture: Picture;
  readonly filter: Filter;
}

/** Room for title and legend above the drawing. */
const HEAD = 44;
const RAMP = 120;
const PNG_RATIO = 2;
/** More lines than this make an SVG nobody can open; the rest is a raster inside it. */
const MOST_LINES = 40_000;

interface LegendEntry {
  readonly x: number;
  readonly colours: readonly string[];
  readonly label: string;
  readonly width: number;
}

/** The legend as boxes from left to right, ending at `right`. */
function legend({ description, picture, width }: Seen): LegendEntry[] {
  const scale = tones(picture.style.colouring, picture.style.theme);
  if (picture.style.colouring === "strand") {
    return [
      { x: width - 250, width: 14, colours: [css(scale[TONES - 1])], label: "same direction" },
      { x: width - 132, width: 14, colours: [css(scale[0])], label: "inverted" },
    ];
  }
  const label = `identity ${percent(description.identityLow, 0)} to 100 %`;
  return [{ x: width - RAMP - 160, width: RAMP, colours: scale.map(css), label }];
}

export async function svg(connection: Connection, seen: Seen): Promise<string> {
  const { picture, margins: m, width, height } = seen;
  const { view, size, style } = picture;
  const ink = INK[style.theme];
  const strokes = await connection.ask("strokes", view, size, style.colouring, MOST_LINES + 1);
  const crowded = strokes.length > MOST_LINES;
  const matches = crowded ? await raster(connection, seen) : lines(strokes, seen);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + HEAD}" viewBox="0 ${-HEAD} ${width} ${height + HEAD}">`,
    `<title>${escaped(seen.title)}</title>`,
    `<rect x="0" y="${-HEAD}" width="${width}" height="${height + HEAD}" fill="${ink.ground}"/>`,
    svgMarks(seen.frame.marks, ink),
    `<clipPath id="plot"><rect x="${m.left}" y="${m.top}" width="${size.width}" height="${size.height}"/></clipPath>`,
    `<g clip-path="url(#plot)">${matches}</g>`,
    svgHead(seen),
    "</svg>",
  ].join("\n");
}

function svgHead(seen: Seen): string {
  const ink = INK[seen.picture.style.theme];
  const boxes = legend(seen).map(({ x, width, colours, label }) => {
    const each = width / colours.length;
    const cells = colours.map(
      (colour, n) => `<rect x="${x + n * each}" y="${-HEAD / 2 - 6}" width="${each + 0.3}" height="12" fill="${colour}"/>`,
    );
    return `${cells.join("")}<text x="${x + width + 8}" y="${-HEAD / 2}" dy="0.35em" font-size="11">${escaped(label)}</text>`;
  });
  const title = `<text x="24" y="${-HEAD / 2}" dy="0.35em" font-size="15" font-weight="600">${escaped(seen.title)}</text>`;
  return `<g font-family="system-ui, sans-serif" fill="${ink.text}">${title}${boxes.join("")}</g>`;
}

function lines(strokes: readonly Stroke[], { picture: { style }, margins: m }: Seen): string {
  const paths = Array.from({ length: TONES }, () => "");
  const at = (value: number): string => value.toFixed(2);
  for (const { line, tone } of strokes) {
    paths[tone] += `M${at(line[0] + m.left)} ${at(line[1] + m.top)}L${at(line[2] + m.left)} ${at(line[3] + m.top)}`;
  }
  const colours = tones(style.colouring, style.theme);
  const drawn = paths.map((path, tone) => (path === "" ? "" : `<path d="${path}" stroke="${css(colours[tone])}"/>`));
  return `<g fill="none" stroke-width="${style.lineWidth}" stroke-linecap="round">${drawn.join("")}</g>`;
}

async function raster(connection: Connection, { picture, filter, margins: m }: Seen): Promise<string> {
  const { bitmap } = await connection.ask("paint", { ...picture, ratio: PNG_RATIO }, filter);
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  const { width, height } = picture.size;
  return `<image x="${m.left}" y="${m.top}" width="${width}" height="${height}" href="${canvas.toDataURL("image/png")}"/>`;
}

export async function png(connection: Connection, seen: Seen): Promise<Blob> {
  const { picture, filter, margins: m, width, height } = seen;
  const { bitmap } = await connection.ask("paint", { ...picture, ratio: PNG_RATIO }, filter);
  const canvas = document.createElement("canvas");
  canvas.width = width * PNG_RATIO;
  canvas.height = (height + HEAD) * PNG_RATIO;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser cannot draw on a canvas.");
  const ink = INK[picture.style.theme];
  context.scale(PNG_RATIO, PNG_RATIO);
  context.fillStyle = ink.ground;
  context.fillRect(0, 0, width, height + HEAD);
  sketchHead(context, seen);
  context.translate(0, HEAD);
  sketch(context, seen.frame.marks, ink);
  context.drawImage(bitmap, m.left, m.top, picture.size.width, picture.size.height);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("The browser made no picture."))), "image/png");
  });
}

function sketchHead(context: CanvasRenderingContext2D, seen: Seen): void {
  context.textBaseline = "middle";
  context.fillStyle = INK[seen.picture.style.theme].text;
  context.font = "600 15px system-ui, sans-serif";
  context.fillText(seen.title, 24, HEAD / 2);
  context.font = "11px system-ui, sans-serif";
  for (const { x, width, colours, label } of legend(seen)) {
    context.fillStyle = INK[seen.picture.style.theme].text;
    context.fillText(label, x + width + 8, HEAD / 2);
    const each = width / colours.length;
    colours.forEach((colour, n) => {
      context.fillStyle = colour;
      context.fillRect(x + n * each, HEAD / 2 - 6, each + 0.3, 12);
    });
  }
}

/** Hand a file to the person, as any download. */
export function save(blob: Blob, name: string): void {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name.replace(/[^\w.×-]+/g, "_");
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
}
