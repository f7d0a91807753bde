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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from servers.served import python_server

ROOT = Path(__file__).parents[2]
HOLDFAST = [sys.executable, "-m", "holdfast"]
AXE = ROOT / "viewer" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PICTURES = os.environ.get("HOLDFAST_PICTURES", "")  #: a folder in which pictures are kept
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
def shown_site(folder: Path, **settings: str) -> Iterator[Site]:
    """A site with something of everything in `folder`, as long as the block lasts."""
    home, remote = folder / "home", folder / "remote"
    old = genome(1)
    publish(remote, "toy", "2024-01-15", {"genome.fa": fasta(old), "README": b"the first\n"})
    publish(remote, "mini", "1", {"some.fa": fasta(genome(2, (5_000,)), "ctg")})
    (folder / "new.fa").write_bytes(fasta(changed(old), "tig"))
    with python_server(remote) as url:
        environment = {
            **os.environ,
            "HOLDFAST_HOME": str(home),
            "HOLDFAST_PRIVATE_NETWORKS": "127.0.0.0/8",
            **settings,
        }
        fill(home, url, folder / "new.fa", environment)
        with served(environment) as address:
            yield Site(home, remote, url, address)


def publish(remote: Path, bank: str, release: str, files: dict[str, bytes]) -> None:
    """Let the databank have another release."""
    folder = remote / bank / release
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def fill(home: Path, url: str, query: Path, environment: dict[str, str]) -> None:
    """Mirror the databanks, load the genomes and draw them."""

    def holdfast(*words: str) -> None:
        done = subprocess.run(
            [*HOLDFAST, *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stderr)

    for bank in ("toy", "mini"):
        more = ("--load", "toy") if bank == "toy" else ()
        holdfast("bank", "add", bank, "--url", f"{url}{bank}/", "--release-from", "folder", *more)
    recipe = home / "recipes" / "toy.toml"
    recipe.write_text(recipe.read_text() + '\n[schedule]\ncron = "30 2 * * mon-fri"\n')
    holdfast("bank", "update", "toy", "mini")
    holdfast("seq", "load", str(query), "--namespace", "lab", "--collection", "new")
    holdfast("seq", "snapshot", "create", "first")
    holdfast("plot", "run", "toy:2024-01-15:genome.fa", str(query), "--name", "near")


@contextmanager
def served(environment: dict[str, str]) -> Iterator[str]:
    """Where ``holdfast serve`` shows a home."""
    words = [*HOLDFAST, "serve", "--port", "0"]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        found = None
        for line in server.stderr:
            found = re.search(r"http://\S+", line)
            if found is not None:
                break
        assert found is not None
        try:
            yield found[0]
        finally:
            server.terminate()
            server.communicate()


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
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:", "blob:")):
            self.complaints.append(f"asked elsewhere: {url}")
