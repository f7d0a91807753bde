"""
Opened plots: the genomes, matches and layout of a finished plot, read again from its folder.

Everything a person asks about a plot is computed from these, never from the picture.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from holdfast.app.container import Container
from holdfast.app.plots.folders import ALIGNMENT_FILE, PLOT_FILE, Plot, show_plot
from holdfast.dotplots.genome import Contig, Genome
from holdfast.dotplots.identity import Estimator
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Order, Side
from holdfast.dotplots.matches import Matches, matches_of
from holdfast.dotplots.mirroring import mirrored, without_diagonal
from holdfast.errors import PlotError
from holdfast.formats.paf import read_paf


@dataclass(frozen=True, slots=True)
class OpenedPlot:
    """A finished plot with all that is in it."""

    plot: Plot
    target: Genome
    query: Genome
    matches: Matches  #: all of the alignment, drawn or not
    estimator: Estimator
    layout: Layout
    document: dict[str, Any]  #: ``plot.json``

    @property
    def alone(self) -> bool:
        """Whether a genome is compared with itself."""
        return bool(self.document.get("alone", False))

    @property
    def telling(self) -> Matches:
        """The matches that tables are about: that a place is like itself tells nothing."""
        return without_diagonal(self.matches) if self.alone else self.matches

    def transposed(self) -> "OpenedPlot":
        """The same with target and query exchanged."""
        return replace(
            self,
            target=self.query,
            query=self.target,
            matches=self.matches.transposed(),
            layout=Layout(self.layout.query, self.layout.target),
        )

    @property
    def order(self) -> Order:
        """By what its contigs were ordered."""
        return Order(self.document["drawing"]["order"])

    @property
    def side(self) -> Side:
        """Whose contigs were ordered."""
        return Side(self.document["drawing"]["side"])


def open_plot(container: Container, name: str) -> OpenedPlot:
    """The finished plot called `name`, opened.

    Raises
    ------
    UsageError
        There is none.
    PlotError
        It is damaged.
    """
    plot = show_plot(container, name)
    document = json.loads((plot.folder / PLOT_FILE).read_bytes())
    try:
        target, query = _genome(document["target"]), _genome(document["query"])
        layout = Layout(
            arrangement_of(target, document["layout"]["target"]),
            arrangement_of(query, document["layout"]["query"]),
        )
        Order(document["drawing"]["order"])
        Side(document["drawing"]["side"])
    except (KeyError, TypeError, ValueError) as error:
        problem = f"{plot.folder / PLOT_FILE} is damaged ({error!r}); draw the plot again"
        raise PlotError(problem) from error
    matches, estimator = matches_of(read_paf(plot.folder / ALIGNMENT_FILE), target, query)
    if document.get("alone", False):
        matches = mirrored(matches)
    return OpenedPlot(plot, target, query, matches, estimator, layout, document)


def _genome(document: dict[str, Any]) -> Genome:
    return Genome(document["name"], tuple(Contig(**each) for each in document["contigs"]))


def arrangement_of(genome: Genome, document: Mapping[str, Sequence[str]]) -> Arrangement:
    """The arrangement of a genome's contigs that ``plot.json`` tells of."""
    turned = set(document["reversed"])
    return Arrangement(
        tuple(genome.numbers[name] for name in document["contigs"]),
        tuple(contig.name in turned for contig in genome.contigs),
    )
