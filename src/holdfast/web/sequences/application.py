"""
The application: all addresses of the sequence server, its limits, and what goes wrong in one place.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from holdfast.errors import HoldfastError
from holdfast.web.sequences import batch, health, refget, seqcol, seqrepo
from holdfast.web.sequences.crowding import Crowding, PlainTypes
from holdfast.web.sequences.problems import (
    Refused,
    on_error,
    on_fault,
    on_http,
    on_refused,
    problem,
)
from holdfast.web.sequences.service import VERSION, Service

EXPOSED = ("Accept-Ranges", "Content-Length", "Content-Range", "ETag", "Retry-After")


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
    app.include_router(refget.router(service), prefix="/refget")
    app.include_router(seqrepo.router(service), prefix="/seqrepo/1")
    app.include_router(seqcol.router(service), prefix="/seqcol")
    app.include_router(batch.router(service), prefix="/sequences/v1")
    app.include_router(health.router(service))
    # Where seqrepo-rest-service has its refget.
    app.include_router(refget.router(service), prefix="/refget/1", include_in_schema=False)


def add_manners(app: FastAPI, service: Service, origins: Sequence[str]) -> None:
    """Let `app` refuse in sentences, keep the limits, and answer the pages of `origins`."""
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(seqrepo.Unknown, seqrepo.on_unknown)
    app.add_exception_handler(HoldfastError, on_error)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_wrong_parameter)
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


async def on_wrong_parameter(_: Request, error: Exception) -> Response:
    """Answer where a parameter is not what it must be."""
    assert isinstance(error, RequestValidationError)
    wrong = error.errors()[0]
    return problem(HTTPStatus.BAD_REQUEST, f"{wrong['loc'][-1]}: {wrong['msg']}")
