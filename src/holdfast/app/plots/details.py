"""
What is seen of a plot from near: the alignments base by base, and the bases themselves.

Alignments are read from the plot's own alignment, of which only the lines concerned are read.
Bases are read from the store by the contig's digest, else from the file that was compared, if it is
still there and still the same.
"""

from collections.abc import Sequence
from pathlib import Path

from holdfast.app.banks.visibility import refuse_unseen
from holdfast.app.container import Container
from holdfast.app.plots.examples import EXAMPLE, example_file
from holdfast.app.plots.folders import ALIGNMENT_FILE
from holdfast.app.plots.near import Known, Near, state_of
from holdfast.app.plots.uploads import uploads
from holdfast.dotplots.details import Alignments, Details, Place, turned
from holdfast.dotplots.genome import Contig, read_contigs
from holdfast.errors import (
    ContigUnknown,
    FormatError,
    PlotError,
    StoreError,
    UsageError,
    suggestion,
)

MOST_BASES = 5_000  #: asked for at once
MOST_PLACES = 50  #: asked for at once, of each side
DIGITS = 15  #: a number may have


def plot_details(
    container: Container, name: str, target: Sequence[str], query: Sequence[str], near: Near
) -> Details:
    """The alignments of the plot called `name` between places written as ``contig:start-end``.

    Raises
    ------
    UsageError
        There is no such plot, or a place is not written so.
    FormatError, PlotError
        The plot is damaged.
    """
    plot, known = near.known(container, name)
    across, upwards = _places(target), _places(query)
    file = plot.folder / ALIGNMENT_FILE
    alignments = near.alignments.get(state_of(file), lambda: Alignments(file))
    found = alignments.between(across, upwards)
    if not known.alone:
        return found
    other = alignments.between(upwards, across)
    mirrored = tuple(map(turned, other.alignments))
    return Details(found.alignments + mirrored, found.cut or other.cut)


def _places(texts: Sequence[str]) -> list[Place]:
    if len(texts) > MOST_PLACES:
        raise UsageError(f"{len(texts)} places at once; ask for {MOST_PLACES} at most")
    return [_place(text) for text in texts]


def _place(text: str) -> Place:
    contig, _, span = text.rpartition(":")
    start, dash, end = span.partition("-")
    if not (contig and dash and _is_number(start) and _is_number(end)):
        raise UsageError(f"{text!r} is not a place; write contig:start-end")
    return Place(contig, int(start), int(end))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS


def plot_bases(
    container: Container, name: str, side: str, contig: str, span: tuple[int, int], near: Near
) -> str:
    """The bases of a contig of the plot called `name` from `span[0]` to `span[1]`, upper-case.

    Raises
    ------
    UsageError
        There is no such plot, side or slice, or it is too long.
    ContigUnknown
        The plot has no such contig.
    BankNotFound
        They are of a bank that whoever asks may not see.
    PlotError
        Its bases are nowhere to be had; the message says why.
    """
    _, known = near.known(container, name)
    genome = known.side(side)
    if contig not in genome.numbers:
        hint = suggestion(contig, genome.numbers)
        raise ContigUnknown(f"{genome.name} has no contig {contig!r}{hint}")
    found = genome.contigs[genome.numbers[contig]]
    start, end = span
    if not 0 <= start <= end <= found.length:
        raise UsageError(f"{start}-{end} is no slice of {contig}, which has {found.length:,} bases")
    if end - start > MOST_BASES:
        raise UsageError(f"{end - start:,} bases at once; ask for {MOST_BASES:,} at most")
    _refuse_unseen_release(container, known, side)
    stored = _stored(container, found, start, end)
    if stored is not None:
        return stored
    path = _file(container, known, side)

    def whole() -> bytes:
        with near.reading:
            return _read(path, found)

    return near.contigs.get((state_of(path), found), whole)[start:end].decode()


def _refuse_unseen_release(container: Container, known: Known, side: str) -> None:
    """Raise BankNotFound if the genome is of a bank that whoever asks may not see."""
    release = known.provenance(side).get("release")
    if release:
        refuse_unseen(container, str(release).partition(":")[0])


def _stored(container: Container, contig: Contig, start: int, end: int) -> str | None:
    """The bases as the store has them; None if it has not."""
    settings = container.settings
    has_store = settings.store_layers or (settings.store / "store.toml").exists()
    if contig.digest is None or not has_store:
        return None
    try:
        return container.reading.fetch(contig.digest, start, end)
    except StoreError:
        return None  # the file that was compared may still have them


def _file(container: Container, known: Known, side: str) -> Path:
    """The file that was compared.

    Raises
    ------
    PlotError
        It is no longer here.
    """
    told = known.provenance(side)
    path = told.get("path")
    if path and Path(path).is_file():
        return Path(path)
    if "example" in told:
        return example_file(container, str(told["example"]).removeprefix(EXAMPLE))
    for each in uploads(container):
        if each.sha256 is not None and each.sha256 == told.get("sha256"):
            return each.file
    raise PlotError(
        f"the bases of {known.side(side).name} are not in the store, and the file that was "
        "compared is no longer here; load it into the store to see them"
    )


def _read(path: Path, contig: Contig) -> bytes:
    """All bases of a contig, as the file has them."""
    try:
        found, residues = next(each for each in read_contigs(path) if each[0].name == contig.name)
    except (FormatError, StopIteration) as error:
        raise PlotError(_changed(path)) from error
    if found.length != contig.length or contig.digest not in (None, found.digest):
        raise PlotError(_changed(path))
    return residues


def _changed(path: Path) -> str:
    return f"{path.name} is not what was compared any more; compare again to see its bases"
