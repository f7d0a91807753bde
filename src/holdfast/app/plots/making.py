"""
Making a plot: a folder beside its place, a plan of jobs that fill it, and one rename at the end.

Whoever makes plots says what is wanted: the question, what must lie in the folder before the jobs
begin, and the jobs. They leave in the folder ``alignment.paf`` and ``alignment.json`` (see
:mod:`holdfast.app.plots.answer`), and at last what the task ``draw`` writes. The folder's name
holds a digest of the question, so what was killed goes on where it stopped when the same question
is asked again, and is given up when another one is.
"""

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from holdfast import __version__
from holdfast.app.container import Container
from holdfast.app.failures import first_failure
from holdfast.app.plots.folders import (
    ANSWER_FILE,
    FILES,
    PLOT_FILE,
    QUESTION_FILE,
    Plot,
    being_made,
    check_name,
    check_place,
    put_in_place,
    read_plot,
    remove_others,
)
from holdfast.base.digests import file_sha256, joined_sha256
from holdfast.base.files import TEMPORARY, write_atomic
from holdfast.base.progress import Listener, ignore
from holdfast.dotplots.bundle import template
from holdfast.errors import AlignmentFailed, PlotError
from holdfast.jobs.model import Job
from holdfast.jobs.plan import Plan, Report

TASK = (sys.executable, "-m", "holdfast", "task")


@dataclass(frozen=True)
class Wanted:
    """A plot to be made.

    `question` holds what decides the plot's content, as JSON has it: at least ``title``,
    ``drawing`` (of :meth:`Drawing.document`), and for ``target`` and ``query`` what
    :meth:`GenomeSource.side` tells. `prepare` puts files into the folder it is given and tells the
    tasks about them: what it returns stands in ``question.json`` under ``inputs``. `jobs` are the
    plan's for this folder. `is_lasting` says that the question holds the digests of all that is
    read, so that a plot that answers it already need not be made again.
    """

    name: str
    place: Path
    question: Mapping[str, Any]
    prepare: Callable[[Path], Mapping[str, Any]]
    jobs: Callable[[Path], tuple[Job, ...]]
    is_lasting: bool = False

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the question and of what draws the answer."""
        question = json.dumps(self.question, sort_keys=True).encode()
        return joined_sha256([__version__.encode(), b"\n", template(), b"\n", question])


def place_of(container: Container, name: str, output: Path | None) -> Path:
    """Where the plot called `name` shall stand: the folder `output`, or its place at home.

    Raises
    ------
    UsageError
        This is no name for a plot, or something else stands there, which would be lost.
    """
    check_name(name)
    place = (output or container.settings.plots / name).expanduser().absolute()
    check_place(place)
    return place


def make_plot(container: Container, wanted: Wanted, listener: Listener = ignore) -> Plot:
    """Make the plot, or go on making it, and put it in its place whole.

    Raises
    ------
    PlotError
        It could not be made, or another process is making it; the message holds the last words of
        what failed. An AlignmentFailed where there was no alignment yet.
    """
    digest = wanted.digest  # without the page, which it knows, nothing needs to be aligned
    with being_made(container, wanted.place):
        if wanted.is_lasting and _answers(wanted.place, digest):
            return read_plot(wanted.place)
        wanted.place.parent.mkdir(parents=True, exist_ok=True)
        making = _begun(wanted)
        plan = Plan(f"plot:{wanted.name}", f"Make the plot {wanted.name}", wanted.jobs(making))
        _do(container, plan, making, listener)
        _complete(making, digest)
        put_in_place(making, wanted.place)
    return read_plot(wanted.place)


def drawing_job(making: Path, after: str) -> Job:
    """The job that draws what the job called `after` aligned."""
    return Job(name="draw", command=(*TASK, "draw", str(making)), needs=(after,), label="draw")


def _begun(wanted: Wanted) -> Path:
    """The folder in which the plot is made, with the question in it."""
    start = f"plot-{wanted.place.name}-"
    making = wanted.place.with_name(f"{TEMPORARY}{start}{wanted.digest[:12]}")
    remove_others(making, start)
    making.mkdir(exist_ok=True)
    question = {**wanted.question, "inputs": dict(wanted.prepare(making))}
    write_atomic(making / QUESTION_FILE, json.dumps(question).encode())
    return making


def _do(container: Container, plan: Plan, making: Path, listener: Listener) -> None:
    """Run `plan`, or go on with the very same plan that was killed."""
    unfinished = container.ledger.unfinished(plan.subject)
    if unfinished is not None and container.ledger.plan(unfinished) == plan:
        report = container.engine.resume(unfinished, listener)
    else:
        if unfinished is not None:
            container.engine.abandon(unfinished)
        report = container.engine.run(plan, listener)
    if not report.succeeded:
        aligned = (making / ANSWER_FILE).exists()
        if not aligned:  # else the same question goes on with the drawing
            shutil.rmtree(making)
        raise _failure(report, aligned=aligned)


def _failure(report: Report, *, aligned: bool) -> PlotError:
    """What failed, with its last words."""
    failure = first_failure(report)
    sentence = f"{failure.words} (log: {failure.log})"
    return PlotError(sentence) if aligned else AlignmentFailed(sentence)


def _answers(place: Path, digest: str) -> bool:
    """Whether the plot at `place` is whole and answers the question of this digest."""
    try:
        document = json.loads((place / PLOT_FILE).read_bytes())
        return document["question"] == digest and all(
            file_sha256(place / name) == written for name, written in document["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _complete(making: Path, digest: str) -> None:
    """Leave in `making` what a plot is made of; say when it was made, and of which question."""
    file = making / PLOT_FILE
    document = json.loads(file.read_bytes())
    document["question"] = digest
    document["created"] = datetime.now(UTC).isoformat(timespec="seconds")
    write_atomic(file, json.dumps(document, indent=1, ensure_ascii=False).encode())
    for each in making.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)  # an aligner that was killed left it
        elif each.name not in FILES:
            each.unlink()
