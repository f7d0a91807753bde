/** What a plot says beside its picture: a passing sentence, and the help. */
import { iconButton, make } from "./element";
import { HELP } from "./keys";

/** Milliseconds that a sentence stays. */
const STAYS = 2600;

export class Toast {
  readonly element = make("div", { class: "toast", role: "status" });
  private timer = 0;

  say(words: string): void {
    clearTimeout(this.timer);
    this.element.textContent = words;
    this.element.classList.add("shown");
    this.timer = window.setTimeout(() => this.element.classList.remove("shown"), STAYS);
  }

  /** Put a text on the clipboard, and say so. */
  async copy(text: string, done: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.say(done);
    } catch {
      // A browser may refuse the clipboard to a page from disk: show the text to copy by hand.
      this.say(text);
    }
  }
}

/** The keys and gestures in a dialogue. */
export function makeHelp(): HTMLDialogElement {
  const rows = HELP.map(([keys, meaning]) =>
    make("tr", {}, make("th", { scope: "row" }, ...keys.map((key) => make("kbd", {}, key))), make("td", {}, meaning)),
  );
  const help = make("dialog", { class: "help", "aria-label": "Keys and gestures" });
  const close = iconButton("close", "Close", () => help.close());
  const head = make("div", { class: "row" }, make("h2", {}, "Keys and gestures"), close);
  help.append(head, make("table", {}, make("tbody", {}, ...rows)));
  return help;
}
