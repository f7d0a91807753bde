"""Runs by programs: what ran and what runs, and stopping it and doing it again."""

import base64
import binascii
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.people import Scope
from holdfast.app.container import Container
from holdfast.app.jobs.asking import ask_to_retry, ask_to_stop
from holdfast.app.jobs.following import Feed
from holdfast.app.jobs.paging import RunsWanted, page_of_runs
from holdfast.app.jobs.pruning import Pruned, prune
from holdfast.app.jobs.rights import refuse_unseen_run
from holdfast.app.jobs.runs import JobSummary, RunDetails, RunState, RunSummary, show_run
from holdfast.app.jobs.stopping import Cancelled
from holdfast.base.wording import plain
from holdfast.errors import UsageError
from holdfast.web.api.errands import ErrandShown, accepted
from holdfast.web.live import News, live_news
from holdfast.web.site import container_of, needs, person_of

routes = APIRouter(prefix="/runs", tags=["runs"])

Number = Annotated[int, Path(ge=0, le=2**62, description="The number of the run.")]
Jobs = Annotated[
    list[Annotated[str, Field(max_length=200)]],
    Body(embed=True, max_length=1000, description="Only these jobs; none: the whole run."),
]


class RunList(BaseModel):
    """Runs, the newest first."""

    items: list[RunSummary]
    next: str | None = Field(description="Ask with `after` this for the older ones.")


@routes.get("")
def list_runs(
    request: Request,
    q: Annotated[str, Query(max_length=200, description="Words of the subject or title.")] = "",
    subject: Annotated[str | None, Query(max_length=300, examples=["bank:yeast"])] = None,
    state: Annotated[list[RunState] | None, Query()] = None,
    label: Annotated[str | None, Query(max_length=200)] = None,
    since: Annotated[datetime | None, Query(description="Begun then or later.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> RunList:
    """The runs that you may see, the newest first."""
    wanted = RunsWanted(
        words=tuple(q.split()[:8]),
        subject=subject,
        states=frozenset(state or ()),
        label=label,
        since=None if since is None else _moment(since),
    )
    found = page_of_runs(container_of(request), wanted, _number(after), limit)
    runs = [_run_for(request, run) for run in found.runs]
    return RunList(items=runs, next=None if found.next is None else _cursor(found.next))


class Prune(BaseModel):
    """Which runs are to be forgotten."""

    days: float = Field(gt=0, le=100_000, description="Those that ended so long ago.")
    dry_run: bool = Field(default=False, description="Only say which.")


@routes.post("/prune", dependencies=[Depends(needs(Scope.ADMIN))])
def prune_runs(request: Request, what: Prune) -> Pruned:
    """Forget old runs and their logs."""
    before = datetime.now(UTC) - timedelta(days=what.days)
    return prune(container_of(request), before, dry_run=what.dry_run)


@routes.get("/{run}")
def show(request: Request, run: Number) -> RunDetails:
    """One run and its jobs, in the plan's order."""
    container = container_of(request)
    refuse_unseen_run(container, run)
    return details_for(request, container, run)


@routes.get(
    "/{run}/events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}}},
)
def events(
    request: Request,
    run: Number,
    after: Annotated[int, Query(ge=0, le=2**62, description="Only what came after it.")] = 0,
) -> Response:
    """What happens in a run, event by event (server-sent events), until it is over."""
    container = container_of(request)
    refuse_unseen_run(container, run)
    feed = Feed(container, run, after)
    knows = not person_of(request).is_guest

    def look() -> News:
        told = [each if knows else replace(each, reason="") for each in feed.news()]
        return [("event", json.dumps(plain(each))) for each in told], feed.is_over

    return live_news(request, look)


@routes.post("/{run}/cancel")
def cancel(request: Request, run: Number, jobs: Jobs = []) -> Cancelled:  # noqa: B006 - FastAPI's
    """Stop a run, or some of its jobs, as soon as it can."""
    return ask_to_stop(container_of(request), run, jobs)


@routes.post("/{run}/retry", status_code=HTTPStatus.ACCEPTED)
def retry(
    request: Request,
    response: Response,
    run: Number,
    jobs: Jobs = [],  # noqa: B006 - FastAPI's
) -> ErrandShown:
    """Do again what is not done of a run, or some jobs of it and what waited for them."""
    return accepted(response, ask_to_retry(container_of(request), run, jobs))


def details_for(request: Request, container: Container, run: int) -> RunDetails:
    """One run, as whoever asks may know it: what its jobs are told and say is for no guest."""
    details = show_run(container, run)
    if not person_of(request).is_guest:
        return details
    jobs = tuple(public_job(job) for job in details.jobs)
    return RunDetails(_run_for(request, details.summary), jobs)


def public_job(job: JobSummary) -> JobSummary:
    """A job without what is only for people who are known."""
    return replace(job, command=(), reason="", host="", log=None)


def _run_for(request: Request, run: RunSummary) -> RunSummary:
    return replace(run, host=None, pid=None) if person_of(request).is_guest else run


def _moment(said: datetime) -> datetime:
    """What was said, as a moment that every database can hold: nothing ran before 1970."""
    return max(said.replace(tzinfo=said.tzinfo or UTC), datetime(1970, 1, 1, tzinfo=UTC))


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"run {number}".encode()).decode().rstrip("=")


def _number(after: str | None) -> int | None:
    """What :func:`_cursor` wrote; a UsageError if it wrote no such word."""
    if not after:
        return None
    try:
        word, number = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode().split()
        if word == "run":
            return int(number)
    except (ValueError, binascii.Error):
        pass
    raise UsageError("`after` is no place in this list; take it from the answer before")
