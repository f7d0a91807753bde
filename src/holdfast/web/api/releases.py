"""Releases of banks by programs: what they are made of; publishing, freezing, removing them."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.held.difference import ReleaseDifference, compare_releases
from holdfast.app.banks.held.loaded import Loaded, loaded_from
from holdfast.app.banks.held.show import FileShown, ReleaseShown, show_release
from holdfast.app.banks.held.status import ReleaseLine, list_releases
from holdfast.app.banks.releases.freeze import Freezing, freeze_releases, unfreeze_releases
from holdfast.app.banks.releases.publish import (
    Published,
    Unpublished,
    publish_release,
    unpublish_bank,
)
from holdfast.app.banks.releases.remove import Removal, remove_releases
from holdfast.app.banks.rights import refuse_strangers
from holdfast.app.container import Container
from holdfast.app.errands import RemoveReleases, ask
from holdfast.web import addresses
from holdfast.web.api.banks import After, Bank, Limit, Words
from holdfast.web.api.errands import ErrandShown, accepted
from holdfast.web.api.places import place_of, place_word
from holdfast.web.pages.seeing_banks import seen
from holdfast.web.site import container_of, needs, person_of

routes = APIRouter(prefix="/banks/{bank}", tags=["banks"])
changing = Depends(needs(Scope.BANKS))

Name = Annotated[str, Path(max_length=300, description="The release; `current`: the published.")]


class ReleaseList(BaseModel):
    """Releases, the newest first."""

    items: list[ReleaseLine]
    next: str | None = Field(description="Ask with `after` this for the older ones.")


class ReleaseAnswer(BaseModel):
    """One release; its files are asked for apart."""

    release: ReleaseShown = Field(description="Without its files.")
    files: int
    collections: list[Loaded] = Field(description="What was loaded of it into the store.")
    page: str = Field(description="The address of its page.")
    folder: str = Field(description="The address of its files.")


class FileList(BaseModel):
    """The remote files of a release and what they became, by name."""

    items: list[FileShown]
    next: str | None = Field(description="Ask with `after` this for the next ones.")


@routes.get("/releases")
def list_releases_of_bank(
    request: Request, bank: Bank, limit: Limit = 100, after: After = None
) -> ReleaseList:
    """The releases of a bank."""
    lines = list_releases(seen(request, bank), bank)
    start = place_of(after, [line.release for line in lines])
    shown = [_public_line(request, line) for line in lines[start : start + limit]]
    end = start + len(shown)
    more = place_word(end, shown[-1].release) if end < len(lines) else None
    return ReleaseList(items=shown, next=more)


@routes.get("/releases/{release}")
def show_release_of_bank(request: Request, bank: Bank, release: Name) -> ReleaseAnswer:
    """What a release is."""
    container = seen(request, bank)
    shown = show_release(container, bank, release)
    return ReleaseAnswer(
        release=_public(request, replace(shown, files=())),
        files=len(shown.files),
        collections=list(loaded_from(container, bank, shown.release)),
        page=addresses.release(bank, shown.release),
        folder=addresses.file(bank, shown.release),
    )


@routes.get("/releases/{release}/files")
def list_files_of_release(
    request: Request,
    bank: Bank,
    release: Name,
    q: Words = "",
    limit: Limit = 100,
    after: After = None,
) -> FileList:
    """The files of a release, each with its digest and with what it was verified by."""
    shown = show_release(seen(request, bank), bank, release)
    words = q.lower().split()
    files = [each for each in shown.files if all(word in _text(each) for word in words)]
    start = place_of(after, [each.file for each in files])
    some = files[start : start + limit]
    end = start + len(some)
    more = place_word(end, some[-1].file) if end < len(files) else None
    return FileList(items=some, next=more)


@routes.get("/releases/{release}/compare")
def compare_release(
    request: Request,
    bank: Bank,
    release: Name,
    other: Annotated[str, Query(alias="with", max_length=300)],
) -> ReleaseDifference:
    """What separates a release from another."""
    return compare_releases(seen(request, bank), bank, other, release)


@routes.post("/releases/{release}/publish", dependencies=[changing])
def publish(request: Request, bank: Bank, release: Name) -> Published:
    """Make a release the current one."""
    return publish_release(_held(request, bank, release), bank, release)


@routes.post("/unpublish", dependencies=[changing])
def unpublish(request: Request, bank: Bank) -> Unpublished:
    """Have no current release."""
    return unpublish_bank(seen(request, bank), bank)


@routes.post("/releases/{release}/freeze", dependencies=[changing])
def freeze(request: Request, bank: Bank, release: Name) -> Freezing:
    """See that a release is never removed."""
    return freeze_releases(_held(request, bank, release), bank, [release])


@routes.post("/releases/{release}/unfreeze", dependencies=[changing])
def unfreeze(request: Request, bank: Bank, release: Name) -> Freezing:
    """Let a release be removed again."""
    return unfreeze_releases(_held(request, bank, release), bank, [release])


@routes.delete(
    "/releases/{release}",
    dependencies=[changing],
    responses={200: {"model": Removal}, 202: {"model": ErrandShown}},
    response_model=None,
)
def remove(
    request: Request, response: Response, bank: Bank, release: Name, dry_run: bool = False
) -> Removal | ErrandShown:
    """Remove a release; with `dry_run`, say what would be freed."""
    container = _held(request, bank, release)
    refuse_strangers(container, container.catalogue.folder(bank))
    removal = remove_releases(container, bank, [release], dry_run=True)
    if dry_run:
        return removal
    response.status_code = HTTPStatus.ACCEPTED
    names = tuple(each.release for each in removal.releases)
    return accepted(response, ask(container, RemoveReleases(bank, names)))


def _held(request: Request, bank: str, release: str) -> Container:
    """The container, for what is done to a release that is there.

    Raises
    ------
    BankNotFound, ReleaseNotFound
        There is none, or it may not be seen.
    """
    container = seen(request, bank)
    container.catalogue.folder(bank).release(release)
    return container_of(request)


def _public(request: Request, shown: ReleaseShown) -> ReleaseShown:
    """A release without where it is on disk, which is for administrators."""
    return shown if person_of(request).is_administrator else replace(shown, path="")


def _public_line(request: Request, line: ReleaseLine) -> ReleaseLine:
    return line if person_of(request).is_administrator else replace(line, path="")


def _text(file: FileShown) -> str:
    return " ".join((file.file, file.sha256, *file.products)).lower()
