"""Runs: what ran and what runs, one run with its jobs, stopping it and doing it again."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.container import Container
from holdfast.app.home import going_on
from holdfast.app.jobs.asking import ask_to_retry, ask_to_stop
from holdfast.app.jobs.paging import RunsWanted, page_of_runs
from holdfast.app.jobs.pruning import prune
from holdfast.app.jobs.rights import may_change_run, refuse_unseen_run
from holdfast.app.jobs.runs import JobSummary, RunDetails, RunState, show_run, summary_of
from holdfast.jobs.model import Status
from holdfast.web import addresses
from holdfast.web.live import Rendered, live
from holdfast.web.pages.graph import draw
from holdfast.web.site import container_of, needs, page, rendered, see_other

routes = APIRouter()

RUNS = 50  #: on a page
JOBS = 200  #: on a page of a run
STILL = 3.0  #: seconds for which a run in which nothing happened is not drawn again
SPANS = {"hour": 1, "day": 24, "week": 7 * 24, "month": 30 * 24}  #: in hours


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person chose above the list."""

    q: str = ""
    state: str = ""
    since: str = ""
    label: str = ""
    subject: str = ""

    @property
    def any(self) -> bool:
        """Whether anything was chosen."""
        return self != Filters()

    @property
    def questions(self) -> dict[str, str]:
        """As they stand in an address."""
        names = ("q", "state", "since", "label", "subject")
        return {name: getattr(self, name) for name in names}

    def wanted(self) -> RunsWanted:
        """Which runs are meant; what makes no sense means nothing."""
        hours = SPANS.get(self.since)
        known = {state.value: state for state in RunState}
        return RunsWanted(
            words=tuple(self.q.split()[:8]),
            subject=self.subject or None,
            states=frozenset({known[self.state]} if self.state in known else ()),
            label=self.label or None,
            since=None if hours is None else datetime.now(UTC) - timedelta(hours=hours),
        )


def _filters(
    q: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    since: Annotated[str, Query(max_length=20)] = "",
    label: Annotated[str, Query(max_length=200)] = "",
    subject: Annotated[str, Query(max_length=300)] = "",
) -> Filters:
    return Filters(q.strip(), state, since, label.strip(), subject.strip())


Chosen = Annotated[Filters, Depends(_filters)]


# -- all runs --------------------------------------------------------------------------------------


@routes.get("/jobs")
def runs(
    request: Request, chosen: Chosen, before: Annotated[int | None, Query(ge=0)] = None
) -> Response:
    """What ran, the newest first."""
    return page(
        request,
        "jobs/list.html",
        chosen=chosen,
        states=[state.value for state in RunState],
        spans=list(SPANS),
        before=before,
        **_listed(request, chosen, before),
    )


@routes.get("/jobs/live")
def runs_live(request: Request, chosen: Chosen) -> Response:
    """The newest runs, as they change."""

    def render() -> Rendered:
        listed = _listed(request, chosen, None)
        return {"runs": rendered(request, "jobs/rows.html", chosen=chosen, **listed)}, False

    return live(request, render)


def _listed(request: Request, chosen: Filters, before: int | None) -> dict[str, Any]:
    container = container_of(request)
    found = page_of_runs(container, chosen.wanted(), before, RUNS)
    waiting = [each for each in going_on(container) if each.run is None] if not chosen.any else []
    older = addresses.runs(**chosen.questions, before=found.next) if found.next else ""
    return {"runs": found.runs, "next": older, "waiting": [] if before else waiting}


@routes.post("/jobs/prune", dependencies=[Depends(needs(Scope.ADMIN))])
def forget_old(request: Request, days: Annotated[int, Form(ge=1, le=100_000)]) -> Response:
    """Forget what ended long ago."""
    before = datetime.now(UTC) - timedelta(days=days)
    pruned = prune(container_of(request), before)
    return page(request, "jobs/pruned.html", pruned=pruned, days=days)


# -- one run ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Watch:
    """Draws a run again when something has happened in it, or a while has passed."""

    request: Request
    container: Container
    run: int
    values: Mapping[str, Any]
    _seen: tuple[int, str] = (-1, "")
    _drawn: dict[str, str] = field(default_factory=dict)
    _at: float = 0.0

    def render(self) -> Rendered:
        """The pieces of the page, and whether the run is over."""
        newest = self.container.ledger.newest_event(self.run)
        summary = summary_of(self.container, self.run)
        now, seen = time.monotonic(), (newest, summary.state.value)
        if seen != self._seen or now - self._at > STILL:
            values = _of_run(self.container, self.run)
            self._drawn = {
                name: rendered(self.request, f"jobs/run_{name}.html", **values, **self.values)
                for name in ("head", "graph", "jobs")
            }
            self._seen, self._at = seen, now
        return self._drawn, summary.state.is_over


@routes.get("/jobs/{run}")
def run(
    request: Request,
    run: int,
    state: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """One run and its jobs."""
    container = container_of(request)
    refuse_unseen_run(container, run)
    return page(request, "jobs/run.html", **_of_run(container, run), **_chosen(state, q, start))


@routes.get("/jobs/{run}/live")
def run_live(
    request: Request,
    run: int,
    state: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """One run, as it goes on."""
    container = container_of(request)
    refuse_unseen_run(container, run)
    watch = _Watch(request, container, run, _chosen(state, q, start))
    return live(request, watch.render)


@routes.post("/jobs/{run}/cancel")
def cancel_run(request: Request, run: int) -> Response:
    """Stop a run."""
    ask_to_stop(container_of(request), run)
    return see_other(addresses.run(run))


@routes.post("/jobs/{run}/retry")
def retry_run(request: Request, run: int) -> Response:
    """Do again what is not done of a run."""
    errand = ask_to_retry(container_of(request), run)
    return see_other(addresses.errand(errand.id))


def _chosen(state: str, q: str, start: int) -> dict[str, Any]:
    return {"state": state, "q": q.strip(), "start": start, "most": JOBS}


def _of_run(container: Container, run: int) -> dict[str, Any]:
    details = show_run(container, run)
    summary = details.summary
    may_change = may_change_run(container, summary.subject)
    return {
        "run": summary,
        "jobs": details.jobs,
        "picture": draw({job.name: job.needs for job in details.jobs}),
        "by_name": {job.name: job for job in details.jobs},
        "took": _seconds(summary.started, summary.ended),
        "may_stop": may_change and not summary.state.is_over,
        "may_retry": may_change and _can_go_on(details),
        "failed": [job for job in details.jobs if job.status is Status.FAILED],
        "wall_of": wall_of,
    }


def _can_go_on(details: RunDetails) -> bool:
    return details.summary.state in (RunState.FAILED, RunState.CANCELLED, RunState.UNFINISHED)


def wall_of(job: JobSummary) -> float | None:
    """Seconds a job took, or has been at work."""
    return job.wall if job.wall is not None else _seconds(job.started, job.ended)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    if start is None:
        return None
    return max(0.0, ((end or datetime.now(UTC)) - start).total_seconds())
