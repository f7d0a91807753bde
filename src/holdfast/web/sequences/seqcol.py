"""
GA4GH Sequence Collections 1.0: a collection at its levels, lists, attributes, comparison.

What a collection is at each level and how two compare is computed by
:mod:`holdfast.sequences.seqcol`; here are only addresses, pages and statuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from holdfast.errors import CollectionNotFound, UsageError
from holdfast.sequences import seqcol
from holdfast.web.sequences.answers import document_answer
from holdfast.web.sequences.bodies import read_json
from holdfast.web.sequences.parts import coordinate
from holdfast.web.sequences.problems import Refused
from holdfast.web.sequences.routes import add_post, add_route
from holdfast.web.sequences.service import VERSION, Service

PAGE_SIZE, PAGE_MOST = 100, 1000

Level = Annotated[str, Query(description="0: the digest, 1: of each attribute, 2: the arrays.")]
Number = Annotated[str | None, Query(json_schema_extra={"type": "integer", "minimum": 0})]


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


def router(service: Service) -> APIRouter:
    """The routes of sequence collections."""
    made = APIRouter(tags=["seqcol"])
    ask = service.readers.ask

    async def service_info(request: Request) -> Response:
        """What this server can do, with the schema of its collections."""
        return await ask(_service_info, service, request)

    async def collection(request: Request, digest: str, level: Level = "2") -> Response:
        """A collection by its digest."""
        return await ask(_collection, service, request, digest, level)

    async def list_collections(
        request: Request, page: Number = None, page_size: Number = None
    ) -> Response:
        """The digests of collections; `names=DIGEST` and the like choose among them."""
        return await ask(_list, service, request, page, page_size)

    async def attribute(request: Request, name: str, digest: str) -> Response:
        """One array by its digest."""
        return await ask(_attribute, service, request, name, digest)

    async def comparison(request: Request, a: str, b: str) -> Response:
        """How two collections agree."""
        return await ask(_compare, service, request, a, b)

    async def compare_with(request: Request, a: str) -> Response:
        """How a collection agrees with the one that is sent, as level 2 arrays."""
        document = await read_json(service, request)
        return await ask(_compare_with, service, request, a, document)

    add_route(made, "/service-info", service_info)
    add_route(made, "/collection/{digest}", collection)
    add_route(made, "/list/collection", list_collections)
    add_route(made, "/attribute/collection/{name}/{digest}", attribute)
    add_route(made, "/comparison/{a}/{b}", comparison)
    add_post(made, "/comparison/{a}", compare_with, {"type": "object"})
    return made


def _collection(service: Service, request: Request, digest: str, level: str) -> Response:
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


def _list(service: Service, request: Request, page: str | None, page_size: str | None) -> Response:
    wanted = read_page(page, page_size)
    filters = {
        name: digest
        for name, digest in request.query_params.items()
        if name not in ("page", "page_size")
    }
    return document_answer(request, wanted.of(matching(service, filters)))


def matching(service: Service, filters: Mapping[str, str]) -> list[str]:
    """The listed collections whose attributes have all of these digests."""
    found = list(service.store.collections())
    for name, digest in filters.items():
        having = service.store.with_attribute(name, digest)
        found = [each for each in found if each in having]
    return found


def _attribute(service: Service, request: Request, name: str, digest: str) -> Response:
    try:
        array = service.store.attribute(name, digest)
    except UsageError as error:  # unknown or transient: there is no such thing to be shown
        raise CollectionNotFound(str(error)) from error
    return document_answer(request, array, lasting=True)


def _compare(service: Service, request: Request, a: str, b: str) -> Response:
    compared = seqcol.compare(service.store.level2(a), service.store.level2(b))
    return document_answer(request, compared, lasting=True)


def _compare_with(service: Service, request: Request, a: str, document: object) -> Response:
    compared = seqcol.compare(service.store.level2(a), seqcol.read_level2(document))
    return document_answer(request, compared)


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
