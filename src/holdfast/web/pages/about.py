"""About: what this is, and where its interfaces are; and the mark in the browser's tab."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from holdfast.web.site import page

routes = APIRouter()

ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32"\
 rx="8" fill="#0d6e7d"/><g fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round">\
<path d="m7 25 8-8M21.5 10.5 25 7"/><path d="m17 19 8 6" opacity=".55"/></g></svg>"""


@routes.get("/about")
def about(request: Request) -> Response:
    """What this is."""
    return page(request, "about/about.html")


@routes.get("/icon.svg")
def icon() -> Response:
    """The mark."""
    kept = {"Cache-Control": "public, max-age=604800"}
    return Response(ICON, headers=kept, media_type="image/svg+xml")
