"""The rehearsed executors pass the examination of the real ones, and do what a test scripts."""

import time
from pathlib import Path

import pytest

from holdfast.errors import ExecutorUnreachable
from holdfast.jobs.executors.interface import Ended, Executor
from holdfast.jobs.model import Cause
from holdfast.testing.executors import (
    Act,
    ExecutorContract,
    QueueingExecutor,
    RehearsedExecutor,
    Stage,
    a_start,
)


class TestRehearsedExecutor(ExecutorContract):
    brief, a_while = 0.05, 0.02

    @pytest.fixture(autouse=True)
    def _stage(self) -> None:
        self.stage = Stage()

    def make(self) -> Executor:
        return RehearsedExecutor(stage=self.stage)

    def command_that_says(self, *words: str) -> tuple[str, ...]:
        return ("say", *words)

    def command_that_shows(self, variable: str) -> tuple[str, ...]:
        return ("show", variable)

    def command_that_fails(self, code: int, last_words: str) -> tuple[str, ...]:
        return ("fail", str(code), last_words)

    def command_that_lasts(self) -> tuple[str, ...]:
        return ("last",)

    def command_that_ignores_requests(self, ready: Path) -> tuple[str, ...]:
        return ("mark", str(ready))

    def command_that_escapes(self, pids: Path, seconds: int) -> tuple[str, ...]:
        return ("mark", str(pids), str(seconds))

    def command_that_uses(self, memory: int) -> tuple[str, ...]:
        return ("use", str(memory))

    def command_that_grows(self, memory: int) -> tuple[str, ...]:
        return ("grow", str(memory))

    def are_at_work(self, pids: Path) -> bool:
        return pids.read_text().strip() in self.stage.playing


class TestQueueingExecutor(TestRehearsedExecutor):
    def make(self) -> Executor:
        return QueueingExecutor(stage=self.stage)

    def wait_until_there(self, path: Path) -> None:
        # A rehearsed job begins when the engine asks; here it is said to have begun.
        (ticket,) = self.stage.playing
        path.with_name(path.name.removesuffix(".ready")).write_text(f"{ticket}\n")


def ends(executor: Executor) -> list[Ended]:
    return [news for news in executor.collect() if isinstance(news, Ended)]


def test_a_script_says_what_becomes_of_each_start(tmp_path: Path) -> None:
    executor = RehearsedExecutor()
    executor.script["job"] = [Act(Cause.LOST, None, "gone"), Act(Cause.MEMORY, -9, "too much")]
    for cause in (Cause.LOST, Cause.MEMORY, Cause.WELL):
        executor.start(a_start(tmp_path, ("say", "x")))
        assert [ended.cause for ended in ends(executor)] == [cause]


def test_a_refused_start_leaves_nothing(tmp_path: Path) -> None:
    executor = RehearsedExecutor()
    executor.script["job"] = [Act(refusal=ExecutorUnreachable("not now"))]
    with pytest.raises(ExecutorUnreachable):
        executor.start(a_start(tmp_path, ("say", "x")))
    assert not executor.stage.playing


def test_a_test_ends_a_job_when_it_likes(tmp_path: Path) -> None:
    executor = RehearsedExecutor()
    executor.start(a_start(tmp_path, ("last",)))
    assert not ends(executor)
    executor.bell.clear()
    executor.stage.lose("job")
    assert executor.bell.is_set()
    assert [ended.cause for ended in ends(executor)] == [Cause.LOST]


def test_the_latest_ends_first_and_one_at_a_time(tmp_path: Path) -> None:
    executor = RehearsedExecutor()
    starts = [a_start(tmp_path, ("say", "x"), name=name) for name in "abc"]
    for start in starts:
        executor.start(start)
    told = [ends(executor)[0].ticket for _ in starts]
    assert told == [start.ticket for start in reversed(starts)]


def test_the_bell_rings_when_a_job_is_due(tmp_path: Path) -> None:
    executor = QueueingExecutor()
    executor.script["job"] = [Act(after=0.05, queued=0.05)]
    begun, told = time.monotonic(), 0
    executor.start(a_start(tmp_path, ("say", "x")))
    while told < 2:
        assert executor.bell.wait(10)
        executor.bell.clear()
        told += len(executor.collect())
    assert time.monotonic() - begun >= 0.1


def test_a_start_that_was_given_up_never_begins(tmp_path: Path) -> None:
    executor = RehearsedExecutor()
    start = a_start(tmp_path, ("say", "x"))
    assert not executor.adopt(start, None)
    with pytest.raises(Exception, match="given up"):
        executor.start(start)
