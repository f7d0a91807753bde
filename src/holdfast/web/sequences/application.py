"""
The application: all addresses of the sequence server, its limits, and what goes wrong in one place.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from holdfast.errors import HoldfastError
from holdfast.web.problems import (
    Refused,
    on_error,
    on_fault,
    on_http,
    on_refused,
)
from holdfast.web.sequences import batch, health, refget, seqcol, seqrepo
from holdfast.web.sequences.answers import document_answer
from holdfast.web.sequences.crowding import Crowding
from holdfast.web.sequences.plaintypes import PlainTypes
from holdfast.web.sequences.routes import Routes
from holdfast.web.sequences.service import VERSION, Service

EXPOSED = ("Accept-Ranges", "Content-Length", "Content-Range", "ETag", "Retry-After")


#: What the server's own address answers.
FRONT = {
    "name": "Holdfast sequences",
    "version": VERSION,
    "refget": "/refget/sequence/service-info",
    "sequence collections": "/seqcol/service-info",
    "seqrepo": "/seqrepo/1/ping",
    "batches": "/sequences/v1",
    "description": "/openapi.json",
}


def sequence_application(service: Service, origins: Sequence[str] = ("*",)) -> FastAPI:
    """An application that serves the sequences of a store and nothing else.

    `origins` are the sites whose pages may ask (CORS). Its description is at ``/openapi.json``; the
    framework's pages about it are left out, for they load their programs from elsewhere.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    app = FastAPI(
        title="Holdfast sequences",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    add_sequences(app, service)
    add_manners(app, service, origins)
    return app


def add_sequences(app: FastAPI, service: Service) -> None:
    """Let `app` answer at all addresses of the sequence server."""
    refget.add_refget(Routes(app, "/refget", "refget"), service)
    seqrepo.add_seqrepo(Routes(app, "/seqrepo/1", "seqrepo", says_nothing=True), service)
    batch.add_batches(Routes(app, "/sequences/v1", "batches"), service)
    seqcol.add_seqcol(Routes(app, "/seqcol", "seqcol"), service)
    health.add_health(Routes(app, "", "health"), service)
    for prefix in ("/refget", "/seqrepo/1", "/seqcol"):
        add_description(Routes(app, prefix, "description", described=False))
    # Where seqrepo-rest-service has its refget.
    refget.add_refget(Routes(app, "/refget/1", "refget", described=False), service)


def add_front(routes: Routes) -> None:
    """Let the server's own address say what is where."""

    async def front(request: Request) -> Response:
        """The interfaces, and where each is described."""
        return document_answer(request, FRONT)

    routes.get("/", front)


def add_description(routes: Routes) -> None:
    """Let the description of the interface be found below a prefix too, where clients seek it."""

    async def openapi(request: Request) -> Response:
        """The description of the whole interface."""
        return document_answer(request, routes.app.openapi())

    routes.get("/openapi.json", openapi)


def add_manners(app: FastAPI, service: Service, origins: Sequence[str]) -> None:
    """Let `app` refuse in sentences, keep the limits, and answer the pages of `origins`."""
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(seqrepo.Unknown, seqrepo.on_unknown)
    app.add_exception_handler(HoldfastError, on_error)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_fault)
    app.add_middleware(Crowding, most=service.limits.at_once)
    app.add_middleware(PlainTypes)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["*"],
            expose_headers=EXPOSED,
            max_age=86_400,
        )
