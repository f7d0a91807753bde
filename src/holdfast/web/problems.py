"""
Problems: whatever goes wrong in an answer.

Programs get ``application/problem+json`` (RFC 9457), people a page; both have the sentence that the
command line says. What is wrong on our own side of the counter is told to the log with its paths,
and to the stranger without them.
"""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from holdfast.errors import (
    AliasAmbiguous,
    AliasConflict,
    AliasNotFound,
    BankBusy,
    BankError,
    BankForbidden,
    BankNotFound,
    CollectionNotFound,
    ContigUnknown,
    DirectoryUnreachable,
    ErrandNotFound,
    FetchFailed,
    FormatError,
    HoldfastError,
    JobError,
    JobForbidden,
    LedgerError,
    ListingFailed,
    PlotError,
    PlotForbidden,
    PlotNotFound,
    ReleaseNotFound,
    RunBusy,
    RunNotFound,
    SequenceNotFound,
    SignInRefused,
    SnapshotExists,
    SnapshotNotFound,
    StoreBusy,
    StoreDamaged,
    StoreError,
    TooManyAttempts,
    TooMuch,
    UploadNotFound,
    UsageError,
    UserNotFound,
    printable,
)

MEDIA_TYPE = "application/problem+json"
SENTENCE_MOST = 1000  #: characters: a stranger's own words come back in it
OUR_OWN_FAULT = "the store cannot answer now; its keeper finds the reason in the server's log"
BROKEN = "something broke inside the server; its keeper finds the reason in the server's log"
#: The first that fits counts.
STATUSES: tuple[tuple[type[HoldfastError], HTTPStatus], ...] = (
    (SequenceNotFound, HTTPStatus.NOT_FOUND),
    (AliasNotFound, HTTPStatus.NOT_FOUND),
    (CollectionNotFound, HTTPStatus.NOT_FOUND),
    (SnapshotNotFound, HTTPStatus.NOT_FOUND),
    (BankNotFound, HTTPStatus.NOT_FOUND),
    (ReleaseNotFound, HTTPStatus.NOT_FOUND),
    (ContigUnknown, HTTPStatus.NOT_FOUND),
    (AliasAmbiguous, HTTPStatus.CONFLICT),
    (AliasConflict, HTTPStatus.CONFLICT),
    (SnapshotExists, HTTPStatus.CONFLICT),
    (BankBusy, HTTPStatus.CONFLICT),
    (RunBusy, HTTPStatus.CONFLICT),
    (RunNotFound, HTTPStatus.NOT_FOUND),
    (BankForbidden, HTTPStatus.FORBIDDEN),
    (UserNotFound, HTTPStatus.NOT_FOUND),
    (SignInRefused, HTTPStatus.UNAUTHORIZED),
    (TooManyAttempts, HTTPStatus.TOO_MANY_REQUESTS),
    (DirectoryUnreachable, HTTPStatus.SERVICE_UNAVAILABLE),
    (JobForbidden, HTTPStatus.FORBIDDEN),
    (PlotForbidden, HTTPStatus.FORBIDDEN),
    (PlotNotFound, HTTPStatus.NOT_FOUND),
    (ErrandNotFound, HTTPStatus.NOT_FOUND),
    (UploadNotFound, HTTPStatus.NOT_FOUND),
    (TooMuch, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (FormatError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (StoreBusy, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreDamaged, HTTPStatus.INTERNAL_SERVER_ERROR),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (LedgerError, HTTPStatus.SERVICE_UNAVAILABLE),
    (JobError, HTTPStatus.CONFLICT),
    (ListingFailed, HTTPStatus.BAD_GATEWAY),
    (FetchFailed, HTTPStatus.BAD_GATEWAY),
    (BankError, HTTPStatus.CONFLICT),
    (PlotError, HTTPStatus.CONFLICT),
)
#: What browsers ask for: everything else is programs'.
PROGRAMS = ("/api/", "/db/", "/refget", "/seqcol", "/seqrepo", "/sequences/v1", "/metrics")

#: How descriptions tell of problems, as FastAPI takes it.
_DESCRIBED = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "The status, in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, in a sentence."},
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {MEDIA_TYPE: {"schema": _DESCRIBED}}}
    for status, said in (
        ("4XX", "The question is wrong, or who asks may not."),
        ("5XX", "The server, or what it asks, does not answer."),
    )
}

#: Makes a page of a status and a sentence; set once, when there are pages.
PageMaker = Callable[[Request, HTTPStatus, str], Response]

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


def answered(
    request: Request, status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None
) -> Response:
    """What is wrong, as a page where a person asks, and as a problem where a program does."""
    maker: PageMaker | None = getattr(request.app.state, "problem_page", None)
    if maker is None or not is_for_people(request):
        return problem(status, sentence, headers)
    page = maker(request, status, printable(sentence)[:SENTENCE_MOST])
    page.headers.update({"Cache-Control": "no-store", **(headers or {})})
    return page


def is_for_people(request: Request) -> bool:
    """Whether a person is likely to read the answer."""
    path: str = request.scope["path"]
    accepts = request.headers.get("accept", "")
    if "application/json" in accepts and "text/html" not in accepts:
        return False  # a script of a page
    return "text/html" in accepts or not path.startswith(PROGRAMS)


async def on_refused(request: Request, error: Exception) -> Response:
    """Answer a request that was refused."""
    assert isinstance(error, Refused)
    return answered(request, error.status, error.sentence, error.headers)


async def on_error(request: Request, error: Exception) -> Response:
    """Answer where an error of ours was raised."""
    assert isinstance(error, HoldfastError)
    status = status_of(error)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR or status is HTTPStatus.BAD_GATEWAY:
        seconds = error.seconds if isinstance(error, TooManyAttempts) else 0
        headers = {"Retry-After": str(seconds)} if seconds else None
        return answered(request, status, str(error), headers)
    logger.error("%s %s: %s", request.method, printable(request.url.path), error)
    return answered(request, status, OUR_OWN_FAULT)


async def on_invalid(request: Request, error: Exception) -> Response:
    """Answer where what was sent is not what the description says: its first fault."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    said = str(first["msg"]).removeprefix("Value error, ")
    sentence = f"{where}: {said}" if where else said
    return answered(request, HTTPStatus.UNPROCESSABLE_ENTITY, sentence)


async def on_http(request: Request, error: Exception) -> Response:
    """Answer where the framework refused: no such page, a method that is not for it."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    sentences = {
        HTTPStatus.NOT_FOUND: f"there is nothing at this address; see {_description(request)} for "
        "what is",
        HTTPStatus.METHOD_NOT_ALLOWED: "this address does not take that method",
    }
    if is_for_people(request):
        sentences[HTTPStatus.NOT_FOUND] = "there is nothing at this address"
    return answered(request, status, sentences.get(status, str(error.detail)), error.headers)


def _description(request: Request) -> str:
    """Where the interface that was asked is described."""
    return f"{request.scope.get('root_path', '')}/openapi.json"


async def on_fault(request: Request, error: Exception) -> Response:
    """Answer where something broke that should not; the log has the traceback."""
    logger.error("%s %s", request.method, printable(request.url.path), exc_info=error)
    return answered(request, HTTPStatus.INTERNAL_SERVER_ERROR, BROKEN)
