"""
The part of the examination of executors that is about engines that die and others that go on.
"""

import time
from pathlib import Path

import pytest

from holdfast.jobs.executors.interface import Executor
from holdfast.jobs.model import Cause
from holdfast.testing.examined import ExaminedExecutor, a_start


class AdoptionContract(ExaminedExecutor):
    """What an executor finds again of what another engine had started, as tests."""

    def test_what_is_let_go_stays_at_work(self, tmp_path: Path) -> None:
        pids = tmp_path / "pids"
        first, second = self.make(), self.make()
        start = a_start(tmp_path, self.command_that_escapes(pids, seconds=600))
        native = first.start(start)
        self.wait_until_there(tmp_path / "pids.ready")
        first.leave()
        assert self.are_at_work(pids)
        assert second.adopt(start, native)
        second.close()
        assert not self.are_at_work(pids)

    @pytest.mark.parametrize("written_down", [True, False])
    def test_a_job_at_work_is_adopted_and_can_be_stopped(
        self, executor: Executor, tmp_path: Path, written_down: bool
    ) -> None:
        pids, first = tmp_path / "pids", self.make()
        start = a_start(tmp_path, self.command_that_escapes(pids, seconds=600))
        native = first.start(start)
        self.wait_until_there(tmp_path / "pids.ready")
        first.leave()
        assert executor.adopt(start, native if written_down else None)
        assert self.is_silent(executor)
        assert executor.stop(start.ticket)
        assert self.end_of(executor, start).cause is Cause.STOPPED
        assert not self.are_at_work(pids)
        assert not executor.stop(start.ticket)
        assert self.is_silent(executor)

    @pytest.mark.parametrize("written_down", [True, False])
    def test_the_result_of_a_job_that_ended_meanwhile_is_told_once(
        self, executor: Executor, tmp_path: Path, written_down: bool
    ) -> None:
        first = self.make()
        start = a_start(tmp_path, self.command_that_fails(3, "no space left"))
        native = first.start(start)
        self.end_of(first, start)  # and the engine dies before it can write it down
        first.leave()
        assert executor.adopt(start, native if written_down else None)
        ended = self.end_of(executor, start)
        assert (ended.cause, ended.exit_code) == (Cause.EXIT, 3)
        assert "no space left" in ended.reason
        assert self.is_silent(executor)

    def test_a_job_that_ends_unattended_is_told(self, executor: Executor, tmp_path: Path) -> None:
        first = self.make()
        start = a_start(tmp_path, self.command_that_uses(2**20))
        native = first.start(start)
        first.leave()
        assert executor.adopt(start, native)
        ended = self.end_of(executor, start)
        assert ended.well
        assert ended.usage.wall is not None

    def test_limits_hold_for_an_adopted_job(self, executor: Executor, tmp_path: Path) -> None:
        first = self.make()
        start = a_start(tmp_path, self.command_that_lasts(), time=3 * self.brief)
        native = first.start(start)
        first.leave()
        assert executor.adopt(start, native)
        assert self.end_of(executor, start).cause is Cause.TIME

    def test_what_was_never_started_is_not_adopted(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        start = a_start(tmp_path, self.command_that_lasts())
        assert not executor.adopt(start, None)
        assert not executor.stop(start.ticket)
        assert self.is_silent(executor)

    @pytest.mark.parametrize(
        ("content", "has_ended"),
        [(b'{"format": 1, "ticket"', True), (b"", False), (b"\0" * 5000, False)],
    )
    def test_damaged_files_lose_a_result_but_leave_nothing_at_work(
        self, executor: Executor, tmp_path: Path, content: bytes, has_ended: bool
    ) -> None:
        pids, first = tmp_path / "pids", self.make()
        seconds = 0 if has_ended else 600
        start = a_start(tmp_path, self.command_that_escapes(pids, seconds))
        native = first.start(start)
        self.wait_until_there(tmp_path / "pids.ready")
        if has_ended:
            self.end_of(first, start)
        first.leave()
        for path in tmp_path.glob(f"{start.ticket}.*"):
            path.unlink()
            path.write_bytes(content)
        if executor.adopt(start, native):
            executor.stop(start.ticket)
            self.end_of(executor, start)
        assert not self.are_at_work(pids)
        assert self.is_silent(executor)

    def test_adopting_touches_nothing_else(self, executor: Executor, tmp_path: Path) -> None:
        other = a_start(tmp_path, self.command_that_lasts(), name="other")
        executor.start(other)
        unknown = a_start(tmp_path, self.command_that_lasts())
        assert not executor.adopt(unknown, None)
        assert self.is_silent(executor)
        executor.stop(other.ticket)
        assert self.end_of(executor, other).cause is Cause.STOPPED

    def test_closing_ends_what_was_adopted(self, tmp_path: Path) -> None:
        pids, first, second = tmp_path / "pids", self.make(), self.make()
        start = a_start(tmp_path, self.command_that_ignores_requests(pids))
        native = first.start(start)
        self.wait_until_there(pids)
        first.leave()
        assert second.adopt(start, native)
        begun = time.monotonic()
        second.close()
        assert time.monotonic() - begun < self.patience
        assert not self.are_at_work(pids)
