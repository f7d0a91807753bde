"""Banks by programs: list and look at them, add, update, change and remove them."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.add import Added, Choices, written
from holdfast.app.banks.editing import add_text
from holdfast.app.banks.held.growth import Growth, bank_growth
from holdfast.app.banks.held.history import HistoryLine, bank_history
from holdfast.app.banks.held.survey import (
    Asked,
    BankLine,
    BankState,
    Order,
    changeable_banks,
    line_of,
    survey,
)
from holdfast.app.banks.keeping import bank_owner, bank_visibility
from holdfast.app.banks.releases.remove import Removal, remove_bank
from holdfast.app.banks.rename import rename_bank
from holdfast.app.banks.rights import refuse_strangers
from holdfast.app.banks.templates import (
    template_called,
)
from holdfast.app.banks.texts import Form
from holdfast.app.banks.updating.preview import preview_update
from holdfast.app.banks.updating.report import UpdateReport
from holdfast.app.banks.updating.update import check_wishes
from holdfast.app.errands import CheckRemotes, RemoveBank, UpdateBank, UpdateBanks, ask
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.recipes.sources import ReleaseFrom
from holdfast.banks.updating.stages import Wishes
from holdfast.errors import UsageError
from holdfast.web import addresses
from holdfast.web.api.errands import ErrandShown, accepted
from holdfast.web.api.places import place_of, place_word
from holdfast.web.api.runs import RunList, list_runs
from holdfast.web.pages.seeing_banks import may, seen
from holdfast.web.site import container_of, needs

routes = APIRouter(tags=["banks"])
changing = Depends(needs(Scope.BANKS))

Bank = Annotated[str, Path(max_length=200, description="The name of the bank.")]
Word = Annotated[str, Field(max_length=200)]
Words = Annotated[str, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=1000)]
After = Annotated[str | None, Query(max_length=600, description="The `next` of the page before.")]


class BankList(BaseModel):
    """Banks."""

    items: list[BankLine]
    next: str | None = Field(description="Ask with `after` this for the next ones.")


class BankShown(BaseModel):
    """One bank."""

    bank: BankLine
    may_change: bool = Field(description="Whether you may update and change it.")
    has_recipe: bool
    page: str = Field(description="The address of its page.")
    files: str = Field(description="The address of the files of its current release, or empty.")


class NewBank(BaseModel):
    """A bank to be added: with a recipe, from a template, or from an address."""

    recipe: str | None = Field(None, max_length=4 * 1024**2, description="The text of a recipe.")
    form: Form = Form.TOML
    name: Word = Field("", description="Of the bank, where the recipe does not say it.")
    template: Word | None = Field(None, description="The name of a template.")
    url: Annotated[str, Field(max_length=2000)] | None = None
    files: list[Word] = Field(default_factory=list, max_length=100, description="Globs.")
    release_from: ReleaseFrom = ReleaseFrom.DATE
    pattern: Word = ""
    release_file: Word = ""
    unpack: bool = False
    load: Word = Field("", description="The namespace to load FASTA files into.")

    def text(self) -> str:
        """The recipe that is meant; a UsageError unless it is said in one way."""
        ways = [each for each in (self.recipe, self.template, self.url) if each]
        if len(ways) != 1:
            raise UsageError("say one of: recipe, template, url")
        if self.recipe:
            return self.recipe
        choices = Choices(
            self.name,
            self.url or "",
            tuple(self.files),
            self.release_from,
            self.pattern,
            self.release_file,
            unpack=self.unpack,
            load=self.load,
        )
        return written(choices)


class BankChange(BaseModel):
    """What is to change about a bank."""

    owner: Annotated[str, Field(max_length=100)] | None = Field(None, description="Empty: nobody.")
    visibility: Visibility | None = None
    name: Word | None = Field(None, description="It is called so from now on.")


class UpdateAsked(BaseModel):
    """What is wanted of an update, as `holdfast bank update` takes it."""

    dry_run: bool = Field(default=False, description="Only say what would change.")
    from_scratch: bool = False
    publish: bool = False
    stop_before: Word = ""
    stop_after: Word = ""
    from_task: Word = ""
    process: Word = ""
    release: Word = ""

    @property
    def wishes(self) -> Wishes:
        """The same, for the update."""
        return Wishes(
            self.stop_before,
            self.stop_after,
            self.from_task,
            self.process,
            self.release,
            publish=self.publish,
        )


class BanksAsked(BaseModel):
    """Which banks are meant."""

    banks: list[Word] = Field(
        default_factory=list, max_length=10_000, description="None: all that you may change."
    )


class History(BaseModel):
    """What happened to a bank, and how it grew."""

    events: list[HistoryLine]
    growth: Growth


@routes.get("/banks")
def list_banks(  # noqa: PLR0913, PLR0917 - each question of the address is an argument here
    request: Request,
    q: Words = "",
    state: BankState | None = None,
    type: Words = "",  # noqa: A002 - as the address has it
    format: Words = "",  # noqa: A002 - as the address has it
    tag: Words = "",
    sort: Order = Order.NAME,
    descending: bool = False,
    limit: Limit = 100,
    after: After = None,
) -> BankList:
    """The banks that you may see."""
    asked = Asked(tuple(q.split()), state, type, tag, format, sort, descending)
    lines = survey(container_of(request), asked).lines
    start = place_of(after, [line.bank for line in lines])
    shown = lines[start : start + limit]
    end = start + len(shown)
    more = place_word(end, shown[-1].bank) if end < len(lines) else None
    return BankList(items=list(shown), next=more)


@routes.post("/banks", status_code=HTTPStatus.CREATED, dependencies=[changing])
def add_bank(request: Request, response: Response, new: NewBank) -> Added:
    """Add a bank. Nothing is fetched before it is updated."""
    container = container_of(request)
    if new.template and not (new.recipe or new.url):
        added = add_text(container, template_called(new.template, new.name))
    else:
        added = add_text(container, new.text(), new.form, new.name)
    response.headers["Location"] = addresses.api(addresses.bank(added.bank))
    return added


@routes.post("/banks/update", status_code=HTTPStatus.ACCEPTED, dependencies=[changing])
def update_several(request: Request, response: Response, asked: BanksAsked) -> ErrandShown:
    """Update several banks, or all that you may change."""
    container = container_of(request)
    banks = tuple(dict.fromkeys(asked.banks)) or changeable_banks(container)
    for bank in banks:
        seen(request, bank)
    return accepted(response, ask(container, UpdateBanks(banks)))


@routes.post("/banks/check", status_code=HTTPStatus.ACCEPTED, dependencies=[changing])
def check_remotes(request: Request, response: Response, asked: BanksAsked) -> ErrandShown:
    """Ask the remotes of several banks, or of all that you may change, what is new."""
    container = container_of(request)
    banks = tuple(dict.fromkeys(asked.banks)) or changeable_banks(container)
    for bank in banks:
        seen(request, bank)
    return accepted(response, ask(container, CheckRemotes(banks)))


@routes.get("/banks/{bank}")
def show_bank(request: Request, bank: Bank) -> BankShown:
    """How a bank stands."""
    container = seen(request, bank)
    line = line_of(container, bank)
    return BankShown(
        bank=line,
        may_change=may(request, container, bank),
        has_recipe=container.catalogue.has(bank),
        page=addresses.bank(bank),
        files=addresses.file(bank, line.current) if line.current else "",
    )


@routes.patch("/banks/{bank}", dependencies=[changing])
def change_bank(request: Request, bank: Bank, change: BankChange) -> BankShown:
    """Give a bank to somebody, let others see it, or call it otherwise."""
    container = seen(request, bank)
    refuse_strangers(container, container.catalogue.folder(bank))
    if change.name is not None and change.name != bank:
        bank = rename_bank(container, bank, change.name).bank
    if change.visibility is not None:
        bank_visibility(container, bank, change.visibility)
    shown = show_bank(request, bank)
    if change.owner is not None:  # the last: whoever gives a private bank away sees it no more
        bank_owner(container, bank, change.owner)
        shown.bank = line_of(container, bank)
    return shown


@routes.delete(
    "/banks/{bank}",
    dependencies=[changing],
    responses={200: {"model": Removal}, 202: {"model": ErrandShown}},
    response_model=None,
)
def delete_bank(
    request: Request,
    response: Response,
    bank: Bank,
    with_recipe: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> Removal | ErrandShown:
    """Remove all releases of a bank, and its recipe if that is said."""
    container = seen(request, bank)
    refuse_strangers(container, container.catalogue.folder(bank))
    removal = remove_bank(container, bank, force=force, with_recipe=with_recipe, dry_run=True)
    if dry_run:
        return removal
    wish = RemoveBank(bank, force=force, with_recipe=with_recipe)
    response.status_code = HTTPStatus.ACCEPTED
    return accepted(response, ask(container, wish))


@routes.post(
    "/banks/{bank}/update",
    dependencies=[changing],
    responses={200: {"model": UpdateReport}, 202: {"model": ErrandShown}},
    response_model=None,
)
def update_bank(
    request: Request, response: Response, bank: Bank, asked: UpdateAsked
) -> UpdateReport | ErrandShown:
    """Update a bank; with `dry_run`, say what an update would do."""
    container = seen(request, bank)
    refuse_strangers(container, container.catalogue.folder(bank))
    if asked.from_scratch and (asked.from_task or asked.process):
        raise UsageError("from_scratch makes everything again: leave from_task out")
    check_wishes(container, [bank], asked.wishes)
    if asked.dry_run:
        return preview_update(container, bank, from_scratch=asked.from_scratch, wishes=asked.wishes)
    wish = UpdateBank(bank, **asked.model_dump(exclude={"dry_run"}))
    response.status_code = HTTPStatus.ACCEPTED
    return accepted(response, ask(container, wish))


@routes.get("/banks/{bank}/runs")
def runs_of_bank(request: Request, bank: Bank, limit: Limit = 100, after: After = None) -> RunList:
    """The runs that updated a bank, the newest first."""
    seen(request, bank)
    return list_runs(request, subject=f"bank:{bank}", limit=limit, after=after)


@routes.get("/banks/{bank}/history")
def history_of_bank(request: Request, bank: Bank, limit: Limit = 100) -> History:
    """What happened to a bank, the newest first, and how it grew, the oldest first."""
    container = seen(request, bank)
    events = list(bank_history(container, bank, limit))
    if not may(request, container, bank):  # a sentence may name what is not everybody's
        events = [replace(each, detail="") for each in events]
    return History(events=events, growth=bank_growth(container, bank))
