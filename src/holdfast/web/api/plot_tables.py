"""What plots say, for programs: summaries, best matches, coverage, differences in structure."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request

from holdfast.app.plots.associations import PlotAssociations, associate
from holdfast.app.plots.coverage import PlotCoverage, coverage
from holdfast.app.plots.structure import PlotStructure, find_structure
from holdfast.app.plots.summary import PlotSummary, summarise
from holdfast.dotplots.layout.choosing import Side
from holdfast.dotplots.structure.accounts import Sizes
from holdfast.dotplots.structure.events import EventKind
from holdfast.dotplots.summary import LIMITS
from holdfast.web.plots.seeing import seen_by

routes = APIRouter(tags=["plots"])
LEAST = Sizes().least  #: bases

Limits = Annotated[
    Sequence[float], Query(description="where classes of identity meet", max_length=12)
]
Kinds = Annotated[Sequence[EventKind], Query(description="of these kinds; all, if none is named")]
Least = Annotated[int, Query(ge=0, le=10**12, description="bases; nothing smaller is told")]


@routes.get("/plots/{name}/summary")
def plot_summary(
    request: Request, name: str, limits: Limits = LIMITS, hide_noise: bool = False
) -> PlotSummary:
    """Both genomes of a plot: their contigs, how alike they are, how often each is covered."""
    container = seen_by(request, name).container
    return summarise(container, name, limits, hide_noise=hide_noise)


@routes.get("/plots/{name}/associations")
def plot_associations(request: Request, name: str, side: Side = Side.QUERY) -> PlotAssociations:
    """What each contig of one genome matches best, and contigs that match nothing."""
    return associate(seen_by(request, name).container, name, side)


@routes.get("/plots/{name}/coverage")
def plot_coverage(request: Request, name: str, side: Side = Side.TARGET) -> PlotCoverage:
    """How much of each contig of one genome is covered by the other, and how often."""
    return coverage(seen_by(request, name).container, name, side)


@routes.get("/plots/{name}/structure")
def plot_structure(
    request: Request, name: str, kind: Kinds = (), least: Least = LEAST
) -> PlotStructure:
    """What differs in structure between the genomes of a plot."""
    container = seen_by(request, name).container
    return find_structure(container, name, kind or tuple(EventKind), least)
