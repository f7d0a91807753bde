"""What is worth telling of an update: a notice, made from its report, and who wants to hear it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.container import Container
from holdfast.banks.updating.update import subject
from holdfast.errors import JobError
from holdfast.jobs.model import Status
from holdfast.settings.notify import When


class Ending(Enum):
    """How what is told of ended."""

    FAILED = "failed"  #: it could not be done
    CHANGED = "changed"  #: there is a new release, or old ones were removed
    UNCHANGED = "unchanged"  #: there was nothing to do
    TEST = "test"  #: nothing happened: somebody tries whether notices arrive


@dataclass(frozen=True, slots=True)
class Notice:
    """What is worth telling of one update. Sizes are bytes."""

    bank: str
    ending: Ending
    at: datetime  #: UTC
    release: str | None = None
    fetched: int = 0  #: files
    fetched_bytes: int = 0
    reused: int = 0  #: files
    size: int = 0  #: of the whole release
    added: int = 0  #: what it takes on disk beside the releases before it
    published: bool = False
    removed: tuple[str, ...] = ()  #: old releases
    problem: str = ""
    run: int | None = None
    logs: tuple[Path, ...] = ()  #: of the job that failed: its log, and its output if apart

    @property
    def sentence(self) -> str:
        """What happened, in one sentence."""
        match self.ending:
            case Ending.FAILED:
                return self.problem or f"the update of {self.bank} failed"
            case Ending.CHANGED if not self.release:
                return f"these releases of {self.bank} were removed: {', '.join(self.removed)}"
            case Ending.CHANGED:
                what = "is published" if self.published else "is complete, and not published"
                return f"{self.bank} {self.release} {what}"
            case Ending.UNCHANGED:
                return f"{self.bank} is up to date: {self.release}"
            case Ending.TEST:
                return "this is a test; notices arrive"


_ENDINGS = {
    UpdateState.UPDATED: Ending.CHANGED,
    UpdateState.UP_TO_DATE: Ending.UNCHANGED,
    UpdateState.FAILED: Ending.FAILED,
}

_TOLD: dict[When, frozenset[Ending]] = {
    When.FAILURE: frozenset({Ending.FAILED}),
    When.CHANGE: frozenset({Ending.FAILED, Ending.CHANGED}),
    When.ALWAYS: frozenset(Ending),
    When.NEVER: frozenset(),
}


def is_told(ending: Ending, when: When) -> bool:
    """Whether those who want to be told `when` are told of this ending.

    >>> is_told(Ending.UNCHANGED, When.CHANGE), is_told(Ending.FAILED, When.CHANGE)
    (False, True)
    """
    return ending is Ending.TEST or ending in _TOLD[when]


def notice_of(report: UpdateReport, logs: tuple[Path, ...] = ()) -> Notice | None:
    """What is worth telling of `report`; None where nothing was done, as by a dry run."""
    ending = _ENDINGS.get(report.state)
    if ending is None:
        return None
    return Notice(
        bank=report.bank,
        ending=ending,
        at=datetime.now(UTC),
        release=report.release,
        fetched=report.fetched,
        fetched_bytes=report.fetched_bytes,
        reused=report.reused,
        size=report.size,
        added=report.added,
        published=report.published,
        removed=report.removed,
        problem=report.problem or "",
        run=report.run,
        logs=logs,
    )


def notice_of_removal(bank: str, releases: tuple[str, ...]) -> Notice:
    """What is worth telling when somebody removed `releases`."""
    return Notice(bank, Ending.CHANGED, datetime.now(UTC), removed=releases)


def failed_logs(container: Container, report: UpdateReport) -> tuple[Path, ...]:
    """The log of the job whose failure `report` tells of, if it was a job's, and its output."""
    if report.problem is None:
        return ()
    try:
        return _logs_named(container, report.bank, report.problem)
    except (JobError, OSError):
        return ()


def _logs_named(container: Container, bank: str, problem: str) -> tuple[Path, ...]:
    """The files of the failed job whose log `problem` names."""
    ledger = container.ledger
    for each in (subject(bank), f"before:{bank}"):
        for run in ledger.runs(each, limit=1):
            for name, outcome in ledger.outcomes(run.run).items():
                if outcome.status is Status.FAILED and str(outcome.log) in problem:
                    output = ledger.plan(run.run).job(name).stdout
                    return (outcome.log,) if output is None else (outcome.log, output)
    return ()
