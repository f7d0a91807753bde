"""The users and the audit: pages for administrators."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.audit import Result, Search
from holdfast.accounts.people import Scope
from holdfast.accounts.users import Kind
from holdfast.app.accounts import keys, sessions, users
from holdfast.app.audit import find_deeds
from holdfast.errors import UsageError
from holdfast.web import addresses as at
from holdfast.web.access.deeds import call_it
from holdfast.web.site import container_of, needs, page, see_other

PAGE = 100  #: deeds of the audit on one page
LONGEST = 200  #: characters that are looked for

routes = APIRouter(dependencies=[Depends(needs(Scope.ADMIN))])


@routes.get("/users")
def list_of_users(request: Request) -> Response:
    """Everybody who may sign in."""
    return _list(request)


@routes.post("/users")
def add(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    administrator: Annotated[bool, Form()] = False,
) -> Response:
    """Add a local user."""
    call_it(request, "users add", name, "administrator" if administrator else "")
    try:
        users.add_user(container_of(request), name.strip(), password, administrator=administrator)
    except UsageError as error:
        return _list(request, HTTPStatus.BAD_REQUEST, fault=str(error), name=name)
    return see_other(at.users())


@routes.get("/users/{name}")
def user(request: Request, name: str, done: str = "") -> Response:
    """One user."""
    return _one(request, name, done=DONE.get(done, ""))


DONE = {
    "password": "The password is changed, and all sessions have ended.",
    "changed": "That is changed.",
    "ended": "All sessions have ended.",
    "revoked": "The key is revoked.",
}


@routes.post("/users/{name}/password")
def set_password(request: Request, name: str, password: Annotated[str, Form()] = "") -> Response:
    """Give a local user another password."""
    try:
        users.set_password(container_of(request), name, password)
    except UsageError as error:
        return _one(request, name, HTTPStatus.BAD_REQUEST, fault=str(error))
    return _done(name, "password")


@routes.post("/users/{name}/administrator")
def administrator(
    request: Request, name: str, administrator: Annotated[bool, Form()] = False
) -> Response:
    """Make somebody an administrator, or no longer."""
    call_it(request, "users administrator", name, "yes" if administrator else "no")
    return _changed(request, name, lambda c: users.set_administrator(c, name, administrator))


@routes.post("/users/{name}/disable")
def disable(request: Request, name: str) -> Response:
    """Let somebody in no more."""
    return _changed(request, name, lambda c: users.disable_user(c, name))


@routes.post("/users/{name}/enable")
def enable(request: Request, name: str) -> Response:
    """Let somebody in again."""
    return _changed(request, name, lambda c: users.enable_user(c, name))


@routes.post("/users/{name}/sign-out")
def end_sessions(request: Request, name: str) -> Response:
    """Sign somebody out everywhere."""
    sessions.sign_out_everywhere(container_of(request), name)
    return _done(name, "ended")


@routes.post("/users/{name}/keys/{number}/revoke")
def revoke_key(request: Request, name: str, number: int) -> Response:
    """Let nobody in any more with somebody's key."""
    keys.revoke_key(container_of(request), name, number)
    return _done(name, "revoked")


@routes.post("/users/{name}/remove")
def remove(request: Request, name: str) -> Response:
    """Forget somebody."""
    try:
        users.remove_user(container_of(request), name)
    except UsageError as error:
        return _one(request, name, HTTPStatus.CONFLICT, fault=str(error))
    return see_other(at.users())


@routes.get("/audit")
def audit(
    request: Request, q: str = "", who: str = "", outcome: str = "", before: int = 0
) -> Response:
    """Who did what."""
    wanted = next((each for each in Result if each.value == outcome), None)
    search = Search(q[:LONGEST].strip(), who[:LONGEST].strip(), wanted, max(before, 0), PAGE + 1)
    found = find_deeds(container_of(request), search)
    return page(
        request,
        "users/audit.html",
        deeds=found[:PAGE],
        search=search,
        outcome=outcome,
        results=[each.value for each in Result],
        next=at.audit(q=q, who=who, outcome=outcome, before=found[PAGE - 1].id)
        if len(found) > PAGE
        else "",
        first=at.audit(q=q, who=who, outcome=outcome) if before else "",
        days=container_of(request).settings.audit_days,
    )


def _changed(request: Request, name: str, act: Any) -> Response:
    try:
        act(container_of(request))
    except UsageError as error:
        return _one(request, name, HTTPStatus.CONFLICT, fault=str(error))
    return _done(name, "changed")


def _done(name: str, what: str) -> Response:
    return see_other(at.asked(at.user(name), done=what))


def _list(request: Request, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:
    container = container_of(request)
    settings = container.settings
    return page(
        request,
        "users/list.html",
        status=status,
        users=users.list_users(container),
        is_open=settings.access == "open",
        directory=settings.ldap.url,
        **{"fault": "", "name": "", **values},
    )


def _one(
    request: Request, name: str, status: HTTPStatus = HTTPStatus.OK, **values: Any
) -> Response:
    container = container_of(request)
    found = users.show_user(container, name)
    return page(
        request,
        "users/user.html",
        status=status,
        user=found,
        is_local=found.kind is Kind.LOCAL,
        keys=keys.list_keys(container, name),
        sessions=sessions.list_sessions(container, name),
        **{"fault": "", "done": "", **values},
    )
