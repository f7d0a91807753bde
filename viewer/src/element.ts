/** Making elements. Text goes in as text, never as markup: names in a scene are strangers' words. */

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | ((event: Event) => void)>>;

function dress(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    // A content security policy refuses style attributes, and lets a script set styles.
    else if (name === "style" && value !== false && element instanceof HTMLElement) element.style.cssText = value;
    else if (value !== false) element.setAttribute(name, value);
  }
}

/** An HTML element; an attribute that is a function listens to the event of its name. */
export function make<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  dress(element, attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function makeSvg<T extends keyof SVGElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: SVGElement[]
): SVGElementTagNameMap[T] {
  const element = document.createElementNS(SVG, tag);
  dress(element, attributes);
  element.append(...children);
  return element;
}

const ICONS = {
  back: "M10 3 5 8l5 5",
  forward: "m6 3 5 5-5 5",
  whole: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  closer: "M8 3v10M3 8h10",
  farther: "M3 8h10",
  picture: "M8 2.5v7.5M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  theme: "M13.6 9.6A6 6 0 1 1 6.4 2.4a4.9 4.9 0 0 0 7.2 7.2Z",
  help: "M5.8 6a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.9-1.1 1.7M8 12.3v.2",
  panel: "M3 4.5h10M5 8h6M7 11.5h2",
  close: "m4 4 8 8M12 4l-8 8",
  box: "M2.5 5V2.5H5M11 2.5h2.5V5M13.5 11v2.5H11M5 13.5H2.5V11M5.5 5.5h5v5h-5z",
  table: "M2.5 3.5h11v9h-11zM2.5 6.8h11M6.5 6.8v5.7",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9ZM10.4 10.4l3.1 3.1",
} as const;

export type Icon = keyof typeof ICONS;

export function icon(name: Icon): SVGSVGElement {
  return makeSvg(
    "svg",
    { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" },
    makeSvg("path", { d: ICONS[name] }),
  );
}

/** A button that shows an icon and says its name to those who hover or listen. */
export function iconButton(name: Icon, label: string, press: () => void): HTMLButtonElement {
  return make("button", { type: "button", class: "tool", title: label, "aria-label": label, click: press }, icon(name));
}
