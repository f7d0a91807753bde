"""
How a job's process tells its progress to the engine: lines of JSON in a file.

The file is named in the environment variable ``HOLDFAST_PROGRESS``. Any program in any language can
append to it; one line is one object with ``what`` and, if it likes, ``done``, ``total``, ``unit``
and ``message``. Progress is never worth a failure: the writer swallows what the file system
refuses, and the reader passes over half lines, long lines and lines that mean nothing.
"""

import atexit
import contextlib
import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from holdfast.base.progress import Listener, Progress, ignore

VARIABLE = "HOLDFAST_PROGRESS"
INTERVAL = 0.2  #: seconds between two lines about the same work
LINE_LIMIT = 4096  #: bytes of one line that are looked at
READ_LIMIT = 1024**2  #: bytes read at one look
TEXT_LIMIT = 300  #: characters kept of each text
COUNT_LIMIT = 2**63 - 1  #: the largest count kept


def reporter_from_environment(environment: Mapping[str, str] = os.environ) -> Listener:
    """A listener that tells the engine, or nobody when no engine started this process.

    The last word about each piece of work is written when the process exits, if not before.
    """
    path = environment.get(VARIABLE)
    if not path:
        return ignore
    try:
        reporter = Reporter(Path(path))
    except OSError:
        return ignore
    atexit.register(reporter.close)
    return reporter


class Reporter:
    """A listener that appends to a progress file, at most one line per :data:`INTERVAL`.

    What comes in between is kept back: the next line, another piece of work, the end of the work
    (``done == total``) or :meth:`close` brings the newest of it. Threads may share one reporter.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._lock = threading.Lock()
        self._kept: Progress | None = None
        self._last_what: str | None = None
        self._next_time = 0.0

    def __call__(self, progress: Progress) -> None:
        """Take a word of progress; write it now or later."""
        with self._lock:
            if progress.what != self._last_what:
                self._flush()
            self._kept = progress
            self._last_what = progress.what
            if time.monotonic() >= self._next_time or progress.done == progress.total:
                self._flush()

    def close(self) -> None:
        """Write what was kept back. Words after this one are ignored."""
        with self._lock:
            self._flush()
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _flush(self) -> None:
        if self._kept is None or self._file < 0:
            return
        line = json.dumps(asdict(self._kept)) + "\n"
        # One write of one line in append mode: lines of several processes do not mix.
        with contextlib.suppress(OSError):
            os.write(self._file, line.encode())
        self._kept = None
        self._next_time = time.monotonic() + INTERVAL


class ProgressFile:
    """The engine's end of a progress file: :meth:`news` gives what came since the last look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""

    def news(self) -> list[Progress]:
        """The newest word about each piece of work since the last look.

        A job that writes faster than we look costs memory and ledger rows only for the newest word
        about each of the last few pieces of work.
        """
        newest: dict[str, Progress] = {}
        for line in self._lines():
            progress = parse(line)
            if progress is not None:
                newest.pop(progress.what, None)
                newest[progress.what] = progress
        return list(newest.values())[-10:]

    def _lines(self) -> list[bytes]:
        content = self._read()
        if not content:
            return []
        *lines, self._rest = (self._rest + content).split(b"\n")
        if len(self._rest) > LINE_LIMIT:
            self._rest = self._rest[: LINE_LIMIT + 1]  # so long a line will be passed over
        return lines

    def _read(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                # Only the newest part of a flood is looked at.
                self._offset = file.seek(max(self._offset, end - READ_LIMIT))
                content = file.read(READ_LIMIT)
        except OSError:
            return b""
        self._offset += len(content)
        return content


def parse(line: bytes) -> Progress | None:
    """The progress that `line` tells, or None if it tells none.

    >>> parse(b'{"what": "fetching", "done": 3, "total": 4}')
    Progress(what='fetching', done=3, total=4, unit='', message='')
    >>> parse(b'{"what": "fet') is None
    True
    """
    if len(line) > LINE_LIMIT:
        return None
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("what"), str):
        return None
    return Progress(
        what=_text(document["what"]),
        done=_count(document.get("done")) or 0,
        total=_count(document.get("total")),
        unit=_text(document.get("unit"))[:50],
        message=_text(document.get("message")),
    )


def _text(value: object) -> str:
    """`value` as a short text that a terminal and a database can take."""
    if not isinstance(value, str):
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in value[:TEXT_LIMIT])


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= COUNT_LIMIT:  # false for NaN too
        return None
    return min(int(value), COUNT_LIMIT)
