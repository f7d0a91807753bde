"""What is done by itself, and when: for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.jobs.asking import ask_for_schedule
from holdfast.app.schedule import list_schedules, next_due_times
from holdfast.app.workers import live_workers
from holdfast.base.cron import FIELDS, NICKNAMES
from holdfast.web import addresses
from holdfast.web.site import container_of, needs, page, see_other

routes = APIRouter(dependencies=[Depends(needs(Scope.ADMIN))])

COMING = 8  #: due times that are shown


@routes.get("/schedule")
def schedule(request: Request) -> Response:
    """All schedules, and when they come next."""
    container = container_of(request)
    return page(
        request,
        "schedule/schedule.html",
        found=list_schedules(container, None),
        coming=next_due_times(container, count=COMING),
        workers=live_workers(container.settings),
        fields=FIELDS,
        nicknames=NICKNAMES,
    )


@routes.post("/schedule/run")
def run_now(request: Request, name: Annotated[str, Form(max_length=300)]) -> Response:
    """Do now what a schedule does."""
    errand = ask_for_schedule(container_of(request), name)
    return see_other(addresses.errand(errand.id))
