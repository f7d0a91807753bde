"""
Slurm: the words of its commands, and what its answers mean.

The states are those of squeue's manual page (section JOB STATE CODES), the durations those of
sbatch's (option ``--time``).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import ClassVar

from holdfast.jobs.executors.batch.scheduler import (
    MIB,
    Answer,
    Phase,
    Queue,
    Request,
    Scheduler,
    Seen,
    Unreadable,
)
from holdfast.jobs.model import Cause

_QUEUED = {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD"}
_QUEUED |= {"SPECIAL_EXIT"}
_ENDED: Mapping[str, Cause | None] = {
    "COMPLETED": None,
    "FAILED": None,
    "CANCELLED": Cause.STOPPED,
    "TIMEOUT": Cause.TIME,
    "DEADLINE": Cause.TIME,
    "OUT_OF_MEMORY": Cause.MEMORY,
    "NODE_FAIL": Cause.LOST,
    "BOOT_FAIL": Cause.LOST,
    "PREEMPTED": Cause.LOST,
    "REVOKED": Cause.LOST,
}
_DURATION = re.compile(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)")
_PASSING = re.compile(
    "unable to contact|socket timed out|connection refused|connection reset|communication"
    "|zero bytes|temporarily|timed out|authentication|slurm backup|not responding"
    "|submit ?limit|max ?submit|max ?job ?count|maximum number of jobs|queue is full",
    re.IGNORECASE,
)


class Slurm(Scheduler):
    """The Slurm Workload Manager, 20.11 or later."""

    kind = "slurm"
    title = "Slurm"
    psij = "slurm"
    id_form = r"\d+(_\d+)?"
    programs = ("sbatch", "squeue", "scancel", "sinfo")
    last_words: ClassVar = (
        (r"DUE TO TIME LIMIT", Cause.TIME),
        (r"exceeded (job )?memory limit|oom[-_ ]?kill|out[- ]of[- ]memory", Cause.MEMORY),
        (r"DUE TO (NODE FAILURE|PREEMPTION)", Cause.LOST),
    )

    def submit_words(self, request: Request) -> tuple[str, ...]:
        """Options that a script of PSI/J's has not, or has with quotes that Slurm would keep."""
        return (
            "--parsable",
            f"--job-name={request.name}",
            f"--chdir={request.folder}",
            f"--output={request.said}",
            f"--error={request.said}",
            "--open-mode=append",
            # A job that Slurm itself starts again would find its start taken, and end.
            "--no-requeue",
            # NONE, which PSI/J writes, makes Slurm log in for each job, which takes seconds.
            # All of what a command has here is little; see submission.environment_of.
            "--export=ALL",
            *request.options,
        )

    def duration(self, minutes: int) -> str:
        """Minutes, which are a duration for Slurm as they are."""
        return str(minutes)

    def resources(self, request: Request) -> Mapping[str, int]:
        """One task with all the cores, on one node."""
        return {"node_count": 1, "process_count": 1, "cpu_cores_per_process": request.cores}

    def status_words(self, ids: Collection[str]) -> tuple[str, ...]:
        """All jobs of this person, also those that ended lately; asked by number it may fail."""
        del ids
        return ("squeue", "--me", "--noheader", "--states=all", "--format=%i|%T|%r|%j")

    def read_status(self, answer: Answer) -> Mapping[str, Seen]:
        """One line per job: number, state, reason, name. Other people's names may break lines."""
        if answer.code != 0:
            raise Unreadable(answer.words)
        lines = [line.split("|", 3) for line in answer.out.splitlines()]
        jobs = [parts for parts in lines if len(parts) == 4 and self.is_number(parts[0].strip())]
        if answer.out.strip() and not jobs:
            raise Unreadable(answer.words)
        return {
            number.strip(): replace(_seen(state, reason), name=name.strip())
            for number, state, reason, name in jobs
        }

    def find_words(self, name: str) -> tuple[str, ...]:
        """Jobs of this person by name."""
        return ("squeue", "--me", "--noheader", "--states=all", f"--name={name}", "--format=%i")

    def cancel_words(self, name: str) -> tuple[str, ...]:
        """A controller that crashed may have given a number of its last seconds to another job."""
        return (f"--name={name}",)

    def reach_words(self) -> tuple[str, ...]:
        """Ask for the partitions, which every user may see."""
        return ("sinfo", "--noheader", "--format=%P")

    def will_pass(self, words: str) -> bool:
        """No controller, or so many jobs that no more are taken just now."""
        return _PASSING.search(words) is not None

    def history_words(self, number: str) -> tuple[str, ...] | None:
        """The accounting database, which many sites have."""
        words = ("--noheader", "--parsable2", "--allocations", "--format=State,ExitCode,JobName")
        return ("sacct", *words, f"--jobs={number}")

    def read_history(self, answer: Answer) -> Seen | None:
        """The last line: state and exit code. `CANCELLED by 1000` is a state here."""
        lines = [line for line in answer.out.splitlines() if "|" in line]
        if answer.code != 0 or not lines:
            return None
        state, code, name = [*lines[-1].split("|", 2), ""][:3]
        seen = _seen(state.split()[0] if state.strip() else "", state)
        ended = seen.phase is Phase.ENDED
        return replace(seen, exit_code=_exit_code(code) if ended else None, name=name.strip())

    def limits_words(self) -> tuple[str, ...] | None:
        """One line for each node of each partition: exact, where nodes differ."""
        return ("sinfo", "--noheader", "--Node", "--format=%P|%c|%m|%l")

    def read_limits(self, answer: Answer) -> Mapping[str, Queue]:
        """The largest node of each partition; megabytes become bytes."""
        if answer.code != 0:
            raise Unreadable(answer.words)
        queues: dict[str, Queue] = {}
        for line in answer.out.splitlines():
            queue = _queue(line)
            if queue is not None:
                queues[queue.name] = _larger(queues.get(queue.name, queue), queue)
        return queues


def seconds_of(text: str) -> float | None:
    """The seconds that a duration of Slurm's means; None for no limit, or no duration.

    >>> seconds_of("10:00"), seconds_of("1-02:00:00"), seconds_of("infinite")
    (600.0, 93600.0, None)
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _seen(state: str, reason: str) -> Seen:
    state = state.strip().upper()
    words = f"{state} ({reason.strip()})" if reason.strip() not in ("", "None", state) else state
    if state in _ENDED:
        return Seen(Phase.ENDED, _ENDED[state], words)
    # What a later Slurm may call its states is taken for at work: only an end has consequences.
    return Seen(Phase.QUEUED if state in _QUEUED else Phase.RUNNING, None, words)


def _exit_code(text: str) -> int | None:
    """`0:9` is the signal 9, `3:0` the exit code 3."""
    code, _, number = text.strip().partition(":")
    if not (code.isdecimal() and number.isdecimal()):
        return None
    return -int(number) if int(number) else int(code)


def _queue(line: str) -> Queue | None:
    parts = line.strip().split("|")
    if len(parts) != 4 or not (parts[1].isdecimal() and parts[2].isdecimal()):
        return None
    name, cores, megabytes, time = parts
    return Queue(
        name=name.removesuffix("*"),
        is_default=name.endswith("*"),
        cores=int(cores),
        memory=int(megabytes) * MIB,
        time=seconds_of(time),
    )


def _larger(one: Queue, other: Queue) -> Queue:
    cores, memory = (max(one.cores or 0, other.cores or 0), max(one.memory or 0, other.memory or 0))
    return Queue(one.name, one.is_default, cores, memory, one.time)
