"""
Directory pages: what Apache, nginx, lighttpd, caddy, IIS, Python's server and their kin show.

A page is HTML made for people. Every link to a name directly below the page is a row; what stands
after the link, up to the next one, may tell a time and a size. Sort links, the parent, other hosts,
other folders and names that could leave theirs are no rows. A page can be anything: reading it
never fails, it only finds few rows or none. Sizes with a unit are rounded and therefore unknown.
Times are the server's local time, taken for UTC here: who uses them checks that.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

from holdfast.remotes.htmlscan import Tag, tags
from holdfast.remotes.rows import Kind, Row, plain_segment

MONTHS = {
    month: number
    for number, month in enumerate(
        "jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1
    )
}
_DAY_FIRST = re.compile(
    r"\b(\d{1,2})-(\w{3}|\d{2})-(\d{4})[ T](\d{2}):(\d{2})(?::(\d{2}))?", re.ASCII
)
_YEAR_FIRST = re.compile(
    r"\b(\d{4})-(\w{3}|\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?", re.ASCII
)
_SIZE = re.compile(r"^\s*(\d{1,19})(?:\s|$)", re.ASCII)
_SIMPLE = re.compile(r"(?:\./)?[A-Za-z0-9_][A-Za-z0-9_.,+~%@=-]*/?")
TAIL = 500  #: characters after a link that may tell of it


def read_page(page: bytes, url: str) -> list[Row]:
    """The rows of the directory page `page`, which came from `url`; each name once.

    `url` is taken to end in a slash.
    """
    base = url.partition("?")[0].partition("#")[0]
    base = base if base.endswith("/") else f"{base}/"
    rows: dict[str, Row] = {}
    for link in _links(text_of(page)):
        row = _row(link, base)
        # Icons may be links too: then the name comes twice, and only the second has a time.
        if row is not None and (row.name not in rows or _tells_more(row, rows[row.name])):
            rows[row.name] = row
    return list(rows.values())


def text_of(page: bytes) -> str:
    """The page as text, whatever its bytes."""
    try:
        return page.decode("utf-8")
    except UnicodeDecodeError:
        return page.decode("latin-1")


def _tells_more(row: Row, other: Row) -> bool:
    return other.modified is None and row.modified is not None


class _Link:
    """A link's target, the text that follows it, and what attributes say there."""

    __slots__ = ("_told", "href", "size", "texts")

    def __init__(self, href: str) -> None:
        self.href, self.size = href, ""
        self.texts: list[str] = []
        self._told = 0

    def add(self, text: str) -> None:
        """More text after it; what is far away is no matter of it."""
        if self._told <= TAIL:
            self.texts.append(text[:TAIL])
            self._told += len(text)

    @property
    def tail(self) -> str:
        """The text up to the next link."""
        return unescape("".join(self.texts)[:TAIL])


def _links(page: str) -> Iterator[_Link]:
    """Each link of `page` with what follows it, up to the next one."""
    link: _Link | None = None
    inside = False  #: the link's own text shows its name, shortened: it tells nothing
    for tag in tags(page):
        if tag.name == "a" and not tag.closing:
            href = tag.attributes.get("href")
            if href is not None:
                if link is not None:
                    yield link
                link, inside = _Link(href), True
        elif tag.name == "a":
            inside = False
        if link is not None and not inside:
            _note(link, tag)
            link.add(page[tag.start : min(tag.end, tag.start + TAIL)])
    if link is not None:
        yield link


def _note(link: _Link, tag: Tag) -> None:
    """What the tag itself says of the link before it."""
    if tag.closing:
        return
    if tag.name in ("td", "th"):
        link.add(" ")
        said = tag.attributes  # caddy has the exact size there, for sorting
        link.size = link.size or said.get("data-size") or said.get("data-order") or ""
    elif tag.name == "time":  # caddy's: the time for programs comes before the one for people
        link.add(f" {tag.attributes.get('datetime', '')} ")


def _row(link: _Link, base: str) -> Row | None:
    """The row that `link` on the page at `base` makes, or None when it makes none."""
    place = _below(link.href.strip(), base)
    if place is None:
        return None
    segment = place.removesuffix("/")
    name = unquote(segment, errors="replace")
    if not plain_segment(name) or "\ufffd" in name:
        return None
    if place.endswith("/"):
        return Row(name, Kind.FOLDER, href=segment)
    modified, rest = time_in(link.tail)
    size = exact_size(link.size) if link.size else _size(rest)
    return Row(name, Kind.FILE, size if modified else None, modified, segment)


def _below(href: str, base: str) -> str | None:
    """What `href` adds to `base`, when that is one path segment (and perhaps a slash)."""
    if not href or href[0] in "?#" or "?" in href:
        return None
    if _SIMPLE.fullmatch(href):  # nearly all are, and joining URLs takes its time
        return href.removeprefix("./")
    try:
        full = urljoin(base, href).partition("#")[0]
        _ = urlsplit(full).port
    except ValueError:
        return None
    # Compared decoded: servers differ in which characters of the folder they encode.
    folder, decoded = unquote(base), unquote(full)
    if not full.startswith(base):
        if not decoded.startswith(folder) or full.count("/") < base.count("/"):
            return None
        full = base + full.split("/", base.count("/"))[-1]
    place = full[len(base) :]
    return place if place.strip("/") and "/" not in place[:-1] else None


def time_in(tail: str) -> tuple[datetime | None, str]:
    """The first time in `tail`, and what stands after it."""
    for pattern, order in ((_DAY_FIRST, (3, 2, 1)), (_YEAR_FIRST, (1, 2, 3))):
        match = pattern.search(tail)
        if match is None:
            continue
        year, month, day = (match.group(number) for number in order)
        number = int(month) if month.isdigit() else MONTHS.get(month.lower(), 0)
        clock = (int(match.group(4)), int(match.group(5)), int(match.group(6) or 0))
        try:
            return datetime(int(year), number, int(day), *clock, tzinfo=UTC), tail[match.end() :]
        except ValueError:
            continue
    return None, tail


def _size(rest: str) -> int | None:
    """The size after the time: whole bytes only; ``1.3K`` is rounded and says nothing exact."""
    match = _SIZE.match(rest)
    return int(match.group(1)) if match else None


def exact_size(text: str) -> int | None:
    """`text` as bytes when it is a whole number and nothing else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
