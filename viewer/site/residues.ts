/**
 * The window on a sequence's residues: keys move it, a selection is told by its positions, and what is
 * copied is residues alone. The server says where each key leads; nothing is counted here but places.
 */
const KEYS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"]);
const COPIED = 1600;

/** A place in a window's text: the group it is in, and how many residues of it come before. */
export interface Place {
  at: number;
  within: number;
}

/**
 * First and last position (from 1, both in) between two places of a selection.
 * On the other strand a group's positions go down from `at`.
 */
export function range(from: Place, to: Place, turned: boolean): [number, number] | null {
  const position = ({ at, within }: Place): number => (turned ? at - within : at + within);
  // `to` is behind its last residue.
  const last = position(to) + (turned ? 1 : -1);
  const [low, high] = [position(from), last].sort((a, b) => a - b) as [number, number];
  if (turned ? last > position(from) : last < position(from)) return null;
  return [low, high];
}

function placeOf(node: Node, offset: number): Place | null {
  const element = node instanceof Element ? node : node.parentElement;
  const group = element?.closest<HTMLElement>("[data-at]");
  if (!group) return null;
  const before = document.createRange();
  before.selectNodeContents(group);
  before.setEnd(node, offset);
  return { at: Number(group.dataset["at"]), within: before.toString().length };
}

function selected(): [number, number] | null {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const part = selection.getRangeAt(0);
  const from = placeOf(part.startContainer, part.startOffset);
  const to = placeOf(part.endContainer, part.endOffset);
  const turned = document.querySelector<HTMLElement>("[data-residues]")?.dataset["turned"] === "true";
  return from && to ? range(from, to, turned) : null;
}

function tellSelection(): void {
  const input = document.querySelector<HTMLInputElement>("[data-part]");
  if (!input || document.activeElement === input) return;
  const found = selected();
  if (found) input.value = found[0] === found[1] ? `${found[0]}` : `${found[0]}-${found[1]}`;
}

function copySelection(event: ClipboardEvent): void {
  const selection = document.getSelection();
  const inside = selection?.anchorNode?.parentElement?.closest("[data-residues]");
  if (!inside || !selection || !event.clipboardData) return;
  event.clipboardData.setData("text/plain", selection.toString().replace(/[^A-Za-z]/g, ""));
  event.preventDefault();
}

async function copyPart(button: HTMLButtonElement): Promise<void> {
  const form = button.closest("form");
  if (!form) return;
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") asked.set(name, String(value));
  const answer = await fetch(`${button.dataset["copyPart"]}?${asked}`, { headers: { Accept: "text/x-fasta" } });
  if (!answer.ok) return;
  const text = (await answer.text()).replace(/^>.*\n/, "").replace(/\n/g, "");
  await navigator.clipboard?.writeText(text);
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), COPIED);
}

function moveByKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (!KEYS.has(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (target.matches("input, select, textarea, button")) return;
  const held = target.closest<HTMLElement>("[data-window]");
  const link = held?.querySelector<HTMLElement>(`[data-key="${event.key}"]`);
  if (!held) return;
  event.preventDefault();
  link?.click();
}

/** A click on the chart of the whole sequence moves the window there. */
function goThere(event: MouseEvent): void {
  const chart = (event.target as Element).closest<SVGElement>("[data-whole]");
  const slider = document.querySelector<HTMLInputElement>("[data-window] input[type=range]");
  if (!chart || !slider) return;
  const { left, width } = chart.getBoundingClientRect();
  slider.value = String(Math.round((Number(slider.max) * (event.clientX - left)) / width));
  slider.dispatchEvent(new Event("change", { bubbles: true }));
}

export function residues(): void {
  document.addEventListener("click", goThere);
  document.addEventListener("keydown", moveByKey);
  document.addEventListener("selectionchange", tellSelection);
  document.addEventListener("copy", copySelection);
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-copy-part]");
    if (button) void copyPart(button);
  });
  followFocus();
}

/** What somebody has typed into the field of positions and not yet sent. */
interface Typed {
  text: string;
  from: number | null;
  to: number | null;
}

function typed(): Typed | null {
  const input = document.activeElement;
  if (!(input instanceof HTMLInputElement) || !input.matches("[data-window] [data-part]")) return null;
  return { text: input.value, from: input.selectionStart, to: input.selectionEnd };
}

/** A window that comes while somebody types takes away neither the words nor the place in them. */
function followFocus(): void {
  let kept: Typed | null = null;
  const asker = (event: Event): Element =>
    (event as CustomEvent<{ requestConfig: { elt: Element } }>).detail.requestConfig.elt;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const held = event.target as HTMLElement;
    if (held.matches("[data-window]")) kept = asker(event).closest("form") ? null : typed();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const held = event.target as HTMLElement;
    if (!held.matches("[data-window]")) return;
    const input = held.querySelector<HTMLInputElement>("[data-part]");
    if (kept && input) {
      input.value = kept.text;
      input.focus({ preventScroll: true });
      input.setSelectionRange(kept.from, kept.to);
      return;
    }
    // What had the focus is replaced with the window; the keys go on where they were.
    const { id } = asker(event);
    const same = id ? document.getElementById(id) : null;
    (same ?? held).focus({ preventScroll: true });
  });
}
