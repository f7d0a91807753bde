"""The front page: what is held, what goes on, what failed, what is new."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.home import going_on, report
from holdfast.app.weighing import disk
from holdfast.web.live import Rendered, live
from holdfast.web.site import container_of, page, person_of, rendered

routes = APIRouter()


@routes.get("/")
def home(request: Request) -> Response:
    """What is held, what goes on, what failed."""
    container = container_of(request)
    return page(
        request,
        "home/home.html",
        report=report(container),
        pieces=going_on(container),
        disk=None if person_of(request).is_guest else disk(container),
    )


@routes.get("/live")
def home_live(request: Request) -> Response:
    """What goes on, as it changes."""
    container = container_of(request)

    def render() -> Rendered:
        pieces = going_on(container)
        return {"going": rendered(request, "home/going.html", pieces=pieces)}, False

    return live(request, render)
