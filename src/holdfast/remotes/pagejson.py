"""
Folders shown as JSON: nginx's ``autoindex_format json`` and caddy's ``browse``.

Both are a list of objects; nginx's have ``type`` and an HTTP date, caddy's ``is_dir`` and an ISO
time. A document may be anything; reading it never fails.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from holdfast.remotes.answers import http_time
from holdfast.remotes.rows import Kind, Row, plain_segment


def is_json_page(page: bytes) -> bool:
    """Whether `page` may be such a document."""
    return page[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def read_json(page: bytes) -> list[Row]:
    """The rows of the document; each name once."""
    try:
        entries = json.loads(page)
    except (ValueError, RecursionError):
        return []
    found = [_row(entry) for entry in entries if isinstance(entry, dict)]
    rows = {row.name: row for row in reversed(found) if row is not None}
    return list(reversed(rows.values()))


def _row(entry: Mapping[str, object]) -> Row | None:
    name = entry.get("name")
    if not isinstance(name, str):
        return None
    kind = Kind.FILE
    if entry.get("type") == "directory" or entry.get("is_dir") is True:
        kind, name = Kind.FOLDER, name.removesuffix("/")
    if not plain_segment(name) or entry.get("type", "file") not in ("file", "directory"):
        return None
    try:
        href = quote(name)
    except UnicodeEncodeError:  # half a character, written with an escape
        return None
    if kind is Kind.FOLDER:
        return Row(name, kind, href=href)
    size = entry.get("size")
    exact = size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None
    return Row(name, kind, exact, _time(entry.get("mtime") or entry.get("mod_time")), href)


def _time(said: object) -> datetime | None:
    if not isinstance(said, str):
        return None
    try:
        time = datetime.fromisoformat(said)
    except ValueError:
        return http_time(said)
    try:
        return time.replace(microsecond=0).astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None
