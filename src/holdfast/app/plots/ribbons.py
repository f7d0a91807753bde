"""
Ribbons: several finished plots as one picture of their genomes, one above the other.
"""

from collections.abc import Sequence
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.plots.export import PICTURES, Exported, check_files, content_of
from holdfast.app.plots.opened import OpenedPlot, open_plot
from holdfast.base.files import write_atomic
from holdfast.dotplots.colours import By
from holdfast.dotplots.layout.choosing import Order
from holdfast.dotplots.pictures import Format, Look
from holdfast.dotplots.ribbons.picture import ribbon_pictures
from holdfast.dotplots.ribbons.sheet import Tell
from holdfast.dotplots.ribbons.stack import Pair, stacked
from holdfast.errors import UsageError


def export_ribbons(
    container: Container,
    names: Sequence[str],
    file: Path,
    look: Look,
    by: By | None = None,
    word: str | None = None,
) -> Exported:
    """Write the genomes of the plots called `names` as ribbons into `file`.

    `by` is what colours tell: the strand, or, as usual, the contig that something comes down from.
    `word` says what the picture is written as, where the file's ending does not.

    Raises
    ------
    UsageError
        There is no such plot, the query of one is not the target of the next, or the file is to be
        no picture.
    PlotError
        A plot is damaged.
    """
    kind = _kind(file, word)
    check_files([file])
    if by not in (None, By.STRAND):
        raise UsageError("colours of ribbons tell the contig, or --colour strand")
    if look.target_regions or look.query_regions:
        raise UsageError("ribbons show whole genomes; leave --region and --query-region out")
    stack = stacked([_pair(open_plot(container, name)) for name in names])
    title = " – ".join(row.genome.name for row in stack.rows)
    tell = Tell.STRAND if by is By.STRAND else Tell.CONTIG
    (content,) = ribbon_pictures(stack, (kind,), title, look, tell)
    write_atomic(file, content)
    return Exported(file, len(content))


def _kind(file: Path, word: str | None) -> Format:
    content = content_of(file, word)
    if content not in PICTURES:
        known = ", ".join(each.value for each in PICTURES)
        raise UsageError(f"ribbons are a picture; write them as {known}")
    return PICTURES[content]


def _pair(opened: OpenedPlot) -> Pair:
    order = Order(opened.document["drawing"]["order"])
    name, layout = opened.plot.name, opened.layout
    return Pair(name, opened.target, opened.query, opened.matches, layout, order)
