"""
Directory pages: what Apache, nginx, lighttpd, caddy, IIS, Python's server and their kin show.

A page is HTML made for people. Every link to a name directly below the page is a row; what stands
after the link, up to the next one, may tell a time and a size. Sort links, the parent, other hosts,
other folders and names that could leave theirs are no rows. A page can be anything: reading it
never fails, it only finds few rows or none. Sizes with a unit are rounded and therefore unknown.
Times are the server's local time, taken for UTC here: who uses them checks that.
"""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

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
TAIL = 500  #: characters after a link that may tell of it


def read_page(page: bytes, url: str) -> list[Row]:
    """The rows of the directory page `page`, which came from `url`; each name once.

    `url` is taken to end in a slash.
    """
    links = _Links()
    links.feed(text_of(page))
    links.close()
    base = url.partition("?")[0].partition("#")[0]
    base = base if base.endswith("/") else f"{base}/"
    rows: dict[str, Row] = {}
    for link in links.found():
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

    __slots__ = ("href", "size", "texts")

    def __init__(self, href: str) -> None:
        self.href, self.size = href, ""
        self.texts: list[str] = []

    @property
    def tail(self) -> str:
        """The text up to the next link."""
        return "".join(self.texts)[:TAIL]


class _Links(HTMLParser):
    """Each link's target with what follows it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: list[_Link] = []
        self._inside = False  #: the link's own text shows its name, shortened: it tells nothing

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            href = dict(attrs).get("href")
            if href is not None:
                self._found.append(_Link(href))
                self._inside = True
        elif tag in ("td", "th"):
            self.handle_data(" ")
            self._keep_size(dict(attrs))
        elif tag == "time":  # caddy's: the time for programs comes before the one for people
            self.handle_data(f" {dict(attrs).get('datetime') or ''} ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._found and not self._inside:
            self._found[-1].texts.append(data)

    def _keep_size(self, attrs: dict[str, str | None]) -> None:
        """Caddy has the exact size in an attribute, for sorting."""
        size = attrs.get("data-size") or attrs.get("data-order")
        if size and self._found and not self._found[-1].size:
            self._found[-1].size = size

    def found(self) -> list[_Link]:
        """What was seen of the page."""
        return self._found


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
