"""Loading: the form that asks for files of sequences to be taken into the store."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.sequences.loading_wishes import (
    ask_for_release,
    ask_for_urls,
    files_of,
    releases_seen,
)
from holdfast.web import addresses as at
from holdfast.web.site import container_of, needs, page, see_other
from holdfast.web.uploads import form_sent

routes = APIRouter(dependencies=[Depends(needs(Scope.SEQUENCES))])

DEFINITIONS = (
    ("bars", "the names between bars, as in sp|P69905|HBA_HUMAN"),
    ("all", "these, and Ensembl’s names with and without their version"),
    ("none", "nothing but the record’s name"),
)

Word = Annotated[str, Form(max_length=400)]


@routes.get("/sequences-loading")
def loading(request: Request, release: str = "") -> Response:
    """The form; with a release (``bank/release``), its files to choose from."""
    container = container_of(request)
    bank, _, name = release.partition("/")
    return page(
        request,
        "sequences/loading.html",
        definitions=DEFINITIONS,
        releases=releases_seen(container),
        release=release,
        bank=bank,
        files=files_of(container, bank, name) if name else [],
    )


@routes.post("/sequences-loading/urls")
async def load_urls(request: Request) -> Response:
    """Ask for files that came along, or are elsewhere, to be loaded."""
    container = container_of(request)
    form = await form_sent(request, container)
    given = [each.given for each in form.files.get("files_file", [])]
    given += [*form.all("files_upload"), *form.get("urls").splitlines()]
    asked = await run_in_threadpool(
        ask_for_urls,
        container,
        given,
        form.get("namespace"),
        collection=form.get("collection"),
        definitions=form.get("definitions", "bars"),
        reassign=form.get("reassign") == "true",
    )
    return see_other(at.errand(asked.id))


@routes.post("/sequences-loading/release")
def load_release(
    request: Request,
    release: Word,
    namespace: Word,
    files: Annotated[list[str], Form(max_length=500)],
    reassign: Annotated[bool, Form()] = False,
) -> Response:
    """Ask for files of a release to be loaded."""
    bank, _, name = release.partition("/")
    asked = ask_for_release(
        container_of(request), bank, name, files, namespace.strip(), reassign=reassign
    )
    return see_other(at.errand(asked.id))
