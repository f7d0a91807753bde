/**
 * The plots that were asked for in this browser: for people without an account the only list there
 * is. It holds addresses and titles, on this computer alone, and can be forgotten.
 */
const KEPT = "holdfast.results";
const MOST = 200;

export interface Result {
  readonly plot: string;
  readonly title: string;
  readonly errand: string;
  readonly at: number; // milliseconds since 1970
}

/** What was remembered, without what is no such thing: others may write there, too. */
export function parsed(text: string | null): Result[] {
  let found: unknown;
  try {
    found = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(found)) return [];
  return found.filter((each): each is Result => {
    const one = each as Partial<Result> | null;
    return typeof one?.plot === "string" && typeof one.title === "string" && typeof one.errand === "string" && typeof one.at === "number";
  });
}

/** The list with one more; the newest is the first, and no plot is in it twice. */
export function withResult(known: readonly Result[], result: Result): Result[] {
  return [result, ...known.filter(({ plot }) => plot !== result.plot)].slice(0, MOST);
}

const read = (): Result[] => {
  try {
    return parsed(localStorage.getItem(KEPT));
  } catch {
    return [];
  }
};

function write(results: readonly Result[]): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(results));
  } catch {
    // A browser without a storage remembers nothing.
  }
}

function remember(): void {
  const page = document.querySelector<HTMLElement>("[data-remember]");
  const plot = page?.dataset["remember"];
  if (!page || !plot) return;
  const known = read().find((each) => each.plot === plot);
  const result = { plot, title: page.dataset["title"] ?? plot, errand: page.dataset["errand"] ?? "", at: known?.at ?? Date.now() };
  write(withResult(read(), result));
}

function line(result: Result, forget: () => void): HTMLLIElement {
  const made = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/errands/${encodeURIComponent(result.errand)}`;
  link.textContent = result.title;
  const rest = document.createElement("span");
  rest.className = "row";
  const when = document.createElement("time");
  when.className = "faint small";
  when.dateTime = new Date(result.at).toISOString();
  when.textContent = `${when.dateTime.slice(0, 16).replace("T", " ")} UTC`;
  const open = document.createElement("a");
  open.className = "button small";
  open.href = `/plots/${encodeURIComponent(result.plot)}`;
  open.textContent = "Open";
  open.setAttribute("aria-label", `Open ${result.title}`);
  const button = document.createElement("button");
  button.className = "button small quiet";
  button.type = "button";
  button.textContent = "Forget";
  button.setAttribute("aria-label", `Forget ${result.title}`);
  button.addEventListener("click", forget);
  rest.append(when, open, button);
  made.append(link, rest);
  return made;
}

export function results(): void {
  remember();
  const place = document.querySelector<HTMLElement>("[data-results]");
  const list = place?.querySelector("ul");
  if (!place || !list) return;
  const show = (): void => {
    const known = read();
    place.hidden = known.length === 0;
    list.replaceChildren(
      ...known.map((each) =>
        line(each, () => {
          write(read().filter(({ plot }) => plot !== each.plot));
          show();
        }),
      ),
    );
  };
  place.querySelector("[data-forget-all]")?.addEventListener("click", () => {
    write([]);
    show();
  });
  show();
}
