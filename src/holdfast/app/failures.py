"""
What failed in a run: the first failed job, its last words, and where its log is.
"""

from dataclasses import dataclass
from pathlib import Path

from holdfast.jobs.folder import last_words
from holdfast.jobs.model import Status
from holdfast.jobs.plan import Report

WORDS_MOST = 4000  #: characters; our own jobs end with one sentence, and it is quoted whole


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed."""

    job: str
    words: str  #: the job's own last sentence, or the engine's reason where it said nothing
    log: Path


def _first(report: Report) -> str:
    stopped = (
        job.name for job in report.plan.jobs if report.outcomes[job.name].status is Status.CANCELLED
    )
    return report.failed[0] if report.failed else next(stopped, report.plan.jobs[0].name)


def first_failure(report: Report) -> Failure:
    """The failure that ended the run of `report`, which did not succeed.

    Of a run that was stopped it is the first job that was stopped with it.
    """
    name = _first(report)
    outcome = report.outcomes[name]
    if not report.failed:
        return Failure(name, "the run was stopped", outcome.log)
    stdout = report.plan.by_name[name].stdout
    said = last_words(outcome.log, most=WORDS_MOST).removeprefix("holdfast: ")
    if not said and stdout is not None:
        said = last_words(stdout, most=WORDS_MOST)  # some programs say there why they failed
    return Failure(name, said or outcome.reason, outcome.log)
