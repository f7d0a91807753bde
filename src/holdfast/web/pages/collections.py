"""Collections: all of them, one with its sequences, two side by side, files to keep."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.sequences.beside import Fate, compare_beside, pairs
from holdfast.app.sequences.contents import (
    MEMBERS,
    Order,
    collection_facts,
    list_collections,
    members,
)
from holdfast.app.sequences.downloads import Kind, collection_download
from holdfast.app.sequences.shown import bank_of, banks_shown, has_store, release_of
from holdfast.web.outgoing import sent
from holdfast.web.site import container_of, page
from holdfast.web.store_charts import beside_picture, kind_of, lengths_chart

routes = APIRouter()

ROWS = 50  #: of a page of collections
ORDERS = (
    ("name", "by name"),
    ("newest", "newest first"),
    ("largest", "most residues first"),
    ("sequences", "most sequences first"),
)
MEMBER_ORDERS = (
    (Order.LISTED, "as listed"),
    (Order.NAME, "by name"),
    (Order.LONGEST, "longest first"),
    (Order.SHORTEST, "shortest first"),
)
#: What is said of each fate, and what its records are called in a table.
FATES = (
    (Fate.KEPT, "same name, same sequence"),
    (Fate.RENAMED, "same sequence, another name"),
    (Fate.CHANGED, "same name, another sequence"),
    (Fate.ONLY_A, "only in A"),
    (Fate.ONLY_B, "only in B"),
)
SUGGESTED = 300  #: names that a field for a collection suggests

Start = Annotated[int, Query(ge=0, le=10_000_000)]


@routes.get("/collections")
def collections(
    request: Request, q: str = "", order: str = "name", bank: str = "", start: Start = 0
) -> Response:
    """All collections that may be seen."""
    container = container_of(request)
    found = (
        list_collections(container, words=q, order=order, bank=bank) if has_store(container) else []
    )
    return page(
        request,
        "collections/list.html",
        q=q,
        order=order,
        orders=ORDERS,
        bank=bank,
        bank_of=bank_of,
        release_of=release_of,
        here=banks_shown(container, map(bank_of, found[start : start + ROWS])),
        items=found[start : start + ROWS],
        found=len(found),
        start=start,
        next=start + ROWS if start + ROWS < len(found) else None,
    )


@routes.get("/collections-compared")
def compared(
    request: Request, a: str = "", b: str = "", show: str = "", start: Start = 0
) -> Response:
    """Two collections side by side; without both, the form that chooses them."""
    container = container_of(request)
    known = list_collections(container, order="newest")[:SUGGESTED] if has_store(container) else []
    values: dict[str, Any] = {"a": a, "b": b, "known": known, "fates": FATES, "kind_of": kind_of}
    if not (a and b):
        return page(request, "collections/beside.html", beside=None, **values)
    beside = compare_beside(container, a, b)
    fate = _fate(show) or _telling(beside.counts)
    return page(
        request,
        "collections/beside.html",
        beside=beside,
        picture=beside_picture(beside),
        pairs_in_all=sum(beside.counts.values()),
        fate=fate,
        pairs=pairs(container, a, b, fate, start, MEMBERS),
        **values,
    )


@routes.get("/collections-download/{kind}")
@routes.head("/collections-download/{kind}")
def download(request: Request, kind: Kind, name: str) -> Response:
    """A collection as a file."""
    return sent(request, collection_download(container_of(request), name, kind))


@routes.get("/collections/{name:path}")
def collection(
    request: Request,
    name: str,
    q: str = "",
    order: Order = Order.LISTED,
    start: Start = 0,
) -> Response:
    """One collection, by its name or digest."""
    container = container_of(request)
    facts = collection_facts(container, name)
    return page(
        request,
        "collections/collection.html",
        facts=facts,
        chart=lengths_chart(facts),
        members=members(container, facts.name, words=q, order=order, start=start),
        q=q,
        order=order,
        orders=MEMBER_ORDERS,
    )


def _fate(word: str) -> Fate | None:
    return next((fate for fate in Fate if kind_of(fate) == word), None)


def _telling(counts: dict[Fate, int]) -> Fate:
    """Of which fate the table is shown first: of what differs, if anything does."""
    order = (Fate.CHANGED, Fate.RENAMED, Fate.ONLY_A, Fate.ONLY_B)
    return next((fate for fate in order if counts[fate]), Fate.KEPT)
