"""Runs and jobs by programs."""

import pytest
from starlette.testclient import TestClient

from app.jobs.job_world import plan, shell
from holdfast.app.container import Container
from web.persons import GUEST, ROOT, seen_by


def many(container: Container, count: int) -> None:
    for number in range(count):
        subject = "plot:a" if number % 2 else "schedule:b"
        container.engine.run(plan(shell("only", "true", label="align"), subject=subject))


def numbers(browser: TestClient, **wanted: str) -> list[int]:
    """The runs of a list, page after page."""
    found: list[int] = []
    after: str | None = ""
    while after is not None:
        answer = browser.get("/api/v1/runs", params={**wanted, "after": after}).json()
        found += [each["run"] for each in answer["items"]]
        after = answer["next"]
    return found


def test_runs_come_in_pages_the_newest_first_and_to_those_who_may_see_them(
    container: Container,
) -> None:
    many(container, 7)
    with seen_by(ROOT, container) as browser:
        assert numbers(browser, limit="2") == [7, 6, 5, 4, 3, 2, 1]
        assert numbers(browser, subject="plot:a", limit="1") == [6, 4, 2]
        assert numbers(browser, state="failed") == []
        assert numbers(browser, label="align", q="SCHEDULE") == [7, 5, 3, 1]
        assert numbers(browser, since="2999-01-01T00:00:00") == []
        assert numbers(browser, since="0001-01-01T00:00:00+14:00", limit="1000")[-1] == 1
        assert browser.get("/api/v1/runs?after=nonsense").status_code == 400
        assert browser.get("/api/v1/runs?limit=0").status_code == 422
    with seen_by(GUEST, container) as browser:
        assert numbers(browser, limit="2") == [6, 4, 2]


def test_a_run_tells_its_jobs_and_its_events(container: Container) -> None:
    run = container.engine.run(plan(shell("a", "echo A"), shell("b", "exit 2", "a"))).run
    with seen_by(ROOT, container) as browser:
        found = browser.get(f"/api/v1/runs/{run}").json()
        events = browser.get(f"/api/v1/runs/{run}/events").text
        job = browser.get(f"/api/v1/runs/{run}/jobs/b").json()
        assert browser.get("/api/v1/runs/99").status_code == 404
        assert browser.get(f"/api/v1/runs/{run}/jobs/c").status_code == 404
    assert [(each["name"], each["status"]) for each in found["jobs"]] == [
        ("a", "done"),
        ("b", "failed"),
    ]
    assert found["summary"]["jobs"] == {"done": 1, "failed": 1}
    assert events.count("event: event") == 4
    assert '"status": "failed"' in events
    assert (job["job"]["exit_code"], job["job"]["needs"]) == (2, ["a"])
    assert [each["status"] for each in job["history"]] == ["running", "failed"]


def test_a_log_comes_whole_in_ranges_and_line_by_line(container: Container) -> None:
    run = container.engine.run(plan(shell("a/b", "printf '0123456789\n'"))).run
    log = f"/api/v1/runs/{run}/jobs/a%2Fb/log"
    with seen_by(ROOT, container) as browser:
        assert browser.get(log).text == "0123456789\n"
        part = browser.get(log, headers={"Range": "bytes=2-4"})
        assert (part.status_code, part.text) == (206, "234")
        said = browser.get(f"/api/v1/runs/{run}/jobs/a%2Fb/events").text
    assert said.startswith("event: line\ndata: 0123456789\n")


def test_what_failed_is_done_again_by_an_errand(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.app.errands.asking.begin_next", lambda container: None)
    run = container.engine.run(plan(shell("a", "exit 1"), subject="schedule:b")).run
    with seen_by(ROOT, container) as browser:
        answer = browser.post(f"/api/v1/runs/{run}/retry")
        assert (answer.status_code, answer.json()["kind"]) == (202, "retry")
        assert answer.headers["Location"] == f"/api/v1/errands/{answer.json()['id']}"
        only = browser.post(f"/api/v1/runs/{run}/retry", json={"jobs": ["none"]})
        assert only.status_code == 404
        assert browser.post(f"/api/v1/runs/{run}/cancel").status_code == 409
        assert browser.post(f"/api/v1/runs/{run}/jobs/a/cancel").status_code == 409


def test_old_runs_are_forgotten(container: Container) -> None:
    many(container, 2)
    with seen_by(ROOT, container) as browser:
        dry = browser.post("/api/v1/runs/prune", json={"days": 0.00000001, "dry_run": True})
        assert dry.json()["runs"] == [1, 2]
        browser.post("/api/v1/runs/prune", json={"days": 0.00000001})
        assert numbers(browser) == []
