"""The settings with what each means, maintenance, where jobs run: for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.maintenance import maintenance, turn_off, turn_on
from holdfast.app.configuration import (
    Source,
    executors_shown,
    placements_shown,
    settings_shown,
)
from holdfast.app.notices.asking import waiting
from holdfast.app.workers import live_workers
from holdfast.settings import FILE
from holdfast.web import addresses
from holdfast.web.site import container_of, needs, page, see_other

routes = APIRouter(dependencies=[Depends(needs(Scope.ADMIN))])


@routes.get("/settings")
def settings(request: Request, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """How this home is set up."""
    container = container_of(request)
    every = settings_shown(container.settings)
    words = q.casefold().split()
    meant = [
        each
        for each in every
        if all(word in f"{each.name} {each.meaning}".casefold() for word in words)
    ]
    return page(
        request,
        "settings/settings.html",
        q=q.strip(),
        chosen=[each for each in meant if each.source is not Source.DEFAULT],
        usual=[each for each in meant if each.source is Source.DEFAULT],
        file=container.settings.home / FILE,
        maintenance=maintenance(container),
        placements=placements_shown(container.settings),
        executors=["local", *(name for name in container.settings.executors if name != "local")],
        workers=live_workers(container.settings),
        notices=waiting(container),
    )


@routes.get("/settings/executors")
def executors(request: Request) -> Response:
    """Where jobs may run, and whether each answers now."""
    found = executors_shown(container_of(request))
    return page(request, "settings/executors.html", executors=found)


@routes.post("/settings/maintenance")
def change_maintenance(
    request: Request,
    on: Annotated[bool, Form()],
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Let no update begin, or let them begin again."""
    container = container_of(request)
    if on:
        turn_on(container, why.strip())
    else:
        turn_off(container)
    return see_other(addresses.settings())
