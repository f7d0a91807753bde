"""What the files of a start and the verdict of a scheduler make of it, with a rehearsed session."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import ExecutorUnreachable, JobError
from holdfast.jobs.executors import exchange, processes
from holdfast.jobs.executors.exchange import BeganNote
from holdfast.jobs.executors.interface import Began, Ended, Start
from holdfast.jobs.executors.launched.executor import LaunchedExecutor
from holdfast.jobs.executors.launched.session import Session
from holdfast.jobs.executors.launched.unended import Patience, number_in
from holdfast.jobs.model import Cause, Job
from holdfast.settings.executors import ExecutorSettings
from holdfast.testing.examined import a_start


class RehearsedSession(Session):
    """A session without a process: it answers what the test says, and remembers the questions."""

    def __init__(self, bell: Event) -> None:
        super().__init__("the grid", "nothing", (), bell)
        self.asked: list[str] = []
        self.answers: dict[str, object] = {"submit": "7", "watch": True}
        self.told: list[dict[str, Any]] = []

    def ask(self, question: str, timeout: float = 0, **details: Any) -> Any:
        self.asked.append(question)
        answer = self.answers.get(question)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def mention(self, what: str, **details: Any) -> None:
        self.asked.append(what)

    def news(self) -> list[dict[str, Any]]:
        told, self.told = self.told, []
        return told

    @property
    def is_running(self) -> bool:
        return True


class RehearsedExecutor(LaunchedExecutor):
    """The part that all launched executors share."""

    def problem(self, job: Job) -> str | None:
        return None

    def _submission(self, start: Start, command: tuple[str, ...]) -> dict[str, Any]:
        return {"command": command}


class Stage:
    """An executor, and what happens to its one start."""

    def __init__(self, folder: Path) -> None:
        self.session = RehearsedSession(Event())
        settings = ExecutorSettings(kind="any", memory=2**30, time=60.0)
        patience = Patience(files=0.2, survivors=0.4, insist=0.3)
        self.executor = RehearsedExecutor("grid", settings, Event(), self.session, patience)
        self.start = a_start(folder, ("true",))
        self.files = folder, self.start.ticket

    def is_taken(self) -> None:
        taken = exchange.take(exchange.file_of(*self.files, exchange.START))
        assert taken is not None
        self.note()

    def note(self, boot: str = "elsewhere", pid: int = 1, started: int = 1) -> None:
        now = datetime.now(UTC)
        exchange.write_began(
            self.files[0], BeganNote(self.files[1], now, "node", pid, started, boot, "7")
        )

    def has_ended(self, cause: Cause = Cause.WELL, reason: str = "") -> None:
        exchange.write_ended(
            self.files[0], Ended(self.files[1], cause, reason, datetime.now(UTC), 0)
        )

    def is_over(self, **verdict: Any) -> None:
        self.session.told.append({"over": self.files[1], **verdict})

    def ends(self, within: float = 2.0) -> Sequence[Ended]:
        """The ends that are told until nothing more can come."""
        told: list[Ended] = []
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and not told:
            told += [news for news in self.executor.collect() if isinstance(news, Ended)]
            time.sleep(0.02)
        time.sleep(0.3)  # one watch later
        return [*told, *(news for news in self.executor.collect() if isinstance(news, Ended))]


@pytest.fixture
def stage(tmp_path: Path) -> Any:
    stage = Stage(tmp_path)
    yield stage
    stage.executor.leave()


def test_settings_give_limits_to_a_job_that_names_none(stage: Stage) -> None:
    stage.executor.start(stage.start)
    taken = exchange.take(exchange.file_of(*stage.files, exchange.START))
    assert taken is not None
    assert (taken["memory"], taken["time"]) == (2**30, 60.0)


def test_a_start_that_is_refused_leaves_nothing(stage: Stage) -> None:
    stage.session.answers["submit"] = JobError("no such queue")
    with pytest.raises(JobError, match="no such queue"):
        stage.executor.start(stage.start)
    assert not list(stage.files[0].iterdir())
    assert not stage.executor.stop(stage.files[1])


def test_a_submission_that_was_not_answered_but_came_through_is_a_start(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def come_through(question: str, timeout: float = 0, **details: Any) -> None:
        if question == "submit":
            stage.is_taken()
            raise ExecutorUnreachable("no answer")

    monkeypatch.setattr(stage.session, "ask", come_through)
    assert stage.executor.start(stage.start)["number"] is None
    stage.has_ended()
    assert [ended.cause for ended in stage.ends()] == [Cause.WELL]


def test_a_file_that_comes_later_than_the_verdict_counts(stage: Stage) -> None:
    stage.executor.start(stage.start)
    stage.is_taken()
    stage.is_over(dead=True, words="exit code 1")
    assert not any(isinstance(news, Ended) for news in stage.executor.collect())
    stage.has_ended()
    stage.is_over(words="told twice")
    assert [ended.cause for ended in stage.ends()] == [Cause.WELL]


@pytest.mark.parametrize(
    ("verdict", "cause", "words"),
    [
        ({}, Cause.LOST, "the grid has it no more"),
        ({"words": "its worker died"}, Cause.LOST, "its worker died"),
        ({"words": "deleted", "cause": "exit", "dead": True}, Cause.EXIT, "deleted"),
        ({"words": "odd\n\x1b[31m", "cause": 7}, Cause.LOST, r"odd\n\x1b[31m"),
    ],
)
@pytest.mark.parametrize("is_taken", [True, False])
def test_a_start_without_a_word_ends_for_the_scheduler_s_reason(
    stage: Stage, verdict: dict[str, Any], cause: Cause, words: str, is_taken: bool
) -> None:
    stage.executor.start(stage.start)
    if is_taken:
        stage.is_taken()
    stage.is_over(**verdict)
    (ended,) = stage.ends()
    assert ended.cause is cause
    assert words in ended.reason
    # Whoever might still be at work on it was asked to end; whoever comes later finds nothing.
    assert exchange.is_asked_to_stop(*stage.files) is (is_taken and "dead" not in verdict)
    assert exchange.take(exchange.file_of(*stage.files, exchange.START)) is None


def test_a_launcher_that_lives_on_this_host_is_not_lost(stage: Stage) -> None:
    stage.executor.start(stage.start)
    stage.is_taken()
    myself = processes.find(os.getpid())
    assert myself is not None
    stage.note(processes.boot(), myself.pid, myself.started)
    stage.is_over(words="its worker died")
    assert not stage.ends(within=1.0)
    stage.has_ended(Cause.STOPPED)
    assert [(ended.cause, "its worker died" in ended.reason) for ended in stage.ends()] == [
        (Cause.LOST, True)
    ]


def test_a_stop_that_nobody_heeds_is_insisted_on(stage: Stage) -> None:
    stage.executor.start(stage.start)
    stage.is_taken()
    assert stage.executor.stop(stage.files[1])
    assert exchange.is_asked_to_stop(*stage.files)
    assert not stage.ends(within=0.5)
    assert stage.session.asked.count("cancel") == 1
    stage.is_over(dead=True)
    (ended,) = stage.ends()
    assert (ended.cause, ended.reason.split(";")[0]) == (Cause.STOPPED, "it was asked to stop")


def test_a_start_that_is_stopped_before_it_begins_ends_at_once(stage: Stage) -> None:
    stage.executor.start(stage.start)
    assert stage.executor.stop(stage.files[1])
    assert [ended.cause for ended in stage.executor.collect() if isinstance(ended, Ended)] == [
        Cause.STOPPED
    ]
    assert "cancel" in stage.session.asked


def test_a_new_session_is_told_what_the_old_one_knew(stage: Stage) -> None:
    stage.executor.start(stage.start)
    stage.session.told.append({"session": "ended"})
    stage.session.answers["watch"] = False
    assert [ended.cause for ended in stage.ends(within=4)] == [Cause.LOST]
    assert stage.session.asked.count("watch") == 1


@pytest.mark.parametrize("answer", [True, None, ExecutorUnreachable("not now")])
def test_what_the_scheduler_may_have_is_adopted(stage: Stage, answer: object) -> None:
    exchange.write_spec(stage.start, limits=True, environment={})
    stage.session.answers["watch"] = answer
    assert stage.executor.adopt(stage.start, None)
    stage.is_taken()
    time.sleep(0.6)
    assert [type(news) for news in stage.executor.collect()] == [Began]


def test_what_the_scheduler_never_had_is_given_up(stage: Stage) -> None:
    exchange.write_spec(stage.start, limits=True, environment={})
    stage.session.answers["watch"] = False
    assert not stage.executor.adopt(stage.start, {"number": "7"})
    assert not list(stage.files[0].iterdir())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("number"), inner),
    )
)
def test_what_was_written_down_of_a_start_may_be_anything(native: Any) -> None:
    assert isinstance(number_in(native), str | None)
