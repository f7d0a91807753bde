"""
Health: whether the process lives, and whether it can answer.

They are asked often and by machines, from anywhere, and say nothing of what is held.
"""

import logging
from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from holdfast.errors import HoldfastError
from holdfast.web.site import site_of

ANYTHING = "lab:anything"  #: an alias that nobody has; looking for it asks the index
FRESH = {"Cache-Control": "no-store"}

logger = logging.getLogger(__name__)
routes = APIRouter()


@routes.get("/healthz")
async def alive() -> Response:
    """The process lives."""
    return JSONResponse({"status": "alive"}, headers=FRESH)


@routes.get("/readyz")
def ready(request: Request) -> Response:
    """The ledger and the store answer; otherwise 503, and the log says why."""
    container = site_of(request).container
    parts: dict[str, str] = {}
    try:
        container.ledger.run_counts()
        parts["ledger"] = "answers"
        settings = container.settings
        has_store = bool(settings.store_layers) or (settings.store / "store.toml").exists()
        if has_store:
            _ = ANYTHING in container.reading
        parts["store"] = "answers" if has_store else "none yet"
    except HoldfastError as error:
        logger.error("not ready: %s", error)
        silent = "store" if "ledger" in parts else "ledger"
        said = {"status": "not ready", **parts, silent: "does not answer"}
        return JSONResponse(said, HTTPStatus.SERVICE_UNAVAILABLE, headers=FRESH)
    return JSONResponse({"status": "ready", **parts}, headers=FRESH)
