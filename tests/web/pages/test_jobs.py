"""The pages of runs and jobs."""

import pytest

from app.jobs.job_world import plan, shell
from holdfast.app.container import Container
from holdfast.jobs.plan import Report
from web.persons import ANN, GUEST, ROOT, post, seen_by

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def failed(container: Container) -> Report:
    """A run whose second job failed, and whose third was not started."""
    return container.engine.run(
        plan(
            shell("fetch a/b", r"printf 'one\n\033[31mtwo <b>\033[0m\n'"),
            shell("unpack", "echo no; exit 3", "fetch a/b", environment={"SECRET": "hush"}),
            shell("load", "true", "unpack"),
            subject="schedule:nightly",
        )
    )


def test_runs_are_listed_and_chosen_by_words_and_state(
    container: Container, failed: Report
) -> None:
    container.engine.run(plan(shell("plot", "true"), subject="plot:yeasts"))
    with seen_by(ROOT, container) as browser:
        every = browser.get("/jobs").text
        assert "schedule:nightly" in every
        assert "plot:yeasts" in every
        assert "plot:yeasts" not in browser.get("/jobs?state=failed").text
        assert "schedule:nightly" not in browser.get("/jobs?q=YEASTS").text
        assert "No such run" in browser.get("/jobs?q=nothing+at+all").text
        assert "plot:yeasts" not in browser.get("/jobs?before=2").text


def test_a_run_shows_its_jobs_as_a_picture_and_a_table(
    container: Container, failed: Report
) -> None:
    with seen_by(ROOT, container) as browser:
        page = browser.get(f"/jobs/{failed.run}").text
    assert '<g class="node done"' in page
    assert '<g class="node blocked"' in page
    assert page.count('class="edge ') == 2
    assert "the job ended with exit code 3: no" in page
    assert f"/jobs/{failed.run}/job/fetch%20a%2Fb" in page
    assert "Try again" in page
    assert 'action="/jobs/1/cancel"' not in page


def test_a_job_shows_what_it_was_told_and_what_it_said(
    container: Container, failed: Report
) -> None:
    with seen_by(ROOT, container) as browser:
        page = browser.get(f"/jobs/{failed.run}/job/fetch%20a%2Fb").text
        assert "one\ntwo &lt;b&gt;\n" in page
        told = browser.get(f"/jobs/{failed.run}/job/unpack").text
        assert "SECRET" in told
        assert "hush" not in told
        found = browser.get(f"/jobs/{failed.run}/job/fetch%20a%2Fb?q=TWO").text
        assert "two &lt;b&gt;" in found
        assert "one\n" not in found
        log = browser.get(f"/jobs/{failed.run}/log/fetch%20a%2Fb")
        assert log.content == b"one\n\x1b[31mtwo <b>\x1b[0m\n"
        assert log.headers["Content-Disposition"].startswith("attachment")
        assert browser.get(f"/jobs/{failed.run}/job/none").status_code == 404


def test_a_run_that_is_over_is_told_once_and_the_stream_ends(
    container: Container, failed: Report
) -> None:
    with seen_by(ROOT, container) as browser:
        stream = browser.get(f"/jobs/{failed.run}/live").text
        said = browser.get(f"/jobs/{failed.run}/follow/fetch%20a%2Fb").text
    assert [line for line in stream.splitlines() if line.startswith("event: ")] == [
        "event: head",
        "event: graph",
        "event: jobs",
        "event: over",
    ]
    assert "data: two &lt;b&gt;" in said
    assert said.endswith("event: over\ndata: \n\n")


def test_names_from_outside_stay_words(container: Container) -> None:
    run = container.engine.run(plan(shell(HOSTILE, f"echo {HOSTILE!r}"), subject=HOSTILE)).run
    with seen_by(ROOT, container) as browser:
        for address in ("/jobs", f"/jobs/{run}", f"/jobs/{run}/live"):
            assert "<script>alert" not in browser.get(address).text
        (job,) = container.ledger.outcomes(run)
        page = browser.get(f"/jobs/{run}/job/{job}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_a_run_is_done_again_by_an_errand(
    container: Container, failed: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.app.errands.asking.begin_next", lambda container: None)
    with seen_by(ROOT, container) as browser:
        status, where = post(browser, f"/jobs/{failed.run}/retry")
        again = post(browser, f"/jobs/{failed.run}/again/unpack")
    assert (status, where[:9], again[0]) == (303, "/errands/", 303)


def test_what_is_over_is_not_stopped(container: Container, failed: Report) -> None:
    with seen_by(ROOT, container) as browser:
        assert post(browser, f"/jobs/{failed.run}/cancel")[0] == 409
        assert post(browser, "/jobs/77/cancel")[0] == 404


def test_a_guest_sees_no_run_of_a_schedule_and_others_may_not_change_it(
    container: Container, failed: Report
) -> None:
    with seen_by(GUEST, container) as browser:
        assert "nightly" not in browser.get("/jobs").text
        assert browser.get(f"/jobs/{failed.run}").status_code == 404
        assert browser.get(f"/jobs/{failed.run}/log/unpack").status_code == 404
    with seen_by(ANN, container) as browser:
        assert "Try again" not in browser.get(f"/jobs/{failed.run}").text
        assert post(browser, f"/jobs/{failed.run}/retry")[0] == 403
        assert post(browser, "/jobs/prune", days="1")[0] == 403


def test_a_guest_sees_how_public_things_go_and_not_what_is_said(container: Container) -> None:
    run = container.engine.run(plan(shell("draw", "echo hush; exit 1"), subject="plot:open")).run
    with seen_by(GUEST, container) as browser:
        page = browser.get(f"/jobs/{run}").text
        assert "draw" in page
        assert "hush" not in page
        assert "hush" not in browser.get(f"/jobs/{run}/job/draw").text
        assert browser.get(f"/jobs/{run}/log/draw").status_code == 404
        assert "hush" not in browser.get(f"/api/v1/runs/{run}").text
        assert "hush" not in browser.get(f"/api/v1/runs/{run}/events").text


def test_an_administrator_forgets_what_is_old(container: Container, failed: Report) -> None:
    with seen_by(ROOT, container) as browser:
        assert post(browser, "/jobs/prune", days="30")[0] == 200
        assert browser.get(f"/jobs/{failed.run}").status_code == 200  # it is not that old
