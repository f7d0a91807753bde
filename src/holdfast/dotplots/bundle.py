"""
Bundle: a plot as one HTML file that works offline.

The page's template, built from ``viewer/``, has everything inside it but the scene; here the scene
is put into its place, compressed as it is written, so that it is never in memory as a whole. The
same template and scene give the same bytes.
"""

import gzip
import html
import io
import re
from base64 import b64encode
from collections.abc import Callable
from importlib import resources
from typing import Any, BinaryIO, cast

from holdfast.errors import PlotError

#: The element that takes the scene, as the template has it: empty, whatever its attributes' order.
PLACE = re.compile(rb'(<script\b[^>]*\bid="holdfast-scene"[^>]*>)\s*(</script>)')
TITLE = re.compile(rb"<title>.*?</title>", re.DOTALL)
#: A browser's longest text is half a gigabyte: what is more goes on in another element.
PIECE = 1 << 28
MORE = b'</script>\n<script type="application/gzip+base64" class="holdfast-scene-more">'
LEVEL = 6  #: of gzip: 9 takes three times as long for a hundredth less


def template() -> bytes:
    """The built page.

    Raises
    ------
    PlotError
        It has not been built.
    """
    page = resources.files("holdfast").joinpath("web", "static", "plot.html")
    try:
        return page.read_bytes()
    except FileNotFoundError:
        raise PlotError(
            "the plot's page has not been built; in a checkout, build it with: make viewer"
        ) from None


def one_file_html(page: bytes, scene: bytes, title: str) -> bytes:
    """The template `page` with `scene`, the bytes of a scene document, inside it.

    Raises
    ------
    PlotError
        The template has no place for a scene, or several.
    """
    file = io.BytesIO()
    write_one_file_html(page, lambda inside: inside.write(scene), title, file)
    return file.getvalue()


def write_one_file_html(
    page: bytes, write_scene: Callable[[BinaryIO], Any], title: str, file: BinaryIO
) -> None:
    """Write the template `page` to `file`, with what `write_scene` writes inside it.

    Raises
    ------
    PlotError
        As for :func:`one_file_html`.
    """
    named = f"<title>{html.escape(title)}</title>".encode()
    # A function as replacement: what it returns is never read as a pattern.
    page = TITLE.sub(lambda _: named, page, count=1)
    places = list(PLACE.finditer(page))
    if len(places) != 1:
        raise PlotError("the page's template has no single place for a scene; build it again")
    file.write(page[: places[0].end(1)])
    text = _Base64(file)
    with gzip.GzipFile(
        filename="", mode="wb", compresslevel=LEVEL, fileobj=cast("BinaryIO", text), mtime=0
    ) as packed:
        write_scene(cast("BinaryIO", packed))
    text.finish()
    file.write(page[places[0].start(2) :])


class _Base64:
    """Writes bytes to a file as base64, three to four letters, in elements that a browser takes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._rest, self._letters = file, b"", 0

    def write(self, data: bytes) -> int:
        """Write what makes whole letters; the rest waits."""
        joined = self._rest + data
        whole = len(joined) // 3 * 3
        self._write(b64encode(joined[:whole]))
        self._rest = joined[whole:]
        return len(data)

    def _write(self, letters: bytes) -> None:
        while len(letters) > PIECE - self._letters:
            room = PIECE - self._letters
            self._file.write(letters[:room] + MORE)
            letters, self._letters = letters[room:], 0
        self._file.write(letters)
        self._letters += len(letters)

    def finish(self) -> None:
        """Write the rest."""
        self._write(b64encode(self._rest))
        self._rest = b""
