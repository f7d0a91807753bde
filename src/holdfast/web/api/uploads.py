"""Uploads by programs, and by the pages' own script: a file comes in as many pieces as it likes."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.plots import uploads as asked
from holdfast.app.plots.asking import may_compare
from holdfast.app.plots.receiving import complete
from holdfast.web import addresses
from holdfast.web.site import container_of, needs, person_of
from holdfast.web.uploads import take_piece

Word = Annotated[str, Query(max_length=100)]


def may_upload(request: Request) -> None:
    """Who may make plots, or load sequences, may upload: also guests, where the setting says so."""
    container = container_of(request)
    person = person_of(request)
    if person.is_guest and may_compare(container):
        return
    needs(Scope.SEQUENCES if person.may(Scope.SEQUENCES) else Scope.PLOTS)(request)


may_upload.scope = Scope.PLOTS  # type: ignore[attr-defined]  # told to the tests of who may do what

routes = APIRouter(prefix="/uploads", tags=["uploads"], dependencies=[Depends(may_upload)])


class Begun(BaseModel):
    """A file that is going to come."""

    name: str = Field(min_length=1, max_length=1000, description="What its sender calls it.")
    size: int | None = Field(None, ge=0, lt=2**63, description="Bytes, if that is known.")


class UploadShown(BaseModel):
    """A file that somebody sends, or has sent."""

    id: str
    name: str
    given: str = Field(description="How it is named where a genome or an alignment is named.")
    size: int | None = Field(description="Bytes, if that was said.")
    received: int = Field(description="Bytes that are here: where the next piece begins.")
    complete: bool
    sha256: str | None
    began: datetime

    @classmethod
    def of(cls, upload: asked.Upload) -> "UploadShown":
        """What is shown of an upload."""
        return cls(
            id=upload.id,
            name=upload.name,
            given=upload.given,
            size=upload.size,
            received=upload.received,
            complete=upload.is_whole,
            sha256=upload.sha256,
            began=upload.began,
        )


class UploadList(BaseModel):
    """Uploads, the newest first."""

    items: list[UploadShown]
    next: str | None = None


@routes.get("")
def list_uploads(request: Request) -> UploadList:
    """Your uploads, the newest first. A guest's are in no list."""
    found = asked.uploads(container_of(request))
    return UploadList(items=[UploadShown.of(each) for each in found])


@routes.post("", status_code=HTTPStatus.CREATED)
def begin(request: Request, begun: Begun, response: Response) -> UploadShown:
    """Say that a file is going to come. Its pieces follow with PUT."""
    made = asked.begin_upload(container_of(request), begun.name, begun.size)
    response.headers["Location"] = addresses.api(f"/uploads/{made.id}")
    return UploadShown.of(made)


@routes.get("/{id}")
def show(request: Request, id: str) -> UploadShown:  # noqa: A002 - it is the path's own word
    """An upload of yours: how much of it is here."""
    return UploadShown.of(asked.upload(container_of(request), id))


@routes.put(
    "/{id}",
    openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}, "required": True}},
)
async def piece(
    request: Request,
    id: str,  # noqa: A002 - as above
    offset: Annotated[int, Query(ge=0, lt=2**63, description="Where the piece begins.")] = 0,
) -> UploadShown:
    """A piece of the file, which is the body. It must begin where the one before it ended.

    When as much is here as was said the upload is complete. Who was cut off asks how much was
    received, and goes on there.
    """
    container = container_of(request)
    return UploadShown.of(await take_piece(request, container, id, offset))


@routes.post("/{id}/complete")
def finish(request: Request, id: str) -> UploadShown:  # noqa: A002 - as above
    """Say that nothing more comes, of a file whose size was not said."""
    return UploadShown.of(complete(container_of(request), id))


@routes.delete("/{id}", status_code=HTTPStatus.NO_CONTENT)
async def remove(request: Request, id: str) -> Response:  # noqa: A002 - as above
    """Remove an upload of yours."""
    await run_in_threadpool(asked.remove_upload, container_of(request), id)
    return Response(status_code=HTTPStatus.NO_CONTENT)
