"""
SeqRepo's REST interface, version 1: ``ping``, ``sequence`` and ``metadata`` in its shapes.

Programs written for seqrepo-rest-service (hgvs, vrs-python and what builds on them) work unchanged.
Left out on purpose: wildcards and beginnings of digests as names, by which a whole store could be
read out.
"""

import json
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from holdfast.errors import AliasAmbiguous, AliasNotFound, SequenceNotFound, UsageError
from holdfast.sequences import Alias, SequenceInfo
from holdfast.sequences.seqrepo.naming import VMC_PREFIX, seq_id_of, synonyms, their_namespace
from holdfast.web.problems import Refused
from holdfast.web.sequences.answers import content_answer, residues_answer
from holdfast.web.sequences.parts import seqrepo_part
from holdfast.web.sequences.public import Described, Found
from holdfast.web.sequences.routes import END, NAME, START, Routes
from holdfast.web.sequences.service import VERSION, Service

TEXT = "text/plain; charset=utf-8"
SPOKEN = "0.6.11"  #: the version of SeqRepo whose interface this is


class Unknown(Exception):
    """No sequence has this name: here that is a 404 with an empty body."""


async def on_unknown(_: Request, __: Exception) -> Response:
    """The answer where no sequence has the name."""
    return Response(status_code=HTTPStatus.NOT_FOUND, headers={"Cache-Control": "no-store"})


def add_seqrepo(routes: Routes, service: Service) -> None:
    """Add the addresses of SeqRepo's interface."""

    async def ping(request: Request) -> Response:
        """Which versions answer."""
        return content_answer(request, pretty(ping_of(str(request.base_url))), "application/json")

    async def sequence(request: Request) -> Response:
        """A sequence, or the slice from start to before end; what is past the end is left out."""
        return await service.readers.ask(_sequence, service, request)

    async def metadata(request: Request) -> Response:
        """A sequence's length, letters and aliases, and when it was added."""
        return await service.readers.ask(_metadata, service, request)

    routes.get("/ping", ping)
    routes.get("/sequence/{name:path}", sequence, [NAME, START, END])
    routes.get("/metadata/{name:path}", metadata, [NAME])


def _sequence(service: Service, request: Request) -> Response:
    found = _found(service, request.path_params["name"])
    asked = request.query_params
    part = seqrepo_part(asked.get("start"), asked.get("end"), found.length)
    return residues_answer(service, request, found, part, TEXT)


def _metadata(service: Service, request: Request) -> Response:
    described = service.store.describe(_found(service, request.path_params["name"]).digest)
    return content_answer(request, pretty(metadata_of(described)), "application/json")


def _found(service: Service, name: str) -> Found:
    """The sequence of this name.

    Raises
    ------
    Unknown
        There is none.
    Refused
        There are several: 422.
    """
    try:
        return service.store.find(name)
    except AliasAmbiguous as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    except (AliasNotFound, SequenceNotFound, UsageError) as error:
        raise Unknown from error


def pretty(document: dict[str, Any]) -> bytes:
    """JSON as that service writes it: keys in order, two blanks, a newline at the end."""
    return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()


def metadata_of(described: Described) -> dict[str, Any]:
    """What SeqRepo says of a sequence."""
    return {
        "added": described.added.replace("+00:00", "Z"),
        "aliases": shown_aliases(described.info, described.aliases),
        "alphabet": described.info.alphabet,
        "length": described.info.length,
    }


def shown_aliases(info: SequenceInfo, aliases: tuple[Alias, ...]) -> list[str]:
    """All names of a sequence, as ``namespace:alias``.

    They stand in the order of SeqRepo's stored rows, by namespace and alias, and each is followed
    by what else it is called.
    """
    rows = [(their_namespace(alias.namespace), alias.text) for alias in aliases]
    rows += [
        ("MD5", info.md5),
        ("SEGUID", info.seguid),
        ("SHA1", info.sha1),
        ("VMC", VMC_PREFIX + seq_id_of(info.digest)),
    ]
    shown = [each for row in sorted(rows) for each in (row, *synonyms(*row))]
    return [f"{namespace}:{alias}" for namespace, alias in shown]


def ping_of(address: str) -> dict[str, Any]:
    """Which versions answer, in that service's shape."""
    return {
        "dependencies": {
            "bioutils": {"url": address, "version": VERSION},
            "seqrepo": {"root": "holdfast", "url": address, "version": SPOKEN},
        },
        "url": address,
        "version": VERSION,
    }
