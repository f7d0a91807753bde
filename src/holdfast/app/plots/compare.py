"""
Comparing genomes: find two, or one to be compared with itself; align; draw; put the plot in place.

A genome that is given twice is compared with itself, as one that is given alone.
"""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from holdfast.app.container import Container
from holdfast.app.plots.folders import (
    ALIGNMENT_FILE,
    ANSWER_FILE,
    Plot,
    check_name,
    plot_name,
)
from holdfast.app.plots.genomes import GenomeSource, genome_found, remove_fetched
from holdfast.app.plots.making import TASK, Wanted, drawing_job, make_plot, place_of
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.aligners.choosing import aligner as chosen_aligner
from holdfast.dotplots.aligners.interface import AUTO, Aligner, Needs, Question
from holdfast.dotplots.drawing import USUAL, Drawing
from holdfast.dotplots.layout.choosing import Order
from holdfast.errors import PlanInvalid, TooMuch, UsageError
from holdfast.jobs.model import Job

ALIGNER = "mappy"
SMALL = 200_000_000  #: bases of both genomes up to which their drawing is not worth a process
LEAST_MEMORY = 1 << 30  #: bytes that a job asks for which draws, too


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to compare, and how to draw it."""

    target: str  #: a FASTA file, a URL, ``bank:release[:file]``, or a collection of the store
    query: str | None = None  #: None: the target's contigs are compared with one another
    preset: str = AUTO
    drawing: Drawing = USUAL
    name: str | None = None  #: of the plot; None: made of the genomes' names
    output: Path | None = None  #: the plot's folder; None: in the home folder, by its name
    aligner: str = ALIGNER
    options: tuple[str, ...] = ()  #: of the aligner, as ``group:key``
    align_equal: bool = False  #: align contigs that are equal, too
    again: bool = False  #: make everything again, also what is kept
    cores: int | None = None  #: for the alignment; None: as many as Holdfast may use
    memory: int | None = None  #: bytes the alignment may take; None: as the aligner estimates


def compare_genomes(
    container: Container, comparison: Comparison, listener: Listener = ignore
) -> Plot:
    """Align the query with the target and draw them.

    Raises
    ------
    UsageError
        A genome, name or option makes no sense.
    FetchFailed, StoreBusy
        What a URL names could not be brought here.
    PlotError
        It could not be aligned or drawn; the message holds the last words of what failed.
    PlanInvalid
        Nothing that may take the alignment has the cores or the memory for it.
    """
    check_comparison(container, comparison)
    comparison = _seeing_structure(container, comparison)
    listener(Progress("looking up the genomes"))
    with ExitStack() as stack:
        target = stack.enter_context(genome_found(container, comparison.target, listener))
        query = target
        if comparison.query is not None and comparison.query != comparison.target:
            query = stack.enter_context(genome_found(container, comparison.query, listener))
        if container.person is not None:
            refuse_large(container, target.bases, None if query is target else query.bases)
        wanted = _wanted(container, comparison, target, query)
        try:
            return make_plot(container, wanted, listener)
        except PlanInvalid as error:
            error.args = (f"{error}; --cores and --memory say what the alignment may have",)
            raise
        finally:
            remove_fetched(wanted.place)


def check_comparison(container: Container, comparison: Comparison) -> None:
    """Raise a UsageError for an option that makes no sense, before anything is looked up."""
    aligner = chosen_aligner(comparison.aligner, container.settings.tools)
    _check_aligner(aligner, comparison, alone=comparison.query is None)
    if comparison.name is not None:
        check_name(comparison.name)
    if comparison.cores is not None and comparison.cores < 1:
        raise UsageError("nothing is aligned without a core; choose --cores of 1 or more")
    if comparison.drawing.min_length < 0:
        raise UsageError("no match is shorter than 0 bases; choose a --min-length of 0 or more")


def refuse_large(container: Container, target: int, query: int | None) -> None:
    """Raise TooMuch if genomes of so many bases are not compared for people of the web.

    `query` is None where the target is compared with itself.
    """
    settings = container.settings
    most = settings.genome_limit_alone if query is None else settings.genome_limit
    for bases in (target, query or 0):
        if bases > most:
            alone = " with itself" if query is None else ""
            raise TooMuch(
                f"a genome of about {bases:,} bases is too large to be compared{alone} here, where "
                f"{most:,} may be"
            )


def _seeing_structure(container: Container, comparison: Comparison) -> Comparison:
    """`comparison` with the options structure needs, where it is wanted and none was chosen."""
    if not comparison.drawing.structure:
        return comparison
    groups = {option.partition(":")[0] for option in comparison.options}
    aligner = chosen_aligner(comparison.aligner, container.settings.tools)
    lacking = (word for word in aligner.for_structure if word.partition(":")[0] not in groups)
    return replace(comparison, options=(*comparison.options, *lacking))


def _check_aligner(aligner: Aligner, comparison: Comparison, *, alone: bool) -> None:
    query = None if alone else Path()
    aligner.check(Question(Path(), query, comparison.preset, comparison.options))


def _wanted(
    container: Container, comparison: Comparison, target: GenomeSource, query: GenomeSource
) -> Wanted:
    alone = query.content == target.content
    title = f"{target.name} against itself" if alone else f"{query.name} against {target.name}"
    name = comparison.name or plot_name(title)
    aligner = chosen_aligner(comparison.aligner, container.settings.tools)
    _check_aligner(aligner, comparison, alone=alone)

    sides = {"target": target} if alone else {"target": target, "query": query}
    files: dict[str, Path] = {}

    def prepare(making: Path) -> dict[str, str | None]:
        files.update((side, each.fasta(container, making, side)) for side, each in sides.items())
        return {"query": None, **{side: str(file) for side, file in files.items()}}

    def jobs(making: Path) -> tuple[Job, ...]:
        cores = comparison.cores or container.settings.processors
        needs = aligner.needs(target.bases, query.bases, cores)
        if comparison.memory is not None:
            needs = Needs(needs.cores, comparison.memory)
        is_small = target.bases + query.bases <= SMALL
        return _jobs(making, tuple(files.values()), needs, is_small=is_small)

    return Wanted(
        name=name,
        place=place_of(container, name, comparison.output),
        question={
            **_question(comparison, aligner, target, query),
            "title": title,
            "alone": alone,
            "drawing": _drawing(comparison, alone=alone).document(),
        },
        prepare=prepare,
        jobs=jobs,
        is_lasting=not comparison.again,
    )


def _question(
    comparison: Comparison, aligner: Aligner, target: GenomeSource, query: GenomeSource
) -> dict[str, Any]:
    return {
        "aligner": comparison.aligner,
        "version": aligner.version(),
        "recipe": aligner.recipe,
        "preset": comparison.preset,
        "options": list(comparison.options),
        "align_equal": comparison.align_equal,
        "again": comparison.again,
        "target": target.side(),
        "query": query.side(),
    }


def _drawing(comparison: Comparison, *, alone: bool) -> Drawing:
    """How it is drawn; both axes of a genome alone are the same, so none is rearranged."""
    return replace(comparison.drawing, order=Order.INPUT) if alone else comparison.drawing


def _jobs(
    making: Path, files: tuple[Path, ...], needs: Needs, *, is_small: bool
) -> tuple[Job, ...]:
    """Align, then draw: in one job where a second process would take longer than the drawing.

    Of large genomes the cores are let go before they are drawn.
    """
    align = (*TASK, "align", str(making), "--cores", str(needs.cores))
    return (
        Job(
            name="align",
            command=(*align, "--draw") if is_small else align,
            label="align",
            inputs=files,
            outputs=(making / ALIGNMENT_FILE, making / ANSWER_FILE),
            cores=needs.cores,
            memory=max(needs.memory, LEAST_MEMORY) if is_small else needs.memory,
        ),
        *(() if is_small else (drawing_job(making, "align"),)),
    )
