"""
Problems: whatever goes wrong in an answer, as ``application/problem+json`` (RFC 9457).

The sentence is the one that the command line says. What is wrong on our own side of the counter is
told to the log with its paths, and to the stranger without them.
"""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from holdfast.errors import (
    AliasAmbiguous,
    AliasNotFound,
    CollectionNotFound,
    HoldfastError,
    SequenceNotFound,
    StoreBusy,
    StoreDamaged,
    StoreError,
    UsageError,
    printable,
)

MEDIA_TYPE = "application/problem+json"
SENTENCE_MOST = 1000  #: characters: a stranger's own words come back in it
OUR_OWN_FAULT = "the store cannot answer now; its keeper finds the reason in the server's log"
STATUSES: tuple[tuple[type[HoldfastError], HTTPStatus], ...] = (
    (SequenceNotFound, HTTPStatus.NOT_FOUND),
    (AliasNotFound, HTTPStatus.NOT_FOUND),
    (CollectionNotFound, HTTPStatus.NOT_FOUND),
    (AliasAmbiguous, HTTPStatus.CONFLICT),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (StoreBusy, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreDamaged, HTTPStatus.INTERNAL_SERVER_ERROR),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
)

logger = logging.getLogger(__name__)


class Refused(Exception):
    """A request that is answered with a status of its own and a sentence."""

    def __init__(
        self, status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, dict(headers or {})


def status_of(error: HoldfastError) -> HTTPStatus:
    """The HTTP status that `error` becomes: the only place that decides."""
    found = (status for kind, status in STATUSES if isinstance(error, kind))
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def problem(
    status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that says what is wrong."""
    document = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": printable(sentence)[:SENTENCE_MOST],
    }
    content = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    said = {"Cache-Control": "no-store", **(headers or {})}
    return Response(content.encode(), status.value, said, MEDIA_TYPE)


async def on_refused(_: Request, error: Exception) -> Response:
    """Answer a request that was refused."""
    assert isinstance(error, Refused)
    return problem(error.status, error.sentence, error.headers)


async def on_error(request: Request, error: Exception) -> Response:
    """Answer where the store raised an error of ours."""
    assert isinstance(error, HoldfastError)
    status = status_of(error)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem(status, str(error))
    logger.error("%s %s: %s", request.method, printable(request.url.path), error)
    return problem(status, OUR_OWN_FAULT)


async def on_http(_: Request, error: Exception) -> Response:
    """Answer where the framework refused: no such page, a method that is not for it."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    sentences = {
        HTTPStatus.NOT_FOUND: "there is nothing at this address; see /openapi.json for what is",
        HTTPStatus.METHOD_NOT_ALLOWED: "this address does not take that method",
    }
    return problem(status, sentences.get(status, str(error.detail)), error.headers)


async def on_fault(request: Request, error: Exception) -> Response:
    """Answer where something broke that should not; the log has the traceback."""
    logger.error("%s %s", request.method, printable(request.url.path), exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, OUR_OWN_FAULT)
