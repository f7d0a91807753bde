"""
A plot's page in a browser: how soon something is seen, how soon it can be used, how it moves.

    python -m benchmarks.plot_page [--lines N …] [--with-dgenies]

`holdfast serve` shows plots of 10,000 to 1,000,000 made matches to Chromium, each in a browser
without a cache. Measured from the address to the first paint, and to the first picture of the
matches, when the page can be used; then the time between frames while a hand moves the plot for
two seconds; bytes on the wire; and the page's own heap. With ``--with-dgenies``, D-Genies' server
shows the same alignments (the best 100,000 lines) to the same browser, moved with Ctrl held.
"""

import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from benchmarks import plots_dgenies
from benchmarks.plot_scale import Files, made
from benchmarks.report import Row, arguments, show
from playwright.sync_api import sync_playwright

LINES = (10_000, 100_000, 1_000_000)
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
SIZE = {"width": 1280, "height": 800}
PATIENCE = 180_000  #: milliseconds for a page
MOVES, STEP = 120, 3  #: of the hand, and pixels of each

#: When D-Genies' matches are drawn, which are a few paths of many parts; it says so nowhere.
WATCH = """
  window.drawnAt = 0;
  const isDrawn = (path) => (path.getAttribute('d') ?? '').length > 5000;
  const look = () => {
    const paths = [...document.querySelectorAll('svg path')];
    if (paths.some(isDrawn)) window.drawnAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
"""
FRAMES = """
  () => {
    window.frameTimes = [];
    let last = performance.now();
    const next = (now) => {
      window.frameTimes.push(now - last);
      last = now;
      window.frameAsked = requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  }
"""
FIRST_PAINT = """
  () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page to open: how it tells that it can be used, and how it is moved."""

    address: str
    usable: str  #: JavaScript; the moment in milliseconds, 0 before it
    surface: str  #: what the hand is put on
    key: str | None = None  #: held while the hand moves


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser saw of a page; times in milliseconds."""

    first: float
    usable: float
    frames: list[float]
    sent: float  #: bytes
    heap: float  #: bytes


def main(words: Sequence[str]) -> None:
    """Measure and show."""
    parser = arguments(__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=LINES)
    parser.add_argument("--data", help="not used: the files are made here")
    parser.add_argument("--with-dgenies", action="store_true", help="also D-Genies")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="plot-page-") as place:
        work = Path(place)
        python = plots_dgenies.python_of(work / "dgenies") if asked.with_dgenies else None
        for count in asked.lines:
            files = made(work, count)
            ours = _ours(files, work)
            theirs = _theirs(files, python, work / f"home-{count}") if python else None
            show(f"the page of {count:,} matches", list(_rows(ours, theirs)), asked.json)


def _rows(ours: Seen, theirs: Seen | None) -> Iterator[Row]:
    for name, kind, unit in (
        ("first paint", lambda seen: seen.first / 1000, "s"),
        ("it can be used", lambda seen: seen.usable / 1000, "s"),
        ("a frame while moving, median", lambda seen: statistics.median(seen.frames), "ms"),
        ("  one of twenty takes", lambda seen: _slow(seen.frames), "ms"),
        ("on the wire", lambda seen: seen.sent / 1e6, "MB"),
        ("heap of the page", lambda seen: seen.heap / 1e6, "MB"),
    ):
        value = kind(ours)
        beside = ""
        if theirs is not None:
            other = kind(theirs)
            beside = f"D-Genies {other:,.2f} {unit}: {other / max(value, 1e-9):.2f} times as much"
        yield Row(name, value, unit, beside)


def _slow(frames: list[float]) -> float:
    return sorted(frames)[int(0.95 * len(frames))]


def _ours(files: Files, work: Path) -> Seen:
    home, name = str(work / "home"), f"of-{files.alignment.stem}"
    holdfast = [sys.executable, "-m", "holdfast", "--home", home]
    alignment, target, query = files.words
    words = ["plot", "import", alignment, "--target", target, "--query", query, "--name", name]
    subprocess.run([*holdfast, *words], check=True, stdout=subprocess.DEVNULL)
    usable = "performance.getEntriesByName('holdfast:painted')[0]?.startTime ?? 0"
    with _serving([*holdfast, "serve", "--port", "0"]) as address:
        httpx.get(address, timeout=60)  # what a server does but once, it has done
        return _seen(Page(f"{address}plots/{name}", usable, ".surface"))


@contextmanager
def _serving(command: Sequence[str]) -> Iterator[str]:
    """A server, and its address."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            for line in server.stderr:
                found = re.search(r"http://\S+", line)
                if found:
                    yield found[0]
                    break
        finally:
            server.terminate()


def _theirs(files: Files, python: str, home: Path) -> Seen:
    with plots_dgenies.running(python, home) as server:
        address = server.shown("lines", files.alignment, files.target, files.query)
        return _seen(Page(address, "window.drawnAt || 0", "#draw svg, svg", key="Control"))


def _seen(page: Page) -> Seen:
    """Open the page in a browser of its own, and move it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(viewport=SIZE)
        tab = context.new_page()
        tab.add_init_script(WATCH)
        wire = context.new_cdp_session(tab)
        wire.send("Network.enable")
        sent: list[float] = []
        wire.on("Network.loadingFinished", lambda each: sent.append(each["encodedDataLength"]))
        tab.goto(page.address, wait_until="commit")
        tab.wait_for_function(f"() => ({page.usable}) > 0", timeout=PATIENCE)
        usable = tab.evaluate(page.usable)
        tab.wait_for_timeout(1500)
        frames = _moved(tab, page)
        wire.send("HeapProfiler.collectGarbage")
        heap = tab.evaluate("performance.memory.usedJSHeapSize")
        first = tab.evaluate(FIRST_PAINT)
        browser.close()
    return Seen(first, usable, frames, sum(sent), heap)


def _moved(tab: Any, page: Page) -> list[float]:
    """Milliseconds between frames while a hand moves what is seen."""
    box = tab.locator(page.surface).first.bounding_box()
    x, y = box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5
    tab.mouse.move(x, y)
    if page.key:
        tab.keyboard.down(page.key)
    for _ in range(3):  # near enough for something to be moved
        tab.mouse.wheel(0, -300)
        tab.wait_for_timeout(300)
    tab.mouse.down()
    tab.evaluate(FRAMES)
    for step in range(MOVES):
        tab.mouse.move(x - STEP * step, y + STEP * step / 3)
    tab.evaluate("cancelAnimationFrame(window.frameAsked)")
    frames: list[float] = tab.evaluate("window.frameTimes")
    tab.mouse.up()
    if page.key:
        tab.keyboard.up(page.key)
    return frames


if __name__ == "__main__":
    main(sys.argv[1:])
