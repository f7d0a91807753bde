"""
What is seen of a plot from near: the alignments base by base, and the bases themselves.

Alignments are read from the plot's own alignment, of which only the lines concerned are read.
Bases are read from the store by the contig's digest, else from the file that was compared, if it is
still there and still the same.
"""

from collections.abc import Sequence
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.plots.folders import ALIGNMENT_FILE
from holdfast.app.plots.near import Known, Near, state_of
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
    stored = _stored(container, found, start, end)
    return stored if stored is not None else _filed(known, side, found, near)[start:end].decode()


def _stored(container: Container, contig: Contig, start: int, end: int) -> str | None:
    """The bases as the store has them; None if it has not."""
    settings = container.settings
    if contig.digest is None or not (
        settings.store_layers or (settings.store / "store.toml").exists()
    ):
        return None
    try:
        return container.reading.fetch(contig.digest, start, end)
    except StoreError:
        return None  # the file that was compared may still have them


def _filed(known: Known, side: str, contig: Contig, near: Near) -> bytes:
    """All bases of a contig, as the file that was compared has them."""
    told = known.document[side].get("provenance", {}).get("path")
    genome = known.side(side).name
    if not told or not Path(told).is_file():
        raise PlotError(
            f"the bases of {genome} are not in the store, and the file that was compared is no "
            "longer here; load it into the store to see them"
        )
    path = Path(told)
    return near.contigs.get((state_of(path), contig), lambda: _read(path, contig))


def _read(path: Path, contig: Contig) -> bytes:
    try:
        found, residues = next(each for each in read_contigs(path) if each[0].name == contig.name)
    except (FormatError, StopIteration) as error:
        raise PlotError(_changed(path)) from error
    if found.length != contig.length or contig.digest not in (None, found.digest):
        raise PlotError(_changed(path))
    return residues


def _changed(path: Path) -> str:
    return f"{path.name} is not what was compared any more; compare again to see its bases"
