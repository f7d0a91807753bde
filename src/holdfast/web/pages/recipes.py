"""The recipe of a bank: looking at it and changing it, when it is updated, and whose it is."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.editing import RecipeText, recipe_text, save_recipe
from holdfast.app.banks.effective import effective_values
from holdfast.app.banks.held.survey import named
from holdfast.app.banks.keeping import bank_owner, bank_visibility
from holdfast.app.banks.rename import rename_bank
from holdfast.app.banks.rights import refuse_strangers
from holdfast.app.banks.texts import check_text
from holdfast.app.banks.timing import bank_timings, set_timing
from holdfast.app.container import Container
from holdfast.app.errands import MoveBank, ask
from holdfast.banks.properties.problems import Problem, Severity
from holdfast.banks.recipes.recipe import Visibility
from holdfast.errors import BankError, HoldfastError, RecipeError, UsageError
from holdfast.web import addresses as at
from holdfast.web.pages.seeing_banks import bank_page, may, seen
from holdfast.web.site import needs, page, person_of, see_other

routes = APIRouter()
changing = Depends(needs(Scope.BANKS))

RECIPE_MOST = 4 * 1024**2  #: characters of a text that is sent
Text = Annotated[str, Form(max_length=RECIPE_MOST)]


# -- looking and changing --------------------------------------------------------------------------


@routes.get("/banks/{bank}/recipe")
def recipe(request: Request, bank: str) -> Response:
    """The recipe of a bank, its problems at their lines, and what holds."""
    container = seen(request, bank)
    found = recipe_text(container, bank)
    return bank_page(
        request,
        container,
        bank,
        "banks/recipe.html",
        recipe=found,
        effective=_effective(request, container, bank),
    )


@routes.get("/banks/{bank}/recipe/edit", dependencies=[changing])
def edit(request: Request, bank: str) -> Response:
    """The form in which a recipe is changed."""
    container = seen(request, bank)
    return _editing(request, container, recipe_text(container, bank))


@routes.post("/banks/{bank}/recipe/check", dependencies=[changing])
def check(request: Request, bank: str, text: Text) -> Response:
    """What is odd about a recipe that is being changed, as a part of the page."""
    container = seen(request, bank)
    problems = check_text(container, plain(text), recipe_text(container, bank).form, bank)
    return page(request, "banks/_checked.html", text=plain(text), problems=problems)


@routes.post("/banks/{bank}/recipe", dependencies=[changing])
def save(request: Request, bank: str, text: Text, digest: Annotated[str, Form()]) -> Response:
    """Replace the recipe of a bank."""
    container = seen(request, bank)
    try:
        save_recipe(container, bank, text, digest)
    except (UsageError, BankError) as error:
        found = recipe_text(container, bank)
        return _editing(request, container, found, text=plain(text), refused=error, digest=digest)
    return see_other(at.bank_part(bank, "recipe"))


# -- the schedule ----------------------------------------------------------------------------------


@routes.get("/banks/{bank}/schedule")
def schedule(request: Request, bank: str) -> Response:
    """When a bank is updated by itself."""
    container = seen(request, bank)
    timings = bank_timings(container, bank)
    own = next((each for each in timings.schedules if each.own), None)
    return bank_page(request, container, bank, "banks/schedule.html", timings=timings, own=own)


@routes.post("/banks/{bank}/schedule", dependencies=[changing])
def set_schedule(
    request: Request,
    bank: str,
    cron: Annotated[str, Form()] = "",
    zone: Annotated[str, Form()] = "",
    enabled: Annotated[bool, Form()] = False,
) -> Response:
    """Say when a bank is updated by itself; without a time, that it is not."""
    set_timing(seen(request, bank), bank, cron, zone, enabled=enabled)
    return see_other(at.bank_part(bank, "schedule"))


# -- settings --------------------------------------------------------------------------------------


@routes.get("/banks/{bank}/settings", dependencies=[changing])
def settings(request: Request, bank: str) -> Response:
    """Whose a bank is, who may see it, what it is called, and where it is."""
    container = seen(request, bank)
    folder = container.catalogue.folder(bank)
    refuse_strangers(container, folder)
    return bank_page(
        request, container, bank, "banks/settings.html", owner=folder.marks.owner, folder=folder
    )


@routes.post("/banks/{bank}/settings", dependencies=[changing])
def set_settings(
    request: Request,
    bank: str,
    visibility: Annotated[str, Form()] = "",
    owner: Annotated[str | None, Form()] = None,
) -> Response:
    """Give a bank to somebody, or let others see it."""
    container = seen(request, bank)
    if visibility:
        bank_visibility(container, bank, named(Visibility, visibility))
    if owner is not None:
        bank_owner(container, bank, owner.strip())
    gone = not (person_of(request).is_administrator or may(request, container, bank))
    return see_other(at.bank(bank) if gone else at.bank_part(bank, "settings"))


@routes.post("/banks/{bank}/rename", dependencies=[changing])
def rename(request: Request, bank: str, new: Annotated[str, Form()]) -> Response:
    """Call a bank otherwise."""
    container = seen(request, bank)
    refuse_strangers(container, container.catalogue.folder(bank))
    renamed = rename_bank(container, bank, new.strip())
    return see_other(at.bank(renamed.bank))


@routes.post("/banks/{bank}/move", dependencies=[Depends(needs(Scope.ADMIN))])
def move(request: Request, bank: str, folder: Annotated[str, Form(max_length=2000)]) -> Response:
    """Have a bank in another folder."""
    container = seen(request, bank)
    target = Path(folder.strip())
    if not target.is_absolute() or "\0" in folder:
        raise UsageError("say the whole path of the folder, as /data/banks/yeast")
    ask(container, MoveBank(bank, target))
    return see_other(at.bank(bank))


# -- parts -----------------------------------------------------------------------------------------


def _editing(
    request: Request,
    container: Container,
    found: RecipeText,
    *,
    text: str | None = None,
    digest: str = "",
    refused: HoldfastError | None = None,
) -> Response:
    if not found.may_edit:
        refuse_strangers(container, container.catalogue.folder(found.bank))
        raise UsageError(f"{found.file} cannot be changed here; change it with an editor")
    problems = found.problems if text is None else ()
    if text is not None:
        problems = check_text(container, text, found.form, found.bank)
    return bank_page(
        request,
        container,
        found.bank,
        "banks/edit.html",
        status=status_of(refused),
        recipe=found,
        text=found.text if text is None else text,
        digest=digest or found.digest,
        problems=problems,
        refused=not_among(refused, problems),
    )


def _effective(request: Request, container: Container, bank: str) -> tuple[Any, ...]:
    if not may(request, container, bank):
        return ()
    try:
        return effective_values(container, bank)
    except HoldfastError:  # the problems say why
        return ()


def not_among(refused: HoldfastError | None, problems: tuple[Problem, ...]) -> str:
    """The sentence of a refusal, unless the problems at their lines say it already."""
    if refused is None or (
        isinstance(refused, RecipeError)
        and any(each.severity is Severity.ERROR for each in problems)
    ):
        return ""
    return str(refused)


def plain(text: str) -> str:
    """A text as a file has it: browsers send two characters at the end of a line."""
    return text.replace("\r\n", "\n")


def status_of(refused: HoldfastError | None) -> HTTPStatus:
    """The status of a page that shows a form again, with what was refused."""
    return HTTPStatus.OK if refused is None else HTTPStatus.UNPROCESSABLE_ENTITY
