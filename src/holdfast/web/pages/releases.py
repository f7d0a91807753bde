"""The releases of a bank: publishing, freezing, removing them, and what one is made of."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.held.difference import Change, compare_releases
from holdfast.app.banks.held.loaded import loaded_from
from holdfast.app.banks.held.show import FileShown, ReleaseShown, show_release
from holdfast.app.banks.held.status import list_releases
from holdfast.app.banks.releases.freeze import freeze_releases, unfreeze_releases
from holdfast.app.banks.releases.publish import publish_release, unpublish_bank
from holdfast.app.banks.releases.remove import remove_bank, remove_releases
from holdfast.app.banks.rights import refuse_strangers
from holdfast.app.container import Container
from holdfast.app.errands import RemoveBank, RemoveReleases, ask
from holdfast.banks.choosing.selection import Selection
from holdfast.banks.recipes.steps import FASTA
from holdfast.banks.releases.bankfolder import CURRENT
from holdfast.web import addresses as at
from holdfast.web.pages.seeing_banks import bank_page, seen
from holdfast.web.site import needs, see_other

routes = APIRouter()
changing = Depends(needs(Scope.BANKS))

FILES = 200  #: on a page
DIFFERENCES = 1000


@routes.get("/banks/{bank}/releases")
def releases(request: Request, bank: str) -> Response:
    """All releases of a bank."""
    container = seen(request, bank)
    return bank_page(
        request, container, bank, "banks/releases.html", releases=list_releases(container, bank)
    )


@routes.post("/banks/{bank}/releases/{release}/publish", dependencies=[changing])
def publish(request: Request, bank: str, release: str) -> Response:
    """Make a release the current one."""
    publish_release(seen(request, bank), bank, release)
    return see_other(at.bank_part(bank, "releases"))


@routes.post("/banks/{bank}/unpublish", dependencies=[changing])
def unpublish(request: Request, bank: str) -> Response:
    """Have no current release."""
    unpublish_bank(seen(request, bank), bank)
    return see_other(at.bank_part(bank, "releases"))


@routes.post("/banks/{bank}/releases/{release}/freeze", dependencies=[changing])
def freeze(request: Request, bank: str, release: str) -> Response:
    """See that a release is never removed."""
    freeze_releases(seen(request, bank), bank, [release])
    return see_other(at.bank_part(bank, "releases"))


@routes.post("/banks/{bank}/releases/{release}/unfreeze", dependencies=[changing])
def unfreeze(request: Request, bank: str, release: str) -> Response:
    """Let a release be removed again."""
    unfreeze_releases(seen(request, bank), bank, [release])
    return see_other(at.bank_part(bank, "releases"))


@routes.get("/banks/{bank}/releases/{release}/remove", dependencies=[changing])
def ask_to_remove(request: Request, bank: str, release: str) -> Response:
    """What would go with a release, and whether it shall."""
    container = _changeable(request, bank)
    removal = remove_releases(container, bank, [release], dry_run=True)
    address = at.release_part(bank, release, "remove")
    return bank_page(
        request, container, bank, "banks/remove.html", removal=removal, address=address, all=False
    )


@routes.post("/banks/{bank}/releases/{release}/remove", dependencies=[changing])
def remove(request: Request, bank: str, release: str) -> Response:
    """Remove a release."""
    container = _changeable(request, bank)
    remove_releases(container, bank, [release], dry_run=True)  # what is refused is told at once
    ask(container, RemoveReleases(bank, (release,)))
    return see_other(at.bank(bank))


@routes.get("/banks/{bank}/remove", dependencies=[changing])
def ask_to_remove_all(request: Request, bank: str, force: bool = False) -> Response:
    """What would go with all releases of a bank, and whether it shall."""
    container = _changeable(request, bank)
    removal = remove_bank(container, bank, force=force, dry_run=True)
    address = at.bank_part(bank, "remove")
    return bank_page(
        request,
        container,
        bank,
        "banks/remove.html",
        removal=removal,
        address=address,
        all=True,
        force=force,
    )


@routes.post("/banks/{bank}/remove", dependencies=[changing])
def remove_all(
    request: Request,
    bank: str,
    with_recipe: Annotated[bool, Form()] = False,
    force: Annotated[bool, Form()] = False,
) -> Response:
    """Remove all releases of a bank, and its recipe if that is said."""
    container = _changeable(request, bank)
    remove_bank(container, bank, force=force, dry_run=True)
    ask(container, RemoveBank(bank, force=force, with_recipe=with_recipe))
    return see_other(at.banks() if with_recipe else at.bank(bank))


@routes.get("/banks/{bank}/releases/{release}")
def one(
    request: Request, bank: str, release: str, q: str = "", after: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """What a release is made of, and how each file was verified."""
    container = seen(request, bank)
    shown = show_release(container, bank, release)
    if release == CURRENT:
        return see_other(at.release(bank, shown.release))
    files = [each for each in shown.files if _has(each, q)]
    following = after + FILES
    address = at.release(bank, shown.release)
    return bank_page(
        request,
        container,
        bank,
        "banks/release.html",
        release=shown,
        files=files[after:following],
        count=len(files),
        q=q,
        range=(after, min(following, len(files))),
        next=at.asked(address, q=q, after=following) if following < len(files) else "",
        first=at.asked(address, q=q) if after else "",
        size=sum(each.size or 0 for each in shown.files),
        loaded=loaded_from(container, bank, shown.release),
        drawn=_genomes(each for file in shown.files for each in file.products),
        **_around(container, bank, shown),
    )


@routes.get("/banks/{bank}/releases/{release}/compare")
def compare(
    request: Request, bank: str, release: str, other: Annotated[str, Query(alias="with")]
) -> Response:
    """What separates a release from another."""
    container = seen(request, bank)
    found = compare_releases(container, bank, other, release)
    return bank_page(
        request,
        container,
        bank,
        "banks/difference.html",
        found=found,
        shown=found.files[:DIFFERENCES],
        drawn=_genomes(each.file for each in found.files if each.change is Change.CHANGED),
    )


def _around(container: Container, bank: str, shown: ReleaseShown) -> dict[str, Any]:
    """The other releases, and the one before, with which a person may compare it."""
    lines = list_releases(container, bank)
    names = [each.release for each in lines]
    place = names.index(shown.release)
    return {
        "row": lines[place],
        "others": [name for name in names if name != shown.release],
        "before": names[place + 1] if place + 1 < len(names) else "",
    }


def _genomes(files: Iterable[str]) -> frozenset[str]:
    """Those of `files` that are FASTA by their names: they can be drawn against others."""
    selection = Selection(FASTA)
    return frozenset(each for each in files if selection.file(each))


def _has(file: FileShown, words: str) -> bool:
    text = " ".join((file.file, file.sha256, *file.products)).lower()
    return all(word in text for word in words.lower().split())


def _changeable(request: Request, bank: str) -> Container:
    container = seen(request, bank)
    refuse_strangers(container, container.catalogue.folder(bank))
    return container
