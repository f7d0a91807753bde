"""
A submitted job and its files: what is known of it, where its files are, how it is found again.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.batch.scheduler import Seen, name_of
from holdfast.jobs.executors.batch.submission import Commands
from holdfast.jobs.executors.interface import Ended, Start
from holdfast.jobs.folder import last_words

SAID_LIMIT = 64 * 1024  #: bytes of what the system says about a job that are read
LOST = b"lost"  #: in a file that asks a job to stop: it is not a person's wish


@dataclass(slots=True)
class Watched:
    """A submitted job. `number` is the batch system's; None while nobody knows it here."""

    start: Start
    number: str | None
    note: Ended | None = None
    seen: Seen | None = None
    over_since: float | None = None  #: when the system first said that it is over; monotonic
    host: str = ""  #: where it is at work; empty until it began
    asked: bool = False  #: whether it was asked to stop
    cancelled: bool = False  #: whether the system was told so
    parting_since: float | None = None  #: when it was given up for lost; monotonic

    @property
    def folder(self) -> Path:
        """Where the files about it are."""
        return self.start.folder


def find(commands: Commands, start: Start) -> str | None:
    """The number of the job of `start`, found by its name; None if the batch system has none.

    Raises
    ------
    Unreadable
        The batch system did not answer.
    """
    scheduler = commands.scheduler
    words = scheduler.find_words(name_of(start, scheduler.name_limit))
    return scheduler.read_found(commands.ask(words))


def native_of(kind: str, watched: Watched) -> dict[str, str | None]:
    """What is written down of a job, to find it again."""
    return {"kind": kind, "id": watched.number, "ticket": watched.start.ticket}


def was_asked_to_stop(start: Start) -> bool:
    """Whether some engine asked for it on behalf of a person, not because the job seemed lost."""
    try:
        file = exchange.file_of(start.folder, start.ticket, exchange.STOP)
        with file.open("rb") as opened:
            return opened.read(len(LOST)) != LOST
    except OSError:
        return False


def said_file(start: Start) -> Path:
    """The file that takes what the batch system itself says about a job."""
    return start.folder / f"{start.ticket}.said"


def part(start: Start) -> None:
    """Ask a job to stop that seems lost, should it be at work all the same."""
    with suppress(OSError):
        exchange.file_of(start.folder, start.ticket, exchange.STOP).write_bytes(LOST)


def last_words_of(watched: Watched) -> str:
    """What was said last when the launcher itself could not say it."""
    return next((words for file in _other_files(watched) if (words := last_words(file))), "")


def clean(watched: Watched) -> None:
    """Remove what is not of the exchange: what the batch system and the script wrote."""
    for file in _other_files(watched):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def _other_files(watched: Watched) -> list[Path]:
    """What the system said; and of PSI/J's script, its output and a list of nodes."""
    said, number = said_file(watched.start), watched.number
    if number is None:
        return [said]
    return [said, *(watched.folder / f"{number}.{suffix}" for suffix in ("out", "nodefile"))]


def names_in(folder: Path) -> set[str]:
    """What is in `folder`. Opening it makes a network file system ask its server."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries}
    except OSError:
        return set()


def said_of(start: Start) -> str:
    """What the batch system itself said about a job."""
    try:
        with said_file(start).open("rb") as opened:
            return opened.read(SAID_LIMIT).decode(errors="replace")
    except OSError:
        return ""
