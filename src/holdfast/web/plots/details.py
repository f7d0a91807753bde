"""
Alignments base by base, and the bases: what the page of a plot asks when it is looked at from near.

What a plot's alignment says cannot change while the plot is the same; answers may be kept for a
while by whoever asked, and by nobody between.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from holdfast.app.plots.details import plot_bases, plot_details
from holdfast.app.plots.near import Near
from holdfast.dotplots.details import Alignment, Place
from holdfast.errors import PlotError
from holdfast.web.problems import Refused
from holdfast.web.site import container_of

routes = APIRouter()
KEPT = {"Cache-Control": "private, max-age=300"}
#: What this process holds ready; made empty, filled by questions.
NEAR = Near()


@routes.get("/plots/{name}/details")
def details(
    request: Request,
    name: str,
    target: Annotated[list[str], Query()] = [],  # noqa: B006 - FastAPI copies it
    query: Annotated[list[str], Query()] = [],  # noqa: B006 - as above
) -> Response:
    """The alignments between places of both genomes, each written ``contig:start-end``."""
    found = plot_details(container_of(request), name, target, query, NEAR)
    told = {"alignments": [_told(each) for each in found.alignments], "cut": found.cut}
    return JSONResponse(told, headers=KEPT)


@routes.get("/plots/{name}/bases")
def bases(request: Request, name: str, side: str, contig: str, start: int, end: int) -> Response:
    """The bases of a slice of a contig, as text."""
    try:
        text = plot_bases(container_of(request), name, side, contig, (start, end), NEAR)
    except PlotError as error:
        raise Refused(HTTPStatus.NOT_FOUND, str(error)) from error
    return PlainTextResponse(text, headers=KEPT)


def _told(alignment: Alignment) -> dict[str, object]:
    return {
        "target": _place(alignment.target),
        "query": _place(alignment.query),
        "strand": alignment.strand,
        "cigar": alignment.cigar,
        "from": alignment.begin,
    }


def _place(place: Place) -> dict[str, object]:
    return {"contig": place.contig, "start": place.start, "end": place.end}
