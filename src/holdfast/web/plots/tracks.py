"""
Annotation that the page of a plot can lay along its axes: which files there are, and what is in
them.
"""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from holdfast.app.plots.tracks import plot_track, plot_tracks
from holdfast.web.plots.details import KEPT, NEAR
from holdfast.web.site import container_of

routes = APIRouter()

ARROW = "application/vnd.apache.arrow.stream"


@routes.get("/plots/{name}/tracks")
def tracks(request: Request, name: str) -> Response:
    """The files of annotation in the releases that the plot's genomes came from."""
    files = plot_tracks(container_of(request), name, NEAR)
    items = [
        {
            "id": each.id,
            "side": each.side,
            "name": each.name,
            "from": each.origin,
            "size": each.size,
        }
        for each in files
    ]
    return JSONResponse({"items": items}, headers={"Cache-Control": "private, no-cache"})


@routes.get("/plots/{name}/tracks/{track:path}")
def track(request: Request, name: str, track: str) -> Response:
    """The features of one of these files, an Arrow stream."""
    document = plot_track(container_of(request), name, track, NEAR)
    return Response(document, media_type=ARROW, headers=KEPT)
