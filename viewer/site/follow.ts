/** A log with `data-follow` shows its end and stays there, until its reader scrolls up. */
const NEAR = 40; // pixels from the end that still count as there
const PIECES = 3000; // of what came while the page was open; older ones go

const isAtEnd = (log: HTMLElement): boolean => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;

function follow(log: HTMLElement): void {
  let stays = true;
  log.scrollTop = log.scrollHeight;
  log.addEventListener("scroll", () => (stays = isAtEnd(log)), { passive: true });
  new MutationObserver(() => {
    const grown = log.lastElementChild;
    while (grown && grown.childNodes.length > PIECES) grown.firstChild?.remove();
    if (stays) log.scrollTop = log.scrollHeight;
  }).observe(log, { childList: true, subtree: true });
}

export function follows(): void {
  for (const log of document.querySelectorAll<HTMLElement>("[data-follow]")) follow(log);
}
