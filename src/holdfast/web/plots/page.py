"""
The page of a plot, and what it is drawn from: its scene, and a picture until that is there.
"""

import hashlib
import io
from http import HTTPStatus
from typing import Annotated, BinaryIO, cast

import pyarrow as pa
from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, Response

from holdfast.app.plots.folders import PNG_FILE
from holdfast.app.plots.near import Recent
from holdfast.app.plots.scenes import KnownScene, drawing_asked, known_scene, scene_drawn
from holdfast.dotplots.drawing import Drawing
from holdfast.dotplots.scene import Scene, write_scene
from holdfast.dotplots.wire import wire_blocks, wire_size
from holdfast.web.plots.packing import packed
from holdfast.web.plots.seeing import seen_by
from holdfast.web.site import page

routes = APIRouter()

ARROW = "application/vnd.apache.arrow.stream"
PICTURED = 30_000  #: matches; a plot of more is seen as a picture while its scene is on its way
FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
#: Scenes that were drawn anew, in this process.
ANEW: Recent[bytes] = Recent(256_000_000, len)


@routes.get("/plots/{name}")
def plot_page(request: Request, name: str) -> Response:
    """The plot, to look at."""
    seen = seen_by(request, name)
    known = known_scene(seen.container, name)
    return page(
        request,
        "plots/page.html",
        plot=seen.plot,
        owner=seen.mark.owner,
        visibility=seen.mark.visibility.value,
        may_change=seen.may_change,
        drawing=known.drawing.document(),
        version=known.digest[:16],
        pictured=known.matches > PICTURED,
    )


@routes.get("/plots/{name}/picture.png")
def picture(request: Request, name: str) -> Response:
    """The picture that was drawn when the plot was made."""
    file = seen_by(request, name).plot.folder / PNG_FILE
    return FileResponse(file, media_type="image/png", headers={"Cache-Control": ASK_AGAIN})


@routes.get("/plots/{name}/scene")
def scene(
    request: Request,
    name: str,
    order: Annotated[str | None, Query()] = None,
    side: Annotated[str | None, Query()] = None,
    small: Annotated[str | None, Query()] = None,
    noise: Annotated[str | None, Query(description="yes: short matches are not drawn")] = None,
) -> Response:
    """What the page draws: the scene as the plot was made, or drawn anew.

    An address that names the scene's content (``v``) may be kept for ever.
    """
    container = seen_by(request, name).container
    known = known_scene(container, name)
    words = {"order": order, "side": side, "small": small, "hide_noise": noise}
    drawing = drawing_asked(known.drawing, {key: word for key, word in words.items() if word})
    tag = _tag(known, drawing)
    lasting = request.query_params.get("v") == known.digest[:16] and drawing == known.drawing
    headers = {"ETag": tag, "Cache-Control": FOR_EVER if lasting else ASK_AGAIN}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if drawing == known.drawing:
        # Mapped, not read: a scene of ten million matches is half a gigabyte.
        file = cast(BinaryIO, pa.memory_map(str(known.file)))
        size = known.matches
    else:
        question = (str(known.file), known.digest, tag)
        made = ANEW.get(question, lambda: _written(scene_drawn(container, name, drawing)))
        file, size = io.BytesIO(made), len(made) // 50
    headers["X-Scene-Size"] = str(wire_size(size))
    return packed(request, wire_blocks(file, name), ARROW, headers)


def _written(made: Scene) -> bytes:
    file = io.BytesIO()
    write_scene(made, file)
    return file.getvalue()


def _tag(known: KnownScene, drawing: Drawing) -> str:
    """Another word for each content."""
    if drawing == known.drawing:
        return f'"{known.digest[:32]}"'
    told = repr(sorted(drawing.document().items())).encode()
    return f'"{known.digest[:16]}{hashlib.sha256(told).hexdigest()[:16]}"'
