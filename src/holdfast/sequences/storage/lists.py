"""
The LIST files: what is in ``journal/`` and ``snapshots/``, for readers that cannot list a folder.

``journal/LIST`` has one line of :data:`WIDTH` bytes for each entry, in order: number, ``-``, the
SHA-256 of the entry's file, a blank, its size in bytes and a newline. So whoever has N entries asks
for the bytes from N × WIDTH on. ``snapshots/LIST`` has a line for each snapshot, oldest first:
position, ``-``, that entry's SHA-256, a blank and the name.

Both are made from their folders and can be made anew at any time. A line is appended after its
entry is durable, without a flush of its own: a list may be behind, never ahead, and a reader passes
over a last line that is not whole. One that does not match is made anew by the next writer.
"""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from holdfast.base.files import write_atomic
from holdfast.errors import StoreDamaged

FILE = "LIST"
WIDTH = 96  #: bytes of a line of journal/LIST, its newline included
_ENTRY = re.compile(rb"(\d{8})-([0-9a-f]{64}) (\d{21})\n")
_ENTRY_FILE = re.compile(r"(\d{8})-([0-9a-f]{64})\.json\.zst", re.ASCII)
_SNAPSHOT = re.compile(r"(\d{8})-([0-9a-f]{64}|) ([A-Za-z0-9][A-Za-z0-9._-]{0,127})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """A journal entry as a list names it; `size` is that of its file in bytes."""

    number: int
    sha256: str
    size: int

    @property
    def file(self) -> str:
        """The name of its file in ``journal/``."""
        return f"{self.number:08d}-{self.sha256}.json.zst"

    def line(self) -> bytes:
        """Its line in ``journal/LIST``."""
        return b"%08d-%s %021d\n" % (self.number, self.sha256.encode(), self.size)


@dataclass(frozen=True, slots=True, order=True)
class ListedSnapshot:
    """A snapshot as a list names it: its position, that entry's hash, and its name."""

    position: int
    hash: str  #: empty at position 0
    name: str

    def line(self) -> bytes:
        """Its line in ``snapshots/LIST``."""
        return f"{self.position:08d}-{self.hash} {self.name}\n".encode()


def read_entries(content: bytes, first: int, place: str) -> list[ListedEntry]:
    """The entries in a piece of ``journal/LIST`` that begins with the entry `first`.

    A last line that is not whole is passed over: it is just being written.

    Raises
    ------
    StoreDamaged
        It is no such list; `place` is named.
    """
    found = []
    for nth, start in enumerate(range(0, len(content) - WIDTH + 1, WIDTH)):
        match = _ENTRY.fullmatch(content, start, start + WIDTH)
        if match is None or int(match[1]) != first + nth:
            raise StoreDamaged(
                f"{place} is damaged at the entry {first + nth}; "
                "have it made anew there with: holdfast seq reindex"
            )
        found.append(ListedEntry(int(match[1]), match[2].decode(), int(match[3])))
    return found


def read_snapshots(content: bytes, place: str) -> list[ListedSnapshot]:
    """The snapshots in a ``snapshots/LIST``.

    Raises
    ------
    StoreDamaged
        It is no such list; `place` is named.
    """
    whole = content.rpartition(b"\n")[0].decode("ascii", errors="replace")
    found = []
    for number, line in enumerate(whole.split("\n") if whole else (), 1):
        match = _SNAPSHOT.fullmatch(line)
        if match is None:
            raise StoreDamaged(
                f"{place}:{number}: is no snapshot's line; "
                "have the list made anew there with: holdfast seq reindex"
            )
        found.append(ListedSnapshot(int(match[1]), match[2], match[3]))
    return found


def listed_entries(journal: Path) -> list[ListedEntry]:
    """The entries in the folder `journal`, in order."""
    with os.scandir(journal) as files:
        return sorted(
            (
                ListedEntry(int(match[1]), match[2], file.stat().st_size)
                for file in files
                if (match := _ENTRY_FILE.fullmatch(file.name))
            ),
            key=lambda entry: (entry.number, entry.sha256),
        )


def note_entry(journal: Path, entry: ListedEntry) -> None:
    """Append the line of `entry`, which is durable; make the list anew when it does not match.

    Only the one writer may ask this. Never fails: the list is a convenience, the commit is done.
    """
    with suppress(OSError):
        if not _append(journal / FILE, entry):
            remake_entries(journal)


def mend_entries(journal: Path) -> None:
    """Make ``journal/LIST`` anew if it does not match. Like :func:`note_entry`, never fails."""
    with suppress(OSError):
        if not entries_match(journal):
            remake_entries(journal)


def remake_entries(journal: Path) -> None:
    """Make ``journal/LIST`` anew from its folder."""
    lines = (entry.line() for entry in listed_entries(journal))
    write_atomic(journal / FILE, b"".join(lines))


def remake_snapshots(snapshots: Path, known: Iterable[ListedSnapshot]) -> None:
    """Make ``snapshots/LIST`` anew; `known` are all snapshots there are."""
    lines = (snapshot.line() for snapshot in sorted(known))
    write_atomic(snapshots / FILE, b"".join(lines))


def entries_match(journal: Path) -> bool:
    """Whether ``journal/LIST`` says what is in its folder."""
    lines = b"".join(entry.line() for entry in listed_entries(journal))
    return _content(journal / FILE) == lines


def snapshots_match(snapshots: Path, known: Iterable[ListedSnapshot]) -> bool:
    """Whether ``snapshots/LIST`` says what is in its folder; `known` are all snapshots there."""
    return _content(snapshots / FILE) == b"".join(each.line() for each in sorted(known))


def _append(file: Path, entry: ListedEntry) -> bool:
    """Append a line if the lines before it are those of the entries before; whether it was done."""
    if entry.number == 1:
        return _begin(file, entry)
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        end = WIDTH * (entry.number - 1)
        before = os.pread(descriptor, WIDTH + 1, end - WIDTH)
        match = _ENTRY.fullmatch(before)
        if match is None or int(match[1]) != entry.number - 1:
            return False  # cut short, longer than it should be, or of other entries
        previous = file.with_name(f"{match[1].decode()}-{match[2].decode()}.json.zst")
        return previous.exists() and os.write(descriptor, entry.line()) == WIDTH
    finally:
        os.close(descriptor)


def _begin(file: Path, entry: ListedEntry) -> bool:
    """Begin a list; whether there was none."""
    try:
        with file.open("xb") as made:
            return made.write(entry.line()) == WIDTH
    except FileExistsError:
        return False


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
