"""
What ``rsync --list-only`` prints: one line for each name, sizes exact, times to the second.

Characters that a terminal would mind are written ``\\#ooo``, in octal, and so is that beginning
itself. Lines of another kind are passed over; reading never fails.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from holdfast.base.files import safe_name
from holdfast.errors import UnsafeName
from holdfast.remotes.rows import Kind

_LINE = re.compile(
    r"(?P<type>[-dl])[-rwxsStT]{9}[.+@]?\s+(?P<size>[\d,.]{1,30})\s"
    r"(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) (?P<name>.+)",
    re.ASCII,
)
_ESCAPE = re.compile(rb"\\#([0-7]{3})")
_KINDS = {"-": Kind.FILE, "d": Kind.FOLDER, "l": Kind.LINK}


@dataclass(frozen=True, slots=True)
class ListedLine:
    """One name, as a path from where rsync was asked."""

    name: str
    kind: Kind
    size: int | None
    modified: datetime


def read_rsync(text: bytes) -> list[ListedLine]:
    """The lines of `text` that tell of safe names, as they come. Times are taken for UTC."""
    found = [_line(line) for line in text.split(b"\n")]
    return [line for line in found if line is not None]


def _line(raw: bytes) -> ListedLine | None:
    match = _LINE.fullmatch(raw.decode("utf-8", errors="surrogateescape"))
    if match is None:
        return None
    kind, shown = _KINDS[match["type"]], match["name"]
    if kind is Kind.LINK:
        shown = shown.rpartition(" -> ")[0] or shown
    name = _unescaped(shown)
    try:
        if name is None or str(safe_name(name)) != name:
            return None
        modified = datetime.strptime(match["time"], "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
    except (UnsafeName, ValueError):
        return None
    size = match["size"].replace(",", "").replace(".", "")
    return ListedLine(name, kind, int(size) if kind is Kind.FILE else None, modified)


def _unescaped(shown: str) -> str | None:
    raw = shown.encode("utf-8", errors="surrogateescape")
    try:
        return _ESCAPE.sub(lambda match: bytes([int(match[1], 8)]), raw).decode("utf-8")
    except ValueError:  # no UTF-8, or an octal number that is no byte
        return None
