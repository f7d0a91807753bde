"""
What is asked of a server, and the head of what it answers.

Heads come from outside: whatever is in them, reading them gives a value, "unknown", or a
:class:`~holdfast.remotes.faults.Fault`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from holdfast.remotes.faults import (
    Fault,
    Passing,
    of_status,
)


@dataclass(frozen=True, slots=True)
class Ask:
    """How to ask: everything, only the head, or the bytes from `offset` on."""

    head: bool = False
    offset: int = 0
    headers: tuple[str, ...] = ()
    command: str = ""  #: the FTP command for a folder, where it is not LIST
    form: bytes | None = None  #: what is sent by POST; None asks by GET


class Answer:
    """The head of an answer: what the server says before, or instead of, the bytes."""

    def __init__(self, url: str, lines: list[bytes], asked: Ask, ftp: bool) -> None:
        self.url = url  #: where the answer comes from, after redirects (known when it ended)
        self.ftp = ftp
        self._lines, self._asked = lines, asked
        self.status = 0 if ftp else _status(lines)  #: of HTTP; 0 for FTP
        self._fields = {} if ftp else _fields(lines)
        self.stat: tuple[int | None, datetime | None] = None, None  #: of SFTP, when it ended

    @property
    def offset(self) -> int:
        """Of the first byte that comes."""
        if self.ftp:
            return self._asked.offset
        return self._range()[0] if self.status == 206 else 0

    @property
    def size(self) -> int | None:
        """The whole file's size in bytes, when said."""
        if self.stat[0] is not None:
            return self.stat[0]
        if self.ftp:
            return self._ftp_number(lambda text: text.isdigit() and len(text) != 14)
        if self.status == 206:
            return self._range()[1]
        length = self._fields.get(b"content-length", b"")
        return int(length) if length.isdigit() else None

    @property
    def modified(self) -> datetime | None:
        """The file's modification time in UTC, when said."""
        if self.ftp:
            return self.stat[1] or _ftp_time(self._lines)
        return http_time(self._fields.get(b"last-modified", b"").decode("latin-1"))

    @property
    def etag(self) -> str | None:
        """The server's tag of this version, when said."""
        tag = self._fields.get(b"etag", b"").decode("latin-1")
        return tag if tag and tag.isprintable() else None

    def field(self, name: str) -> str:
        """The header field `name`; "" when there is none."""
        return self._fields.get(name.encode(), b"").decode("latin-1")

    @property
    def retry_after(self) -> float:
        """Seconds the server asks us to wait; 0 when it asks nothing."""
        text = self._fields.get(b"retry-after", b"").decode("latin-1")
        if text.isdigit():
            return float(text[:9])
        until = http_time(text)
        return max(0.0, (until - datetime.now(UTC)).total_seconds()) if until else 0.0

    def fault(self) -> Fault | None:
        """What the head alone says against this attempt."""
        return None if self.ftp else of_status(self.status, self.retry_after)

    def _range(self) -> tuple[int, int | None]:
        unit, _, rest = self._fields.get(b"content-range", b"").decode("latin-1").partition(" ")
        span, _, total = rest.partition("/")
        start = span.partition("-")[0]
        if unit.lower() != "bytes" or not start.isdigit():
            raise Passing("the server sent a part without saying which")
        return int(start), int(total) if total.isdigit() else None

    def _ftp_number(self, fits: Callable[[str], bool]) -> int | None:
        for line in reversed(self._lines):
            words = line.decode("latin-1").split()
            if len(words) == 2 and words[0] == "213" and fits(words[1]):
                return int(words[1])
        return None


@lru_cache(maxsize=4096)
def http_time(text: str) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7) in UTC; None when it is none."""
    try:
        said = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    try:
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _status(lines: list[bytes]) -> int:
    """The number in an HTTP status line; 0 when there is none."""
    words = lines[0].split(None, 2) if lines else []
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def _fields(lines: list[bytes]) -> dict[bytes, bytes]:
    """The header fields, names in lower case."""
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        fields[name.strip().lower()] = value.strip()
    return fields


def _ftp_time(lines: list[bytes]) -> datetime | None:
    """The reply to MDTM (RFC 3659, 3.1) among an FTP server's replies."""
    for line in reversed(lines):
        words = line.decode("latin-1").split()
        if len(words) == 2 and words[0] == "213" and compact_time(words[1]):
            return compact_time(words[1])
    return None


def compact_time(text: str) -> datetime | None:
    """``YYYYMMDDHHMMSS`` with perhaps a fraction (RFC 3659, 2.3), in UTC; None when it is none.

    >>> compact_time("20261121024137.5")
    datetime.datetime(2026, 11, 21, 2, 41, 37, tzinfo=datetime.timezone.utc)
    """
    digits = text.partition(".")[0]
    if len(digits) != 14 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
