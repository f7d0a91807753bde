"""Who asks: found once for a request, by the guard's rules, and kept with it."""

from starlette.requests import HTTPConnection

from holdfast.accounts.people import GUEST, Person
from holdfast.web.access.access import Access

ACCESS, PERSON = "holdfast.access", "holdfast.person"  #: in a request's scope


def access_of(request: HTTPConnection) -> Access | None:
    """What the guard left in the request; None: there is no guard before this application."""
    access: Access | None = request.scope.get(ACCESS)
    return access


def person_asking(request: HTTPConnection) -> Person:
    """The person who asks; a guest where nothing says who it is."""
    known: Person | None = request.scope.get(PERSON)
    if known is None:
        access = access_of(request)
        known = GUEST if access is None else access.open_person
        request.scope[PERSON] = known
    return known
