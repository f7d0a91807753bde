"""Signing in and out."""

import re
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Through
from holdfast.app.accounts import sessions
from holdfast.app.accounts.users import are_users
from holdfast.errors import DirectoryUnreachable, SignInRefused, TooManyAttempts
from holdfast.web import addresses as at
from holdfast.web.access.access import Access
from holdfast.web.access.asking import access_of, address_of, session_token
from holdfast.web.problems import Refused, status_of
from holdfast.web.site import page, person_of, see_other, site_of

routes = APIRouter()

#: Where somebody may be sent: a path of ours, which no browser takes for another server's.
OURS = re.compile(r"/(?![/\\])[^\\\x00-\x20]{0,2000}")


@routes.get("/sign-in")
def sign_in_page(request: Request, after: str = "") -> Response:
    """Where a person says who they are."""
    person = person_of(request)
    if person.through in (Through.SESSION, Through.OPEN):
        return see_other(place_of(after))
    return _form(request, after)


@routes.post("/sign-in")
def sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    after: Annotated[str, Form()] = "",
) -> Response:
    """Let a person in who knows the password."""
    access = _accounts(request)
    name, container = name.strip(), access.container
    browser = request.headers.get("user-agent", "")
    try:
        signed = sessions.sign_in(container, name, password, address_of(request), browser)
    except TooManyAttempts as error:
        later = {"Retry-After": str(error.seconds)}
        return _form(request, after, name, str(error), HTTPStatus.TOO_MANY_REQUESTS, later)
    except (SignInRefused, DirectoryUnreachable) as error:
        return _form(request, after, name, str(error), status_of(error))
    before = session_token(request)
    if before:  # whoever was signed in here is no longer
        sessions.sign_out(container, before)
    answer = see_other(place_of(after))
    answer.set_cookie(
        access.session_cookie,
        signed.token,
        max_age=int(container.settings.session_longest),
        httponly=True,
        samesite="lax",
        secure=access.is_https or request.url.scheme == "https",
    )
    answer.delete_cookie(access.visit_cookie, secure=access.is_https)
    return answer


@routes.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    access = _accounts(request)
    person_of(request)  # for the audit
    sessions.sign_out(access.container, session_token(request))
    answer = see_other(at.home())
    answer.delete_cookie(access.session_cookie, secure=access.is_https)
    return answer


def _accounts(request: Request) -> Access:
    access = access_of(request)
    if access is None or not access.has_accounts:
        raise Refused(HTTPStatus.NOT_FOUND, "this server is open: there are no accounts")
    return access


def _form(
    request: Request,
    after: str,
    name: str = "",
    fault: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
) -> Response:
    container = site_of(request).container
    access = access_of(request)
    return page(
        request,
        "signing/sign_in.html",
        status=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        after=place_of(after),
        name=name[:100],
        fault=fault,
        has_accounts=access is not None and access.has_accounts,
        has_directory=bool(container.settings.ldap.url),
        has_users=bool(container.settings.ldap.url) or are_users(container),
    )


def place_of(after: str) -> str:
    """Where somebody goes when they are signed in: within this server, whatever was asked."""
    return after if OURS.fullmatch(after) else at.home()
