"""One bank: what it is, what goes on with it, its runs and its history; updating it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.held.around import bank_around
from holdfast.app.banks.held.growth import bank_growth
from holdfast.app.banks.held.history import bank_history
from holdfast.app.banks.held.show import show_release
from holdfast.app.banks.held.standing import BankState, recipe_now
from holdfast.app.banks.held.stats import bank_stats
from holdfast.app.banks.held.survey import line_of
from holdfast.app.banks.releases.pending import give_up_pending, pending_releases
from holdfast.app.banks.rights import refuse_strangers
from holdfast.app.banks.updating.preview import preview_update
from holdfast.app.banks.updating.update import check_wishes
from holdfast.app.container import Container
from holdfast.app.errands import (
    UpdateBank,
    ask,
    cancel_errand,
    errands,
    may_see_errand,
    try_again,
)
from holdfast.app.jobs.logs import job_logs
from holdfast.app.jobs.runs import RunDetails, RunState, Sought, list_runs
from holdfast.app.jobs.stopping import cancel
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.updating.stages import OURS, Wishes
from holdfast.banks.updating.update import subject
from holdfast.errors import BankBusy, BankError, HoldfastError, UsageError
from holdfast.jobs.model import Status
from holdfast.web import addresses as at
from holdfast.web.api.runs import details_for
from holdfast.web.charts import bars
from holdfast.web.live import Rendered, live
from holdfast.web.pages.seeing_banks import bank_page, may, seen
from holdfast.web.site import needs, page, person_of, rendered, see_other

routes = APIRouter()
changing = Depends(needs(Scope.BANKS))

RUNS = 12  #: on a page
LINES = 6  #: of the log of each step at work
EVENTS = 60
KINDS = ("bank", "before", "removal")  #: what the subjects of a bank's runs begin with
DRAWN = 40  #: bars of a chart


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


@routes.get("/banks/{bank}")
def overview(request: Request, bank: str) -> Response:
    """What a bank is, how it stands, and what can be done with it."""
    container = seen(request, bank)
    return bank_page(
        request,
        container,
        bank,
        "banks/overview.html",
        **_overview(container, bank),
        **_now(request, container, bank),
    )


@routes.get("/banks/{bank}/live")
def overview_live(request: Request, bank: str) -> Response:
    """What goes on with a bank, as it changes."""
    container = seen(request, bank)

    def render() -> Rendered:
        line = line_of(container, bank)
        now = _now(request, container, bank)
        told = {"bank": bank, "line": line, "may": now["may_stop"], **now}
        pieces = {
            "now": rendered(request, "banks/_now.html", **told),
            "head": rendered(request, "banks/_state.html", line=line),
            "facts": rendered(request, "banks/_facts.html", **told, **_overview(container, bank)),
        }
        return pieces, not _goes_on(line.state)

    return live(request, render)


@routes.get("/banks/{bank}/disk")
def disk(request: Request, bank: str) -> Response:
    """How much disk a bank takes: looked up apart, for all its files are looked at."""
    container = seen(request, bank)
    (stats,) = bank_stats(container, [bank])
    return page(request, "banks/_disk.html", stats=stats)


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
    going_on = [each for each in _errands(container, bank) if not each.state.is_over]
    for each in going_on:
        cancel_errand(container, each.id)
    runs = [] if going_on else _runs_at_work(container, bank)
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
    newest = next(iter(_errands(container, bank)), None)
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


@routes.get("/banks/{bank}/runs")
def runs(request: Request, bank: str) -> Response:
    """The runs of a bank, each with its steps."""
    container = seen(request, bank)
    found = [details_for(request, container, number) for number in _newest_runs(container, bank)]
    now = _now(request, container, bank)
    return bank_page(request, container, bank, "banks/runs.html", runs=found, **now)


@routes.get("/banks/{bank}/history")
def history(request: Request, bank: str) -> Response:
    """How a bank grew, how long its updates took, and who did what."""
    container = seen(request, bank)
    growth = bank_growth(container, bank)
    sizes = growth.sizes[-DRAWN:]
    took = [each for each in growth.runs if each.status is not Status.CANCELLED][-DRAWN:]
    return bank_page(
        request,
        container,
        bank,
        "banks/history.html",
        growth=growth,
        sizes=bars([(each.release, each.size, each.added) for each in sizes]),
        durations=bars([(f"{each.started:%Y-%m-%d}", each.seconds, 0) for each in took]),
        took=took,
        events=bank_history(container, bank, EVENTS),
    )


# -- what the pages show ---------------------------------------------------------------------------


def _overview(container: Container, bank: str) -> dict[str, Any]:
    recipe = _recipe(container, bank)
    shown = None
    with suppress(HoldfastError):  # there is none, or it is damaged, which its own page tells
        shown = show_release(container, bank)
    return {
        "recipe": recipe,
        "shown": shown,
        "around": bank_around(container, bank, recipe),
        "steps": _steps(recipe),
        "keeps": container.settings.keep_releases,
    }


def _now(request: Request, container: Container, bank: str) -> dict[str, Any]:
    """What goes on, or was left: the errand, the run with its steps, unfinished releases."""
    asked = (each for each in _errands(container, bank) if may_see_errand(container, each))
    newest = next(asked, None)
    numbers = _runs_at_work(container, bank)
    run = details_for(request, container, numbers[0]) if numbers else None
    pending: tuple[Any, ...] = ()
    with suppress(BankError):
        pending = pending_releases(container, bank)
    return {
        "errand": newest,
        "run": run,
        "logs": {} if run is None or person_of(request).is_guest else _logs(container, run),
        "pending": pending,
        "may_stop": may(request, container, bank),
        "is_live": _goes_on(line_of(container, bank).state),
    }


def _goes_on(state: BankState) -> bool:
    return state in (BankState.UPDATING, BankState.WAITING)


def _errands(container: Container, bank: str) -> list[Any]:
    return errands(container, subject=subject(bank), limit=5)


def _is_asked_for(container: Container, bank: str) -> bool:
    """Whether an update of a bank waits or is being done already, by an errand."""
    found = _errands(container, bank)
    return any(each.kind == UpdateBank.kind and not each.state.is_over for each in found)


def _newest_runs(container: Container, bank: str) -> list[int]:
    found = [
        each
        for kind in KINDS
        for each in list_runs(container, Sought(subject=f"{kind}:{bank}"), RUNS)
    ]
    return sorted((each.run for each in found), reverse=True)[:RUNS]


def _runs_at_work(container: Container, bank: str) -> list[int]:
    going_on = (RunState.RUNNING, RunState.CANCELLING)
    found = [
        each.run
        for kind in KINDS
        for each in list_runs(container, Sought(subject=f"{kind}:{bank}", states=going_on), 5)
    ]
    return sorted(found, reverse=True)


def _logs(container: Container, run: RunDetails) -> Mapping[str, tuple[str, ...]]:
    """The last lines of the steps at work."""
    at_work = [each.name for each in run.jobs if each.status is Status.RUNNING and each.log]
    found: dict[str, tuple[str, ...]] = {}
    for name in at_work:
        for log in job_logs(container, run.summary.run, name, LINES):
            found[name] = log.lines
    return found


def _recipe(container: Container, bank: str) -> Recipe | None:
    try:
        return recipe_now(container, bank)
    except (HoldfastError, OSError):
        return None


def _steps(recipe: Recipe | None) -> tuple[str, ...]:
    """What an update may stop at, or begin again with."""
    own = tuple(step.name for step in recipe.steps) if recipe is not None else ()
    return ("fetch", *own, *OURS[OURS.index("finish") :][:2])


def _check(container: Container, bank: str, asked: Asking) -> None:
    """Raise a UsageError if what is asked for makes no sense."""
    if asked.from_scratch and asked.from_task:
        raise UsageError("from scratch makes everything again: choose no step to begin with")
    check_wishes(container, [bank], asked.wishes)
