"""
Exports: what is seen of a plot, by the words of the link to it, and the whole, as files.

Answers are sent while they are made; what must be whole before it is sent lies on the plots' disk
until it is.
"""

import json
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, BinaryIO, cast

from fastapi import APIRouter, Depends, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from holdfast.app.plots.export import export_backup
from holdfast.app.plots.folders import ALIGNMENT_FILE, PAGE_FILE
from holdfast.app.plots.seen_exports import (
    SeenPlot,
    beside_plots,
    public_document,
    see,
    seen_lines,
    seen_picture,
    write_seen_query,
    write_seen_table,
)
from holdfast.app.plots.tracks import seen_tracks
from holdfast.dotplots.pictures import Format
from holdfast.dotplots.pictures.look import INCH, Look, Theme, parsed_size
from holdfast.errors import UsageError, suggestion
from holdfast.web.access.headers import ONE_FILE_POLICY
from holdfast.web.access.limits import DRAWINGS
from holdfast.web.plots.details import NEAR
from holdfast.web.plots.seeing import Seen, seen_by
from holdfast.web.problems import Refused

routes = APIRouter(dependencies=[Depends(DRAWINGS)])

SCREEN = 96  #: pixels an inch, of what a page calls a pixel
MOST_PIXELS = 80_000_000  #: of a picture that a server draws
MEDIA = {
    Format.PNG: "image/png",
    Format.SVG: "image/svg+xml",
    Format.PDF: "application/pdf",
}
KEPT = {"Cache-Control": "private, no-cache"}
TSV = "text/tab-separated-values; charset=utf-8"
PATIENCE = 20.0  #: seconds that one picture waits for another
#: The library that draws has settings that all threads share.
_DRAWING = threading.Lock()

Size = Annotated[str | None, Query(description="85, 180x120 (mm), 7x5in, 1920x1080px")]


@routes.get("/plots/{name}/export/view.{kind}")
def view(
    request: Request,
    name: str,
    kind: str,
    size: Size = None,
    dpi: Annotated[int, Query(ge=50, le=600)] = 200,
    theme: str = "light",
) -> Response:
    """What is seen, by the words of a link to it: a picture, a table or an alignment."""
    seen = seen_by(request, name)
    words = _words(request)
    plot = see(seen.container, name, words)
    headed = called(plot.scene.title, kind)
    match kind:
        case "png" | "svg" | "pdf":
            look = _with_tracks(request, seen, plot, _look(size, dpi, theme))
            with drawing():
                content = seen_picture(plot, Format(kind), look)
            return Response(content, media_type=MEDIA[Format(kind)], headers=KEPT | headed)
        case "tsv":
            return _sent(_table(plot), TSV, headed)
        case "paf":
            lines = seen_lines(seen.container, plot)
            return _sent(_begun(lines), "text/plain; charset=utf-8", headed)
    known = ["png", "svg", "pdf", "tsv", "paf"]
    raise Refused(
        HTTPStatus.NOT_FOUND,
        f"what is seen is no {kind!r}{suggestion(kind, known)}; it can be {', '.join(known)}",
    )


@routes.get("/plots/{name}/export/query.fa")
@routes.get("/plots/{name}/export/query.fa.gz")
def query(request: Request, name: str, joined: bool = False) -> Response:
    """The query's contigs in the order they are seen, turned as they are; or joined by target."""
    seen = seen_by(request, name)
    packed = request.url.path.endswith(".gz")
    stack = ExitStack()
    try:
        folder = stack.enter_context(beside_plots(seen.container))
        ending = "fa.gz" if packed else "fa"
        file = folder / f"query.{ending}"
        write_seen_query(seen.container, name, _words(request), file, as_reference=joined)
    except BaseException:
        stack.close()
        raise
    words = "joined along the target" if joined else "as drawn"
    headed = called(f"{seen.plot.query.name} {words}", ending)
    kind = "application/gzip" if packed else "text/x-fasta"
    return FileResponse(
        file, media_type=kind, headers=KEPT | headed, background=BackgroundTask(stack.close)
    )


@routes.get("/plots/{name}/export/plot.html")
def one_file(request: Request, name: str) -> Response:
    """The whole plot as one page that works without a server."""
    answer = _whole(request, name, PAGE_FILE, "text/html; charset=utf-8", "html")
    answer.headers["Content-Security-Policy"] = ONE_FILE_POLICY  # where it is opened all the same
    return answer


