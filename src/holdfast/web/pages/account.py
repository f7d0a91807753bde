"""A person's own page: their password, their keys, and where they are signed in."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope, Through
from holdfast.accounts.users import Kind
from holdfast.app.accounts import keys, sessions, users
from holdfast.errors import SignInRefused, TooManyAttempts, UsageError
from holdfast.web import addresses as at
from holdfast.web.access.asking import access_of, session_token
from holdfast.web.access.deeds import call_it
from holdfast.web.problems import Refused, status_of
from holdfast.web.site import container_of, page, person_of, see_other

#: How long a key may be valid: what the form offers, in days.
TERMS = {"30": "30 days", "90": "90 days", "365": "a year", "": "for ever"}
MEANINGS = {
    Scope.READ: "look at what you may look at",
    Scope.BANKS: "update, publish, freeze and remove your banks",
    Scope.SEQUENCES: "load sequences and name them",
    Scope.PLOTS: "compare, import and remove your plots",
    Scope.ADMIN: "users, schedules and settings",
}


def signed_in(request: Request) -> None:
    """A dependency: only who signed in has an account's page; a key cannot make keys here."""
    person = person_of(request)
    if person.is_guest:
        raise Refused(HTTPStatus.UNAUTHORIZED, "sign in first: this page is about you")
    if person.through is Through.OPEN:
        raise Refused(HTTPStatus.NOT_FOUND, "this server is open: it is yours, without accounts")
    if person.through is not Through.SESSION:
        raise Refused(HTTPStatus.FORBIDDEN, "this page is for people who signed in")


routes = APIRouter(dependencies=[Depends(signed_in)])


@routes.get("/account")
def account(request: Request, done: str = "") -> Response:
    """The page."""
    return _page(request, done=DONE.get(done, ""))


DONE = {"revoked": "The key is revoked.", "ended": "The session has ended."}


@routes.post("/account/password")
def change_password(
    request: Request,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change the password; then one signs in with the new one, everywhere."""
    name = person_of(request).name
    call_it(request, "account change password", name)
    if new != again:
        fault = "the two new passwords are not the same"
        return _page(request, HTTPStatus.BAD_REQUEST, password_fault=fault)
    try:
        users.change_password(container_of(request), name, old, new)
    except (SignInRefused, TooManyAttempts, UsageError) as error:
        status = HTTPStatus.BAD_REQUEST if isinstance(error, SignInRefused) else status_of(error)
        return _page(request, status, password_fault=str(error))
    answer = see_other(at.sign_in(at.account()))
    access = access_of(request)
    if access is not None:
        answer.delete_cookie(access.session_cookie, secure=access.is_https)
    return answer


@routes.post("/account/keys")
def make_key(
    request: Request,
    name: Annotated[str, Form()] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
    days: Annotated[str, Form()] = "90",
) -> Response:
    """Make a key; its secret is on this answer and on no other."""
    person = person_of(request)
    try:
        if days not in TERMS:
            raise UsageError("choose how long the key is valid")
        chosen = keys.scopes_of(scopes or ())
        new = keys.add_key(
            container_of(request), person.name, name, chosen, float(days) if days else None
        )
    except UsageError as error:
        return _page(request, HTTPStatus.BAD_REQUEST, key_fault=str(error), key_name=name)
    call_it(request, "account make key", person.name, f"{new.key.hint}… {new.key.name}")
    return _page(request, HTTPStatus.CREATED, new=new)


@routes.post("/account/keys/{number}/revoke")
def revoke_key(request: Request, number: int) -> Response:
    """Let nobody in any more with a key."""
    key = keys.revoke_key(container_of(request), person_of(request).name, number)
    call_it(request, "account revoke key", person_of(request).name, f"{key.hint}… {key.name}")
    return see_other(at.asked(at.account(), done="revoked"))


@routes.post("/account/sessions/{session}/end")
def end_session(request: Request, session: str) -> Response:
    """Sign out somewhere else."""
    sessions.end_session(container_of(request), person_of(request).name, session)
    return see_other(at.asked(at.account(), done="ended"))


@routes.post("/account/sign-out-everywhere")
def sign_out_everywhere(request: Request) -> Response:
    """Sign out everywhere, here too."""
    sessions.sign_out_everywhere(container_of(request), person_of(request).name)
    return see_other(at.sign_in())


def _page(request: Request, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:
    container, name = container_of(request), person_of(request).name
    token = session_token(request)
    line = users.show_user(container, name)
    shown = {"done": "", "password_fault": "", "key_fault": "", "key_name": "", "new": None}
    return page(
        request,
        "account/account.html",
        status=status,
        headers={"Cache-Control": "no-store"},
        user=line,
        is_local=line.kind is Kind.LOCAL,
        keys=keys.list_keys(container, name),
        sessions=sessions.list_sessions(container, name),
        here=sessions.session_name(token),
        terms=TERMS,
        meanings={
            scope: words
            for scope, words in MEANINGS.items()
            if scope is not Scope.ADMIN or line.is_administrator
        },
        **{**shown, **values},
    )
