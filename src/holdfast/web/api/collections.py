"""Collections by programs: listed, looked at, compared, kept as files."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.sequences.beside import Fate, Pair, compare_beside, pairs
from holdfast.app.sequences.contents import (
    CollectionFacts,
    MemberShown,
    Order,
    collection_facts,
    list_collections,
    members,
)
from holdfast.app.sequences.downloads import Kind, collection_download
from holdfast.app.sequences.shown import has_store
from holdfast.sequences import CollectionRecord
from holdfast.web import addresses
from holdfast.web.api.listing import MOST, After, Limit, cursor, page_of, place_at
from holdfast.web.api.sequences import CommitShown
from holdfast.web.outgoing import sent
from holdfast.web.site import container_of
from holdfast.web.store_charts import kind_of

routes = APIRouter(tags=["collections"])

Name = Annotated[str, Query(min_length=1, max_length=1200, description="Its name or digest.")]
Words = Annotated[str, Query(max_length=300)]


#: What a collection is written as.
FILES: dict[str, Any] = {
    each: {} for each in ("text/x-fasta", "application/octet-stream", "text/plain")
}


class OriginShown(BaseModel):
    """Where a collection came from, as far as it is known."""

    url: str | None
    file: str
    sha256: str | None
    release: str | None


class CollectionListed(BaseModel):
    """A collection as a list shows it."""

    name: str
    digest: str
    sequences: int
    residues: int
    added: int = Field(description="The journal position at which it got its name.")
    origin: OriginShown
    page: str

    @classmethod
    def of(cls, record: CollectionRecord) -> "CollectionListed":
        """What is shown of a collection."""
        origin = record.origin
        return cls(
            name=record.name,
            digest=record.digest,
            sequences=record.sequences,
            residues=record.residues,
            added=record.added,
            origin=OriginShown(
                url=origin.url, file=origin.file, sha256=origin.sha256, release=origin.release
            ),
            page=addresses.collection(record.name),
        )


class CollectionList(BaseModel):
    """Collections."""

    items: list[CollectionListed]
    next: str | None


class CollectionShown(BaseModel):
    """A collection with its digests at level 1, as GA4GH sequence collections have them."""

    name: str
    digest: str
    sequences: int
    residues: int
    level1: dict[str, str]
    longest: int | None
    shortest: int | None
    n50: int | None
    origin: OriginShown
    bank: str
    release: str
    loaded: CommitShown | None
    other_names: list[str]
    exact: bool = Field(description="It can be written again byte for byte as it was loaded.")
    page: str

    @classmethod
    def of(cls, facts: CollectionFacts) -> "CollectionShown":
        """What is shown of a collection."""
        origin, lengths = facts.origin, facts.lengths
        return cls(
            name=facts.name,
            digest=facts.digest,
            sequences=facts.sequences,
            residues=facts.residues,
            level1=facts.level1,
            longest=None if lengths is None else lengths.longest,
            shortest=None if lengths is None else lengths.shortest,
            n50=None if lengths is None else lengths.n50,
            origin=OriginShown(
                url=origin.url, file=origin.file, sha256=origin.sha256, release=origin.release
            ),
            bank=facts.bank,
            release=facts.release,
            loaded=CommitShown.of(facts.commit),
            other_names=list(facts.other_names),
            exact=facts.has_layout,
            page=addresses.collection(facts.name),
        )


class Member(BaseModel):
    """A sequence of a collection: its place, from 1, and what it is called there."""

    place: int
    name: str
    length: int
    digest: str

    @classmethod
    def of(cls, shown: MemberShown) -> "Member":
        """What is shown of it."""
        return cls(place=shown.place, name=shown.name, length=shown.length, digest=shown.digest)


class MemberList(BaseModel):
    """Sequences of a collection; `found` is how many there are in all pages."""

    items: list[Member]
    found: int
    next: str | None


class AgreementShown(BaseModel):
    """How many elements of one kind are only in A, only in B, in both."""

    by: str
    only_a: int
    only_b: int
    both: int
    same_order: bool | None


class PairShown(BaseModel):
    """A record of A and the one of B that it belongs to."""

    a: Member | None
    b: Member | None

    @classmethod
    def of(cls, pair: Pair) -> "PairShown":
        """What is shown of a pair."""
        a, b = (None if each is None else Member.of(each) for each in (pair.a, pair.b))
        return cls(a=a, b=b)


class ComparedShown(BaseModel):
    """How two collections agree; `items` are the pairs of the fate that was asked for."""

    a: CollectionListed
    b: CollectionListed
    verdict: str
    rows: list[AgreementShown]
    counts: dict[str, int] = Field(description="How many records have which fate.")
    moved: int = Field(description="Kept records that stand at another place.")
    attributes: dict[str, bool] = Field(description="Whether the attribute's digest is the same.")
    items: list[PairShown]
    next: str | None


@routes.get("/collections", response_model=CollectionList)
def list_all(
    request: Request,
    q: Words = "",
    bank: Words = "",
    sort: Annotated[str, Query(pattern="^(name|newest|largest|sequences)$")] = "name",
    limit: Limit = 100,
    after: After = None,
) -> CollectionList:
    """The collections that you may see; with `q`, those with all its words in name or digest."""
    container = container_of(request)
    found = (
        list_collections(container, words=q, order=sort, bank=bank) if has_store(container) else []
    )
    some, following = page_of(found, limit, after)
    return CollectionList(items=[CollectionListed.of(each) for each in some], next=following)


@routes.get("/collections/compare", response_model=ComparedShown)
def compare(
    request: Request,
    a: Name,
    b: Name,
    fate: Annotated[
        str, Query(pattern="^(kept|renamed|changed|only-a|only-b)$", description="Of the items.")
    ] = "changed",
    limit: Limit = 100,
    after: After = None,
) -> ComparedShown:
    """Two collections side by side: what they share, and what became of each record."""
    container = container_of(request)
    beside = compare_beside(container, a, b)
    wanted = next(each for each in Fate if kind_of(each) == fate)
    some = pairs(container, a, b, wanted, place_at(after), limit)
    one, other = beside.level1
    return ComparedShown(
        a=CollectionListed.of(beside.a),
        b=CollectionListed.of(beside.b),
        verdict=beside.agreement.verdict,
        rows=[
            AgreementShown(
                by=row.by,
                only_a=row.only_a,
                only_b=row.only_b,
                both=row.both,
                same_order=row.same_order,
            )
            for row in beside.agreement.rows
        ],
        counts={kind_of(each): count for each, count in beside.counts.items()},
        moved=beside.moved,
        attributes={name: value == other[name] for name, value in one.items()},
        items=[PairShown.of(each) for each in some.items],
        next=cursor(some.next),
    )


@routes.get("/collections/{name:path}/sequences", response_model=MemberList)
def list_members(
    request: Request,
    name: str,
    q: Words = "",
    sort: Order = Order.LISTED,
    limit: Limit = 100,
    after: After = None,
) -> MemberList:
    """The sequences of a collection; with `q`, those with all its words in their name."""
    start = min(place_at(after), MOST)
    found = members(container_of(request), name, words=q, order=sort, start=start, limit=limit)
    return MemberList(
        items=[Member.of(each) for each in found.items],
        found=found.found,
        next=cursor(found.next),
    )


@routes.get(
    "/collections/{name:path}/download/{kind}",
    response_class=Response,
    responses={200: {"content": FILES, "description": "The file."}},
)
def download(request: Request, name: str, kind: Kind) -> Response:
    """A collection as FASTA (as it was loaded, where that is known), as 2bit, or its sizes."""
    return sent(request, collection_download(container_of(request), name, kind))


@routes.get("/collections/{name:path}", response_model=CollectionShown)
def get_collection(request: Request, name: str) -> CollectionShown:
    """A collection by its name or digest."""
    return CollectionShown.of(collection_facts(container_of(request), name))
