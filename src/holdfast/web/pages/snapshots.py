"""Snapshots: frozen views of the store, what separates two, and the journal they are places in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.sequences.freezing import (
    NOW_WORD,
    Difference,
    Kind,
    difference,
    freeze,
    list_snapshots,
)
from holdfast.app.sequences.journal import journal as read_journal
from holdfast.web import addresses as at
from holdfast.web.site import container_of, needs, page, see_other

routes = APIRouter()

COMMITS = 20  #: of the journal, on one page
KINDS = (
    (Kind.REPOINTED, "Aliases that name another sequence", "aliases_repointed"),
    (Kind.ADDED, "Aliases added", "aliases_added"),
    (Kind.REMOVED, "Aliases removed", "aliases_removed"),
    (Kind.COLLECTIONS, "Collections", ""),
    (Kind.SEQUENCES_ADDED, "Sequences added", "sequences_added"),
    (Kind.SEQUENCES_REMOVED, "Sequences removed", "sequences_removed"),
)

Start = Annotated[int, Query(ge=0, le=1 << 40)]
Before = Annotated[int | None, Query(ge=1, le=1 << 40)]


@routes.get("/snapshots")
def snapshots(request: Request) -> Response:
    """All snapshots, the form that makes one, and the last commits."""
    container = container_of(request)
    return page(
        request,
        "snapshots/list.html",
        snapshots=list_snapshots(container),
        commits=read_journal(container, limit=COMMITS + 1),
        most=COMMITS,
    )


@routes.post("/snapshots", dependencies=[Depends(needs(Scope.SEQUENCES))])
def make(request: Request, name: Annotated[str, Form(max_length=200)]) -> Response:
    """Freeze the store as it is now."""
    freeze(container_of(request), name)
    return see_other(at.snapshots())


@routes.get("/journal")
def journal(request: Request, before: Before = None) -> Response:
    """The commits of the store, the newest first."""
    commits = read_journal(container_of(request), before, COMMITS + 1)
    return page(request, "snapshots/journal.html", commits=commits, most=COMMITS, before=before)


@routes.get("/snapshots-compared")
def compared(
    request: Request,
    a: str = "",
    b: str = NOW_WORD,
    show: Kind | None = None,
    start: Start = 0,
) -> Response:
    """What separates two positions of the store."""
    container = container_of(request)
    found = difference(container, a, b, show or Kind.REPOINTED, start) if a else None
    if found is not None and show is None and (kind := _telling(found)) is not Kind.REPOINTED:
        found = difference(container, a, b, kind)
    return page(
        request,
        "snapshots/compared.html",
        a=a,
        b=b,
        snapshots=list_snapshots(container),
        kinds=KINDS,
        show=Kind.REPOINTED if found is None else found.changes.kind,
        difference=found,
    )


def _telling(found: Difference) -> Kind:
    """Of which kind the rows are shown first: the first of which there are any."""
    counts = found.counts
    if counts is None:
        return Kind.REPOINTED
    return next(
        (kind for kind, _, name in KINDS if name and getattr(counts, name)), Kind.COLLECTIONS
    )
