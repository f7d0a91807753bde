"""
Importing: an alignment that was made elsewhere becomes a plot; so does a backup of D-Genies.

The alignment is a file, a URL or standard input, of any format that is known (see
:mod:`holdfast.formats.alignments`). Where its format has no lengths, or to show contigs that have
no match, the genomes are named too.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from holdfast.app.container import Container
from holdfast.app.plots.folders import LOCKS, Plot, being_made, plot_name, remove_others
from holdfast.app.plots.making import TASK, Wanted, drawing_job, make_plot, place_of
from holdfast.app.plots.removing import GIVEN
from holdfast.app.plots.sides import Side, find_side, side_of_index
from holdfast.app.plots.uploads import is_upload, whole_upload
from holdfast.app.sequences.inputs import STANDARD_INPUT, is_url, opened
from holdfast.app.tasks.makings import limits_of
from holdfast.base.digests import file_sha256
from holdfast.base.locks import exclusive, is_held
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.dotplots.drawing import USUAL, Drawing
from holdfast.dotplots.genome import genome_name
from holdfast.dotplots.layout.choosing import Order
from holdfast.errors import AlignmentFailed, UsageError
from holdfast.formats import plot_backup
from holdfast.formats.alignments.reading import named
from holdfast.jobs.model import Job

BUFFER = 1 << 20
PATIENCE = 60.0  #: seconds to wait for another process that is beginning to import
SMALL = 32 << 20  #: bytes of an alignment up to which its drawing is not worth a process


@dataclass(frozen=True, slots=True)
class Importing:
    """An alignment to draw."""

    alignment: str  #: a file, a URL, or ``-`` for standard input; or a backup
    target: str | None = None  #: as for a comparison, or an index; None: as the alignment tells
    query: str | None = None
    format: str | None = None  #: None: its content tells
    drawing: Drawing = USUAL
    keep_layout: bool = True  #: contigs stay as a backup has them, if it says how they were drawn
    again: bool = False  #: make it again, though there is the very plot
    name: str | None = None  #: of the plot; None: made of the genomes' names, or of the alignment's
    output: Path | None = None  #: the plot's folder; None: in the home folder, by its name


@dataclass(frozen=True, slots=True)
class Given:
    """An alignment that is here."""

    file: Path
    told: Mapping[str, Any]  #: what the plot's question says of it
    target: Side
    query: Side
    is_ours: bool  #: it came by a pipe or out of a backup, and goes when the block ends


def import_alignment(
    container: Container, importing: Importing, listener: Listener = ignore
) -> Plot:
    """Draw an alignment that was made elsewhere.

    Raises
    ------
    UsageError
        A genome, a name or an option makes no sense.
    FormatError
        An index or a backup is not what it should be.
    PlotError
        The alignment cannot be read, is not of these genomes, or cannot be drawn.
    """
    if importing.format is not None:
        named(importing.format)
    with _given(container, importing, listener) as given:
        wanted = _wanted(container, importing, given)
        try:
            return make_plot(container, wanted, listener)
        except AlignmentFailed:  # there is nothing to go on with
            with being_made(container, wanted.place):
                remove_others(wanted.place, f"plot-{wanted.place.name}-")
            raise


def _wanted(container: Container, importing: Importing, given: Given) -> Wanted:
    title = _title(given)
    name = plot_name(title) if importing.name is None else importing.name

    def prepare(making: Path) -> dict[str, Any]:
        sides = (("target", given.target), ("query", given.query))
        alignment = given.file.absolute()
        if given.is_ours:
            alignment = _linked(given.file, making / f"given-{given.file.name}")
        return {
            "alignment": str(alignment),
            **{side: each.prepare(container, making, side) for side, each in sides},
        }

    def jobs(making: Path) -> tuple[Job, ...]:
        take = (*TASK, "take", str(making))
        if given.file.stat().st_size <= SMALL:
            return (Job(name="take", command=(*take, "--draw"), label="draw"),)
        return (Job(name="take", command=take, label="process"), drawing_job(making, "take"))

    drawing, layout = importing.drawing, _layout(given) if importing.keep_layout else {}
    if layout:
        drawing = replace(drawing, order=Order.INPUT)
    question: dict[str, Any] = {
        "title": title,
        "alignment": given.told,
        "drawing": drawing.document(),
        "target": given.target.told,
        "query": given.query.told,
    }
    if layout:
        question["layout"] = layout
    place = place_of(container, name, importing.output)
    return Wanted(name, place, question, prepare, jobs, is_lasting=not importing.again)


def _linked(file: Path, place: Path) -> Path:
    """`place`, where the content of `file` now is too."""
    place.unlink(missing_ok=True)
    try:
        place.hardlink_to(file)
    except OSError:  # another file system, perhaps
        shutil.copyfile(file, place)
    return place


def _title(given: Given) -> str:
    target, query = given.target.name, given.query.name
    if target is None or query is None:
        return genome_name(Path(given.told["name"]))
    return f"{query} against {target}"


def _layout(given: Given) -> dict[str, dict[str, list[str]]]:
    """How the contigs were drawn where the alignment comes from: of sides whose index says it."""
    sides = {"target": given.target, "query": given.query}
    return {
        name: {
            "contigs": [contig.name for contig in side.contigs or ()],
            "reversed": sorted(side.turned),
        }
        for name, side in sides.items()
        if side.turned is not None
    }


# -- what is given ---------------------------------------------------------------------------------


@contextmanager
def _given(container: Container, importing: Importing, listener: Listener) -> Iterator[Given]:
    """What is to be imported, within the block."""
    with ExitStack() as stack:
        file, told, is_ours = _here(container, importing.alignment, stack, listener)
        if not plot_backup.is_backup(file):
            told |= {"format": importing.format}
            target = find_side(container, importing.target, stack, listener)
            query = find_side(container, importing.query, stack, listener)
            yield Given(file, told, target, query, is_ours=is_ours)
            return
        if importing.target or importing.query or importing.format:
            raise UsageError(
                f"{importing.alignment} is a backup, which has both genomes' names and lengths; "
                "leave target, query and format out"
            )
        limits = limits_of(container.settings)
        backup = plot_backup.read_backup(file, stack.enter_context(_folder(container)), limits)
        told |= {"name": f"{told['name']}/{backup.paf.name}", "format": "paf"}
        target, query = (_side_of(index) for index in (backup.target, backup.query))
        yield Given(backup.paf, told, target, query, is_ours=True)


def _side_of(index: Path) -> Side:
    """The side whose index was in a backup."""
    provenance = {"file": index.name, "sha256": file_sha256(index)}
    return side_of_index(index, {"given": "", "provenance": provenance})


def _here(
    container: Container, given: str, stack: ExitStack, listener: Listener
) -> tuple[Path, dict[str, Any], bool]:
    """A file that holds what `given` names, what is told of it, and whether it is only ours."""
    if is_upload(given):
        sent = whole_upload(container, given)
        told = {"given": sent.name, "name": sent.name, "sha256": sent.sha256}
        return sent.file, told, True
    if given == STANDARD_INPUT or is_url(given):
        found = stack.enter_context(opened(container, given, listener))
        told = {"given": found.url or given, **({"url": found.url} if found.url else {})}
        source, name = found.file, found.name or "standard input"  # of a URL no password
        told["name"] = found.url or name
    else:
        source, name = _source(given, stack), Path(given).name
        told = {"given": given, "name": given}
    if isinstance(source, Path):
        return source, told | {"sha256": file_sha256(source)}, False
    file = stack.enter_context(_folder(container)) / plot_name(name)
    listener(Progress("taking the alignment", message=name))
    with file.open("xb") as copy:
        shutil.copyfileobj(source, copy, BUFFER)
    return file, told | {"sha256": file_sha256(file)}, True


def _source(given: str, stack: ExitStack) -> Path | BinaryIO:
    """The file that `given` names; a pipe, as a shell puts in place of ``<(…)``, opened."""
    file = Path(given)
    if file.is_dir():
        raise UsageError(f"{given} is a folder; name one alignment in it")
    if file.is_fifo():
        return stack.enter_context(file.open("rb"))
    if not file.is_file():
        raise UsageError(f"{given!r} is not a file; name an alignment, a URL, or - for a pipe")
    return file


@contextmanager
def _folder(container: Container) -> Iterator[Path]:
    """A folder for what is needed only within the block; those of killed processes are removed."""
    plots = container.settings.plots
    locks = plots / LOCKS
    locks.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with exclusive(locks / f"{GIVEN}.lock", wait=PATIENCE):  # nobody takes a new one for dead
            for left in plots.glob(f"{GIVEN}*"):
                if not is_held(_lock(locks, left)):
                    _remove(left, locks)
            folder = Path(tempfile.mkdtemp(prefix=GIVEN, dir=plots))
            stack.callback(_remove, folder, locks)
            stack.enter_context(exclusive(_lock(locks, folder)))
        yield folder


def _lock(locks: Path, folder: Path) -> Path:
    return locks / f"{folder.name}.lock"


def _remove(folder: Path, locks: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _lock(locks, folder).unlink(missing_ok=True)
