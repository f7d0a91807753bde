/**
 * The field that searches everything: what fits is offered below it while one types. It is a combobox
 * as the WAI-ARIA practices have it; without the script it is a plain search.
 */
const REST = 160; // milliseconds without a key before the server is asked
const LEAST = 2; // letters

class Seek {
  private readonly list: HTMLElement;
  private active = -1;
  private timer = 0;
  private asked: AbortController | undefined;
  private shown = "";

  constructor(private readonly input: HTMLInputElement) {
    this.list = document.createElement("div");
    this.list.id = "seek-options";
    this.list.className = "seek-options";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "What fits");
    this.list.hidden = true;
    input.after(this.list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-autocomplete", "list");
    input.addEventListener("input", () => this.soon());
    input.addEventListener("focus", () => this.soon());
    input.addEventListener("blur", () => this.close());
    input.addEventListener("keydown", (event) => this.key(event));
    // Pressing an option must not take the focus from the field, which would close the list first.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option) this.go(option);
    });
  }

  private get options(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[role=option]")];
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), REST);
  }

  private async ask(): Promise<void> {
    const words = this.input.value.trim();
    if (words.length < LEAST) return this.close();
    if (words === this.shown && this.options.length > 0) return this.open();
    this.asked?.abort();
    this.asked = new AbortController();
    const address = `${this.input.dataset["suggest"] ?? ""}?q=${encodeURIComponent(words)}`;
    try {
      const answer = await fetch(address, { signal: this.asked.signal, headers: { "HX-Request": "true" } });
      if (!answer.ok) return this.close();
      // What comes is a part of a page of ours, every word in it escaped by its template.
      this.list.innerHTML = await answer.text();
      this.shown = words;
      if (document.activeElement === this.input) this.open();
    } catch {
      // Another letter was typed meanwhile, or the server is away: the search itself still works.
    }
  }

  private open(): void {
    const options = this.options;
    options.forEach((option, at) => (option.id = `${this.list.id}-${at}`));
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.activate(-1);
  }

  private close(): void {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }

  private activate(at: number): void {
    const options = this.options;
    this.active = at;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    const active = options[at];
    if (active === undefined) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    this.input.setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  }

  private go(option: HTMLElement): void {
    const address = option.dataset["href"];
    if (address !== undefined) location.assign(address);
  }

  private key(event: KeyboardEvent): void {
    const count = this.options.length;
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) return void this.ask();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place more than there are options: the field itself.
      this.activate(((this.active + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Enter" && !this.list.hidden) {
      const active = this.options[this.active];
      if (active === undefined) return;
      event.preventDefault();
      this.go(active);
    }
  }
}

export function seeks(): void {
  const input = document.querySelector<HTMLInputElement>("#seek");
  if (input?.dataset["suggest"] !== undefined) new Seek(input);
  document.addEventListener("keydown", (event) => {
    const typing = (event.target as Element).closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("[data-own-keys]")) return; // the plot has keys of its own
    event.preventDefault();
    input?.focus();
  });
}
