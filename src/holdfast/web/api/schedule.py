"""What is done by itself and how the home is set up, by programs of administrators."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.maintenance import Maintenance, maintenance, turn_off, turn_on
from holdfast.app.configuration import (
    ExecutorShown,
    SettingShown,
    executors_shown,
    settings_shown,
)
from holdfast.app.jobs.asking import ask_for_schedule
from holdfast.app.schedule import DueTime, ScheduleList, list_schedules, next_due_times
from holdfast.app.workers import LiveWorker, live_workers
from holdfast.web.api.errands import ErrandShown, accepted
from holdfast.web.site import container_of, needs

routes = APIRouter(dependencies=[Depends(needs(Scope.ADMIN))])


class Workers(BaseModel):
    """The workers that live."""

    items: list[LiveWorker]


class DueTimes(BaseModel):
    """Due times to come, the soonest first."""

    items: list[DueTime]


class SettingList(BaseModel):
    """Every setting; what is secret is hidden."""

    items: list[SettingShown]


class ExecutorList(BaseModel):
    """Where jobs may run, and whether each answers."""

    items: list[ExecutorShown]


class MaintenanceWanted(BaseModel):
    """Whether maintenance is to be on, and why."""

    on: bool
    why: str = ""


@routes.get("/schedule", tags=["schedule"])
def schedule(request: Request) -> ScheduleList:
    """All schedules, how they went last, and when they come next."""
    return list_schedules(container_of(request), None)


@routes.get("/schedule/next", tags=["schedule"])
def schedule_next(request: Request, count: Annotated[int, Query(ge=1, le=1000)] = 10) -> DueTimes:
    """The next due times of all that is switched on."""
    return DueTimes(items=list(next_due_times(container_of(request), count=count)))


@routes.get("/workers", tags=["schedule"])
def workers(request: Request) -> Workers:
    """The workers that do what is scheduled."""
    return Workers(items=list(live_workers(container_of(request).settings)))


@routes.post("/schedule/{name:path}/run", status_code=HTTPStatus.ACCEPTED, tags=["schedule"])
def run_schedule(
    request: Request, response: Response, name: Annotated[str, Path(max_length=300)]
) -> ErrandShown:
    """Do now what a schedule does."""
    return accepted(response, ask_for_schedule(container_of(request), name))


@routes.get("/settings", tags=["settings"])
def settings(request: Request) -> SettingList:
    """How this home is set up."""
    return SettingList(items=list(settings_shown(container_of(request).settings)))


@routes.get("/executors", tags=["settings"])
def executors(request: Request) -> ExecutorList:
    """Where jobs may run; each is asked whether it answers, which may take seconds."""
    return ExecutorList(items=list(executors_shown(container_of(request))))


@routes.get("/maintenance", tags=["settings"])
def show_maintenance(request: Request) -> Maintenance:
    """Whether maintenance is on; no update begins then."""
    return maintenance(container_of(request))


@routes.put("/maintenance", tags=["settings"])
def set_maintenance(request: Request, wanted: MaintenanceWanted) -> Maintenance:
    """Turn maintenance on or off."""
    container = container_of(request)
    return turn_on(container, wanted.why[:500]) if wanted.on else turn_off(container)
