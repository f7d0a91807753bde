"""
The application: all pages, the API, the files and the sequence server, and what goes wrong in one
place.

The interfaces of sequences (refget, sequence collections, SeqRepo's) are public and answered by an
application of their own, before anything is asked about people: a slice does not wait for that.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib import import_module, resources
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from holdfast import __version__
from holdfast.app.container import Container
from holdfast.errors import HoldfastError
from holdfast.web.access.access import Access
from holdfast.web.access.guard import Guard
from holdfast.web.addresses import API, DB
from holdfast.web.problems import (
    RESPONSES,
    Refused,
    on_error,
    on_fault,
    on_http,
    on_invalid,
    on_refused,
)
from holdfast.web.site import Site, problem_page
from holdfast.web.tally import Counted, Tally

#: The rooms of the server. Each module has its routes in `routes`.
PAGES: Sequence[str] = (
    "files",
    "health",
    "metrics",
    "pages.about",
    "pages.account",
    "pages.compare",
    "pages.errands",
    "pages.plots",
    "pages.bank",
    "pages.bank_update",
    "pages.banks",
    "pages.home",
    "pages.job",
    "pages.jobs",
    "pages.schedule",
    "pages.search",
    "pages.settings",
    "pages.new_bank",
    "pages.recipes",
    "pages.releases",
    "pages.collections",
    "pages.loading",
    "pages.sequences",
    "pages.snapshots",
    "pages.signing",
    "pages.users",
    "plots.details",
    "plots.exports",
    "plots.page",
    "plots.tables",
    "plots.tracks",
)
INTERFACES: Sequence[str] = (
    "api.banks",
    "api.collections",
    "api.errands",
    "api.holdings",
    "api.jobs",
    "api.keys",
    "api.plot_tables",
    "api.plots",
    "api.recipes",
    "api.releases",
    "api.runs",
    "api.schedule",
    "api.search",
    "api.sequences",
    "api.snapshots",
    "api.uploads",
    "api.users",
)
#: Answered by the application of the sequences alone.
SEQUENCES = ("/refget", "/seqcol", "/seqrepo", "/sequences/v1", "/openapi.json")
#: What is kept as a file of sequences.
_KEPT = re.compile(r"/fasta$|^/collections-download/|/download/\w+$", re.ASCII)
TENDING = 5.0  #: seconds between two looks at what was asked for and has not begun
FOR_EVER = "public, max-age=31536000, immutable"

logger = logging.getLogger(__name__)


def application(
    container: Container,
    sequences: FastAPI | None = None,
    host: str = "127.0.0.1",
    tally: Tally | None = None,
) -> ASGIApp:
    """The application that shows everything of a home; it listens on `host`.

    What it answers is counted in `tally`, which the processes of a server have in common.
    """
    site = Site(container)
    app = _made(site, sequences)
    app.state.tally = tally or Tally()
    inner: ASGIApp = Guard(app, Access(container, host))
    return Counted(Divided(inner, sequences) if sequences else inner, app.state.tally)


class Divided:
    """Hands the requests about sequences to their own application, and all others to the site."""

    def __init__(self, site: ASGIApp, sequences: ASGIApp) -> None:
        self._site, self._sequences = site, sequences

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_about = scope["type"] == "http" and _is_below(scope["path"], SEQUENCES)
        await (self._sequences if is_about else self._site)(scope, receive, send)


def _is_below(path: str, prefixes: Sequence[str]) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in prefixes)


def _made(site: Site, sequences: FastAPI | None) -> FastAPI:
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lambda _: _life(site, sequences),
    )
    interface = _interface()
    for part in (app, interface):
        part.state.site = site
        part.state.problem_page = problem_page
        _add_problems(part)
    app.mount(API, interface)
    app.mount("/static", _Static(directory=_static_folder()), name="static")
    for name in PAGES:
        app.include_router(_routes(name), include_in_schema=False)
    app.add_middleware(_Packing, minimum_size=1024)
    return app


def described() -> dict[str, Any]:
    """The description of the API (OpenAPI 3.1), as the server answers with it."""
    return _interface().openapi()


def _interface() -> FastAPI:
    made = FastAPI(
        title="Holdfast",
        version=__version__,
        summary="Banks, runs, sequences, collections, snapshots and plots.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        servers=[{"url": API}],
        root_path_in_servers=False,
        responses=RESPONSES,
    )
    for name in INTERFACES:
        made.include_router(_routes(name))
    return made


def _routes(name: str) -> APIRouter:
    routes = import_module(f"holdfast.web.{name}").routes
    assert isinstance(routes, APIRouter)
    return routes


def _add_problems(app: FastAPI) -> None:
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(HoldfastError, on_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_fault)


def _static_folder() -> str:
    return str(resources.files("holdfast.web").joinpath("static"))


class _Packing(GZipMiddleware):
    """Packs what pages say.

    Files of banks are sent as they are: parts of them are asked for. So are sequences that are kept
    as files: packing a chromosome takes many times as long as sending it.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_file = (path.startswith(f"{DB}/") and not path.endswith("/")) or _KEPT.search(path)
        await (self.app if is_file else super().__call__)(scope, receive, send)


class _Static(StaticFiles):
    """The scripts and looks of the pages; what an address names by content is kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if scope["query_string"].startswith(b"v=") and answer.status_code < 400:
            answer.headers["Cache-Control"] = FOR_EVER
        return answer


@asynccontextmanager
async def _life(site: Site, sequences: FastAPI | None) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        if sequences is not None:
            await stack.enter_async_context(sequences.router.lifespan_context(sequences))
        else:
            stack.push(site.container.__exit__)
        tending = asyncio.create_task(_tend(site.container))
        yield
        tending.cancel()
        with suppress(asyncio.CancelledError):
            await tending


async def _tend(container: Container) -> None:
    """See now and then that what was asked for begins."""
    from holdfast.app.errands.tending import tend  # noqa: PLC0415 - only a server that lives tends

    while True:
        try:
            await run_in_threadpool(tend, container)
        except HoldfastError as error:
            logger.warning("%s", error)
        await asyncio.sleep(TENDING)
