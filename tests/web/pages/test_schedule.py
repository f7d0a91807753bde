"""The page of what is done by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.app.container import Container
from holdfast.app.workers import live_workers, say_it_left, say_it_lives
from holdfast.settings import FILE, Settings
from web.persons import ANN, GUEST, ROOT, post, seen_by

SCHEDULES = """
[schedules.nightly]
cron = "@daily"
zone = "Europe/Paris"
command = ["bank", "list"]

[schedules.never]
cron = "0 0 29 2 *"
bank = ["nothing"]
enabled = false
"""


@pytest.fixture
def declared(home: Path) -> Iterator[Container]:
    """A home with two schedules."""
    home.mkdir(parents=True, exist_ok=True)
    (home / FILE).write_text(SCHEDULES)
    with Container(Settings.read(home)) as container:
        yield container


def test_schedules_are_for_administrators(container: Container) -> None:
    for person, status in ((GUEST, 401), (ANN, 403), (ROOT, 200)):
        with seen_by(person, container) as browser:
            assert browser.get("/schedule").status_code == status
            assert browser.get("/api/v1/schedule").status_code == status
            assert browser.post("/api/v1/schedule/nightly/run").status_code >= 400


def test_a_schedule_says_when_in_words_and_what_is_wrong_with_it(declared: Container) -> None:
    with seen_by(ROOT, declared) as browser:
        page = browser.get("/schedule").text
        due = browser.get("/api/v1/schedule/next?count=2").json()["items"]
    assert "At 00:00 every day" in page
    assert "Europe/Paris" in page
    assert "switched off" in page
    assert "there is no bank &#39;nothing&#39;" in page
    assert [each["schedule"] for each in due] == ["nightly", "nightly"]


def test_a_schedule_is_done_now_by_an_errand(
    declared: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.app.errands.asking.begin_next", lambda container: None)
    with seen_by(ROOT, declared) as browser:
        assert post(browser, "/schedule/run", name="nightly")[1].startswith("/errands/")
        assert post(browser, "/schedule/run", name="nightli")[0] == 400
        browser.cookies.clear()  # as a program
        answer = browser.post("/api/v1/schedule/nightly/run")
    assert (answer.status_code, answer.json()["title"]) == (202, "Do nightly now")


def test_whether_a_worker_lives_is_said(declared: Container) -> None:
    with seen_by(ROOT, declared) as browser:
        assert "No worker is there" in browser.get("/schedule").text
        say_it_lives(declared.settings)
        assert "1 worker looks after this" in browser.get("/schedule").text
        assert len(browser.get("/api/v1/workers").json()["items"]) == 1
    say_it_left(declared.settings)
    assert live_workers(declared.settings) == ()
