"""
The files by which an engine and what attends to a job tell each other about one start of it.

They lie in the start's folder, which every host that runs jobs sees, and are named after its
ticket::

    <ticket>.start   what to do; written before the job is submitted
    <ticket>.taken   the same file, renamed by the launcher that does it: one rename, one winner
    <ticket>.began   where and as what the job is at work
    <ticket>.stop    someone asks it to stop
    <ticket>.ended   how it ended, and what it used
    <ticket>.kept    a symbolic link whose text names the keeper that has it (local jobs)
    <ticket>.fence   until when a local job whose engine died may go on

Each appears whole or not at all, by a rename. All the same a file that is cut, empty or strange
counts as absent: the disk it lies on may be anyone's. Nobody needs these files once the end of the
job is in the ledger; :func:`forget` removes them.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from holdfast.base.files import TEMPORARY, write_atomic
from holdfast.errors import JobError
from holdfast.jobs.executors import claims, documents, notes
from holdfast.jobs.executors.attendance.endings import FORMAT
from holdfast.jobs.executors.documents import BeganNote as BeganNote  # noqa: PLC0414 - others know it from here
from holdfast.jobs.executors.documents import document_of, ended_from
from holdfast.jobs.executors.environment import environment_of, reaches_out
from holdfast.jobs.executors.interface import Ended, Start

START, TAKEN, BEGAN, STOP, ENDED = "start", "taken", "began", "stop", "ended"
KEPT, FENCE = "kept", "fence"
SUFFIXES = (START, TAKEN, BEGAN, STOP, ENDED, KEPT, FENCE)
GRACE = 5.0  #: seconds between asking a job to end and ending it
SPEC_LIMIT = 16 * 1024**2  #: bytes of a .start file; no system takes a longer command
NOTE_LIMIT = 64 * 1024  #: bytes of any other file


def file_of(folder: Path, ticket: str, suffix: str) -> Path:
    """Where one of a ticket's files is.

    Raises
    ------
    JobError
        `ticket` is no word of letters and digits, so it could name a file elsewhere.
    """
    if not (ticket.isascii() and ticket.isalnum()):
        raise JobError(f"{ticket!r} is no ticket of a job; it must be letters and digits")
    return folder / f"{ticket}.{suffix}"


def launch_command(python: str, folder: Path, ticket: str) -> tuple[str, ...]:
    """The command that does the job of `ticket`, for a host that sees `folder`."""
    launcher = "holdfast.jobs.executors.launched.launcher"
    return (python, "-m", launcher, str(file_of(folder, ticket, START)))


# -- what to do ------------------------------------------------------------------------------------


def spec_of(
    start: Start, *, limits: bool, environment: Mapping[str, str], grace: float = GRACE
) -> dict[str, Any]:
    """All that is needed to do `start`, fit for JSON, in an engine that has `environment`.

    `limits` says whether whoever attends to the job ends it when it needs too much.
    """
    job = start.job
    directory = (job.directory or start.log.parent).absolute()
    return {
        "format": FORMAT,
        "ticket": start.ticket,
        "command": list(job.command),
        "environment": environment_of(start, environment),
        "directory": str(directory),
        "log": str(start.log),
        "stdout": None if job.stdout is None else str(directory / job.stdout),
        "memory": job.memory if limits else None,
        "time": job.time if limits else None,
        "asked_time": job.time,  # a batch system ends it then, and does not say why
        "grace": grace,
        "folder": str(start.folder),
    }


def write_spec(
    start: Start, *, limits: bool, environment: Mapping[str, str], grace: float = GRACE
) -> Path:
    """Write durably what the launcher is to do, and say where it is.

    The folder for temporary files is left to the host on which the job will run. `grace` is how
    long the job has to end, in seconds, when it is asked to.

    Raises
    ------
    JobError
        The folder cannot be written, or the command is longer than any system takes.
    """
    inherited = {
        name: value
        for name, value in environment.items()
        if name != "TMPDIR" and not reaches_out(name)
    }
    spec = spec_of(start, limits=limits, environment=inherited, grace=grace)
    content = json.dumps(spec).encode("ascii")
    if len(content) > SPEC_LIMIT:
        raise JobError(f"its command and environment are {len(content)} bytes; shorten them")
    path = file_of(start.folder, start.ticket, START)
    try:
        write_atomic(path, content, mode=0o600)  # an environment may hold what is nobody's business
    except OSError as error:
        raise JobError(f"{path} cannot be written: {error.strerror}") from error
    return path


def take(start_file: Path) -> dict[str, Any] | None:
    """Take on what `start_file` tells, so that nobody else can; None if it was taken or given up.

    None too if the file does not say what to do: then it is gone, as if it were given up.
    """
    taken = start_file.with_suffix(f".{TAKEN}")
    try:
        start_file.rename(taken)
    except FileNotFoundError:
        return None
    document = _read(taken, SPEC_LIMIT)
    return document if document is not None and documents.is_spec(document) else None


def give_up(folder: Path, ticket: str) -> bool:
    """Keep a start from ever beginning. True: it never began and never will.

    False: a launcher took it on before; what became of it is in its other files.
    """
    with suppress(FileNotFoundError):
        file_of(folder, ticket, START).unlink()
        return True
    return not any(_is_there(file_of(folder, ticket, suffix)) for suffix in (TAKEN, BEGAN, ENDED))


def ask_to_stop(folder: Path, ticket: str) -> None:
    """Ask whoever attends to the job, on whatever host, to end it; it looks every second or so.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    path = file_of(folder, ticket, STOP)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644))


