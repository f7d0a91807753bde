"""
Bundle: a plot as one HTML file that works offline.

The page's template, built from ``viewer/``, has everything inside it but the scene; here the scene
is put into its place. The same template and scene give the same bytes.
"""

import gzip
import html
import re
from base64 import b64encode
from importlib import resources

from holdfast.errors import PlotError

#: The element that takes the scene, as the template has it: empty, whatever its attributes' order.
PLACE = re.compile(rb'(<script\b[^>]*\bid="holdfast-scene"[^>]*>)\s*(</script>)')
TITLE = re.compile(rb"<title>.*?</title>", re.DOTALL)


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
    if len(PLACE.findall(page)) != 1:
        raise PlotError("the page's template has no single place for a scene; build it again")
    packed = b64encode(gzip.compress(scene, compresslevel=9, mtime=0))
    # A function as replacement: what it returns is never read as a pattern.
    page = PLACE.sub(lambda place: place[1] + packed + place[2], page)
    named = f"<title>{html.escape(title)}</title>".encode()
    return TITLE.sub(lambda _: named, page, count=1)
