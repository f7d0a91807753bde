/** Dialogs: a button with `data-opens="id"` opens one, one with `data-closes` closes the one it is in. */
export function dialogs(): void {
  document.addEventListener("click", (event) => {
    const clicked = event.target as Element;
    const opener = clicked.closest<HTMLElement>("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset["opens"] ?? "");
      if (dialog instanceof HTMLDialogElement) dialog.showModal();
    }
    if (clicked.closest("[data-closes]")) clicked.closest("dialog")?.close();
    // A click beside an open dialog closes it, as Escape does.
    if (clicked instanceof HTMLDialogElement) clicked.close();
  });
  // An open menu is closed by a click elsewhere, and by Escape.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      if (!menu.contains(event.target as Node)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
