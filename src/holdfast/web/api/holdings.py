"""What is held, what goes on and what failed, by programs: the front page as a document."""

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request

from holdfast.app.home import Coming, Counts, Failure, Piece, Update, going_on, report
from holdfast.app.weighing import Disk, disk
from holdfast.web.site import container_of, person_of

routes = APIRouter(tags=["holdings"])


class Holdings(BaseModel):
    """What is held here, as far as you may see it."""

    counts: Counts
    disk: Disk | None = Field(description="Sizes in bytes; a guest is not told.")
    going_on: list[Piece]
    failures: list[Failure]
    updates: list[Update]
    coming: list[Coming]
    plots: list[str] = Field(description="The newest.")


@routes.get("/holdings")
def holdings(request: Request) -> Holdings:
    """What is held, what goes on, what failed and what is new."""
    container = container_of(request)
    found = report(container)
    return Holdings(
        counts=found.counts,
        disk=None if person_of(request).is_guest else disk(container),
        going_on=list(going_on(container)),
        failures=list(found.failures),
        updates=list(found.updates),
        coming=list(found.coming),
        plots=[plot.name for plot in found.plots],
    )
