/** Pictures of the ribbons that are seen: PNG, and SVG with the ribbons as an image inside it. */
import type { RibbonPicture, RibbonStage } from "./ribbon-stage";
import { escaped, sketch, svgMarks } from "./sketch";

const RATIO = 2;

function drawn(width: number, height: number, draw: (context: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * RATIO);
  canvas.height = Math.round(height * RATIO);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser cannot draw on a canvas.");
  context.scale(RATIO, RATIO);
  draw(context);
  return canvas;
}

export async function ribbonsPng(stage: RibbonStage): Promise<Blob> {
  const { bitmap, place, marks, whole, ink } = await stage.picture(RATIO);
  const canvas = drawn(whole.width, whole.height, (context) => {
    context.fillStyle = ink.ground;
    context.fillRect(0, 0, whole.width, whole.height);
    context.drawImage(bitmap, place.left, place.top, place.width, place.height);
    sketch(context, marks, ink);
  });
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("The browser made no picture."))), "image/png");
  });
}

function image({ bitmap, place }: RibbonPicture): string {
  const { left, top, width, height } = place;
  const canvas = drawn(width, height, (context) => context.drawImage(bitmap, 0, 0, width, height));
  return `<image x="${left}" y="${top}" width="${width}" height="${height}" href="${canvas.toDataURL("image/png")}"/>`;
}

export async function ribbonsSvg(stage: RibbonStage, title: string): Promise<string> {
  const picture = await stage.picture(RATIO);
  const { marks, whole, ink } = picture;
  const { width, height } = whole;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${ink.ground}"/>`,
    image(picture),
    svgMarks(marks, ink),
    "</svg>",
  ].join("\n");
}
