/** How the server lays the plot out: what a page from a disk cannot choose. */
import { make } from "./element";
import { CHOICES, type Drawing } from "./served-drawing";
import type { PlotServer } from "./server";

const LABELS: Readonly<Record<keyof Drawing, string>> = { order: "Laid out", side: "Contigs moved", small: "Small contigs" };

/** Choices that ask the server for another layout of the plot. */
export function layoutChoices(server: PlotServer): HTMLElement {
  const rows = (Object.keys(LABELS) as (keyof Drawing)[]).map((key) => {
    const options = CHOICES[key].map(([word, said]) => make("option", { value: word }, said));
    const select = make("select", { "aria-label": LABELS[key], change: () => server.redraw({ ...server.drawing, [key]: select.value }) }, ...options);
    select.value = server.drawing[key];
    return make("label", { class: "row chosen" }, make("span", {}, LABELS[key]), select);
  });
  return make("div", { class: "layout-choices" }, ...rows);
}
