/** Times that say how long ago they were go on saying so while the page is open. */
const STEPS: readonly (readonly [number, Intl.RelativeTimeFormatUnit])[] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
];

export function ago(seconds: number): string {
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [length, unit] of STEPS) {
    if (Math.abs(seconds) >= length) return words.format(Math.round(seconds / length), unit);
  }
  return "just now";
}

export function times(): void {
  setInterval(() => {
    for (const each of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
      each.textContent = ago((Date.parse(each.dateTime) - Date.now()) / 1000);
    }
  }, 30_000);
}
