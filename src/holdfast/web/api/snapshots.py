"""Snapshots and the journal by programs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.sequences.freezing import (
    NOW_WORD,
    START_MOST,
    Kind,
    SnapshotShown,
    difference,
    find_snapshot,
    freeze,
    list_snapshots,
)
from holdfast.app.sequences.journal import CommitTold, journal
from holdfast.web import addresses
from holdfast.web.api.listing import After, Limit, cursor, page_of, place_at
from holdfast.web.site import container_of, needs

routes = APIRouter(tags=["snapshots"])

Position = Annotated[
    str, Query(min_length=1, max_length=128, description="A snapshot, a number, a time, or `now`.")
]


class SnapshotTold(BaseModel):
    """A frozen view: its position in the journal, and what was there then."""

    name: str
    position: int
    created: datetime
    sequences: int
    residues: int
    aliases: int
    collections: int

    @classmethod
    def of(cls, shown: SnapshotShown) -> "SnapshotTold":
        """What is shown of a snapshot."""
        return cls(
            name=shown.name,
            position=shown.position,
            created=shown.created,
            sequences=shown.sequences,
            residues=shown.residues,
            aliases=shown.aliases,
            collections=shown.collections,
        )


class SnapshotList(BaseModel):
    """Snapshots, the newest first."""

    items: list[SnapshotTold]
    next: str | None


class NewSnapshot(BaseModel):
    """A snapshot to be made."""

    name: Annotated[str, Field(min_length=1, max_length=128)]


class ChangeTold(BaseModel):
    """A name, or a sequence, that changed; null: there was none."""

    name: str
    before: str | None
    after: str | None


class DiffTold(BaseModel):
    """What separates two positions. Counts are null where something is kept from you."""

    before: int
    after: int
    counts: dict[str, int] | None
    kind: Kind
    items: list[ChangeTold]
    next: str | None


class CommitListed(BaseModel):
    """A commit: who, when, from which files, and what it brought."""

    number: int
    time: datetime
    who: str = Field(description="Empty for guests.")
    note: str
    sequences: int
    residues: int
    aliases_added: int
    aliases_retired: int
    dropped: int
    collections: list[str]
    collections_retired: int
    undoes: list[int]
    undone_by: int | None

    @classmethod
    def of(cls, told: CommitTold) -> "CommitListed":
        """What is shown of a commit."""
        return cls(
            number=told.number,
            time=told.time,
            who=told.who,
            note=told.note,
            sequences=told.sequences,
            residues=told.residues,
            aliases_added=told.aliases_added,
            aliases_retired=told.aliases_retired,
            dropped=told.dropped,
            collections=[each.name for each in told.collections],
            collections_retired=told.collections_retired,
            undoes=list(told.undoes),
            undone_by=told.undone_by,
        )


class CommitList(BaseModel):
    """Commits, the newest first."""

    items: list[CommitListed]
    next: str | None


@routes.get("/snapshots", response_model=SnapshotList)
def list_all_snapshots(request: Request, limit: Limit = 100, after: After = None) -> SnapshotList:
    """The snapshots of the store."""
    some, following = page_of(list_snapshots(container_of(request)), limit, after)
    return SnapshotList(items=[SnapshotTold.of(each) for each in some], next=following)


@routes.post(
    "/snapshots",
    status_code=201,
    response_model=SnapshotTold,
    dependencies=[Depends(needs(Scope.SEQUENCES))],
)
def make_snapshot(request: Request, response: Response, new: NewSnapshot) -> SnapshotTold:
    """Freeze the store as it is now, under a name that cannot be changed."""
    made = freeze(container_of(request), new.name)
    response.headers["Location"] = addresses.api(f"/snapshots/{made.name}")
    return SnapshotTold.of(made)


@routes.get("/snapshots/diff", response_model=DiffTold)
def diff_snapshots(
    request: Request,
    a: Position,
    b: Position = NOW_WORD,
    kind: Kind = Kind.REPOINTED,
    limit: Limit = 100,
    after: After = None,
) -> DiffTold:
    """What separates two positions of the store; the rows of one kind, in pages."""
    start = min(place_at(after), START_MOST)
    found = difference(container_of(request), a, b, kind, start, limit)
    counts = found.counts
    names = [] if counts is None else [each for each in counts.__slots__ if "_" in each]
    return DiffTold(
        before=found.before,
        after=found.after,
        counts=None if counts is None else {name: getattr(counts, name) for name in names},
        kind=kind,
        items=[
            ChangeTold(name=each.name, before=each.before, after=each.after)
            for each in found.changes.items
        ],
        next=cursor(found.changes.next),
    )


@routes.get("/snapshots/{name}", response_model=SnapshotTold)
def get_snapshot(request: Request, name: str) -> SnapshotTold:
    """A snapshot by its name."""
    return SnapshotTold.of(find_snapshot(container_of(request), name))


@routes.get("/journal", response_model=CommitList)
def list_commits(request: Request, limit: Limit = 100, after: After = None) -> CommitList:
    """The commits of the store, the newest first."""
    container = container_of(request)
    found = journal(container, place_at(after) or None, limit + 1)
    more = found[limit - 1].number if len(found) > limit else None
    return CommitList(items=[CommitListed.of(each) for each in found[:limit]], next=cursor(more))
