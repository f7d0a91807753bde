"""
Journals: files of JSON lines, appended to as things happen.

A last line that was cut off by a kill counts as not written.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any


class Journal:
    """A file of JSON lines, appended to as things happen."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, *documents: Mapping[str, Any]) -> None:
        """Write `documents` down, each a line: when this returns, a kill does not lose them."""
        with self.writing() as write:
            for document in documents:
                write(document)

    @contextmanager
    def writing(self) -> Iterator[Callable[[Mapping[str, Any]], None]]:
        """A function that writes a document down at once, as :meth:`append` does."""
        with self.path.open("ab", buffering=0) as file:
            if file.tell() and not self._ends_well():
                file.write(b"\n")  # a line cut off by a kill stays alone
            yield lambda document: _write_line(file, document)

    def documents(self) -> Iterator[dict[str, Any]]:
        """The documents of all whole lines."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for line in lines:
            try:
                document = json.loads(line)
            except ValueError:
                continue  # cut off, or the nothing after the last line
            if isinstance(document, dict):
                yield document

    def _ends_well(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) == b"\n"


def _write_line(file: FileIO, document: Mapping[str, Any]) -> None:
    file.write(json.dumps(document).encode() + b"\n")
