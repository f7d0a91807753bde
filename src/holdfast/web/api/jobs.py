"""Jobs of a run by programs: one with all that is known of it, and what it says."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from holdfast.app.jobs.asking import ask_to_stop
from holdfast.app.jobs.details import JobDetails, show_job
from holdfast.app.jobs.logs import LogFeed
from holdfast.app.jobs.rights import refuse_unseen_run
from holdfast.app.jobs.stopping import Cancelled
from holdfast.web.api.runs import Number, public_job
from holdfast.web.live import News, live_news
from holdfast.web.pages.job import container_of_known, lines_of, log_file
from holdfast.web.site import container_of, person_of

routes = APIRouter(prefix="/runs/{run}/jobs", tags=["runs"])

Name = Annotated[str, Path(max_length=200, description="The name of the job.")]
LINES = 100  #: of a log that were said before one listens
TEXT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {}}},
    206: {"content": {"text/plain": {}}},
}


@routes.get("/{name:path}/log", response_class=Response, responses={**TEXT, 416: {}})
def log(request: Request, run: Number, name: Name) -> Response:
    """The log of a job as plain text, whole or in ranges."""
    return log_file(container_of_known(request, run), run, name)


@routes.get(
    "/{name:path}/events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}}},
)
def events(request: Request, run: Number, name: Name) -> Response:
    """What a job says (server-sent events), from its last lines on, until it has ended."""
    feed = LogFeed(container_of_known(request, run), run, name, LINES)

    def look() -> News:
        return [("line", line) for line in lines_of(feed.news())], feed.is_over

    return live_news(request, look)


@routes.post("/{name:path}/cancel")
def cancel_job(request: Request, run: Number, name: Name) -> Cancelled:
    """Stop one job; what needs it is not started."""
    return ask_to_stop(container_of(request), run, (name,))


@routes.get("/{name:path}")
def show_one(request: Request, run: Number, name: Name) -> JobDetails:
    """One job, with what became of it; the values of its environment are not told."""
    container = container_of(request)
    refuse_unseen_run(container, run)
    details = show_job(container, run, name)
    if not person_of(request).is_guest:
        return details
    return replace(
        details,
        run=replace(details.run, host=None, pid=None),
        job=public_job(details.job),
        environment=(),
        directory=None,
        inputs=(),
        outputs=(),
        stdout=None,
        history=tuple(replace(each, reason="") for each in details.history),
        log_size=None,
    )
