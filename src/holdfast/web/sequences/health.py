"""
Health: whether the process lives, and whether it can answer.

They are asked often and by machines, and so are counted neither as load nor as strangers.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from holdfast.web.sequences.routes import Routes
from holdfast.web.sequences.service import Service

LIVES, READY = "/healthz", "/readyz"
_FRESH = {"Cache-Control": "no-store"}


def add_health(routes: Routes, service: Service) -> None:
    """Add the two addresses."""

    async def alive(_: Request) -> Response:
        """The process lives."""
        return JSONResponse({"status": "alive"}, headers=_FRESH)

    async def ready(_: Request) -> Response:
        """The store is there and can be asked; otherwise 503."""
        position = await service.readers.ask(service.store.position)
        return JSONResponse({"status": "ready", "position": position}, headers=_FRESH)

    routes.get(LIVES, alive)
    routes.get(READY, ready)
