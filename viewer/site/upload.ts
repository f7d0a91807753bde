/**
 * Files that are chosen or dropped in a form are sent at once, in pieces, while the rest of the form
 * is filled in. A file whose sending was cut off goes on where it was, also after the page was loaded
 * again. Without this script the form brings its files along itself.
 */
import { csrf } from "./secure";

const ADDRESS = "/api/v1/uploads";
const PIECE = 8 << 20; // bytes
const TRIES = 6; // of a piece, each after twice the rest of the one before
const KEPT = "holdfast.uploads"; // what was begun, by name, size and time of change

interface Upload {
  readonly id: string;
  readonly given: string;
  readonly received: number;
  readonly complete: boolean;
}

class Refusal extends Error {}

const shown = (bytes: number): string => {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
};

/** How much of a whole, and how long the rest takes, in words. */
export function soFar(received: number, size: number, seconds: number): string {
  const share = `${shown(received)} of ${shown(size)}`;
  if (seconds < 2 || received === 0 || received >= size) return share;
  const left = ((size - received) * seconds) / received;
  const words = left < 60 ? `${Math.ceil(left)} s` : left < 3600 ? `${Math.ceil(left / 60)} min` : `${(left / 3600).toFixed(1)} h`;
  return `${share}, ${words} left`;
}

async function asked(address: string, options: RequestInit): Promise<Upload> {
  const answer = await fetch(address, {
    ...options,
    headers: { "X-CSRF": csrf(), Accept: "application/json", ...options.headers },
  });
  if (answer.ok) return (await answer.json()) as Upload;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
  const sentence = problem.detail ?? `the server said ${answer.status}`;
  if (answer.status >= 500 || answer.status === 409) throw new Error(sentence);
  throw new Refusal(sentence);
}

const remembered = (): Record<string, string> => {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Record<string, string>;
  } catch {
    return {};
  }
};

function remember(key: string, id: string | null): void {
  const known = remembered();
  if (id === null) delete known[key];
  else known[key] = id;
  try {
    localStorage.setItem(KEPT, JSON.stringify(known));
  } catch {
    // Without a storage an upload begins anew after the page was loaded again.
  }
}

async function begun(file: File, key: string): Promise<Upload> {
  const known = remembered()[key];
  if (known !== undefined) {
    try {
      const found = await asked(`${ADDRESS}/${known}`, {});
      if (found.received <= file.size) return found;
    } catch {
      remember(key, null); // it was removed meanwhile
    }
  }
  const body = JSON.stringify({ name: file.name, size: file.size });
  const made = await asked(ADDRESS, { method: "POST", body, headers: { "Content-Type": "application/json" } });
  remember(key, made.id);
  return made;
}

/** Send a file; `tell` is told how much is there. A refusal is not tried again, a fault is. */
export async function send(file: File, tell: (received: number) => void, gone: AbortSignal): Promise<Upload> {
  const key = `${file.name} ${file.size} ${file.lastModified}`;
  if (file.size === 0) throw new Refusal(`${file.name} is empty; choose another file`);
  let upload = await begun(file, key);
  let tries = 0;
  while (!upload.complete) {
    tell(upload.received);
    const piece = file.slice(upload.received, upload.received + PIECE);
    try {
      upload = await asked(`${ADDRESS}/${upload.id}?offset=${upload.received}`, { method: "PUT", body: piece, signal: gone });
      tries = 0;
    } catch (error) {
      if (gone.aborted || error instanceof Refusal || ++tries >= TRIES) throw error;
      await new Promise((rest) => setTimeout(rest, 500 * 2 ** tries));
      upload = await asked(`${ADDRESS}/${upload.id}`, {}).catch(() => upload);
    }
  }
  remember(key, null);
  tell(file.size);
  return upload;
}

// -- the page ---------------------------------------------------------------------------------------

const made = <K extends keyof HTMLElementTagNameMap>(tag: K, name: string, words = ""): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = words;
  return element;
};

function button(words: string): HTMLButtonElement {
  const close = made("button", "button round small");
  close.type = "button";
  close.setAttribute("aria-label", words);
  close.innerHTML = '<svg class="icon" viewBox="0 0 18 18" aria-hidden="true"><path d="m5 5 8 8M13 5l-8 8"/></svg>';
  return close;
}

class Drop {
  private readonly input: HTMLInputElement;
  private readonly list: HTMLUListElement;
  private readonly name: string;
  private readonly many: boolean;

  constructor(private readonly place: HTMLElement) {
    this.name = place.dataset["drop"] ?? "";
    this.many = "many" in place.dataset;
    this.input = place.querySelector("input[type=file]") as HTMLInputElement;
    this.list = place.querySelector("ul.sent") as HTMLUListElement;
    this.input.addEventListener("change", () => {
      this.take(this.input.files);
      this.input.value = ""; // it is sent already, and need not come with the form
    });
    for (const event of ["dragenter", "dragover"]) place.addEventListener(event, (each) => this.over(each as DragEvent));
    for (const event of ["dragleave", "drop"]) place.addEventListener(event, () => place.classList.remove("over"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      this.take((event as DragEvent).dataTransfer?.files ?? null);
    });
    place.classList.add("ready");
  }

