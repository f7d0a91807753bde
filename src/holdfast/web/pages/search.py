"""Searching everything: one field, and what it finds, by kind."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.finding import Kind, Thing, find
from holdfast.web import addresses
from holdfast.web.site import container_of, page, see_other

routes = APIRouter()

SHOWN, ALONE = 6, 50  #: things of each kind; of a kind that is shown alone
SUGGESTED = (Kind.BANK, Kind.SEQUENCE, Kind.COLLECTION, Kind.PLOT)
Words = Annotated[str, Query(max_length=1000)]


@routes.get("/search")
def search(
    request: Request,
    q: Words = "",
    kind: Annotated[str, Query(alias="in", max_length=20)] = "",
    start: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    """What is held under some words; where it is but one thing, that."""
    chosen = next((each for each in Kind if each.value == kind), None)
    kinds, limit = (tuple(Kind), SHOWN) if chosen is None else ((chosen,), ALONE)
    found = find(container_of(request), q, kinds, start if chosen else 0, limit)
    only = found.only
    if only is not None and chosen is None:
        return see_other(address_of(only))
    return page(
        request, "search/search.html", found=found, q=q, chosen=chosen, address_of=address_of
    )


@routes.get("/search/suggestions")
def suggestions(request: Request, q: Words = "") -> Response:
    """What fits words that are not all typed yet."""
    found = find(container_of(request), q, SUGGESTED, limit=4)
    return page(request, "search/suggestions.html", found=found, q=q, address_of=address_of)


def address_of(thing: Thing) -> str:
    """Where something that was found is shown."""
    return _PAGES[thing.kind](*thing.names)


_PAGES: Mapping[Kind, Callable[..., str]] = {
    Kind.BANK: addresses.bank,
    Kind.RELEASE: addresses.release,
    Kind.FILE: addresses.file,
    Kind.SEQUENCE: addresses.sequence,
    Kind.COLLECTION: addresses.collection,
    Kind.PLOT: addresses.plot,
    Kind.RUN: lambda number: addresses.run(int(number)),
}
