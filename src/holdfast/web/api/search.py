"""Searching everything, by programs."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from holdfast.app.finding import Kind, find
from holdfast.web.pages.search import address_of
from holdfast.web.site import container_of

routes = APIRouter(tags=["search"])


class ThingFound(BaseModel):
    """Something that was found."""

    kind: Kind
    names: list[str] = Field(description="They lead to it: of a file, bank, release and path.")
    title: str
    more: str
    page: str = Field(description="The address of its page.")


class GroupFound(BaseModel):
    """What was found of one kind."""

    kind: Kind
    items: list[ThingFound]
    more: bool = Field(description="There is more of this kind; ask for it alone, with `start`.")


class Found(BaseModel):
    """What was found, by kind; kinds of which nothing was found are not there."""

    text: str
    groups: list[GroupFound]


@routes.get("/search")
def search(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=1000)],
    kind: Annotated[list[Kind] | None, Query(description="Only these kinds.")] = None,
    start: Annotated[int, Query(ge=0, le=10_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=100, description="Of each kind.")] = 20,
) -> Found:
    """What has a name, a digest or words like these, of all that you may see."""
    found = find(container_of(request), q, tuple(kind or Kind), start, limit)
    groups = [
        GroupFound(
            kind=group.kind,
            items=[
                ThingFound(
                    kind=thing.kind,
                    names=list(thing.names),
                    title=thing.title,
                    more=thing.more,
                    page=address_of(thing),
                )
                for thing in group.things
            ],
            more=group.is_more,
        )
        for group in found.groups
    ]
    return Found(text=found.text, groups=groups)
