"""Who asks: found once for a request, by the guard's rules, and kept with it."""

from starlette.requests import HTTPConnection

from holdfast.accounts.people import GUEST, Person
from holdfast.web.access.access import Access

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


def _found(request: HTTPConnection) -> Person:
    access = access_of(request)
    if access is None or any(name in request.headers for name in OF_PROXIES):
        return GUEST
    return access.open_person
