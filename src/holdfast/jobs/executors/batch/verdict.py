"""
Why a batch job ended, from what its launcher wrote and what the batch system says.

The launcher's word comes first. The batch system is believed where a launcher cannot know better:
when it wrote nothing, or only that someone ended it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from holdfast.jobs.executors.attendance.endings import size
from holdfast.jobs.executors.batch.scheduler import Phase, Seen
from holdfast.jobs.executors.interface import Ended, Start
from holdfast.jobs.model import Cause, Usage

KILLED = -9  #: the exit code of what SIGKILL ended: the system's way to end what has too much


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a job. `said` is what the batch system wrote into the job's own file."""

    start: Start
    title: str  #: what people call the batch system
    note: Ended | None = None  #: what the launcher wrote
    seen: Seen | None = None  #: what the batch system says; None: it did not answer yet
    own_words: Cause | None = None  #: why the system ended it, by `said`
    said: str = ""  #: the last words that the system or the launcher's start left
    asked: bool = False  #: whether it was asked to stop here
    host: str = ""  #: where it was at work, if it began
    settled: bool = False  #: whether a note had time enough to be seen from here


def needs_a_word(note: Ended, *, asked: bool) -> bool:
    """Whether only the batch system can say why a job ended of which `note` tells."""
    if note.cause is Cause.STOPPED:
        return not asked
    return note.cause is Cause.EXIT and note.exit_code == KILLED


def verdict(case: Case) -> Ended | None:
    """How the job ended; None if it has not, or more must be known first."""
    note, seen = case.note, case.seen
    if note is not None and not needs_a_word(note, asked=case.asked):
        return note
    if seen is None or seen.phase in (Phase.QUEUED, Phase.RUNNING):
        return None
    if note is not None:
        return _corrected(case, note, seen)
    return _without_note(case, seen) if case.settled else None


def _corrected(case: Case, note: Ended, seen: Seen) -> Ended:
    """What the launcher wrote, with the cause that the batch system gives."""
    cause = _system_cause(case, seen)
    if cause in (Cause.MEMORY, Cause.TIME, Cause.LOST):
        return replace(note, cause=cause, reason=_reason(case, cause, seen))
    if note.cause is not Cause.STOPPED:
        return note
    if cause is Cause.STOPPED:
        return replace(note, cause=Cause.EXIT, reason=_reason(case, cause, seen))
    reason = f"{case.title} ended it and does not say why{_words(seen)}; see {case.start.log}"
    return replace(note, cause=Cause.LOST, reason=reason)


def _without_note(case: Case, seen: Seen) -> Ended:
    cause = _system_cause(case, seen)
    if case.asked and cause not in (Cause.MEMORY, Cause.TIME):
        cause, reason = Cause.STOPPED, "it was asked to stop"
    elif cause is None:
        cause, reason = _silence(case, seen)
    else:
        reason = _reason(case, cause, seen)
        # A start of its own is for who asked here; for the engine this is an end like others.
        cause = Cause.EXIT if cause is Cause.STOPPED else cause
    at, usage = datetime.now(UTC), Usage(host=case.host)
    return Ended(case.start.ticket, cause, reason, at, seen.exit_code, usage)


def _system_cause(case: Case, seen: Seen) -> Cause | None:
    """Why the batch system ended it, if it did. It may say so in the job's own file only."""
    if seen.cause in (None, Cause.STOPPED) and case.own_words is not None:
        return case.own_words
    return seen.cause


def _silence(case: Case, seen: Seen) -> tuple[Cause, str]:
    """The cause and reason when neither launcher nor batch system says why."""
    said = f": {case.said}" if case.said else ""
    if seen.phase is Phase.GONE:
        return Cause.LOST, f"{case.title} does not know it any more, and it left no result{said}"
    if case.host:
        reason = f"it was at work on {case.host} and ended without a last word{_words(seen)}{said}"
        return Cause.LOST, f"{reason}; see {case.start.log}"
    return Cause.START, (
        f"{case.title} could not start it on a node{_words(seen)}{said}; "
        f"see that every node has this Python with Holdfast, and the folder {case.start.folder}"
    )


def _reason(case: Case, cause: Cause, seen: Seen) -> str:
    where = f" on {case.host}" if case.host else ""
    job = case.start.job
    # A limit may be the site's own, which the job does not know.
    memory = f" of {size(job.memory)}" if job.memory is not None else ""
    time = f" of {job.time:g} seconds" if job.time is not None else ""
    sentence = {
        Cause.MEMORY: f"{case.title} ended it for using more memory than its limit{memory}",
        Cause.TIME: f"{case.title} ended it for running longer than its limit{time}",
        Cause.LOST: f"{case.title} took its node away",
        Cause.STOPPED: f"it was cancelled in {case.title} by someone else",
    }[cause]
    return f"{sentence}{where}{_words(seen)}; see {case.start.log}"


def _words(seen: Seen) -> str:
    return f" ({seen.words})" if seen.words else ""
