/** What the page around a plot remembers: the theme, and in the address what is shown. */
import type { Theme } from "./palette";

const THEME_KEY = "holdfast.theme";

export function rememberedTheme(): Theme {
  try {
    const remembered = localStorage.getItem(THEME_KEY);
    if (remembered === "light" || remembered === "dark") return remembered;
  } catch {
    // Pages from disk may have no storage; then the system's wish counts.
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function rememberTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // As above: it lasts until the page is closed.
  }
}

export const address = (hash: string): string => location.href.replace(/#.*$/, "") + (hash === "" ? "" : `#${hash}`);

/** Keep the address true. What was gone to in one step, the browser's back button takes back. */
export function remember(hash: string, jumped: boolean): void {
  const now = address(hash);
  if (now === location.href) return;
  if (jumped) history.pushState(null, "", now);
  else history.replaceState(null, "", now);
}
