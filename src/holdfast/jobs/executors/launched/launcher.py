"""
The launcher: what a batch system runs on the node, so that the job there is attended to.

``python -m holdfast.jobs.executors.launched.launcher <folder>/<ticket>.start [--parent PID]`` takes
on what the file tells, by a rename that only one launcher ever wins; says that the job is at work;
does it; writes how it ended; and exits as the job did. The batch system needs to know nothing else.
Asked to end (SIGTERM, or a ``.stop`` file) it ends the job gently first. With ``--parent`` it ends
the job, as lost, when that process, its parent, is there no more.
"""

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from holdfast.errors import JobError
from holdfast.jobs.executors import documents, exchange, processes
from holdfast.jobs.executors.attendance import endings
from holdfast.jobs.executors.attendance.attending import Attendance
from holdfast.jobs.executors.attendance.wakeups import Wakeups

NOT_OURS = 75  #: exit code: the start was given up, or another launcher took it on
NOT_WRITTEN = 74  #: exit code: the folder of the exchange could not be written
NOT_STARTED = 126  #: exit code: the job could not be started
NUMBERS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID")  #: where batch systems say theirs
#: What a job may know of the host it came to: where it may write, what was given to it.
OF_THE_NODE = ("TMPDIR", "SLURM_", "PBS_", "LSB_", "SGE_", "CUDA_VISIBLE", "ROCR_VISIBLE", *NUMBERS)
LOOK = 1.0  #: seconds between two looks whether someone asks the job to stop
PATIENCE = 300  #: seconds for which a full disk is tried again


def main(arguments: Sequence[str]) -> int:
    """Do what the first argument, a .start file, tells; the exit code is the job's."""
    start_file = Path(arguments[0])
    parent = int(arguments[2]) if len(arguments) > 2 else None
    if parent is not None and os.getppid() != parent:
        return _refuse("the process that wanted it is there no more", NOT_OURS)
    spec = exchange.take(start_file)
    if spec is None:
        return _refuse("this start was given up, or another launcher has it", NOT_OURS)
    folder = start_file.parent
    try:
        exchange.write_began(folder, _note(spec["ticket"]))
    except OSError as error:
        return _refuse(f"{folder} cannot be written: {error.strerror}", NOT_WRITTEN)
    spec["environment"] = {**_of_the_node(os.environ), **spec["environment"]}
    document = Launcher(spec, folder, parent).do()
    _write(folder, document)
    return _exit_code(document)


class Launcher:
    """Does one job."""

    def __init__(self, spec: dict[str, Any], folder: Path, parent: int | None) -> None:
        self._spec, self._folder, self._parent = spec, folder, parent
        self._ticket = spec["ticket"]
        self._begun = time.monotonic()
        self._wakeups = Wakeups((signal.SIGCHLD, signal.SIGTERM, signal.SIGINT))
        self._attendance = Attendance(is_tied=True)

    def do(self) -> dict[str, Any]:
        """Do the job, and what became of it."""
        try:
            self._attendance.start(self._spec)
        except JobError as error:
            return endings.refused(self._spec, str(error), socket.gethostname())
        while True:
            rest = self._attendance.rest()
            select.select([self._wakeups], [], [], LOOK if rest is None else min(rest, LOOK))
            self._listen(self._wakeups.read())
            for document in self._attendance.turn():
                return document

    def _listen(self, signals: set[int]) -> None:
        """End the job if anyone asks for it."""
        is_asked = not signals.isdisjoint({signal.SIGTERM, signal.SIGINT})
        if is_asked and self._is_over_time():
            limit = endings.too_long(self._spec["asked_time"])
            self._attendance.stop(self._ticket, "time", limit)
        elif is_asked or exchange.is_asked_to_stop(self._folder, self._ticket):
            self._attendance.stop(self._ticket, "stopped", "it was asked to stop")
        elif self._parent is not None and os.getppid() != self._parent:
            self._attendance.kill(self._ticket, "lost", "the process that ran it went away")

    def _is_over_time(self) -> bool:
        """Whether the batch system ends the job since its time is up."""
        limit = self._spec["asked_time"]
        return limit is not None and time.monotonic() - self._begun >= limit


def _refuse(why: str, code: int) -> int:
    sys.stderr.write(f"{why}\n")
    return code


def _write(folder: Path, document: Mapping[str, Any]) -> None:
    """Write how the job ended. A full disk is tried again: nobody else knows it."""
    ended = documents.ended_from(document, document["ticket"])
    assert ended is not None
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            exchange.write_ended(folder, ended)
        except OSError as error:
            if time.monotonic() >= deadline:
                sys.stderr.write(f"{folder} cannot be written: {error.strerror}\n")
                return
            time.sleep(1)
        else:
            return


def _exit_code(document: Mapping[str, Any]) -> int:
    code = document["exit_code"]
    if code is None:
        return NOT_STARTED
    return int(code) if code >= 0 else 128 - int(code)


def _of_the_node(environment: Mapping[str, str]) -> dict[str, str]:
    """What of the node's environment the job gets; its own comes before it."""
    return {name: value for name, value in environment.items() if name.startswith(OF_THE_NODE)}


def _note(ticket: str) -> documents.BeganNote:
    myself = processes.find(os.getpid())
    assert myself is not None
    return documents.BeganNote(
        ticket=ticket,
        at=datetime.now(UTC),
        host=socket.gethostname(),
        pid=myself.pid,
        started=myself.started,
        boot=processes.boot(),
        scheduler=next((os.environ[name] for name in NUMBERS if name in os.environ), ""),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
