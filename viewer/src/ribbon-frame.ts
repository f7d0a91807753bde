/** What stands above and below the ribbons: both genomes as rows of contigs, with names and ticks. */
import type { Axis } from "./axis";
import { fit, type Frame, type Mark, type Measure, stretches, ticks, type Zone } from "./frame";
import type { Size, View } from "./view";

/** Where the ribbons lie in their drawing. */
export interface RibbonPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const SIDE = 16;
const TITLE = 24;
const TICKS = 20;
const BAND = 24;

export const ribbonPlace = ({ width, height }: Size): RibbonPlace => {
  const edge = TITLE + TICKS + BAND;
  return { left: SIDE, top: edge, width: Math.max(width - 2 * SIDE, 40), height: Math.max(height - 2 * edge, 40) };
};

interface Row {
  readonly side: Zone["side"];
  readonly axis: Axis;
  readonly start: number;
  readonly end: number;
  /** 1 for what grows upwards from the ribbons, -1 for what grows downwards. */
  readonly away: number;
  /** Where the ribbons end. */
  readonly edge: number;
}

function row({ side, axis, start, end, away, edge }: Row, { left, width }: RibbonPlace, measure: Measure): Frame {
  const marks: Mark[] = [];
  const zones: Zone[] = [];
  const bandTop = away > 0 ? edge - BAND : edge;
  const found = stretches(axis, start, end, width);
  marks.push({ kind: "rect", role: "bandOther", x: left, y: bandTop, width, height: BAND });
  for (const { contig, count, from, to } of found) {
    const zone = { x: left + from, y: bandTop, width: to - from, height: BAND };
    const gap = zone.width > 4 ? 1 : 0;
    marks.push({ kind: "rect", role: count > 1 ? "bandGroup" : "band", ...zone, width: zone.width - gap });
    zones.push({ side, contig, count, ...zone });
    const name = count > 1 ? (axis.groupOf(contig)?.name ?? "") : axis.contigs[contig].name;
    const text = fit(name, to - from - 6, measure(name, "contig"));
    if (text !== null && text !== "") {
      marks.push({ kind: "text", role: "contig", x: left + (from + to) / 2, y: bandTop + BAND / 2, text, anchor: "middle", turned: false });
    }
  }
  const outer = away > 0 ? bandTop : bandTop + BAND;
  for (const { pixel, label } of ticks(axis, start, end, width, (text) => measure(text, "tick"))) {
    const x = left + pixel;
    marks.push({ kind: "line", role: "tick", x1: x, x2: x, y1: outer, y2: outer - 4 * away });
    if (label !== "") marks.push({ kind: "text", role: "tick", x, y: outer - 12 * away, text: label, anchor: "middle", turned: false });
  }
  const y = outer - (TICKS + TITLE / 2 - 1) * away;
  marks.push({ kind: "text", role: "title", x: left + width / 2, y, text: axis.name, anchor: "middle", turned: false });
  return { marks, zones };
}

/** The rows around the ribbons of a view. */
export function ribbonFrame(target: Axis, query: Axis, view: View, place: RibbonPlace, measure: Measure): Frame {
  const above = row({ side: "target", axis: target, start: view.x0, end: view.x1, away: 1, edge: place.top }, place, measure);
  const below = row({ side: "query", axis: query, start: view.y0, end: view.y1, away: -1, edge: place.top + place.height }, place, measure);
  return { marks: [...above.marks, ...below.marks], zones: [...above.zones, ...below.zones] };
}
