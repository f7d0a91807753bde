"""
The tally: how many requests were answered, how, and how long they took, over all processes.

The processes of one server share a piece of memory, in which each writes to a row of its own, so
that none waits for another. It lives as long as the server, and nobody's address is in it.
"""

import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What addresses begin with, and what such requests are called; all others are pages.
KINDS = {
    "api": "api",
    "db": "files",
    "refget": "refget",
    "seqcol": "seqcol",
    "seqrepo": "seqrepo",
    "sequences/v1": "batches",
    "static": "static",
    "metrics": "metrics",
    "healthz": "health",
    "readyz": "health",
}
NAMES = ("pages", *dict.fromkeys(KINDS.values()))
_BATCHES = "/sequences/v1/"
_STATUSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
_CELLS = len(_STATUSES) + 1  #: the counts, and the seconds of all
_ROWS = 64  #: processes; two that share one lose a count now and then
_PLACES = {name: number for number, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered of one kind."""

    kind: str
    counts: dict[str, int]  #: by the status' class: ``2xx``
    seconds: float


class Tally:
    """The counts. It is handed to the processes of a server when they are started."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._cells = context.RawArray("d", _ROWS * len(NAMES) * _CELLS)

    def note(self, path: str, status: int, seconds: float) -> None:
        """A request was answered."""
        place = (os.getpid() % _ROWS * len(NAMES) + _PLACES[kind_of(path)]) * _CELLS
        self._cells[place + min(max(status // 100, 1), 5) - 1] += 1
        self._cells[place + _CELLS - 1] += seconds

    def answered(self) -> Iterator[Answered]:
        """What was answered so far, by its kind."""
        width = len(NAMES) * _CELLS
        sums = [sum(self._cells[cell::width]) for cell in range(width)]
        for number, name in enumerate(NAMES):
            row = sums[number * _CELLS : (number + 1) * _CELLS]
            counts = dict(zip(_STATUSES, map(int, row[:-1]), strict=True))
            yield Answered(name, counts, row[-1])


def kind_of(path: str) -> str:
    """What a request for `path` is called.

    >>> kind_of("/api/v1/banks"), kind_of("/sequences/v1/slices"), kind_of("/sequences")
    ('api', 'batches', 'pages')
    """
    if path.startswith(_BATCHES):
        return "batches"
    return KINDS.get(path[1:].partition("/")[0], "pages")


class Counted:
    """Stands around the whole application and counts what it answers."""

    def __init__(self, app: ASGIApp, tally: Tally) -> None:
        self._app, self._tally = app, tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; one that breaks before it is answered counts as 500."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, begun = 500, time.perf_counter()

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            self._tally.note(scope["path"], status, time.perf_counter() - begun)
