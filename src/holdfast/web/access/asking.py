"""Who asks: found once for a request, by the guard's rules, and kept with it."""

import base64
from http import HTTPStatus

from starlette.requests import HTTPConnection

from holdfast.accounts.people import GUEST, Person, Scope
from holdfast.accounts.tokens import KEY
from holdfast.app.accounts.keys import person_of_key
from holdfast.app.accounts.sessions import person_of_session
from holdfast.web.access.access import Access
from holdfast.web.problems import Refused

#: What the guard leaves in a request's scope.
ACCESS, PERSON, ADDRESS = "holdfast.access", "holdfast.person", "holdfast.address"
COOKIES, CSRF = "holdfast.cookies", "holdfast.csrf"
#: What proxies add; a server that is open on loopback is not meant to be behind one.
OF_PROXIES = ("x-forwarded-for", "forwarded", "x-real-ip", "via")


def access_of(request: HTTPConnection) -> Access | None:
    """What the guard left in the request; None: there is no guard before this application."""
    access: Access | None = request.scope.get(ACCESS)
    return access


def address_of(request: HTTPConnection) -> str:
    """From where a request comes; empty where that is not known."""
    return str(request.scope.get(ADDRESS, ""))


def person_asking(request: HTTPConnection) -> Person:
    """The person who asks; a guest where nothing says who it is."""
    known: Person | None = request.scope.get(PERSON)
    if known is None:
        known = request.scope[PERSON] = _found(request)
    return known


def is_still_asking(request: HTTPConnection) -> bool:
    """Whether who asked at first would be believed now: an answer may go on for hours."""
    asked = person_asking(request)
    try:
        return _found(request) == asked
    except Refused:
        return False


def _found(request: HTTPConnection) -> Person:
    access = access_of(request)
    if access is None:
        return GUEST
    if "authorization" in request.headers:
        return _of_key(request, access)
    if access.has_accounts:
        return _of_session(request, access)
    if any(name in request.headers for name in OF_PROXIES):
        return GUEST
    return access.open_person


def _of_session(request: HTTPConnection, access: Access) -> Person:
    token = session_token(request)
    if not token:
        return GUEST
    return person_of_session(access.container, token) or GUEST


def session_token(request: HTTPConnection) -> str:
    """What the browser's cookie of who is signed in holds; empty: it has none."""
    access = access_of(request)
    cookies: dict[str, str] = request.scope.get(COOKIES, {})
    return "" if access is None else cookies.get(access.session_cookie, "")


def _of_key(request: HTTPConnection, access: Access) -> Person:
    """Who shows a key; whoever shows something else is told so, and is no guest."""
    name, secret = _shown(request.headers["authorization"])
    if secret.startswith(KEY):
        found = person_of_key(access.container, secret, address_of(request))
        if found is not None and name in ("", found.name):
            return _who_may_read(request, found)
    request.scope[PERSON] = GUEST  # whoever shows the refusal asks again
    raise Refused(
        HTTPStatus.UNAUTHORIZED,
        "the key is none, or no longer valid; make one on your account's page",
        {"WWW-Authenticate": 'Bearer realm="Holdfast"'},
    )


def _who_may_read(request: HTTPConnection, found: Person) -> Person:
    """`found`, unless their key is not for looking, and they look."""
    if request.scope["method"] in ("GET", "HEAD") and not found.may(Scope.READ):
        request.scope[PERSON] = GUEST
        raise Refused(HTTPStatus.FORBIDDEN, "this key lacks the scope read")
    return found


def _shown(header: str) -> tuple[str, str]:
    """The name and the key in a header: as a bearer's, or as the password of a name."""
    scheme, _, said = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return "", said.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(said.strip(), validate=True).decode().partition(":")
    except ValueError:  # it is not base64, or not text
        return "", ""
    return name, secret
