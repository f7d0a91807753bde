"""Sifting a log: the lines of it that have some words, however long it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.jobs.details import show_job
from holdfast.app.jobs.logs import LINE, printable_line

MOST = 500  #: lines that are shown
READ = 256 * 1024**2  #: bytes of a log's beginning that are looked through


@dataclass(frozen=True, slots=True)
class SiftedLine:
    """A line and its number, from 1."""

    number: int
    line: str


@dataclass(frozen=True, slots=True)
class Sifted:
    """The first lines that have the words. `more`: there may be others."""

    lines: tuple[SiftedLine, ...]
    more: bool


def sift_log(container: Container, run: int, job: str, words: str, most: int = MOST) -> Sifted:
    """The lines of the log of `job` that have `words`, in any case of letters.

    Raises
    ------
    RunNotFound
        There is no such run, or it has no such job.
    """
    log = show_job(container, run, job).job.log
    found: list[SiftedLine] = []
    sought = words.casefold()
    for number, line in _lines(log):
        if number < 0 or len(found) == most:
            return Sifted(tuple(found), more=True)
        shown = printable_line(line)
        if sought in shown.casefold():
            found.append(SiftedLine(number, shown))
    return Sifted(tuple(found), more=False)


def _lines(log: Path | None) -> Iterator[tuple[int, bytes]]:
    """The numbered lines of a log; the number -1 says that it is longer than is read."""
    if log is None:
        return
    try:
        with log.open("rb") as file:
            number = 1
            while line := file.readline(LINE):
                yield number, line
                number += line.endswith(b"\n")
                if file.tell() > READ:
                    yield -1, b""
                    return
    except OSError:
        return
