"""
Folders read by regular expressions of one's own, for servers whose pages have a form of their own.

The expressions are those of a recipe; what they find is treated like any row. A time or size that
is not exact is not taken: then the file itself is asked.
"""

import re
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from holdfast.remotes.options import PagePattern
from holdfast.remotes.pages import exact_size, text_of, time_in
from holdfast.remotes.rows import Kind, Row, plain_segment


def read_by_pattern(page: bytes, pattern: PagePattern) -> list[Row]:
    """The rows that `pattern` finds on `page`; each name once."""
    text = text_of(page)
    rows: dict[str, Row] = {}
    for match in pattern.file.finditer(text):
        row = _row(_group(match, pattern.name), Kind.FILE)
        if row is not None:
            modified = _time(_group(match, pattern.date), pattern.date_format)
            size = exact_size(_group(match, pattern.size))
            rows.setdefault(row.name, Row(row.name, row.kind, size, modified, row.href))
    for match in pattern.folder.finditer(text) if pattern.folder else ():
        row = _row(_group(match, pattern.folder_name), Kind.FOLDER)
        if row is not None:
            rows.setdefault(row.name, row)
    return list(rows.values())


def _group(match: re.Match[str], number: int) -> str:
    """What the group found; "" where it is absent or found nothing."""
    return (match[number] or "") if 0 < number <= match.re.groups else ""


def _row(found: str, kind: Kind) -> Row | None:
    """The row of a name as it stands in the page's link, or as it is shown."""
    segment = found.strip().removeprefix("./").removesuffix("/")
    name = unquote(segment, errors="replace")
    if not plain_segment(name) or "\ufffd" in name:
        return None
    return Row(name, kind, href=quote(segment, safe="%!$&'()*+,;=:@~"))


def _time(text: str, form: str) -> datetime | None:
    if not form:
        return time_in(text)[0]
    try:
        return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
    except ValueError:
        return None
