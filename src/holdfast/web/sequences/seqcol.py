"""
GA4GH Sequence Collections 1.0: a collection at its levels, lists, attributes, comparison.

What a collection is at each level and how two compare is computed by
:mod:`holdfast.sequences.collections.seqcol`; here are only addresses, pages and statuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from holdfast.errors import CollectionNotFound, UsageError
from holdfast.sequences.collections import seqcol
from holdfast.web.problems import Refused
from holdfast.web.sequences.answers import document_answer
from holdfast.web.sequences.bodies import read_json
from holdfast.web.sequences.parts import coordinate
from holdfast.web.sequences.routes import Routes, in_path, in_query
from holdfast.web.sequences.service import VERSION, Service

PAGE_SIZE, PAGE_MOST = 100, 1000

DIGEST = in_path("digest", "32 letters, the digest of a collection or of an attribute.")
ATTRIBUTE = in_path("name", f"Of {', '.join(seqcol.ATTRIBUTES)}.")
LEVEL = in_query("level", "0: the digest, 1: of each attribute, 2: the arrays (default).")
PAGE = in_query("page", "Which page, from 0.")
SIZE = in_query("page_size", f"How many on a page, {PAGE_MOST} at most.")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; pages are counted from 0."""

    number: int
    size: int

    def of(self, results: list[str]) -> dict[str, Any]:
        """The part of `results` that stands on this page, and where that is."""
        start = self.number * self.size
        return {
            "results": results[start : start + self.size],
            "pagination": {"page": self.number, "page_size": self.size, "total": len(results)},
        }


def add_seqcol(routes: Routes, service: Service) -> None:
    """Add the addresses of sequence collections."""
    ask = service.readers.ask

    async def service_info(request: Request) -> Response:
        """What this server can do, with the schema of its collections."""
        return await ask(_service_info, service, request)

    async def collection(request: Request) -> Response:
        """A collection by its digest."""
        return await ask(_collection, service, request)

    async def list_collections(request: Request) -> Response:
        """The digests of collections; `names=DIGEST` and the like choose among them."""
        return await ask(_list, service, request)

    async def list_attributes(request: Request) -> Response:
        """The digests that an attribute has among the listed collections."""
        return await ask(_list_attributes, service, request)

    async def attribute(request: Request) -> Response:
        """One array by its digest."""
        return await ask(_attribute, service, request)

    async def comparison(request: Request) -> Response:
        """How two collections agree."""
        return await ask(_compare, service, request)

    async def compare_with(request: Request) -> Response:
        """How a collection agrees with the one that is sent, as level 2 arrays."""
        document = await read_json(service, request)
        return await ask(_compare_with, service, request, document)

    a, b = in_path("a", "A collection's digest."), in_path("b", "Another's.")
    routes.get("/service-info", service_info)
    routes.get("/collection/{digest}", collection, [DIGEST, LEVEL])
    routes.get("/list/collection", list_collections, [PAGE, SIZE])
    routes.get("/list/attributes/{name}", list_attributes, [ATTRIBUTE, PAGE, SIZE])
    routes.get("/attribute/collection/{name}/{digest}", attribute, [ATTRIBUTE, DIGEST])
    routes.get("/comparison/{a}/{b}", comparison, [a, b])
    routes.post("/comparison/{a}", compare_with, {"type": "object"}, [a])


def _collection(service: Service, request: Request) -> Response:
    digest, level = request.path_params["digest"], request.query_params.get("level", "2")
    match level:
        case "0":
            document: object = seqcol.digest(service.store.level1(digest))
        case "1":
            document = service.store.level1(digest)
        case "2":
            document = service.store.level2(digest)
        case _:
            sentence = f"there is no level {level[:20]!r}; ask for 0, 1 or 2"
            raise Refused(HTTPStatus.BAD_REQUEST, sentence)
    return document_answer(request, document, lasting=True)


def _list(service: Service, request: Request) -> Response:
    filters = dict(request.query_params)
    wanted = read_page(filters.pop("page", None), filters.pop("page_size", None))
    return document_answer(request, wanted.of(matching(service, filters)))


def _list_attributes(service: Service, request: Request) -> Response:
    name, asked = request.path_params["name"], request.query_params
    if name not in seqcol.ATTRIBUTES:
        raise CollectionNotFound(
            f"collections have no attribute {name!r}; there are: {', '.join(seqcol.ATTRIBUTES)}"
        )
    wanted = read_page(asked.get("page"), asked.get("page_size"))
    store = service.store
    digests = {store.level1(collection)[name] for collection in store.collections()}
    return document_answer(request, wanted.of(sorted(digests)))


def matching(service: Service, filters: Mapping[str, str]) -> list[str]:
    """The listed collections whose attributes have all of these digests."""
    found = list(service.store.collections())
    for name, digest in filters.items():
        having = service.store.with_attribute(name, digest)
        found = [each for each in found if each in having]
    return found


def _attribute(service: Service, request: Request) -> Response:
    asked = request.path_params
    try:
        array = service.store.attribute(asked["name"], asked["digest"])
    except UsageError as error:  # unknown or transient: there is no such thing to be shown
        raise CollectionNotFound(str(error)) from error
    return document_answer(request, array, lasting=True)


def _compare(service: Service, request: Request) -> Response:
    a, b = (service.store.level2(request.path_params[side]) for side in ("a", "b"))
    return document_answer(request, seqcol.compare(a, b), lasting=True)


def _compare_with(service: Service, request: Request, document: object) -> Response:
    a = service.store.level2(request.path_params["a"])
    return document_answer(request, seqcol.compare(a, seqcol.read_level2(document)))


def _service_info(service: Service, request: Request) -> Response:
    return document_answer(request, service_info_of(service.store.id, str(request.base_url)))


def read_page(number: str | None, size: str | None) -> Page:
    """The page that is asked for.

    Raises
    ------
    Refused
        One of the numbers is none, or too large: 400.
    """
    wanted = coordinate("page_size", size)
    if wanted is not None and not 0 < wanted <= PAGE_MOST:
        raise Refused(HTTPStatus.BAD_REQUEST, f"page_size must be 1 to {PAGE_MOST:,}")
    return Page(coordinate("page", number) or 0, wanted or PAGE_SIZE)


def service_info_of(store_id: str, address: str) -> dict[str, Any]:
    """What this server can do: GA4GH service-info with the schema of its collections."""
    return {
        "id": f"holdfast.seqcol.{store_id}",
        "name": "Holdfast sequence collections",
        "type": {"group": "org.ga4gh", "artifact": "refget-seqcol", "version": "1.0.0"},
        "description": "Collections of sequences of a Holdfast store",
        "organization": {"name": "Holdfast", "url": address},
        "version": VERSION,
        "seqcol": {"schema": seqcol.SCHEMA, "sorted_name_length_pairs": True},
    }
