"""Updating a bank from its page: asking for it, looking what it would do, stopping it, going on."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.releases.pending import give_up_pending
from holdfast.app.banks.rights import refuse_strangers
from holdfast.app.banks.updating.preview import preview_update
from holdfast.app.banks.updating.update import check_wishes
from holdfast.app.container import Container
from holdfast.app.errands import UpdateBank, ask, cancel_errand, try_again
from holdfast.app.jobs.stopping import cancel
from holdfast.banks.updating.stages import Wishes
from holdfast.errors import BankBusy, UsageError
from holdfast.web import addresses as at
from holdfast.web.pages.bank import errands_of, runs_at_work
from holdfast.web.pages.seeing_banks import bank_page, seen
from holdfast.web.site import needs, page, see_other

routes = APIRouter()
changing = Depends(needs(Scope.BANKS))


@dataclass(frozen=True)
class Asking:
    """What a person wants of an update, as the form has it."""

    from_scratch: bool = False
    publish: bool = False
    stop_before: str = ""
    stop_after: str = ""
    from_task: str = ""
    release: str = ""

    @property
    def wishes(self) -> Wishes:
        """The same, for the update."""
        return Wishes(
            self.stop_before,
            self.stop_after,
            self.from_task,
            release=self.release,
            publish=self.publish,
        )


def asked_by_form(
    from_scratch: Annotated[bool, Form()] = False,
    publish: Annotated[bool, Form()] = False,
    until: Annotated[str, Form()] = "",
    from_task: Annotated[str, Form()] = "",
    release: Annotated[str, Form()] = "",
) -> Asking:
    """The fields of the form; `until` is ``before:STEP`` or ``after:STEP``."""
    where, _, step = until.partition(":")
    if where not in ("", "before", "after"):
        raise UsageError("until is before:STEP or after:STEP")
    return Asking(
        from_scratch,
        publish,
        step if where == "before" else "",
        step if where == "after" else "",
        from_task,
        release.strip(),
    )


Asked = Annotated[Asking, Depends(asked_by_form)]


@routes.post("/banks/{bank}/update", dependencies=[changing])
def update(request: Request, bank: str, asked: Asked) -> Response:
    """Have a bank updated."""
    container = seen(request, bank)
    _check(container, bank, asked)
    if _is_asked_for(container, bank):  # a second click, or somebody else was quicker
        return see_other(at.bank(bank))
    ask(
        container,
        UpdateBank(
            bank,
            from_scratch=asked.from_scratch,
            publish=asked.publish,
            stop_before=asked.stop_before,
            stop_after=asked.stop_after,
            from_task=asked.from_task,
            release=asked.release,
        ),
    )
    return see_other(at.bank(bank))


@routes.post("/banks/{bank}/preview", dependencies=[changing])
def preview(request: Request, bank: str, asked: Asked) -> Response:
    """What an update would do, as a part of the page."""
    container = seen(request, bank)
    refuse_strangers(container, container.catalogue.folder(bank))
    _check(container, bank, asked)
    report = preview_update(container, bank, from_scratch=asked.from_scratch, wishes=asked.wishes)
    part = request.headers.get("hx-request") == "true"
    if part:
        return page(request, "banks/_preview.html", report=report)
    return bank_page(request, container, bank, "banks/preview.html", report=report)


@routes.post("/banks/{bank}/cancel", dependencies=[changing])
def stop(request: Request, bank: str) -> Response:
    """Stop what goes on with a bank: the errand, or else the run."""
    container = seen(request, bank)
    refuse_strangers(container, container.catalogue.folder(bank))
    going_on = [each for each in errands_of(container, bank) if not each.state.is_over]
    for each in going_on:
        cancel_errand(container, each.id)
    runs = [] if going_on else runs_at_work(container, bank)
    for run in runs:
        cancel(container, run, wait=False)
    if not going_on and not runs:
        raise BankBusy(f"nothing that can be stopped goes on with {bank}; it may have just ended")
    return see_other(at.bank(bank))


@routes.post("/banks/{bank}/again", dependencies=[changing])
def again(request: Request, bank: str) -> Response:
    """Try again what failed or was interrupted last."""
    container = seen(request, bank)
    refuse_strangers(container, container.catalogue.folder(bank))
    newest = next(iter(errands_of(container, bank)), None)
    if newest is not None and newest.state.may_go_on:
        try_again(container, newest.id)
    else:
        ask(container, UpdateBank(bank))
    return see_other(at.bank(bank))


@routes.post("/banks/{bank}/give-up", dependencies=[changing])
def give_up(request: Request, bank: str, release: Annotated[str, Form()]) -> Response:
    """Give up a release that was left unfinished."""
    container = seen(request, bank)
    give_up_pending(container, bank, release)
    return see_other(at.bank(bank))


def _is_asked_for(container: Container, bank: str) -> bool:
    """Whether an update of a bank waits or is being done already, by an errand."""
    found = errands_of(container, bank)
    return any(each.kind == UpdateBank.kind and not each.state.is_over for each in found)


def _check(container: Container, bank: str, asked: Asking) -> None:
    """Raise a UsageError if what is asked for makes no sense."""
    if asked.from_scratch and asked.from_task:
        raise UsageError("from scratch makes everything again: choose no step to begin with")
    check_wishes(container, [bank], asked.wishes)