  private over(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.place.classList.add("over");
  }

  private take(files: FileList | null): void {
    for (const file of files ?? []) {
      if (this.name === "batch") void this.read(file);
      else this.begin(file);
    }
  }

  /** A batch file is shown before it is sent: it is a text. */
  private async read(file: File): Promise<void> {
    const text = this.place.closest("form")?.querySelector<HTMLTextAreaElement>("textarea[name=text]");
    if (text && file.size <= 16 << 20) text.value = await file.text();
  }

  private begin(file: File): void {
    if (!this.many) for (const old of this.list.querySelectorAll("li")) this.remove(old);
    const line = made("li", "");
    const words = made("span", "hint", "0 B");
    const bar = made("progress", "");
    bar.max = file.size;
    bar.setAttribute("aria-label", `How much of ${file.name} is there`);
    const stop = button(`Take ${file.name} out`);
    const gone = new AbortController();
    const began = performance.now();
    line.append(made("span", "cut", file.name), words, stop, bar);
    line.dataset["sending"] = "";
    this.list.append(line);
    stop.addEventListener("click", () => {
      gone.abort();
      this.remove(line);
    });
    const tell = (received: number): void => {
      bar.value = received;
      words.textContent = soFar(received, file.size, (performance.now() - began) / 1000);
    };
    send(file, tell, gone.signal).then(
      (upload) => this.arrived(line, bar, words, upload),
      (error: Error) => this.failed(line, bar, words, error, file),
    );
  }

  private arrived(line: HTMLLIElement, bar: HTMLElement, words: HTMLElement, upload: Upload): void {
    const field = made("input", "");
    field.type = "hidden";
    field.name = `${this.name}_upload`;
    field.value = upload.given;
    bar.remove();
    words.replaceWith(made("span", "badge good", "here"));
    line.prepend(field);
    delete line.dataset["sending"];
    const text = this.place.closest("fieldset")?.querySelector<HTMLInputElement>(`input[name="${this.name}"]`);
    if (text) text.value = "";
    this.place.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
  }

  private failed(line: HTMLLIElement, bar: HTMLElement, words: HTMLElement, error: Error, file: File): void {
    if (!line.isConnected) return;
    bar.remove();
    words.className = "fault";
    words.textContent = `${error.message}`;
    delete line.dataset["sending"];
    if (!(error instanceof Refusal)) {
      const again = made("button", "button small", "Go on");
      again.type = "button";
      again.addEventListener("click", () => {
        line.remove();
        this.begin(file);
      });
      line.append(again);
    }
    this.place.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
  }

  private remove(line: Element): void {
    line.remove();
    this.place.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
  }
}

/** A form whose files are still on their way waits for them, and then goes by itself. */
function waiting(form: HTMLFormElement): void {
  let submitter: HTMLElement | null = null;
  let waits = false;
  const isSending = (): boolean => form.querySelector("[data-sending]") !== null;
  const note = form.querySelector<HTMLElement>("[data-wait]");
  form.addEventListener("submit", (event) => {
    if (!isSending()) {
      for (const input of form.querySelectorAll<HTMLInputElement>("input[type=file]")) input.disabled = true;
      return;
    }
    event.preventDefault();
    [waits, submitter] = [true, event.submitter];
    if (note) note.hidden = false;
  });
  form.addEventListener("sent", () => {
    if (!waits || isSending()) return;
    waits = false;
    if (note) note.hidden = true;
    if (!form.querySelector(".sent .fault")) form.requestSubmit(submitter as HTMLButtonElement | null);
  });
}

export function uploads(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-drop]")) new Drop(place);
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sends]")) waiting(form);
  document.addEventListener("click", (event) => {
    const clicked = event.target as Element;
    const unsend = clicked.closest("[data-unsend]");
    if (unsend) unsend.closest("li")?.remove();
    const fill = clicked.closest<HTMLElement>("[data-fill]");
    if (!fill) return;
    const field = document.getElementById(fill.dataset["fill"] ?? "");
    if (!(field instanceof HTMLInputElement)) return;
    for (const line of field.closest("fieldset")?.querySelectorAll("ul.sent li") ?? []) line.remove();
    field.value = fill.dataset["value"] ?? "";
    field.focus();
  });
  // Back from the next page: what was sent is in the form still, and files may be chosen again.
  addEventListener("pageshow", () => {
    for (const input of document.querySelectorAll<HTMLInputElement>("[data-drop] input[type=file]")) input.disabled = false;
  });
}
