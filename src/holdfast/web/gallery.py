"""
The gallery: the finished plots of a home folder, served on loopback.

It shows one page of cards and the files of the plots, nothing else: a path that is not exactly
``/<plot>/<file of a plot>`` does not exist. Python's own server is enough for one person; the pages
for many come with the web room's own framework.
"""

import io
from collections.abc import Callable, Sequence
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from string import Template
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

from holdfast.app.plots import FILES, NAME, PAGE_FILE, PNG_FILE, Plot

Plots = Callable[[], Sequence[Plot]]

CARD = Template("""
<a class="card" href="$page">
  <img src="$picture" alt="Dot plot: $title" loading="lazy">
  <h2>$title</h2>
  <p>$matches matches$identity</p>
  <p class="faint">$aligner, $preset · $created</p>
</a>""")
EMPTY = """
<p class="empty">No plots yet. Make one:<br>
<code>holdfast plot run TARGET QUERY</code></p>"""


def gallery_page(plots: Sequence[Plot]) -> str:
    """The page that shows `plots` as cards, the newest first."""
    newest_first = sorted(plots, key=lambda plot: plot.created, reverse=True)
    page = resources.files("holdfast.web").joinpath("gallery.html").read_text(encoding="utf-8")
    cards = "".join(_card(plot) for plot in newest_first)
    return Template(page).substitute(count=_counted(len(plots)), cards=cards or EMPTY)


def gallery_server(folder: Path, plots: Plots, host: str, port: int) -> ThreadingHTTPServer:
    """A server of the plots in `folder`, bound to its address and not yet serving.

    Raises
    ------
    OSError
        The address cannot be had.
    """

    class Pages(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]  # as given

        def send_head(self) -> io.BytesIO | BinaryIO | None:
            parts = unquote(urlsplit(self.path).path).split("/")
            if parts == ["", ""]:
                return self._gallery()
            if len(parts) == 3 and NAME.fullmatch(parts[1]) and parts[2] in FILES:
                return super().send_head()
            self.send_error(404, "There is no such plot")
            return None

        def _gallery(self) -> io.BytesIO:
            content = gallery_page(plots()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            return io.BytesIO(content)

        def end_headers(self) -> None:
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Cache-Control", "no-cache")
            super().end_headers()

        def log_message(self, *_: object) -> None:
            """One person's own looking is not logged."""

    return ThreadingHTTPServer((host, port), Pages)


def _card(plot: Plot) -> str:
    identity = "" if plot.identity is None else f" · {plot.identity:.2%} identical"
    return CARD.substitute(
        page=f"/{quote(plot.name)}/{PAGE_FILE}",
        picture=f"/{quote(plot.name)}/{PNG_FILE}",
        title=escape(plot.title),
        matches=f"{plot.matches:,}",
        identity=identity,
        aligner=escape(plot.aligner),
        preset=escape(plot.preset),
        created=f"{plot.created:%Y-%m-%d %H:%M} UTC",
    )


def _counted(plots: int) -> str:
    return f"{plots:,} dot plot{'' if plots == 1 else 's'}"
