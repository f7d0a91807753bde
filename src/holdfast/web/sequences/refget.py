"""
GA4GH refget, versions 1 and 2: sequences and slices of them by digest, or by an alias.

One address serves both versions; they differ in media types and in the shape of service-info, where
both shapes are given side by side. Where the text of version 2 and its compliance suite disagree
about slices outside a sequence, the suite is followed: see :mod:`holdfast.web.sequences.parts`.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from holdfast.web.problems import Refused
from holdfast.web.sequences.answers import document_answer, residues_answer, wanted_range
from holdfast.web.sequences.media import choose
from holdfast.web.sequences.parts import refget_part
from holdfast.web.sequences.public import Described
from holdfast.web.sequences.routes import END, NAME, START, Routes
from holdfast.web.sequences.service import VERSION, Service

TEXTS = (
    "text/vnd.ga4gh.refget.v2.0.0+plain",
    "text/vnd.ga4gh.refget.v1.0.0+plain",
    "text/plain",
)
DOCUMENTS = (
    "application/vnd.ga4gh.refget.v2.0.0+json",
    "application/vnd.ga4gh.refget.v1.0.0+json",
    "application/json",
)
ALGORITHMS = ("ga4gh", "md5", "trunc512")


def add_refget(routes: Routes, service: Service) -> None:
    """Add the addresses of refget."""

    async def service_info(request: Request) -> Response:
        """What this server can do, in the words of both versions."""
        return await service.readers.ask(_service_info, service, request)

    async def metadata(request: Request) -> Response:
        """A sequence's digests, length and aliases."""
        return await service.readers.ask(_metadata, service, request)

    async def sequence(request: Request) -> Response:
        """A sequence, or the slice from start to before end, or the one that Range asks for."""
        return await service.readers.ask(_sequence, service, request)

    routes.get("/sequence/service-info", service_info)
    # A name may hold slashes (SEGUID), so the shorter pattern must come last.
    routes.get("/sequence/{name:path}/metadata", metadata, [NAME])
    routes.get("/sequence/{name:path}", sequence, [NAME, START, END])


def _sequence(service: Service, request: Request) -> Response:
    media = acceptable(request, TEXTS)
    found = service.store.find(request.path_params["name"])
    asked = request.query_params
    wanted = wanted_range(request, str(found.digest))
    part = refget_part(asked.get("start"), asked.get("end"), wanted, found.length)
    return residues_answer(service, request, found, part, f"{media}; charset=us-ascii")


def _metadata(service: Service, request: Request) -> Response:
    media = acceptable(request, DOCUMENTS)
    described = service.store.describe(service.store.find(request.path_params["name"]).digest)
    return document_answer(request, {"metadata": metadata_of(described)}, media)


def _service_info(service: Service, request: Request) -> Response:
    media = acceptable(request, DOCUMENTS)
    info = service_info_of(service.store.id, str(request.base_url), service.store.namespaces())
    return document_answer(request, info, media)


def acceptable(request: Request, offered: Sequence[str]) -> str:
    """The media type to answer with.

    Raises
    ------
    Refused
        The client takes none of those offered: 406.
    """
    # A client may send the header several times; together they are one list.
    accept = ", ".join(request.headers.getlist("accept")) or None
    media = choose(accept, offered)
    if media is None:
        raise Refused(
            HTTPStatus.NOT_ACCEPTABLE, f"this is there as {', '.join(offered)}; accept one of them"
        )
    return media


def metadata_of(described: Described) -> dict[str, Any]:
    """What refget says of a sequence; `id` is version 1's name for the digest asked for."""
    info = described.info
    return {
        "id": info.md5,
        "md5": info.md5,
        "ga4gh": str(info.digest),
        "trunc512": info.trunc512,
        "length": info.length,
        "aliases": [
            {"alias": alias.text, "naming_authority": alias.namespace}
            for alias in described.aliases
        ],
    }


def service_info_of(store_id: str, address: str, namespaces: list[str]) -> dict[str, Any]:
    """What this server can do: GA4GH service-info with refget 2's part, and refget 1's beside."""
    return {
        "id": f"holdfast.refget.{store_id}",
        "name": "Holdfast sequences",
        "type": {"group": "org.ga4gh", "artifact": "refget", "version": "2.0.0"},
        "description": "Sequences of a Holdfast store by digest or alias",
        "organization": {"name": "Holdfast", "url": address},
        "version": VERSION,
        "refget": {
            "circular_supported": False,
            "subsequence_limit": None,
            "algorithms": list(ALGORITHMS),
            "identifier_types": namespaces,
        },
        "service": {
            "circular_supported": False,
            "subsequence_limit": None,
            "algorithms": list(ALGORITHMS),
            "supported_api_versions": ["1.0.0", "2.0.0"],
        },
    }