def is_asked_to_stop(folder: Path, ticket: str) -> bool:
    """Whether someone asked for it."""
    return file_of(folder, ticket, STOP).exists()


# -- what became of it -----------------------------------------------------------------------------


def write_began(folder: Path, note: BeganNote) -> None:
    """Write that the job is at work; an OSError if that cannot be written."""
    document = documents.of_began(note)
    write_atomic(file_of(folder, note.ticket, BEGAN), json.dumps(document).encode("ascii"))


def read_began(folder: Path, ticket: str) -> BeganNote | None:
    """Where the job is or was at work; None if it has not begun, as far as its files tell."""
    document = _read(file_of(folder, ticket, BEGAN), NOTE_LIMIT)
    return None if document is None else documents.began_from(document, ticket)


def write_ended(folder: Path, ended: Ended) -> None:
    """Write durably how the job ended; an OSError if that cannot be written."""
    content = json.dumps(document_of(ended)).encode("ascii")
    write_atomic(file_of(folder, ended.ticket, ENDED), content)


def read_ended(folder: Path, ticket: str) -> Ended | None:
    """How the job ended; None if it has not, as far as its files tell."""
    document = _read(file_of(folder, ticket, ENDED), NOTE_LIMIT)
    return None if document is None else ended_from(document, ticket)


def forget(folder: Path, ticket: str) -> None:
    """Remove all files about a start; its end is known where it counts.

    What says that it was given up stays: somewhere a keeper may still wake up and look for it.
    """
    kept = file_of(folder, ticket, KEPT)
    names = [f"{ticket}.{suffix}" for suffix in SUFFIXES]
    names += [f"{TEMPORARY}{ticket}.{suffix}" for suffix in (ENDED, FENCE)]
    for name in names:
        with suppress(FileNotFoundError):
            if name != kept.name or claims.claimed_by(kept) != claims.GIVEN_UP:
                os.unlink(f"{folder}/{name}")  # noqa: PTH108 - a Path takes longer to make


def _read(path: Path, most: int) -> dict[str, Any] | None:
    """The document in `path`, if it is a whole one of this format and at most `most` bytes."""
    content = notes.read(path, most)
    try:
        document = json.loads(content) if content is not None else None
    except (ValueError, RecursionError):
        return None
    is_ours = isinstance(document, dict) and document.get("format") == FORMAT
    return document if is_ours else None


def _is_there(path: Path) -> bool:
    """Whether `path` exists; it is opened, so that a network file system asks its server."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK))
    except FileNotFoundError:
        return False
    return True
