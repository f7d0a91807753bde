/** Parts that panels are made of. */
import { make } from "./element";

export function section(title: string, ...children: (HTMLElement | null)[]): HTMLElement {
  return make("section", {}, make("h2", {}, title), ...children);
}

export function folded(title: string, content: HTMLElement): HTMLElement {
  return make("details", {}, make("summary", {}, title), content);
}

export function radio(group: string, value: string, choose: () => void): HTMLInputElement {
  return make("input", { type: "radio", name: group, value, change: choose });
}

export function segmented(label: string, inputs: HTMLInputElement[], names: readonly string[]): HTMLElement {
  const choices = inputs.map((input, index) => make("label", {}, input, make("span", {}, names[index])));
  return make("fieldset", { class: "segmented" }, make("legend", {}, label), ...choices);
}

export function swatch(colour: string): HTMLElement {
  return make("i", { class: "dot", style: `background: ${colour}` });
}

export function toggle(label: string, input: HTMLInputElement): HTMLElement {
  return make("label", { class: "switch" }, make("span", {}, label), input);
}

export function figure(name: string, value: string, more = ""): HTMLElement[] {
  const extra = more === "" ? null : make("span", { class: "faint" }, more);
  return [make("dt", {}, name), make("dd", {}, value, extra)];
}

const wordy = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

/** Names and values in a list; what is not known is left out. */
export function facts(pairs: readonly (readonly [string, unknown])[]): HTMLElement {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  const rows = known.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, wordy(value))]);
  return make("dl", { class: "facts" }, ...rows);
}
