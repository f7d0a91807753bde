"""
What was done over the web goes into the audit, when it is done.

Every request that may change something is written down by the guard: by whom, how, from where, what
and how it went. What it is called is the route's name and the names in its path, unless the route
says better; what was made is told by where the answer leads. A guest who was refused is not worth a
line, or strangers could fill the disk.
"""

from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Scope

from holdfast.accounts.audit import Result
from holdfast.accounts.people import Person
from holdfast.app.audit import write_deed
from holdfast.web.access.access import Access
from holdfast.web.access.asking import ACCESS, ADDRESS, PERSON

DEED, ASKS = "holdfast.deed", "holdfast.asks"  #: in a request's scope
REFUSALS = frozenset({
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_MANY_REQUESTS,
})  # fmt: skip


def call_it(request: Request, action: str, subject: str = "", detail: str = "") -> None:
    """Say what the audit calls what this request does."""
    request.scope[DEED] = (action, subject, detail)


def only_asks(request: Request) -> None:
    """A dependency of routes that change nothing although their method might: no audit."""
    request.scope[ASKS] = True


async def write_down(scope: Scope, status: int, place: str = "") -> None:
    """Write down what a request did that was answered with `status`, and leads to `place`."""
    person: Person | None = scope.get(PERSON)
    if person is None or person.is_guest or scope.get(ASKS) or not _is_worth(status):
        return
    access: Access = scope[ACCESS]
    action, subject, detail = scope.get(DEED) or (_action(scope), _subject(scope), "")
    await run_in_threadpool(
        write_deed,
        access.container.asked_by(person),
        action,
        subject,
        outcome=_outcome(status),
        address=scope.get(ADDRESS, ""),
        detail=detail or f"{scope['method']} {scope['path']}{place and f' → {place}'}",
    )


def _is_worth(status: int) -> bool:
    """Whether something happened: a malformed question did nothing, and refused nobody."""
    return status < HTTPStatus.BAD_REQUEST or status in REFUSALS or status >= 500


def _outcome(status: int) -> Result:
    if status < HTTPStatus.BAD_REQUEST:
        return Result.DONE
    return Result.REFUSED if status in REFUSALS else Result.FAILED


def _action(scope: Scope) -> str:
    """The noun and the name of the route: ``banks publish``."""
    endpoint: Any = scope.get("endpoint")
    if endpoint is None:
        return str(scope["method"]).lower()
    noun = str(getattr(endpoint, "__module__", "")).rpartition(".")[2]
    name = str(getattr(endpoint, "__name__", "")).strip("_").replace("_", " ")
    return f"{noun} {name}".strip()


def _subject(scope: Scope) -> str:
    """The names in the path."""
    return "/".join(str(each) for each in scope.get("path_params", {}).values())
