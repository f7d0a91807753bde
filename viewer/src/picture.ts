/** Pictures of what is seen: PNG and SVG with frame, title and legend. */
import type { Companion, Setting } from "./companion";
import type { Connection } from "./connection";
import type { Description, Filter, Stroke } from "./engine";
import { KINDS, kindOf, type Sight } from "./events";
import { type Frame, type Margins } from "./frame";
import { legendOf, paletteOf } from "./legend";
import type { Picture } from "./painter";
import { type Colouring, css, INK, toneColours } from "./palette";
import { escaped, sketch, sketchSights, svgMarks, svgSights, textWidth } from "./sketch";

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
  readonly colouring: Colouring;
  readonly events: readonly Sight[];
  /** Who draws with the stage, and what on; a picture has another context. */
  readonly companions: readonly Companion[];
  readonly setting: Setting;
}

/** Room for the title, and for each line of legend, above the drawing. */
const TITLE = 34;
const LINE = 20;
const BETWEEN = 18;
const EDGE = 24;
const PNG_RATIO = 2;
/** More lines than this make an SVG nobody can open; the rest is a raster inside it. */
const MOST_LINES = 40_000;

/** A piece of the legend: cells of colour side by side, then words. */
interface Piece {
  readonly x: number;
  readonly y: number;
  readonly colours: readonly string[];
  readonly width: number;
  readonly outlined: boolean;
  readonly label: string;
}

interface Head {
  readonly height: number;
  readonly pieces: readonly Piece[];
}

/** The legend from left to right, in as many lines as it takes. */
function headOf(seen: Seen): Head {
  const { description, colouring, picture, events } = seen;
  const entries: Omit<Piece, "x" | "y">[] = legendOf(colouring, description, picture.style.theme).map(({ colours, label }) => ({
    colours,
    label,
    width: colours.length > 2 ? 110 : 14 * colours.length,
    outlined: false,
  }));
  const kinds = new Set(events.map(({ number }) => kindOf(description.metadata.events[number])));
  for (const kind of KINDS.filter((each) => kinds.has(each))) {
    entries.push({ colours: [kind.colour[picture.style.theme]], label: kind.name, width: 14, outlined: true });
  }
  const pieces: Piece[] = [];
  let x = EDGE;
  let y = TITLE;
  for (const entry of entries) {
    const wide = entry.width + 8 + textWidth(entry.label, 11);
    if (x > EDGE && x + wide > seen.width - EDGE) [x, y] = [EDGE, y + LINE];
    pieces.push({ ...entry, x, y: y + LINE / 2 });
    x += wide + BETWEEN;
  }
  return { height: y + LINE + 6, pieces };
}

export async function svg(connection: Connection, seen: Seen): Promise<string> {
  const { picture, margins: m, width, height, filter, colouring } = seen;
  const { view, size, style } = picture;
  const ink = INK[style.theme];
  const head = headOf(seen);
  const strokes = await connection.ask("strokes", view, size, filter, colouring, MOST_LINES + 1);
  const others = companionsImage(seen);
  const drawn = strokes.length > MOST_LINES ? await raster(connection, seen) : lines(strokes, seen);
  const matches = others.matches ? "" : drawn;
  const box = `0 ${-head.height} ${width} ${height + head.height}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + head.height}" viewBox="${box}">`,
    `<title>${escaped(seen.title)}</title>`,
    `<rect x="0" y="${-head.height}" width="${width}" height="${height + head.height}" fill="${ink.ground}"/>`,
    svgMarks(seen.frame.marks, ink),
    `<clipPath id="plot"><rect width="${size.width}" height="${size.height}"/></clipPath>`,
    `<g transform="translate(${m.left} ${m.top})" clip-path="url(#plot)">${matches}${svgSights(seen.events)}</g>`,
    others.image,
    svgHead(head, seen),
    "</svg>",
  ].join("\n");
}

function svgHead({ height, pieces }: Head, seen: Seen): string {
  const boxes = pieces.map(({ x, y, width, colours, label, outlined }) => {
    const each = width / colours.length;
    const top = y - height;
    const cells = colours.map((colour, n) => {
      const look = outlined
        ? `rx="3" fill="${colour}" fill-opacity="0.1" stroke="${colour}" stroke-width="1.5"`
        : `fill="${colour}"`;
      const overlap = colours.length > 1 ? 0.3 : 0;
      return `<rect x="${x + n * each}" y="${top - 6}" width="${each + overlap}" height="12" ${look}/>`;
    });
    return `${cells.join("")}<text x="${x + width + 8}" y="${top}" dy="0.35em" font-size="11">${escaped(label)}</text>`;
  });
  const title = `<text x="${EDGE}" y="${TITLE / 2 + 4 - height}" dy="0.35em" font-size="15" font-weight="600">${escaped(seen.title)}</text>`;
  return `<g font-family="system-ui, sans-serif" fill="${INK[seen.picture.style.theme].text}">${title}${boxes.join("")}</g>`;
}

