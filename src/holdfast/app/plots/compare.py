"""
Comparing two genomes: find them, align them, draw them, put the plot in its place.

The work is a plan of two jobs, ``align`` and ``draw``, in a folder beside the plot's place. The
folder's name holds a digest of the question, so a comparison that was killed goes on where it
stopped when the same question is asked again, and is given up when another one is.
"""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from holdfast.app.container import Container
from holdfast.app.failures import first_failure
from holdfast.app.plots.folders import (
    FILES,
    PLOT_FILE,
    QUESTION_FILE,
    Plot,
    being_made,
    check_name,
    check_place,
    plot_name,
    put_in_place,
    read_plot,
    remove_others,
)
from holdfast.app.plots.genomes import GenomeSource, find_genome
from holdfast.base.digests import joined_sha256
from holdfast.base.files import TEMPORARY, write_atomic
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.aligners.interface import AUTO, Aligner, Question
from holdfast.dotplots.bundle import template
from holdfast.dotplots.drawing import USUAL, Drawing
from holdfast.errors import AlignmentFailed, PlotError, UsageError
from holdfast.jobs.model import Job
from holdfast.jobs.plan import Plan, Report
from holdfast.plugins import Group, load

ALIGNER = "mappy"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to compare, and how to draw it."""

    target: str  #: a FASTA file, ``bank:release[:file]``, or a collection of the store
    query: str
    preset: str = AUTO
    drawing: Drawing = USUAL
    name: str | None = None  #: of the plot; None: made of the genomes' names
    output: Path | None = None  #: the plot's folder; None: in the home folder, by its name


def compare_genomes(
    container: Container, comparison: Comparison, listener: Listener = ignore
) -> Plot:
    """Align the query with the target and draw them.

    Raises
    ------
    UsageError
        A genome, name or option makes no sense.
    PlotError
        It could not be aligned or drawn; the message holds the last words of what failed.
    """
    _check(comparison)
    template()  # without the page, nothing needs to be aligned
    listener(Progress("looking up the genomes"))
    target, query = (find_genome(container, each) for each in (comparison.target, comparison.query))
    name = _name(comparison, target, query)
    place = (comparison.output or container.settings.plots / name).expanduser().absolute()
    check_place(place)
    with being_made(container, place):
        place.parent.mkdir(parents=True, exist_ok=True)
        making = _begun(container, comparison, (target, query), place)
        _do(container, _plan(making, name, container.settings.processors), listener)
        _complete(making)
        put_in_place(making, place)
    return read_plot(place)


def _check(comparison: Comparison) -> None:
    """Raise a UsageError for an option that makes no sense, before anything is looked up."""
    aligner: type[Aligner] = load(Group.ALIGNERS, ALIGNER)
    aligner().check(Question(Path(), Path(), comparison.preset))
    if comparison.drawing.min_length < 0:
        raise UsageError("no match is shorter than 0 bases; choose a --min-length of 0 or more")


def _name(comparison: Comparison, target: GenomeSource, query: GenomeSource) -> str:
    if comparison.name is None:
        return plot_name(f"{query.name} against {target.name}")
    check_name(comparison.name)
    return comparison.name


def _begun(
    container: Container,
    comparison: Comparison,
    genomes: tuple[GenomeSource, GenomeSource],
    place: Path,
) -> Path:
    """The folder in which the plot is made, with the question in it."""
    question = _question(comparison, *genomes)
    digest = joined_sha256([json.dumps(question, sort_keys=True).encode()])[:12]
    start = f"plot-{place.name}-"
    making = place.with_name(f"{TEMPORARY}{start}{digest}")
    remove_others(making, start)
    making.mkdir(exist_ok=True)
    for side, genome in zip(("target", "query"), genomes, strict=True):
        question[side]["fasta"] = str(genome.fasta(container, making, side))
    write_atomic(making / QUESTION_FILE, json.dumps(question).encode())
    return making


def _question(comparison: Comparison, target: GenomeSource, query: GenomeSource) -> dict[str, Any]:
    return {
        "title": f"{query.name} against {target.name}",
        "aligner": ALIGNER,
        "preset": comparison.preset,
        "drawing": comparison.drawing.document(),
        "target": _side(target),
        "query": _side(query),
    }


def _side(genome: GenomeSource) -> dict[str, Any]:
    return {
        "name": genome.name,
        "given": genome.given,
        "kind": genome.kind.value,
        "provenance": genome.provenance,
    }


def _plan(making: Path, name: str, cores: int) -> Plan:
    """Align with all cores, then draw."""
    task = (sys.executable, "-m", "holdfast", "task")
    align = Job(
        name="align",
        command=(*task, "align", str(making), "--cores", str(cores)),
        label="align",
        cores=cores,
    )
    draw = Job(name="draw", command=(*task, "draw", str(making)), needs=("align",), label="draw")
    return Plan(f"plot:{name}", f"Compare genomes: {name}", (align, draw))


def _do(container: Container, plan: Plan, listener: Listener) -> None:
    """Run `plan`, or go on with the very same plan that was killed."""
    unfinished = container.ledger.unfinished(plan.subject)
    if unfinished is not None and container.ledger.plan(unfinished) == plan:
        report = container.engine.resume(unfinished, listener)
    else:
        if unfinished is not None:
            container.engine.abandon(unfinished)
        report = container.engine.run(plan, listener)
    if not report.succeeded:
        raise _failure(report)


def _failure(report: Report) -> PlotError:
    """What failed, with its last words."""
    failure = first_failure(report)
    sentence = f"{failure.words} (log: {failure.log})"
    return AlignmentFailed(sentence) if failure.job == "align" else PlotError(sentence)


def _complete(making: Path) -> None:
    """Leave in `making` what a plot is made of, and say when it was made."""
    file = making / PLOT_FILE
    document = json.loads(file.read_bytes())
    document["created"] = datetime.now(UTC).isoformat(timespec="seconds")
    write_atomic(file, json.dumps(document, indent=1, ensure_ascii=False).encode())
    for each in making.iterdir():
        if each.name not in FILES:
            each.unlink()
