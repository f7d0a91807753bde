"""
Batches: many slices, or what is known of many sequences, in one request.

An answer stands at the place of its question. A name that is not known refuses the whole request
and says which it was; with ``?missing=null`` its place is empty instead.
"""

from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, NotRequired, TypeVar

from pydantic import Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic asks for this one below Python 3.12

from holdfast.errors import AliasAmbiguous, AliasNotFound, SequenceNotFound
from holdfast.web.problems import Refused, status_of
from holdfast.web.sequences.answers import content_answer, document_answer
from holdfast.web.sequences.bodies import read_body
from holdfast.web.sequences.public import Described, Found
from holdfast.web.sequences.refget import acceptable
from holdfast.web.sequences.routes import Routes, in_query
from holdfast.web.sequences.service import Service

NAME_MOST = 1200  #: characters; a namespace and the longest alias
FORMS = ("application/json", "text/plain")

Position = Annotated[int, Field(ge=0, strict=True)]
Named = Annotated[str, Field(max_length=NAME_MOST)]


class AskedSlice(TypedDict):
    """One slice of a request, from `start` (default 0) to before `end` (default: the end)."""

    name: Named
    start: NotRequired[Position | None]
    end: NotRequired[Position | None]


class Missing(StrEnum):
    """What becomes of a name that nobody knows."""

    REFUSE = "refuse"  #: the request is refused
    NULL = "null"  #: its answer is null


Asked = TypeVar("Asked")
MISSING = in_query(
    "missing",
    "What becomes of a name that is not known: the request is refused, or its answer is null.",
    {"type": "string", "enum": list(Missing), "default": Missing.REFUSE},
)
_SLICES = TypeAdapter(list[AskedSlice])
_NAMES = TypeAdapter(list[Named])


def add_batches(routes: Routes, service: Service) -> None:
    """Add the addresses of batches."""

    async def slices(request: Request) -> Response:
        """Many slices, as a JSON list or (`Accept: text/plain`) one a line, in the order asked."""
        content = await read_body(service, request)
        return await service.readers.ask(_slices, service, request, content)

    async def metadata(request: Request) -> Response:
        """Digests, length, letters and aliases of many sequences, in the order asked."""
        content = await read_body(service, request)
        return await service.readers.ask(_metadata, service, request, content)

    routes.post("/slices", slices, inlined(_SLICES), [MISSING])
    routes.post("/metadata", metadata, inlined(_NAMES), [MISSING])


def _slices(service: Service, request: Request, content: bytes) -> Response:
    media, missing = acceptable(request, FORMS), read_missing(request)
    asked = read_list(_SLICES, content, service.limits.items)
    found = find_all(service, [each["name"] for each in asked], missing)
    pairs = zip(asked, found, strict=True)
    places = [_within(nth, each, known) for nth, (each, known) in enumerate(pairs)]
    total = sum(end - start for start, end in places)
    if total > service.limits.residues:
        raise Refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"these slices have {total:,} residues, more than {service.limits.residues:,}; ask in "
            "several requests",
        )
    digests = [None if known is None else known.digest for known in found]
    texts = service.store.slices(digests, places)
    if media == "text/plain":
        lines = "".join(f"{text or ''}\n" for text in texts)
        return content_answer(request, lines.encode(), "text/plain; charset=us-ascii")
    return document_answer(request, texts)


def _metadata(service: Service, request: Request, content: bytes) -> Response:
    missing = read_missing(request)
    names = read_list(_NAMES, content, service.limits.items)
    found = find_all(service, names, missing)
    described = [
        None if known is None else shown(service.store.describe(known.digest)) for known in found
    ]
    return document_answer(request, described)


def read_missing(request: Request) -> Missing:
    """What is to become of a name that nobody knows."""
    said = request.query_params.get("missing", Missing.REFUSE)
    try:
        return Missing(said)
    except ValueError as error:
        sentence = f"missing={said[:20]!r} is not known; write refuse or null"
        raise Refused(HTTPStatus.BAD_REQUEST, sentence) from error


def inlined(kind: TypeAdapter[list[Asked]]) -> dict[str, Any]:
    """The schema of a list, with the one definition that it may refer to put in its place."""
    schema = kind.json_schema()
    for definition in schema.pop("$defs", {}).values():
        schema["items"] = definition
    return schema


def read_list(kind: TypeAdapter[list[Asked]], content: bytes, most: int) -> list[Asked]:
    """The items that a request asks for.

    Raises
    ------
    Refused
        It is no such list: 400; there are more than `most`: 413.
    """
    try:
        asked = kind.validate_json(content)
    except ValidationError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, _sentence(error)) from error
    if len(asked) > most:
        raise Refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"these are {len(asked):,} items, more than {most:,}; ask in several requests",
        )
    return asked


def find_all(service: Service, names: Sequence[str], missing: Missing) -> list[Found | None]:
    """The sequences of these names; each name is looked up once.

    Raises
    ------
    Refused
        One is not known or ambiguous, and that is not to be passed over.
    """
    known: dict[str, Found | None] = {}
    for nth, name in enumerate(names):
        if name in known:
            continue
        try:
            known[name] = service.store.find(name)
        except (SequenceNotFound, AliasNotFound, AliasAmbiguous) as error:
            if missing is Missing.REFUSE or isinstance(error, AliasAmbiguous):
                raise Refused(status_of(error), f"item {nth}: {error}") from error
            known[name] = None
    return [known[name] for name in names]


def _within(nth: int, asked: AskedSlice, found: Found | None) -> tuple[int, int]:
    """The slice's start and end within its sequence; past the end there is nothing."""
    start, end = asked.get("start") or 0, asked.get("end")
    if end is not None and start > end:
        raise Refused(HTTPStatus.BAD_REQUEST, f"item {nth}: start={start} is after end={end}")
    length = 0 if found is None else found.length
    last = length if end is None else min(end, length)
    return min(start, last), last


def shown(described: Described) -> dict[str, Any]:
    """What is known of a sequence."""
    info = described.info
    return {
        "digest": str(info.digest),
        "length": info.length,
        "alphabet": info.alphabet,
        "md5": info.md5,
        "sha1": info.sha1,
        "seguid": info.seguid,
        "trunc512": info.trunc512,
        "added": described.added,
        "aliases": [str(alias) for alias in described.aliases],
    }


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong with a body."""
    problem = error.errors(include_url=False, include_input=False)[0]
    place = ", ".join(
        f"item {part}" if isinstance(part, int) else str(part) for part in problem["loc"]
    )
    said = problem["msg"][0].lower() + problem["msg"][1:]
    return f"the body cannot be used: {f'{place}: ' if place else ''}{said}"