function coloursOf({ description, colouring, picture }: Seen): string[] {
  return toneColours(colouring, paletteOf(colouring, description), picture.style.theme).map(css);
}

function lines(strokes: readonly Stroke[], seen: Seen): string {
  const colours = coloursOf(seen);
  const paths = colours.map(() => "");
  const at = (value: number): string => value.toFixed(2);
  for (const { line, tone } of strokes) paths[tone] += `M${at(line[0])} ${at(line[1])}L${at(line[2])} ${at(line[3])}`;
  const drawn = paths.map((path, tone) => (path === "" ? "" : `<path d="${path}" stroke="${colours[tone]}"/>`));
  return `<g fill="none" stroke-width="${seen.picture.style.lineWidth}" stroke-linecap="round">${drawn.join("")}</g>`;
}

async function raster(connection: Connection, { picture, filter, colouring }: Seen): Promise<string> {
  const { bitmap } = await connection.ask("paint", { ...picture, ratio: PNG_RATIO }, filter, colouring);
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  const { width, height } = picture.size;
  return `<image width="${width}" height="${height}" href="${canvas.toDataURL("image/png")}"/>`;
}

/** What companions draw into the plot; answers whether they have drawn the matches. */
function field(context: CanvasRenderingContext2D, { companions, setting }: Seen): boolean {
  return companions.map((companion) => companion.field({ ...setting, context })).includes(true);
}

/** What companions draw, as an image in an SVG, and whether they have drawn the matches. */
function companionsImage(seen: Seen): { readonly image: string; readonly matches: boolean } {
  const { companions, margins: m, picture, setting, width, height } = seen;
  const canvas = document.createElement("canvas");
  canvas.width = width * PNG_RATIO;
  canvas.height = height * PNG_RATIO;
  const context = canvas.getContext("2d");
  if (companions.length === 0 || context === null) return { image: "", matches: false };
  context.scale(PNG_RATIO, PNG_RATIO);
  for (const companion of companions) companion.beside({ ...setting, context });
  context.translate(m.left, m.top);
  context.beginPath();
  context.rect(0, 0, picture.size.width, picture.size.height);
  context.clip();
  const matches = field(context, seen);
  return { image: `<image width="${width}" height="${height}" href="${canvas.toDataURL("image/png")}"/>`, matches };
}

export async function png(connection: Connection, seen: Seen): Promise<Blob> {
  const { picture, filter, colouring, margins: m, width, height } = seen;
  const head = headOf(seen);
  const { bitmap } = await connection.ask("paint", { ...picture, ratio: PNG_RATIO }, filter, colouring);
  const canvas = document.createElement("canvas");
  canvas.width = width * PNG_RATIO;
  canvas.height = (height + head.height) * PNG_RATIO;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser cannot draw on a canvas.");
  const ink = INK[picture.style.theme];
  context.scale(PNG_RATIO, PNG_RATIO);
  context.fillStyle = ink.ground;
  context.fillRect(0, 0, width, height + head.height);
  sketchHead(context, head, seen);
  context.translate(0, head.height);
  sketch(context, seen.frame.marks, ink);
  for (const companion of seen.companions) companion.beside({ ...seen.setting, context });
  context.translate(m.left, m.top);
  context.beginPath();
  context.rect(0, 0, picture.size.width, picture.size.height);
  context.clip();
  if (!field(context, seen)) context.drawImage(bitmap, 0, 0, picture.size.width, picture.size.height);
  sketchSights(context, seen.events);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("The browser made no picture."))), "image/png");
  });
}

function sketchHead(context: CanvasRenderingContext2D, { pieces }: Head, seen: Seen): void {
  const ink = INK[seen.picture.style.theme];
  context.textBaseline = "middle";
  context.fillStyle = ink.text;
  context.font = "600 15px system-ui, sans-serif";
  context.fillText(seen.title, EDGE, TITLE / 2 + 4);
  context.font = "11px system-ui, sans-serif";
  for (const { x, y, width, colours, label, outlined } of pieces) {
    context.fillStyle = ink.text;
    context.fillText(label, x + width + 8, y);
    if (outlined) {
      sketchSights(context, [{ number: 0, x, y: y - 6, width, height: 12, colour: colours[0], strip: false }]);
      continue;
    }
    const each = width / colours.length;
    colours.forEach((colour, n) => {
      context.fillStyle = colour;
      context.fillRect(x + n * each, y - 6, each + (colours.length > 1 ? 0.3 : 0), 12);
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
