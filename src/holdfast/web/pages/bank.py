"""One bank: what it is, what goes on with it, its runs and its history."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.banks.held.around import bank_around
from holdfast.app.banks.held.growth import bank_growth
from holdfast.app.banks.held.history import bank_history
from holdfast.app.banks.held.show import show_release
from holdfast.app.banks.held.standing import BankLine, recipe_now
from holdfast.app.banks.held.stats import bank_stats
from holdfast.app.banks.held.survey import line_of
from holdfast.app.banks.releases.pending import pending_releases
from holdfast.app.container import Container
from holdfast.app.errands import (
    Errand,
    errands,
    may_see_errand,
)
from holdfast.app.jobs.logs import job_logs
from holdfast.app.jobs.runs import RunDetails, RunState, Sought, list_runs
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.updating.stages import OURS
from holdfast.banks.updating.update import subject
from holdfast.errors import BankError, HoldfastError
from holdfast.jobs.model import Status
from holdfast.web.api.runs import details_for
from holdfast.web.charts import bars
from holdfast.web.live import Rendered, live
from holdfast.web.pages.seeing_banks import bank_page, head, may, seen
from holdfast.web.site import needs, page, person_of, rendered

routes = APIRouter()
changing = Depends(needs(Scope.BANKS))

RUNS = 12  #: on a page
LINES = 6  #: of the log of each step at work
EVENTS = 60
KINDS = ("bank", "before", "removal")  #: what the subjects of a bank's runs begin with
DRAWN = 40  #: bars of a chart


@routes.get("/banks/{bank}")
def overview(request: Request, bank: str) -> Response:
    """What a bank is, how it stands, and what can be done with it."""
    container = seen(request, bank)
    told = head(request, container, bank)
    now = _now(request, container, told["line"])
    return page(request, "banks/overview.html", **told, **_overview(container, bank), **now)


@routes.get("/banks/{bank}/live")
def overview_live(request: Request, bank: str) -> Response:
    """What goes on with a bank, as it changes."""
    container = seen(request, bank)

    def render() -> Rendered:
        line = line_of(container, bank)
        now = _now(request, container, line)
        told = {"bank": bank, "line": line, "may": now["may_stop"], **now}
        pieces = {
            "now": rendered(request, "banks/_now.html", **told),
            "head": rendered(request, "banks/_state.html", line=line),
            "facts": rendered(request, "banks/_facts.html", **told, **_overview(container, bank)),
        }
        return pieces, not line.is_going_on

    return live(request, render)


@routes.get("/banks/{bank}/disk")
def disk(request: Request, bank: str) -> Response:
    """How much disk a bank takes: looked up apart, for all its files are looked at."""
    container = seen(request, bank)
    (stats,) = bank_stats(container, [bank])
    return page(request, "banks/_disk.html", stats=stats)


@routes.get("/banks/{bank}/runs")
def runs(request: Request, bank: str) -> Response:
    """The runs of a bank, each with its steps."""
    container = seen(request, bank)
    found = [details_for(request, container, number) for number in _newest_runs(container, bank)]
    told = head(request, container, bank)
    now = _now(request, container, told["line"])
    return page(request, "banks/runs.html", runs=found, **told, **now)


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


def _now(request: Request, container: Container, line: BankLine) -> dict[str, Any]:
    """What goes on, or was left: the errand, the run with its steps, unfinished releases."""
    bank = line.bank
    asked = (each for each in errands_of(container, bank) if may_see_errand(container, each))
    newest = next(asked, None)
    numbers = runs_at_work(container, bank)
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
        "is_live": line.is_going_on,
    }


def errands_of(container: Container, bank: str) -> list[Errand]:
    """The newest errands about a bank, the newest first."""
    return errands(container, subject=subject(bank), limit=5)


def _newest_runs(container: Container, bank: str) -> list[int]:
    found = [
        each
        for kind in KINDS
        for each in list_runs(container, Sought(subject=f"{kind}:{bank}"), RUNS)
    ]
    return sorted((each.run for each in found), reverse=True)[:RUNS]


def runs_at_work(container: Container, bank: str) -> list[int]:
    """The runs that some engine is at now, the newest first."""
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
