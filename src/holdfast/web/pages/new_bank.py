"""Adding a bank: from a template, from an address, or with a recipe that a person writes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.add import Choices, written
from holdfast.app.banks.editing import add_text
from holdfast.app.banks.held.survey import named
from holdfast.app.banks.templates import list_templates, template_called
from holdfast.app.banks.texts import Form as Written
from holdfast.app.banks.texts import check_text
from holdfast.banks.recipes.sources import ReleaseFrom
from holdfast.errors import BankError, HoldfastError, UsageError
from holdfast.web import addresses as at
from holdfast.web.pages.recipes import Text, not_among, plain, status_of
from holdfast.web.site import container_of, needs, page, see_other

routes = APIRouter()
changing = Depends(needs(Scope.BANKS))

NAMES_A_RELEASE = (
    (ReleaseFrom.DATE, "the date of the newest file"),
    (ReleaseFrom.LISTING, "a digest of all that is there"),
    (ReleaseFrom.FOLDER, "the newest folder below the address"),
    (ReleaseFrom.FILE_NAME, "a part of the names of the files"),
    (ReleaseFrom.CONTENT, "what stands in a small file"),
)


class Composed(BaseModel):
    """The choices of the form from which a recipe is made."""

    name: str
    url: str
    files: str = ""
    release_from: str = ReleaseFrom.DATE.value
    pattern: str = ""
    release_file: str = ""
    unpack: bool = False
    load: str = ""

    @property
    def choices(self) -> Choices:
        """The same, for the recipe."""
        return Choices(
            self.name.strip(),
            self.url.strip(),
            tuple(self.files.split()),
            named(ReleaseFrom, self.release_from),
            self.pattern.strip(),
            self.release_file.strip(),
            unpack=self.unpack,
            load=self.load.strip(),
        )


@routes.get("/banks-new", dependencies=[changing])
def new(request: Request, template: str = "", q: str = "") -> Response:
    """The ways to add a bank: from a template, from an address, with a recipe."""
    container = container_of(request)
    if template:
        text = template_called(template)
        return _writing(request, text, f"The template {template}. Change what you like.")
    found = list_templates(container, tuple(q.split()))
    return page(request, "banks/new.html", templates=found, q=q, ways=NAMES_A_RELEASE)


@routes.get("/banks-write", dependencies=[changing])
def write(request: Request) -> Response:
    """A recipe written by hand."""
    return _writing(request, "", "")


@routes.post("/banks-compose", dependencies=[changing])
def compose(request: Request, composed: Annotated[Composed, Form()]) -> Response:
    """The recipe that a few choices make, to be looked at and kept."""
    words = "Made of what you chose. Look it over, and add it."
    return _writing(request, written(composed.choices), words)


@routes.post("/banks-add", dependencies=[changing])
def add(
    request: Request,
    text: Text,
    form: Annotated[str, Form()] = Written.TOML.value,
    called: Annotated[str, Form()] = "",
) -> Response:
    """Keep a recipe as that of a new bank."""
    container = container_of(request)
    try:
        added = add_text(container, text, named(Written, form), called.strip())
    except (UsageError, BankError) as error:
        return _writing(request, text, "", form=form, called=called, refused=error)
    return see_other(at.bank(added.bank))


@routes.post("/banks-lint", dependencies=[changing])
def lint(
    request: Request,
    text: Text,
    form: Annotated[str, Form()] = Written.TOML.value,
    called: Annotated[str, Form()] = "",
) -> Response:
    """What is odd about a recipe that is being written, as a part of the page."""
    problems = check_text(container_of(request), text, named(Written, form), called.strip())
    return page(request, "banks/_checked.html", text=plain(text), problems=problems)


def _writing(
    request: Request,
    text: str,
    words: str,
    *,
    form: str = Written.TOML.value,
    called: str = "",
    refused: HoldfastError | None = None,
) -> Response:
    """The form in which a new recipe is written, with what is odd about it."""
    container, text = container_of(request), plain(text)
    problems = check_text(container, text, named(Written, form), called.strip()) if text else ()
    return page(
        request,
        "banks/write.html",
        status=status_of(refused),
        text=text,
        words=words,
        form=form,
        called=called,
        problems=problems,
        refused=not_among(refused, problems),
    )
