"""
IBM Spectrum LSF: the words of its commands, and what its answers mean.

States are those of the reference of ``bjobs`` (option ``-o``, field ``stat``), reasons for an end
those of its field ``exit_reason``, which begin with ``TERM_``.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from holdfast.jobs.executors.batch.scheduler import (
    Answer,
    Phase,
    Request,
    Scheduler,
    Seen,
    Unreadable,
)
from holdfast.jobs.model import Cause

_QUEUED = {"PEND", "PROV", "PSUSP", "WAIT"}
_TERMS: tuple[tuple[str, Cause], ...] = (
    (r"TERM_(RUNLIMIT|CPULIMIT|DEADLINE)", Cause.TIME),
    (r"TERM_(MEMLIMIT|SWAP)", Cause.MEMORY),
    (r"TERM_(OWNER|ADMIN|FORCE_OWNER|FORCE_ADMIN)", Cause.STOPPED),
    (r"TERM_(PREEMPT|LOAD|WINDOW|UNKNOWN_HOST|ZOMBIE|REMOVE_HUNG_JOB)", Cause.LOST),
)
_PASSING = re.compile(
    "lsf is down|please wait|connection refused|timed? ?out|communication|cannot reach"
    "|pending job (threshold|limit)|maximum number of jobs|try (again )?later",
    re.IGNORECASE,
)


class Lsf(Scheduler):
    """Spectrum LSF 10.1 or later, for the JSON of its bjobs."""

    kind = "lsf"
    title = "LSF"
    psij = "lsf"
    books_by_script = False
    programs = ("bsub", "bjobs", "bkill")
    none_found = r"(?i)is not found|no (matching |unfinished )?job"
    last_words: ClassVar = _TERMS

    def submit_words(self, request: Request) -> tuple[str, ...]:
        """Options that a script of PSI/J's has not, or has otherwise than meant."""
        place = "span[hosts=1]"
        if request.mebibytes is not None:
            place += f" rusage[mem={request.mebibytes}MB]"
        # PSI/J gives an account both as a project and as a group of users; few sites have both.
        project = () if request.account is None else ("-P", request.account)
        folder, said = str(request.folder), str(request.folder / request.said)
        files = ("-cwd", folder, "-o", said)
        return ("-J", request.name, "-rn", *files, "-R", place, *project, *request.options)

    def duration(self, minutes: int) -> str:
        """Hours and minutes."""
        return f"{minutes // 60}:{minutes % 60:02}"

    def resources(self, request: Request) -> Mapping[str, int]:
        """PSI/J writes the number of processes as LSF's slots, and forgets the cores of one."""
        return {"node_count": 1, "process_count": request.cores}

    def status_words(self, ids: Collection[str]) -> tuple[str, ...]:
        """These jobs, also those that ended lately."""
        return ("bjobs", "-a", "-json", "-o", "jobid stat exit_code exit_reason job_name", *ids)

    def read_status(self, answer: Answer) -> Mapping[str, Seen]:
        """The records of a JSON document; a job it does not know is a record with an error."""
        try:
            records = json.loads(answer.out)["RECORDS"]
            return {
                str(each["JOBID"]): replace(_seen(each), name=str(each.get("JOB_NAME", "")))
                for each in records
                if "ERROR" not in each
            }
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unreadable(answer.words) from error

    def amended(self, script: str) -> str:
        """Without the number of hosts: only some installations know that option (of CSM)."""
        lines = script.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("#BSUB -nnodes"))

    def find_words(self, name: str) -> tuple[str, ...]:
        """Jobs by name, also those that ended lately."""
        return ("bjobs", "-a", "-noheader", "-o", "jobid", "-J", name)

    def reach_words(self) -> tuple[str, ...]:
        """Ask for the queues, which every user may see."""
        return ("bqueues", "-w")

    def will_pass(self, words: str) -> bool:
        """No server, or so many jobs that no more are taken just now."""
        return _PASSING.search(words) is not None


def _seen(record: Mapping[str, Any]) -> Seen:
    state, reason = str(record["STAT"]), " ".join(str(record.get("EXIT_REASON", "")).split())[:300]
    if state not in ("DONE", "EXIT"):
        return Seen(Phase.QUEUED if state in _QUEUED else Phase.RUNNING, None, state)
    cause = next((cause for form, cause in _TERMS if re.search(form, reason)), None)
    code = str(record.get("EXIT_CODE", ""))
    number = int(code) if code.isdecimal() else (0 if state == "DONE" else None)
    return Seen(Phase.ENDED, cause, reason or state, number)
