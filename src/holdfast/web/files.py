"""
The files of banks at ``/db/``: folders as pages or as JSON, and files in whole or in part.

Browsers, wget, curl and another Holdfast read it alike. Below a named release nothing ever changes,
and the answers say so; ``current`` is asked for again. What is not there and what the one who asks
may not see get the same answer after the same time.
"""

import asyncio
import shlex
import time
from email.utils import format_datetime
from http import HTTPStatus

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.files import File, Folder, Row, look
from holdfast.web import addresses
from holdfast.web.access.asking import access_of
from holdfast.web.access.headers import FILE_POLICY
from holdfast.web.kinds import disposition, kind_of
from holdfast.web.problems import Refused
from holdfast.web.sending import FileAnswer
from holdfast.web.sequences.media import choose
from holdfast.web.site import container_of, needs, page

FLOOR = 0.05  #: seconds that it takes at least to say that there is nothing, whatever the reason
HTML, JSON = "text/html", "application/json"
LASTING, ASK_AGAIN = "max-age=31536000, immutable", "no-cache"

routes = APIRouter(dependencies=[Depends(needs(Scope.READ))])


@routes.api_route(addresses.DB, methods=["GET", "HEAD"])
def root() -> Response:
    """The tree begins a slash further."""
    return _elsewhere(addresses.db())


@routes.api_route(addresses.DB + "/{path:path}", methods=["GET", "HEAD"])
async def files(request: Request) -> Response:
    """A folder or a file; its path ends with a slash where a folder is meant."""
    begun = time.monotonic()
    # Not the part that the router found: that lacks a line feed at its end.
    path = request.scope["path"].removeprefix(addresses.db())
    names = path.removesuffix("/").split("/") if path else []
    found = await run_in_threadpool(lambda: look(container_of(request), names))
    wants_folder = not path or path.endswith("/")
    if isinstance(found, File) and wants_folder:
        found.close()
        found = None
    if found is None:
        # A private bank takes longer to find than one that is not there; nobody shall see it.
        await asyncio.sleep(max(0.0, FLOOR - (time.monotonic() - begun)))
        raise Refused(HTTPStatus.NOT_FOUND, "there is nothing at this address")
    if isinstance(found, File):
        return _file(request, found)
    if not wants_folder:
        return _elsewhere(addresses.folder(found.path))
    return await run_in_threadpool(_folder, request, found)


def _elsewhere(address: str) -> Response:
    return Response(status_code=HTTPStatus.TEMPORARY_REDIRECT, headers={"Location": address})


def _file(request: Request, file: File) -> Response:
    kind = kind_of(file.name)
    headers = {
        "content-type": kind,
        "cache-control": _kept(is_public=file.is_public, is_lasting=file.is_lasting),
        "content-security-policy": FILE_POLICY,
        "cross-origin-resource-policy": "cross-origin" if file.is_public else "same-origin",
    }
    kept_as = disposition(file.name, kind)
    if kept_as is not None:
        headers["content-disposition"] = kept_as
    if not file.is_public:
        headers["vary"] = "Cookie, Authorization"
    return FileAnswer(request, file, headers)


def _kept(*, is_public: bool, is_lasting: bool) -> str:
    who = "public" if is_public else "private"
    return f"{who}, {LASTING if is_lasting else ASK_AGAIN}"


def _folder(request: Request, folder: Folder) -> Response:
    """A folder, as a page for people and as JSON for programs that ask for it."""
    kind = choose(request.headers.get("accept"), (HTML, JSON))
    headers = {
        "Vary": "Accept, Cookie, Authorization",
        "Cache-Control": "private, no-cache",
        "Last-Modified": format_datetime(folder.modified, usegmt=True),
    }
    if kind == JSON:
        return JSONResponse([_row(row) for row in folder.rows], headers=headers)
    return page(
        request,
        "files/folder.html",
        headers=headers,
        folder=folder,
        crumbs=_crumbs(folder.path),
        place="/".join(("", *folder.path, "")),
        folders=sum(row.is_folder for row in folder.rows),
        files=sum(not row.is_folder for row in folder.rows),
        bytes=sum(row.size or 0 for row in folder.rows),
        command=_command(request, folder.path),
    )


def _row(row: Row) -> dict[str, object]:
    """A row as nginx shows folders to programs, which many of those know."""
    shown: dict[str, object] = {
        "name": row.name,
        "type": "directory" if row.is_folder else "file",
        "mtime": format_datetime(row.modified, usegmt=True),
    }
    return shown if row.size is None else {**shown, "size": row.size}


def _command(request: Request, path: tuple[str, ...]) -> str:
    """What takes the whole folder, in a terminal."""
    access = access_of(request)
    known_as = access.container.settings.public_url if access is not None else ""
    root = known_as.rstrip("/") or str(request.base_url).rstrip("/")
    url = shlex.quote(root + addresses.folder(path))
    return f"wget --recursive --no-parent --no-host-directories --cut-dirs=1 {url}"


def _crumbs(path: tuple[str, ...]) -> list[tuple[str, str]]:
    """The folders above, and their addresses."""
    above = [("Files", addresses.db())]
    above += [(path[at - 1], addresses.folder(path[:at])) for at in range(1, len(path))]
    return above if path else []
