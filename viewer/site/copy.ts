/** A button with `data-copy="text"` puts the text on the clipboard and says so. */
const SAID = 1600;

export function copies(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (!button) return;
    void navigator.clipboard?.writeText(button.dataset["copy"] ?? "").then(() => {
      const before = button.getAttribute("aria-label") ?? "";
      button.classList.add("copied");
      button.setAttribute("aria-label", "Copied");
      setTimeout(() => {
        button.classList.remove("copied");
        if (before) button.setAttribute("aria-label", before);
        else button.removeAttribute("aria-label");
      }, SAID);
    });
  });
}
