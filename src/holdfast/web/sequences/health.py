"""
Health: whether the process lives, and whether it can answer.

They are asked often and by machines, and so are counted neither as load nor as strangers.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from holdfast.web.sequences.routes import add_route
from holdfast.web.sequences.service import Service

LIVES, READY = "/healthz", "/readyz"
_FRESH = {"Cache-Control": "no-store"}


def router(service: Service) -> APIRouter:
    """The two addresses."""
    made = APIRouter(tags=["health"])

    async def alive(_: Request) -> Response:
        """The process lives."""
        return JSONResponse({"status": "alive"}, headers=_FRESH)

    async def ready(_: Request) -> Response:
        """The store is there and can be asked; otherwise 503."""
        position = await service.readers.ask(service.store.position)
        return JSONResponse({"status": "ready", "position": position}, headers=_FRESH)

    add_route(made, LIVES, alive)
    add_route(made, READY, ready)
    return made
