"""
Backups: a finished plot as a file that D-Genies takes back, and that can be imported here.
"""

from pathlib import Path

from holdfast.app.plots.folders import ALIGNMENT_FILE
from holdfast.app.plots.opened import OpenedPlot
from holdfast.dotplots.genome import Genome
from holdfast.errors import PlotError
from holdfast.formats import plot_backup
from holdfast.formats.contig_index import IndexRow


def write_backup(opened: OpenedPlot, file: Path) -> Path:
    """Write the alignment and the indexes of both genomes of a plot to `file`, a ``.tar.gz``.

    Contigs are in the order of their genome and none is turned, as in a backup of D-Genies, which
    reads no others: how they were drawn is not in it. The same plot gives the same bytes.

    Raises
    ------
    PlotError
        A contig's name cannot be written in an index.
    """
    alignment = opened.plot.folder / ALIGNMENT_FILE
    plot_backup.write_backup(file, alignment, _index(opened.target), _index(opened.query))
    return file


def _index(genome: Genome) -> tuple[str, list[IndexRow]]:
    for contig in genome.contigs:
        if not contig.name.isprintable():
            raise PlotError(f"{contig.name!r} cannot be written in an index; rename the contig")
    return genome.name, [IndexRow(contig.name, contig.length) for contig in genome.contigs]
