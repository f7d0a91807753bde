"""
A whole site for browsers: a home with something of everything, and the server that shows it.

Two databanks on a loopback server are mirrored, two small genomes are in the store and drawn
against each other; the server is ``holdfast serve``, a process of its own. :class:`Visitor` is a
browser that minds what it sees: complaints of the console, requests elsewhere, what axe-core finds.
"""

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from unittest.mock import patch

from playwright.sync_api import Browser, Page

from app.banks.bank_world import QuickContainer
from holdfast.app.banks.updating.update import update_bank
from holdfast.app.plots.compare import Comparison, compare_genomes
from holdfast.app.sequences.load import load_sequences
from holdfast.settings import Settings
from servers.served import python_server

ROOT = Path(__file__).parents[2]
AXE = ROOT / "viewer" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PICTURES = os.environ.get("HOLDFAST_PICTURES", "")  #: a folder in which pictures are kept
RECIPE = """\
name = "{bank}"
description = "A databank for trying things out"

[remote]
url = "{url}"

[release]
from = "folder"
"""
LOADED = """
[[steps]]
name = "load"
use = "load"
namespace = "toy"

[schedule]
cron = "30 2 * * mon-fri"
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
FIND = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
  return found.violations.map(({ id, help, nodes }) =>
    `${id}: ${help}: ${nodes.slice(0, 4).map((node) => node.html).join(' ')}`);
}"""


@dataclass(frozen=True)
class Site:
    """A home, what it mirrors, and where it is shown."""

    home: Path
    remote: Path
    remote_url: str
    url: str

    def at(self, path: str) -> str:
        """The address of a page."""
        return self.url.rstrip("/") + path


def genome(seed: int, lengths: tuple[int, ...] = (40_000, 30_000, 20_000)) -> list[str]:
    """The contigs of a made-up genome."""
    letters = random.Random(seed)
    return ["".join(letters.choices("ACGT", k=length)) for length in lengths]


def changed(contigs: list[str]) -> list[str]:
    """The same genome some generations later: a part is turned, a contig broken, bases differ."""
    letters = random.Random(7)
    first, second, third = contigs
    turned = first[15_000:25_000].translate(str.maketrans("ACGT", "TGCA"))[::-1]
    first = first[:15_000] + turned + first[25_000:]
    bases = list(first)
    for place in letters.sample(range(len(bases)), 400):
        bases[place] = letters.choice("ACGT")
    return ["".join(bases), second[:18_000], third, second[18_000:]]


def fasta(contigs: list[str], name: str = "chr") -> bytes:
    """A genome as FASTA."""
    lines = (f">{name}{number}\n{contig}\n" for number, contig in enumerate(contigs, 1))
    return "".join(lines).encode()


@contextmanager
def shown_site(folder: Path) -> Iterator[Site]:
    """A site with something of everything in `folder`, as long as the block lasts."""
    home, remote = folder / "home", folder / "remote"
    old = genome(1)
    publish(remote, "toy", "2024-01-15", {"genome.fa": fasta(old), "README": b"the first\n"})
    publish(remote, "mini", "1", {"some.fa": fasta(genome(2, (5_000,)), "ctg")})
    (folder / "new.fa").write_bytes(fasta(changed(old), "tig"))
    said = {"HOLDFAST_HOME": str(home), "HOLDFAST_PRIVATE_NETWORKS": "127.0.0.0/8"}
    with python_server(remote) as url, patch.dict(os.environ, said):
        fill(home, url, folder / "new.fa")
        with served(folder) as address:
            yield Site(home, remote, url, address)


def publish(remote: Path, bank: str, release: str, files: dict[str, bytes]) -> None:
    """Let the databank have another release."""
    folder = remote / bank / release
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def fill(home: Path, url: str, query: Path) -> None:
    """Mirror the databanks, load the genomes and draw them."""
    recipes = home / "recipes"
    recipes.mkdir(parents=True)
    for bank, more in (("toy", LOADED), ("mini", "")):
        recipe = RECIPE.format(bank=bank, url=f"{url}{bank}/")
        (recipes / f"{bank}.toml").write_text(recipe + more)
    with QuickContainer(Settings.read()) as container:
        for bank in ("toy", "mini"):
            update_bank(container, bank)
        load_sequences(container, [str(query)], "lab", "new")
        container.store.snapshot("first")
        comparison = Comparison("toy:2024-01-15:genome.fa", str(query), name="near")
        compare_genomes(container, comparison)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Where ``holdfast serve`` shows the home of the environment; what it says is in `folder`."""
    with TemporaryFile() as said:
        words = [sys.executable, "-m", "holdfast", "serve", "--port", "0"]
        with subprocess.Popen(words, stderr=said) as server:
            try:
                yield _address(said, server)
            finally:
                server.terminate()
                server.wait()
                said.seek(0)
                (folder / "server.log").write_bytes(said.read())


def _address(said: IO[bytes], server: subprocess.Popen[bytes]) -> str:
    """Where the server says that it is."""
    while server.poll() is None:
        found = re.search(rb"http://\S+", os.pread(said.fileno(), 10_000, 0))
        if found is not None:
            return found[0].decode()
        time.sleep(0.05)
    raise AssertionError(os.pread(said.fileno(), 10_000, 0).decode())


class Visitor:
    """A browser's window, and what it complains about."""

    def __init__(self, browser: Browser, site: Site, **context: Any) -> None:
        self.site = site
        self.context = browser.new_context(
            **{"viewport": DESKTOP, "color_scheme": "light", "reduced_motion": "reduce", **context}
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self._asked(asked.url))

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def open(self, path: str) -> Page:
        """Go to a page of the site."""
        self.page.goto(self.site.at(path))
        return self.page

    def looks(self, viewport: dict[str, int], theme: Any) -> None:
        """See the same page on another screen, in another light."""
        self.page.set_viewport_size(viewport)  # type: ignore[arg-type]  # a typed dictionary of two
        self.page.emulate_media(color_scheme=theme)

    def violations(self) -> list[str]:
        """What axe-core finds wrong with the page as it is now."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = self.page.evaluate(FIND, RULES)
        return found

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        wide: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide

    def picture(self, name: str) -> None:
        """Keep a picture of the page, where pictures are wanted."""
        if PICTURES:
            file = Path(PICTURES) / f"{name}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=file, full_page=True)

    def _heard(self, kind: str, text: str) -> None:
        # What htmx was still asking when the page was left is no fault.
        is_left = text.startswith(("htmx:afterRequest", "htmx:sendAbort"))
        if kind in ("error", "warning") and not is_left:
            self.complaints.append(f"{kind}: {text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:", "blob:")):
            self.complaints.append(f"asked elsewhere: {url}")


def go_by_keys(page: Page, words: str, most: int = 120) -> None:
    """Press Tab until what has the focus is called `words`, as one who has no mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        called: str = page.evaluate(
            """() => { const it = document.activeElement;
            return (it.getAttribute('aria-label') || it.labels?.[0]?.textContent
                || it.textContent || '').trim(); }"""
        )
        if called == words:
            return
    raise AssertionError(f"{most} times Tab did not lead to {words!r}")
