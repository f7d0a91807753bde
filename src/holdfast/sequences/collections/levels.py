"""
Level 1 of collections, kept beside the index: it is computed once, and found at once ever after.

The file is derived and may be deleted; a collection's digest fixes its level 1, so nothing in the
file can become old. A line is one collection: the SHA-256 of the rest of the line, a blank, and a
JSON array of the collection's digest and its level 1. Lines are appended, each in one write; what a
crash leaves of one, and whatever else does not hash to its beginning, is passed over. Where nothing
can be written (read-only media), memory alone keeps what was computed: a kilobyte a collection.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from holdfast.sequences.collections import seqcol
from holdfast.sequences.collections.seqcol import Columns, Level1

FILE = "levels.jsonl"
SIZE_LIMIT = 1 << 30  #: bytes of the file that are read


class Levels:
    """The level 1 of each collection of the store in `folder`, by the collection's digest."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._known: dict[str, Level1] | None = None

    def of(self, digest: str, columns: Callable[[], Columns]) -> Level1:
        """The level 1 of the collection `digest`, made of its `columns` if it is not known."""
        known = self._known
        if known is None:
            known = self._known = self._read()
        found = known.get(digest)
        if found is None:
            found = known[digest] = seqcol.level1(columns())
            self._append(digest, found)
        return found

    def forget(self) -> None:
        """Delete the file; what is asked for is computed anew."""
        self._known = None
        self._path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Level1]:
        try:
            with self._path.open("rb") as file:
                lines = file.read(SIZE_LIMIT).split(b"\n")
        except OSError:
            return {}
        return dict(found for line in lines if (found := _read_line(line)))

    def _append(self, digest: str, level1: Level1) -> None:
        text = json.dumps([digest, level1], separators=(",", ":")).encode()
        line = b"\n%s %s\n" % (sha256(text).hexdigest().encode(), text)
        # What cannot be written here is only computed again by the next process.
        with suppress(OSError):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)


def _read_line(line: bytes) -> tuple[str, Level1] | None:
    """The collection in a line; None unless the line is as it was written."""
    if sha256(line[65:]).hexdigest().encode() != line[:64]:
        return None
    try:
        digest, level1 = json.loads(line[65:])
        return (digest, level1) if seqcol.digest(level1) == digest else None
    except (ValueError, TypeError, KeyError):
        return None
