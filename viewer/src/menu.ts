/** A menu beside the pointer: the menu button's list of the WAI-ARIA practices, opened anywhere. */
import { make } from "./element";

export interface MenuItem {
  readonly words: string;
  /** What choosing it does, or the address it is a link to. */
  readonly act?: () => void;
  readonly href?: string;
  /** Only shown on small screens, where a button has no room. */
  readonly small?: boolean;
}

/** Items under a heading; without one, under a line. */
export interface MenuGroup {
  readonly heading: string;
  readonly items: readonly MenuItem[];
  readonly small?: boolean;
}

const EDGE = 6;

export class Menu {
  readonly element = make("div", { class: "menu floating", role: "menu", "aria-label": "What can be done here", tabindex: "-1", hidden: true });
  private before: HTMLElement | null = null;

  constructor() {
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("focusout", (event) => {
      if (!this.element.contains(event.relatedTarget as Node | null)) this.element.hidden = true;
    });
    this.element.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Show the groups at a place of the element's parent, and give the first item the focus. */
  show(groups: readonly MenuGroup[], x: number, y: number): void {
    // A finger that is held may ask twice: what had the focus before the first time gets it back.
    const active = document.activeElement;
    if (!this.open) this.before = active instanceof HTMLElement ? active : null;
    this.element.replaceChildren(...groups.filter(({ items }) => items.length > 0).map((group) => this.group(group)));
    this.element.hidden = false;
    const { clientWidth, clientHeight } = this.element.parentElement ?? document.documentElement;
    const { offsetWidth, offsetHeight } = this.element;
    const left = Math.min(Math.max(x, EDGE), Math.max(clientWidth - offsetWidth - EDGE, EDGE));
    const top = y + offsetHeight + EDGE > clientHeight ? Math.max(y - offsetHeight, EDGE) : y;
    Object.assign(this.element.style, { left: `${left}px`, top: `${top}px` });
    this.buttons[0]?.focus({ preventScroll: true });
  }

  /** Show the groups below a button, their right edges in line. */
  showBelow(button: HTMLElement, groups: readonly MenuGroup[]): void {
    const parent = this.element.parentElement ?? document.documentElement;
    const [box, root] = [button.getBoundingClientRect(), parent.getBoundingClientRect()];
    this.show(groups, 0, box.bottom - root.top + 6);
    this.element.style.left = `${Math.max(box.right - root.left - this.element.offsetWidth, EDGE)}px`;
  }

  /** Close, and give the focus back to what had it. */
  close(): void {
    if (!this.open) return;
    this.element.hidden = true;
    this.before?.focus({ preventScroll: true });
  }

  private get buttons(): HTMLElement[] {
    const items = [...this.element.querySelectorAll<HTMLElement>("[role=menuitem]")];
    return items.filter((item) => item.offsetParent !== null);
  }

  private group({ heading, items, small: smallGroup }: MenuGroup): HTMLElement {
    const title = heading === "" ? null : make("p", { class: "menu-heading", role: "presentation" }, heading);
    const buttons = items.map(({ words, act, href, small }) => {
      const choose = (): void => {
        this.close();
        act?.();
      };
      const how = { role: "menuitem", tabindex: "-1", class: small ? "only-small" : "" };
      if (href !== undefined) return make("a", { ...how, href, click: () => this.close() }, words);
      return make("button", { ...how, type: "button", click: choose }, words);
    });
    return make("div", { role: "group", class: smallGroup ? "only-small" : "", "aria-label": heading || "More" }, title, ...buttons);
  }

  private key(event: KeyboardEvent): void {
    const { buttons } = this;
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const step = (by: number): void => buttons[(at + by + buttons.length) % buttons.length]?.focus();
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Home: () => buttons[0]?.focus(),
      End: () => buttons[buttons.length - 1]?.focus(),
      Escape: () => this.close(),
      Tab: () => this.close(),
    };
    // Nothing that is typed in a menu is meant for the plot; Enter and Space press the item.
    event.stopPropagation();
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }
}