@routes.get("/plots/{name}/export/plot.paf")
def alignment(request: Request, name: str) -> Response:
    """The plot's whole alignment."""
    return _whole(request, name, ALIGNMENT_FILE, "text/plain; charset=utf-8", "paf")


@routes.get("/plots/{name}/export/plot.json")
def document(request: Request, name: str) -> Response:
    """What was compared, how, and what came out."""
    seen = seen_by(request, name)
    told = json.dumps(public_document(seen.container, name), indent=1, ensure_ascii=False)
    headers = KEPT | called(seen.plot.title, "json")
    return Response(told + "\n", media_type="application/json", headers=headers)


@routes.get("/plots/{name}/export/backup.tar.gz")
def backup(request: Request, name: str) -> Response:
    """A backup, which can be opened again here and by D-Genies."""
    seen = seen_by(request, name)
    stack = ExitStack()
    try:
        file = stack.enter_context(beside_plots(seen.container)) / "backup.tar.gz"
        export_backup(seen.container, name, file)
    except BaseException:
        stack.close()
        raise
    headers = KEPT | called(seen.plot.title, "tar.gz")
    gone = BackgroundTask(stack.close)
    return FileResponse(file, media_type="application/gzip", headers=headers, background=gone)


@contextmanager
def drawing() -> Iterator[None]:
    """Draw alone within the block; who would wait for long is told to come again."""
    if not _DRAWING.acquire(timeout=PATIENCE):
        raise Refused(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "other pictures are being drawn; ask again in a while",
            {"Retry-After": "30"},
        )
    try:
        yield
    finally:
        _DRAWING.release()


def _whole(request: Request, name: str, file: str, kind: str, ending: str) -> Response:
    seen = seen_by(request, name)
    headers = KEPT | called(seen.plot.title, ending)
    return FileResponse(seen.plot.folder / file, media_type=kind, headers=headers)


def _words(request: Request) -> Mapping[str, str]:
    """The words of the link, and whatever else was asked."""
    return dict(request.query_params)


def _look(size: str | None, dpi: int, theme: str) -> Look:
    """How a picture of this size on a screen, or on paper, looks."""
    themes = [each.value for each in Theme]
    if theme not in themes:
        raise UsageError(f"{theme!r} is no theme{suggestion(theme, themes)}")
    width, height = parsed_size(size, SCREEN) if size else (Look().width, Look().height)
    look = Look(width=width, height=height, dpi=dpi, theme=Theme(theme))
    if width * (height or width) * (dpi / INCH) ** 2 > MOST_PIXELS:
        raise UsageError(f"that is more than {MOST_PIXELS:,} pixels; ask for a smaller picture")
    return look


def _with_tracks(request: Request, seen: Seen, plot: SeenPlot, look: Look) -> Look:
    """`look` with the annotation that the link names."""
    wanted = request.query_params.getlist("track")
    if not wanted:
        return look
    swapped = plot.sight.swapped
    found = seen_tracks(seen.container, seen.plot.name, wanted, plot.scene, NEAR, swapped)
    return replace(look, target_tracks=found[0], query_tracks=found[1])


def called(title: str, ending: str) -> dict[str, str]:
    """The name that a browser gives the file; whatever is in a title, it is a plain one."""
    name = re.sub(r"[^A-Za-z0-9._+-]+", "-", title).strip("-.")[:100] or "plot"
    return {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}


def _sent(pieces: Iterable[bytes], kind: str, headed: dict[str, str]) -> Response:
    return StreamingResponse(pieces, media_type=kind, headers=KEPT | headed)


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """`pieces`, of which the first is there: what is wrong is told before anything is sent."""
    first = next(pieces, b"")

    def all_of_them() -> Iterator[bytes]:
        yield first
        yield from pieces

    return all_of_them()


def _table(plot: SeenPlot) -> Iterator[bytes]:
    """The table of what is seen, in a file without a name while it is sent."""
    with tempfile.TemporaryFile() as file:
        write_seen_table(plot, cast(BinaryIO, file))
        file.seek(0)
        while piece := file.read(1 << 20):
            yield piece
