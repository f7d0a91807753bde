"""
Routes: how an address is made known, with ``HEAD`` beside ``GET``, and what addresses hold.

Positions are taken as texts, because the sentence about a wrong one is ours; the description of the
interface (``/openapi.json``) calls them the whole numbers that they are.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

_POSITION = {"type": "integer", "minimum": 0}

Name = Annotated[str, Path(description="A digest, namespace:alias, or an alias.")]
Start = Annotated[
    str | None,
    Query(description="First position, from 0.", json_schema_extra=_POSITION),
]
End = Annotated[
    str | None,
    Query(description="Position after the last.", json_schema_extra=_POSITION),
]


def add_route(router: APIRouter, path: str, endpoint: Callable[..., Awaitable[Response]]) -> None:
    """Let `endpoint` answer ``GET`` and ``HEAD`` at `path`; one description stands for both."""
    name = endpoint.__name__.replace("_", " ")
    router.add_api_route(
        path, endpoint, methods=["GET"], response_class=Response, response_model=None, summary=name
    )
    router.add_api_route(
        path, endpoint, methods=["HEAD"], response_model=None, include_in_schema=False
    )


def add_post(
    router: APIRouter,
    path: str,
    endpoint: Callable[..., Awaitable[Response]],
    schema: dict[str, Any],
) -> None:
    """Let `endpoint` answer ``POST`` at `path`; `schema` describes the JSON it reads by itself."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        response_class=Response,
        response_model=None,
        summary=endpoint.__name__.replace("_", " "),
        openapi_extra={"requestBody": body},
    )
