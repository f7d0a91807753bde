"""
Comparing two genomes: find them, align them, draw them, put the plot in its place.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.app.container import Container
from holdfast.app.plots.folders import Plot, plot_name
from holdfast.app.plots.genomes import GenomeSource, find_genome
from holdfast.app.plots.making import TASK, Wanted, drawing_job, make_plot, place_of
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.aligners.interface import AUTO, Aligner, Question
from holdfast.dotplots.drawing import USUAL, Drawing
from holdfast.errors import UsageError
from holdfast.jobs.model import Job
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
    listener(Progress("looking up the genomes"))
    target, query = (find_genome(container, each) for each in (comparison.target, comparison.query))
    name = comparison.name
    if name is None:
        name = plot_name(f"{query.name} against {target.name}")

    def prepare(making: Path) -> dict[str, str]:
        sides = (("target", target), ("query", query))
        return {side: str(genome.fasta(container, making, side)) for side, genome in sides}

    def jobs(making: Path) -> tuple[Job, ...]:
        return _jobs(making, container.settings.processors)

    wanted = Wanted(
        name=name,
        place=place_of(container, name, comparison.output),
        question=_question(comparison, target, query),
        prepare=prepare,
        jobs=jobs,
    )
    return make_plot(container, wanted, listener)


def _check(comparison: Comparison) -> None:
    """Raise a UsageError for an option that makes no sense, before anything is looked up."""
    aligner: type[Aligner] = load(Group.ALIGNERS, ALIGNER)
    aligner().check(Question(Path(), Path(), comparison.preset))
    if comparison.drawing.min_length < 0:
        raise UsageError("no match is shorter than 0 bases; choose a --min-length of 0 or more")


def _question(comparison: Comparison, target: GenomeSource, query: GenomeSource) -> dict[str, Any]:
    return {
        "title": f"{query.name} against {target.name}",
        "aligner": ALIGNER,
        "preset": comparison.preset,
        "drawing": comparison.drawing.document(),
        "target": target.side(),
        "query": query.side(),
    }


def _jobs(making: Path, cores: int) -> tuple[Job, ...]:
    """Align with all cores, then draw."""
    align = Job(
        name="align",
        command=(*TASK, "align", str(making), "--cores", str(cores)),
        label="align",
        cores=cores,
    )
    return (align, drawing_job(making, "align"))
