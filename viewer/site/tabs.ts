/** Tabs that do not fit are scrolled so that the open one is seen. */
export function tabs(): void {
  for (const row of document.querySelectorAll<HTMLElement>(".tabs")) {
    const open = row.querySelector<HTMLElement>("[aria-current]");
    if (!open || row.scrollWidth <= row.clientWidth) continue;
    const place = open.getBoundingClientRect().left - row.getBoundingClientRect().left;
    row.scrollLeft += place - (row.clientWidth - open.offsetWidth) / 2;
  }
}
