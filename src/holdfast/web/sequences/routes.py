"""
Routes: how an address is made known to the application and to its description.

What an address takes is described for ``/openapi.json`` and read by our own functions: the sentence
about a wrong position is ours, and a slice of fifty bases does not wait for a general validation.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from holdfast.web.problems import RESPONSES

Endpoint = Callable[[Request], Awaitable[Response]]
Described = dict[str, Any]

_TEXT, _NUMBER = {"type": "string"}, {"type": "integer", "minimum": 0}


def in_path(name: str, meaning: str) -> Described:
    """A part of the address."""
    return {
        "name": name, "in": "path", "required": True, "schema": _TEXT, "description": meaning,
    }  # fmt: skip


def in_query(name: str, meaning: str, schema: Described | None = None) -> Described:
    """What may stand behind the question mark; a whole number unless `schema` says else."""
    return {"name": name, "in": "query", "schema": schema or _NUMBER, "description": meaning}


NAME = in_path("name", "A digest, namespace:alias, or an alias.")
START = in_query("start", "First position, from 0.")
END = in_query("end", "Position after the last.")


@dataclass(frozen=True, slots=True)
class Routes:
    """The addresses below a prefix, made known to an application under one heading."""

    app: FastAPI
    prefix: str
    heading: str
    described: bool = True
    says_nothing: bool = False  #: where there is none, as one interface has it: 404 without a body

    def get(self, path: str, endpoint: Endpoint, parameters: Sequence[Described] = ()) -> None:
        """Let `endpoint` answer ``GET`` and ``HEAD`` at `path`."""
        self._add(path, endpoint, ["GET"], {"parameters": list(parameters)}, self.described)
        self._add(path, endpoint, ["HEAD"], {}, described=False)

    def post(
        self, path: str, endpoint: Endpoint, body: Described, parameters: Sequence[Described] = ()
    ) -> None:
        """Let `endpoint` answer ``POST`` at `path`; `body` is the schema of the JSON it takes."""
        content = {"required": True, "content": {"application/json": {"schema": body}}}
        extra = {"parameters": list(parameters), "requestBody": content}
        self._add(path, endpoint, ["POST"], extra, self.described)

    def _add(
        self, path: str, endpoint: Endpoint, methods: list[str], extra: Described, described: bool
    ) -> None:
        self.app.add_api_route(
            self.prefix + path,
            endpoint,
            methods=methods,
            tags=[self.heading],
            summary=endpoint.__name__.replace("_", " "),
            response_model=None,
            response_class=Response,
            responses=RESPONSES | ({404: {"description": "None."}} if self.says_nothing else {}),
            openapi_extra=extra,
            include_in_schema=described,
        )
