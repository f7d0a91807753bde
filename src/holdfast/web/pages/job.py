"""One job of a run: what it is, what became of it, and what it says."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from holdfast.app.container import Container
from holdfast.app.jobs.asking import ask_to_retry, ask_to_stop
from holdfast.app.jobs.details import JobDetails, show_job
from holdfast.app.jobs.logs import LogFeed, LogLine
from holdfast.app.jobs.rights import may_change_run, refuse_unseen_run
from holdfast.app.jobs.sifting import sift_log
from holdfast.base.wording import size
from holdfast.errors import RunNotFound
from holdfast.jobs.model import Status
from holdfast.web import addresses
from holdfast.web.live import News, live_news
from holdfast.web.pages.jobs import wall_of
from holdfast.web.site import container_of, page, person_of, rendered, see_other

routes = APIRouter()

LINES = 500  #: of a log that are shown at once
AGAIN = (Status.FAILED, Status.CANCELLED)


@routes.get("/jobs/{run}/job/{name:path}")
def job(
    request: Request, run: int, name: str, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """One job of a run, with its log."""
    container = container_of(request)
    subject = refuse_unseen_run(container, run)
    details = show_job(container, run, name)
    may_change = may_change_run(container, subject)
    return page(
        request,
        "jobs/job.html",
        q=q.strip(),
        most=LINES,
        may_stop=may_change and not details.job.status.is_final,
        may_retry=may_change and details.job.status in AGAIN and details.run.state.is_over,
        **_shown(request, details),
        **_said(request, container, details, q.strip()),
    )


@routes.get("/jobs/{run}/follow/{name:path}")
def job_live(request: Request, run: int, name: str) -> Response:
    """One job as it goes on: its state, and what it says."""
    container = container_of_known(request, run)
    feed = LogFeed(container, run, name, LINES)
    told: dict[str, str] = {}

    def look() -> News:
        lines = lines_of(feed.news())
        found = []
        if lines or not told:
            text = rendered(request, "jobs/said.html", said=lines, is_all=not told)
            found.append(("said" if told else "whole", text))
        details = show_job(container, run, name)
        facts = rendered(request, "jobs/job_facts.html", **_shown(request, details))
        if told.get("facts") != facts:
            told["facts"] = facts
            found.append(("facts", facts))
        return found, feed.is_over

    return live_news(request, look)


@routes.get("/jobs/{run}/log/{name:path}")
def job_log(request: Request, run: int, name: str) -> Response:
    """The log of a job as a file, or a part of it."""
    return log_file(container_of_known(request, run), run, name)


@routes.post("/jobs/{run}/stop/{name:path}")
def cancel_job(request: Request, run: int, name: str) -> Response:
    """Stop one job of a run."""
    ask_to_stop(container_of(request), run, (name,))
    return see_other(addresses.job(run, name))


@routes.post("/jobs/{run}/again/{name:path}")
def retry_job(request: Request, run: int, name: str) -> Response:
    """Do a job again, and what waited for it."""
    errand = ask_to_retry(container_of(request), run, (name,))
    return see_other(addresses.errand(errand.id))


def container_of_known(request: Request, run: int) -> Container:
    """The container of somebody who is known: what jobs say is for no guest.

    Raises
    ------
    RunNotFound
        There is no such run that they may see, or it is a guest who asks.
    """
    container = container_of(request)
    refuse_unseen_run(container, run)
    if person_of(request).is_guest:
        raise RunNotFound("what a job said is shown to people who have signed in")
    return container


def log_file(container: Container, run: int, name: str) -> Response:
    """The log of a job, whole or in ranges."""
    log = show_job(container, run, name).job.log
    if log is None or not log.is_file():
        raise RunNotFound(f"job {name!r} of run {run} has no log, or has it no more")
    return FileResponse(
        log,
        media_type="text/plain; charset=utf-8",
        filename=f"run-{run}-{log.name}",
        headers={"Cache-Control": "no-cache, private"},
    )


def lines_of(news: Iterable[LogLine]) -> list[str]:
    """What was said, line by line, with a remark where something is left out."""
    lines = []
    for each in news:
        if each.passed_over:
            lines.append(f"… {size(each.passed_over)} are left out here; the file has them …")
        lines.append(each.line)
    return lines


def _shown(request: Request, details: JobDetails) -> dict[str, Any]:
    return {
        "details": details,
        "run": details.run,
        "job": details.job,
        "wall": wall_of(details.job),
        "knows": not person_of(request).is_guest,
    }


def _said(request: Request, container: Container, details: JobDetails, q: str) -> dict[str, Any]:
    """The end of the log, or the lines of it that are sought; nothing for a guest."""
    run, name = details.run.run, details.job.name
    if person_of(request).is_guest:
        return {"found": None, "said": ()}
    if q:
        return {"found": sift_log(container, run, name, q), "said": ()}
    return {"found": None, "said": lines_of(LogFeed(container, run, name, LINES).news())}
