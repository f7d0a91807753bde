"""
What FTP servers answer to MLSD and LIST.

MLSD (RFC 3659, 7) is made for programs: exact sizes, times in UTC to the second. LIST is what
``ls -l`` (or ``dir``) printed on the server: sizes are exact, but times are the server's local
time, with a year and no clock or a clock and no year; so they are not taken, and who needs a time
asks for it with MDTM. Of folders and links, which cannot be asked, what is shown is kept as just
that. Lines that are neither, as the ``total`` line, are passed over; reading never fails.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from holdfast.remotes.answers import compact_time
from holdfast.remotes.rows import Kind, Row, plain_segment

_UNIX = re.compile(
    r"""^(?P<type>[-bcdlps])[-rwxsStTlL.+@]{9,11}\s+
        (?:\d+\s+)?                                  # links
        (?:\S+\s+){1,2}?                             # owner, and group unless it is left out
        (?P<size>\d+)\s+
        (?P<date>[A-Za-z]{3}\s+\d{1,2}\s+(?:\d{4}|\d{1,2}:\d{2})
               |\d{1,2}\s+[A-Za-z]{3}\s+(?:\d{4}|\d{1,2}:\d{2})
               |\d{4}-\d{2}-\d{2}(?:\s+\d{2}:\d{2}(?::\d{2})?)?)
        [ ](?P<name>.+)$""",
    re.VERBOSE | re.ASCII,
)
_DOS = re.compile(
    r"^\d{2}-\d{2}-(?:\d{2}|\d{4})\s+\d{1,2}:\d{2}(?:[AaPp][Mm])?\s+"
    r"(?P<size><DIR>|<JUNCTION>|\d+)\s+(?P<name>.+)$",
    re.ASCII,
)
_KINDS = {"-": Kind.FILE, "d": Kind.FOLDER, "l": Kind.LINK}
LINE = 5000  #: characters; a longer line is no honest row


def read_mlsd(text: bytes) -> list[Row]:
    """The rows of an answer to MLSD."""
    return _each(text, _mlsd_row)


def read_list(text: bytes) -> list[Row]:
    """The rows of an answer to LIST, as Unix or MS-DOS writes it."""
    return _each(text, lambda line: _unix_row(line) or _dos_row(line))


def _each(text: bytes, read: Callable[[str], Row | None]) -> list[Row]:
    rows: dict[str, Row] = {}
    for raw in text.split(b"\n"):
        row = read(_decoded(raw.rstrip(b"\r"))) if len(raw) <= LINE else None
        if row is not None and plain_segment(row.name):
            rows.setdefault(row.name, row)
    return list(rows.values())


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _mlsd_row(line: str) -> Row | None:
    facts_text, space, name = line.partition(" ")
    if not space or "=" not in facts_text:
        return None
    facts = {}
    for fact in facts_text.split(";"):
        key, _, value = fact.partition("=")
        facts[key.lower()] = value
    kind = _mlsd_kind(facts.get("type", "").lower())
    if kind is None:
        return None
    size = facts.get("size", "")
    exact = int(size) if size.isascii() and size.isdigit() and len(size) < 20 else None
    return Row(
        name, kind, exact if kind is Kind.FILE else None, compact_time(facts.get("modify", ""))
    )


def _mlsd_kind(type_: str) -> Kind | None:
    """``cdir`` and ``pdir`` are the folder itself and its parent: no rows."""
    if type_ in ("file", ""):
        return Kind.FILE
    if type_ == "dir":
        return Kind.FOLDER
    return Kind.LINK if type_.startswith(("os.unix=slink", "os.unix=symlink")) else None


def _unix_row(line: str) -> Row | None:
    match = _UNIX.match(line)
    if match is None or match["type"] not in _KINDS:
        return None
    kind, name = _KINDS[match["type"]], match["name"]
    if kind is Kind.LINK:
        name, _, target = name.partition(" -> ")
        shown = shown_time(match["date"], datetime.now(UTC))
        return None if _climbs(target) else Row(name, kind, shown=shown)
    if kind is Kind.FOLDER:
        return Row(name, kind, shown=shown_time(match["date"], datetime.now(UTC)))
    size = int(match["size"]) if len(match["size"]) < 20 else None
    return Row(name, kind, size)


def shown_time(text: str, now: datetime) -> datetime | None:
    """What LIST shows as a time, as if it were UTC; without a year it is of the last twelve months.

    >>> now = datetime(2026, 11, 21, tzinfo=UTC)
    >>> for text in ("Dec 30 12:00", "Nov  1 09:30", "3 Mar 2024", "2024-03-07 10:11"):
    ...     print(shown_time(text, now))
    2025-12-30 12:00:00+00:00
    2026-11-01 09:30:00+00:00
    2024-03-03 00:00:00+00:00
    2024-03-07 10:11:00+00:00
    >>> shown_time("Foo 99 2024", now) is None
    True
    """
    words = text.split()
    if len(words) < 3:
        return _read_time(" ".join(words)[:16], "%Y-%m-%d %H:%M") or _read_time(text, "%Y-%m-%d")
    month, day, last = words if words[0].isalpha() else (words[1], words[0], words[2])
    if ":" not in last:
        return _read_time(f"{day} {month} {last}", "%d %b %Y")
    for year in (now.year, now.year - 1):  # a day of a leap year may be in one of them only
        found = _read_time(f"{day} {month} {year} {last}", "%d %b %Y %H:%M")
        if found is not None and found <= now + timedelta(days=1):
            return found
    return None


def _read_time(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _climbs(target: str) -> bool:
    """Whether a link leads to its own folder or one above: following it would never end.

    >>> _climbs("."), _climbs("../.."), _climbs("release-110"), _climbs("../other/x")
    (True, True, False, False)
    """
    return all(part in ("", ".", "..") for part in target.split("/")) and target != ""


def _dos_row(line: str) -> Row | None:
    match = _DOS.match(line)
    if match is None:
        return None
    if match["size"].startswith("<"):
        return Row(match["name"], Kind.FOLDER)
    return Row(match["name"], Kind.FILE, int(match["size"]) if len(match["size"]) < 20 else None)
