"""
PBS Professional and OpenPBS: the words of their commands, and what their answers mean.

States and exit codes are those of the PBS Reference Guide (sections Job States, and Job Exit
Status Codes): a code below 0 is PBS's own, one from 256 a signal.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from holdfast.jobs.executors.batch.scheduler import (
    TAG,
    Answer,
    Phase,
    Request,
    Scheduler,
    Seen,
    Unreadable,
)
from holdfast.jobs.model import Cause

_QUEUED = frozenset("QHWTM")
_ENDED = frozenset("FX")
_OWN_CODES: Mapping[int, Cause] = {
    -29: Cause.TIME,  # walltime
    -28: Cause.TIME,  # time of processors
    -27: Cause.MEMORY,
    -26: Cause.MEMORY,  # virtual memory
}
_UNKNOWN = re.compile(r"unknown job id|job has finished", re.IGNORECASE)
_PASSING = re.compile(
    "cannot connect|connection refused|timed? ?out|communication|no active server"
    "|maximum number of jobs|would exceed .*limit|try again",
    re.IGNORECASE,
)


class Pbs(Scheduler):
    """PBS Professional or OpenPBS, 19 or later, for the JSON of its qstat."""

    kind = "pbs"
    title = "PBS"
    psij = "pbs"
    name_limit = 2 + 1 + TAG  # older servers take 15 characters
    id_form = r"\d+(\[\])?(\.[A-Za-z0-9_.-]+)?"
    enters_by_script = True
    programs = ("qsub", "qstat", "qdel", "qselect")
    last_words: ClassVar = (
        (r"job killed: walltime|walltime .* exceeded limit", Cause.TIME),
        (r"job killed: v?mem|v?mem .* exceeded limit|Cgroup mem", Cause.MEMORY),
    )

    def submit_words(self, request: Request) -> tuple[str, ...]:
        """Options that a script of PSI/J's has not: name, files, never to be run again."""
        said = str(request.folder / request.said)
        return ("-N", request.name, "-r", "n", "-j", "oe", "-o", said, *request.options)

    def duration(self, minutes: int) -> str:
        """Hours, minutes and seconds."""
        return f"{minutes // 60:02}:{minutes % 60:02}:00"

    def resources(self, request: Request) -> Mapping[str, int]:
        """PSI/J writes the processes on a node as PBS's cores, and forgets the cores of one."""
        return {"node_count": 1, "processes_per_node": request.cores}

    def status_words(self, ids: Collection[str]) -> tuple[str, ...]:
        """These jobs with all their attributes, also those that ended lately."""
        return ("qstat", "-x", "-f", "-F", "json", *ids)

    def read_status(self, answer: Answer) -> Mapping[str, Seen]:
        """The jobs of a JSON document; those it does not know are named as errors beside it."""
        try:
            jobs = json.loads(answer.out)["Jobs"] if answer.out.strip() else {}
            seen = {
                str(number): replace(_seen(job), name=str(job.get("Job_Name", "")))
                for number, job in jobs.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unreadable(answer.words) from error
        strange = [line for line in answer.err.splitlines() if not _UNKNOWN.search(line)]
        if answer.code != 0 and not seen and (strange or not answer.err.strip()):
            raise Unreadable(answer.words)
        return seen

    def find_words(self, name: str) -> tuple[str, ...]:
        """Jobs by name, also those that ended lately."""
        return ("qselect", "-x", "-N", name)

    def reach_words(self) -> tuple[str, ...]:
        """Ask for the server's own status."""
        return ("qstat", "-B")

    def will_pass(self, words: str) -> bool:
        """No server, or so many jobs that no more are taken just now."""
        return _PASSING.search(words) is not None


def _seen(job: Mapping[str, Any]) -> Seen:
    state, comment = str(job["job_state"]), " ".join(str(job.get("comment", "")).split())[:300]
    if state not in _ENDED:
        return Seen(Phase.QUEUED if state in _QUEUED else Phase.RUNNING, None, comment or state)
    status = job.get("Exit_status")
    if not isinstance(status, int):
        # Deleted while it waited: such a job has no exit status.
        return Seen(Phase.ENDED, Cause.STOPPED, comment or "it was deleted before it began")
    words = comment or f"exit status {status}"
    if status < 0:
        return Seen(Phase.ENDED, _OWN_CODES.get(status, Cause.LOST), words)
    code = status if status < 256 else -(status % 256)
    return Seen(Phase.ENDED, Cause.STOPPED if status == 256 + 15 else None, words, code)
