"""Errands by programs: what was asked for and takes time, and how far it is."""

import base64
import binascii
import json
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.container import Container
from holdfast.app.errands import (
    Errand,
    State,
    cancel_errand,
    errand,
    errands,
    log_of,
    may_see_errand,
    try_again,
)
from holdfast.app.errands.wording import told
from holdfast.errors import ErrandNotFound, UsageError
from holdfast.web import addresses
from holdfast.web.live import live
from holdfast.web.site import container_of, needs

routes = APIRouter(prefix="/errands", tags=["errands"])

LOG_MOST = 256 * 1024  #: bytes of a log that are shown, the last ones


class ProgressShown(BaseModel):
    """How far a piece of work is."""

    what: str
    done: int = 0
    total: int | None = None
    unit: str = ""
    message: str = ""


class ErrandShown(BaseModel):
    """Something that was asked for and takes time."""

    id: str
    kind: str
    subject: str = Field(description="What it is about: `plot:NAME`, `bank:NAME` …")
    title: str
    owner: str
    state: State
    asked: datetime
    began: datetime | None
    ended: datetime | None
    progress: list[ProgressShown]
    problem: str
    result: dict[str, Any]
    run: int | None
    attempt: int
    stopping: bool = Field(description="Somebody asked it to stop, and it has not yet.")
    page: str = Field(description="The address of its page.")

    @classmethod
    def of(cls, found: Errand) -> "ErrandShown":
        """What is shown of an errand."""
        return cls(
            id=found.id,
            kind=found.kind,
            subject=found.subject,
            title=found.title,
            owner=found.owner,
            state=found.state,
            asked=found.asked,
            began=found.began,
            ended=found.ended,
            progress=[
                ProgressShown(
                    what=each.what,
                    done=each.done,
                    total=each.total,
                    unit=each.unit,
                    message=each.message,
                )
                for each in found.progress
            ],
            problem=found.problem,
            result=dict(found.result),
            run=found.run,
            attempt=found.attempt,
            stopping=found.is_stopping,
            page=addresses.errand(found.id),
        )


class ErrandList(BaseModel):
    """Errands, the newest first."""

    items: list[ErrandShown]
    next: str | None


def seen_errand(container: Container, word: str) -> Errand:
    """The errand `word`, if who asks may look at it.

    Raises
    ------
    ErrandNotFound
        There is none, or it is another's.
    """
    found = errand(container, word)
    if not may_see_errand(container, found):
        raise ErrandNotFound(ErrandNotFound.__doc__)
    return found


def changed_errand(request: Request, word: str) -> Container:
    """The container, for who may stop the errand `word`, or try it again.

    Raises
    ------
    ErrandNotFound
        There is none, or it is another's.
    Refused
        The key that was shown is not for such things.
    """
    container = container_of(request)
    found = seen_errand(container, word)
    scopes = {"bank": Scope.BANKS, "banks": Scope.BANKS, "store": Scope.SEQUENCES}
    if container.person is None or not container.person.is_guest:
        needs(scopes.get(found.noun, Scope.PLOTS))(request)
    return container


def accepted(response: Response, made: Errand) -> ErrandShown:
    """The answer that something has begun."""
    response.status_code = HTTPStatus.ACCEPTED
    response.headers["Location"] = addresses.api(f"/errands/{made.id}")
    return ErrandShown.of(made)


def cursor(number: int) -> str:
    """The place of a list after the errand with this number, as a word that says nothing."""
    return base64.urlsafe_b64encode(f"errand {number}".encode()).decode().rstrip("=")


def number_at(after: str | None) -> int | None:
    """What :func:`cursor` wrote.

    Raises
    ------
    UsageError
        It wrote no such word.
    """
    if not after:
        return None
    try:
        word, number = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode().split()
        if word == "errand":
            return int(number)
    except (ValueError, binascii.Error):
        pass
    raise UsageError("`after` is no place in this list; take it from the answer before")


@routes.get("")
def list_errands(
    request: Request,
    kind: Annotated[str | None, Query(max_length=20)] = None,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    state: Annotated[State | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> ErrandList:
    """Your errands, the newest first; an administrator's list has everybody's."""
    container = container_of(request)
    person = container.person
    owner = None if person is None or person.is_administrator else person.name
    if owner == "":  # what guests asked for is known to those who have its id
        return ErrandList(items=[], next=None)
    found = errands(
        container,
        owner=owner,
        kind=kind,
        subject=subject,
        states=[] if state is None else [state],
        before=number_at(after),
        limit=limit + 1,
    )
    shown = found[:limit]
    more = cursor(shown[-1].number) if len(found) > limit else None
    return ErrandList(items=[ErrandShown.of(each) for each in shown], next=more)


@routes.get("/{id}")
def show(request: Request, id: str) -> ErrandShown:  # noqa: A002 - it is the path's own word
    """One errand, and how far it is."""
    return ErrandShown.of(seen_errand(container_of(request), id))


@routes.get(
    "/{id}/events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}, "description": "It, as it changes."}},
)
def events(request: Request, id: str) -> Response:  # noqa: A002 - as above
    """The errand as server-sent events, each time something about it changes, until it is over."""
    container = container_of(request)
    seen_errand(container, id)

    def told() -> tuple[dict[str, str], bool]:
        found = errand(container, id)
        document = ErrandShown.of(found).model_dump(mode="json")
        return {"errand": json.dumps(document)}, found.state.is_over

    return live(request, told)


@routes.get(
    "/{id}/log",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "The lines."}},
)
def log(request: Request, id: str) -> Response:  # noqa: A002 - as above
    """The last lines of its log, as plain text."""
    container = container_of(request)
    seen_errand(container, id)
    return Response(log_tail(container, id), media_type="text/plain; charset=utf-8")


@routes.post("/{id}/cancel")
def cancel(request: Request, id: str) -> ErrandShown:  # noqa: A002 - as above
    """Stop it, as soon as it can."""
    return ErrandShown.of(cancel_errand(changed_errand(request, id), id))


@routes.post("/{id}/again", status_code=HTTPStatus.ACCEPTED)
def again(request: Request, id: str, response: Response) -> ErrandShown:  # noqa: A002 - as above
    """Try it again, from where it was."""
    return accepted(response, try_again(changed_errand(request, id), id))


def log_tail(container: Container, word: str) -> str:
    """The end of an errand's log; empty while there is none."""
    try:
        with log_of(container, word).open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(0, end - LOG_MOST))
            text = file.read(LOG_MOST).decode(errors="replace")
    except FileNotFoundError:
        return ""
    return told(container, text)
