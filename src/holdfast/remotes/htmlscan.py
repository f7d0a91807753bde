"""
HTML as a row of tags and texts, read once from front to back.

A page comes from outside and may be made to be slow to read; the standard library's parser takes
quadratic time for some. Here no character is looked at more than a few times: a tag has at most
:data:`TAG` characters, and the end of a comment or script that has none is looked for only once.
What is no tag is text. Nothing is an error.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

TAG = 8192  #: characters; a longer tag is no honest one
# Quantifiers with a "+" behind give nothing back, so a failing match fails at once.
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*+)((?:[^\"'<>]++|\"[^\"]*+\"|'[^']*+')*+)>")
_ATTRIBUTE = re.compile(
    r"(?:^|(?<=[\s\"'/]))([^\s=<>\"'/]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))"
)
_VERBATIM = frozenset({"script", "style"})  #: what is between these and their ends is no HTML


class Tag(NamedTuple):
    """One tag, and the text after it."""

    name: str  #: in lower case; "" for the beginning of the page
    closing: bool
    inside: str  #: its attributes, as they are written
    start: int  #: of the text that follows it
    end: int  #: and where that ends

    @property
    def attributes(self) -> dict[str, str]:
        """By name in lower case; of two of one name, the first."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.inside):
            value = match[2] or match[3] or match[4] or ""
            found.setdefault(match[1].lower(), unescape(value))
        return found


def tags(page: str) -> Iterator[Tag]:
    """The tags of `page`, each with where the text after it is."""
    ends = _Ends(page)
    before, at = Tag("", False, "", 0, 0), 0
    while (at := page.find("<", at)) >= 0:
        match = _TAG.match(page, at, at + TAG)
        if match is None:
            after = ends.after("-->", at + 4) if page.startswith("<!--", at) else 0
            if after:
                yield before._replace(end=at)
                before = Tag("", False, "", after, after)
            at = after or at + 1
            continue
        yield before._replace(end=at)
        at = match.end()
        name = match[2].lower()
        if name in _VERBATIM and not match[1]:
            at = ends.after(f"</{name}", at) or at
        before = Tag(name, bool(match[1]), match[3], at, at)
    yield before._replace(end=len(page))


class _Ends:
    """Looks for ends of things; what is nowhere ahead is not looked for again."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._nowhere: set[str] = set()

    def after(self, end: str, start: int) -> int:
        """The place behind the next `end` from `start` on; 0 when there is none."""
        if end in self._nowhere:
            return 0
        found = self._page.find(end, start)
        if found < 0:
            self._nowhere.add(end)
            return 0
        return found + len(end)
