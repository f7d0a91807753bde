"""Sequences by programs: facts, names with their history, residues, search, loading."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.sequences.downloads import sequence_fasta
from holdfast.app.sequences.finding import SequenceFound, find
from holdfast.app.sequences.journal import CommitTold
from holdfast.app.sequences.loading_wishes import ask_for_release, ask_for_urls
from holdfast.app.sequences.naming import end_name, give_name
from holdfast.app.sequences.occurrences import Occurrence, occurrences
from holdfast.app.sequences.sequence import (
    AliasTold,
    SequenceShown,
    alias_history,
    show_sequence,
)
from holdfast.app.sequences.shown import shown
from holdfast.errors import UsageError
from holdfast.formats.residues import reverse_complement
from holdfast.sequences.naming.definition import Definitions
from holdfast.web import addresses
from holdfast.web.api.errands import ErrandShown, accepted
from holdfast.web.api.listing import After, Limit, page_of
from holdfast.web.outgoing import sent
from holdfast.web.sequences.answers import content_answer
from holdfast.web.site import container_of, needs

routes = APIRouter(tags=["sequences"])

RESIDUES_MOST = 1_000_000  #: of one answer; more is asked of refget, or as FASTA
PLACES_MOST = 1 << 40
FOUND_MOST = 200

Place = Annotated[int, Query(ge=0, le=PLACES_MOST, description="From 0; the start is in.")]
End = Annotated[
    int | None, Query(ge=0, le=PLACES_MOST, description="Not in; nothing is the end of all.")
]
Word = Annotated[str, Field(max_length=1200)]


class SequenceFacts(BaseModel):
    """A sequence: its length in residues, its digests, what it is called."""

    digest: str
    length: int
    alphabet: str
    nucleotides: bool
    digests: dict[str, str] = Field(description="By namespace: `md5`, `sha1`, `seguid` …")
    page: str = Field(description="The address of its page.")
    refget: str = Field(description="Where its residues are, as GA4GH refget gives them.")

    @classmethod
    def of(cls, told: SequenceShown) -> "SequenceFacts":
        """What is shown of a sequence."""
        return cls(
            digest=told.digest,
            length=told.length,
            alphabet=told.alphabet,
            nucleotides=told.is_nucleotides,
            digests={each.kind: each.value for each in told.digests},
            page=addresses.sequence(told.digest),
            refget=addresses.refget(told.digest),
        )


class Residues(BaseModel):
    """A part of a sequence, from `start` to before `end`, counted from 0."""

    digest: str
    start: int
    end: int
    length: int = Field(description="Of the whole sequence.")
    reverse_complement: bool
    residues: str


class CommitShown(BaseModel):
    """A commit of the store, in short. `who` is empty for guests."""

    number: int
    time: datetime
    who: str

    @classmethod
    def of(cls, told: CommitTold | None) -> "CommitShown | None":
        """What is shown of a commit; of an unknown one nothing."""
        return None if told is None else cls(number=told.number, time=told.time, who=told.who)


class AliasShown(BaseModel):
    """What an alias named from one journal position to another; `retired` null: it still does."""

    alias: str
    namespace: str
    digest: str
    added: int
    retired: int | None
    added_by: CommitShown | None
    retired_by: CommitShown | None

    @classmethod
    def of(cls, namespace: str, told: AliasTold) -> "AliasShown":
        """What is shown of an alias."""
        return cls(
            alias=f"{namespace}:{told.text}",
            namespace=namespace,
            digest=told.digest,
            added=told.added,
            retired=told.retired,
            added_by=CommitShown.of(told.added_by),
            retired_by=CommitShown.of(told.retired_by),
        )


class AliasList(BaseModel):
    """The aliases of a sequence; with their history, also what was."""

    items: list[AliasShown]
    next: str | None


class OccurrenceShown(BaseModel):
    """A collection that has the sequence, and what it is called there."""

    collection: str
    digest: str
    names: list[str]
    records: int
    bank: str
    release: str
    url: str | None
    file: str
    sha256: str | None
    page: str

    @classmethod
    def of(cls, found: Occurrence) -> "OccurrenceShown":
        """What is shown of an occurrence."""
        return cls(
            collection=found.collection,
            digest=found.digest,
            names=list(found.names),
            records=found.records,
            bank=found.bank,
            release=found.release,
            url=found.origin.url,
            file=found.origin.file,
            sha256=found.origin.sha256,
            page=addresses.collection(found.collection),
        )


class OccurrenceList(BaseModel):
    """Where a sequence occurs. Not `whole`: older collections were not looked through."""

    items: list[OccurrenceShown]
    whole: bool
    next: str | None


class FoundShown(BaseModel):
    """A sequence that was found, and the aliases by which."""

    digest: str
    length: int
    aliases: list[str]
    description: str

    @classmethod
    def of(cls, found: SequenceFound) -> "FoundShown":
        """What is shown of it."""
        return cls(
            digest=found.digest,
            length=found.length,
            aliases=list(found.aliases),
            description=found.description,
        )


class ChoiceShown(BaseModel):
    """One of the sequences that an ambiguous name may mean."""

    name: str
    digest: str
    length: int


class FoundList(BaseModel):
    """What a text finds: the sequence of this very name, those it may name, and what is like it."""

    exact: FoundShown | None
    choices: list[ChoiceShown]
    items: list[FoundShown]
    collections: list[str]
    next: str | None = None


class NewAlias(BaseModel):
    """An alias to be given to a sequence."""

    alias: Word = Field(description="`namespace:name`")
    sequence: Word = Field(description="Any name of the sequence, or a digest.")
    reassign: bool = Field(False, description="Take it from the sequence that has it.")


class AliasGiven(BaseModel):
    """An alias that is there now; `alarms` if it is a versioned accession that was moved."""

    alias: str
    digest: str
    moved: bool
    alarms: list[str]


class ToLoad(BaseModel):
    """What is to be loaded: files at URLs, or files of a release."""

    namespace: Annotated[str, Field(min_length=1, max_length=64)]
    urls: Annotated[list[Word], Field(max_length=20)] = Field(default_factory=list)
    bank: Annotated[str, Field(max_length=200)] = ""
    release: Annotated[str, Field(max_length=200)] = ""
    files: Annotated[list[Word], Field(max_length=500)] = Field(default_factory=list)
    collection: Annotated[str, Field(max_length=300)] = ""
    definitions: Definitions = Definitions.BARS
    reassign: bool = False


@routes.get("/sequences", response_model=FoundList)
def search_sequences(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=1024)],
    limit: Annotated[int, Query(ge=1, le=FOUND_MOST)] = 30,
) -> FoundList:
    """Find sequences by a digest of any kind, a name, the beginning of one, or words."""
    found = find(container_of(request), q, limit)
    return FoundList(
        exact=None if found.exact is None else FoundShown.of(found.exact),
        choices=[
            ChoiceShown(name=each.name, digest=each.digest, length=each.length)
            for each in found.choices
        ],
        items=[FoundShown.of(each) for each in found.sequences],
        collections=[each.name for each in found.collections],
    )


@routes.post(
    "/sequences/load",
    status_code=202,
    response_model=ErrandShown,
    dependencies=[Depends(needs(Scope.SEQUENCES))],
)
def load_sequences(request: Request, response: Response, wanted: ToLoad) -> ErrandShown:
    """Load files at URLs, or files of a release, into the store: an errand does it."""
    container = container_of(request)
    words = wanted.definitions.value
    if wanted.bank:
        if wanted.urls or wanted.collection:
            raise UsageError("give either URLs, or a bank with a release and files")
        asked = ask_for_release(
            container,
            wanted.bank,
            wanted.release or "current",
            wanted.files,
            wanted.namespace,
            definitions=words,
            reassign=wanted.reassign,
        )
    else:
        asked = ask_for_urls(
            container,
            wanted.urls,
            wanted.namespace,
            collection=wanted.collection,
            definitions=words,
            reassign=wanted.reassign,
        )
    return accepted(response, asked)


@routes.get("/sequences/{name:path}/aliases", response_model=AliasList)
def list_aliases(
    request: Request, name: str, history: bool = False, limit: Limit = 100, after: After = None
) -> AliasList:
    """The aliases of a sequence; with `history`, also those it had, and whose they were."""
    container = container_of(request)
    told = show_sequence(container, name)
    spaces = alias_history(container, told.digest)
    listed = [
        (space.namespace, each)
        for space in spaces
        for each in (*space.current, *(space.past if history else ()))
    ]
    some, following = page_of(listed, limit, after)
    return AliasList(items=[AliasShown.of(*each) for each in some], next=following)


@routes.get("/sequences/{name:path}/occurrences", response_model=OccurrenceList)
def list_occurrences(
    request: Request, name: str, limit: Limit = 100, after: After = None
) -> OccurrenceList:
    """The collections, and the releases of banks, in which a sequence occurs."""
    found = occurrences(container_of(request), name)
    some, following = page_of(found.items, limit, after)
    return OccurrenceList(
        items=[OccurrenceShown.of(each) for each in some], whole=found.is_whole, next=following
    )


@routes.get("/sequences/{name:path}/residues", response_model=Residues)
def get_residues(
    request: Request, name: str, start: Place = 0, end: End = None, reverse: bool = False
) -> Response:
    """At most 1,000,000 residues of a sequence, from `start` to before `end` (from 0)."""
    container = container_of(request)
    told = show_sequence(container, name)
    last = told.length if end is None else end
    if not start <= last <= told.length:
        raise UsageError(f"{start}-{last} is no part of {told.length:,} residues")
    if last - start > RESIDUES_MOST:
        raise UsageError(
            f"one answer has at most {RESIDUES_MOST:,} residues; more is at "
            + addresses.refget(told.digest)
        )
    residues = shown(container).residues(told.digest, start, last)
    part = Residues(
        digest=told.digest,
        start=start,
        end=last,
        length=told.length,
        reverse_complement=reverse,
        residues=(reverse_complement(residues) if reverse else residues).decode("ascii"),
    )
    return answered(request, part, lasting=name == told.digest)


@routes.get(
    "/sequences/{name:path}/fasta",
    response_class=Response,
    responses={200: {"content": {"text/x-fasta": {}}, "description": "The sequence."}},
)
def get_fasta(
    request: Request, name: str, start: Place = 0, end: End = None, reverse: bool = False
) -> Response:
    """A sequence, or a part of it, as FASTA."""
    return sent(request, sequence_fasta(container_of(request), name, start, end, turned=reverse))


@routes.get("/sequences/{name:path}", response_model=SequenceFacts)
def get_sequence(request: Request, name: str) -> Response:
    """A sequence by any of its names; asked for by its digest, the answer never changes."""
    told = show_sequence(container_of(request), name)
    return answered(request, SequenceFacts.of(told), lasting=name == told.digest)


@routes.post(
    "/aliases",
    status_code=201,
    response_model=AliasGiven,
    dependencies=[Depends(needs(Scope.SEQUENCES))],
)
def add_alias(request: Request, response: Response, new: NewAlias) -> AliasGiven:
    """Give a sequence a name."""
    given = give_name(container_of(request), new.alias, new.sequence, reassign=new.reassign)
    response.headers["Location"] = addresses.api(addresses.sequence(given.digest))
    return AliasGiven(
        alias=given.alias, digest=given.digest, moved=given.moved, alarms=list(given.alarms)
    )


@routes.delete(
    "/aliases/{alias:path}", status_code=204, dependencies=[Depends(needs(Scope.SEQUENCES))]
)
def retire_alias(request: Request, alias: str) -> None:
    """Take a name from its sequence; its history stays."""
    end_name(container_of(request), alias)


def answered(request: Request, document: BaseModel, *, lasting: bool) -> Response:
    """The answer that brings a document, with an entity tag; `lasting`: it never changes."""
    content = document.model_dump_json().encode()
    return content_answer(request, content, "application/json", lasting)
