/** Light, dark, or as the system has it; remembered in a cookie, so that pages come in it at once. */
const YEAR = 31_536_000;

const isDark = (): boolean => {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
};

function tell(): void {
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.setAttribute("aria-pressed", String(isDark()));
  }
}

export function themes(): void {
  tell();
  document.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-theme-switch]")) return;
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset["theme"] = theme;
    document.cookie = `holdfast_theme=${theme}; path=/; max-age=${YEAR}; samesite=lax`;
    try {
      localStorage.setItem("holdfast.theme", theme); // as plots from a disk remember it
    } catch {
      // Without a storage the cookie is enough.
    }
    tell();
  });
}
