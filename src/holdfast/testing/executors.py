"""
The examination every executor must pass, and an executor that only rehearses.

To examine an executor, inherit :class:`ExecutorContract` in a test module and say how the executor
is made and, if it does not run programs of this machine, which commands it should run::

    class TestMyExecutor(ExecutorContract):
        def make(self) -> Executor:
            return MyExecutor("mine", Event())

:class:`~holdfast.testing.rehearsed.RehearsedExecutor` passes the same examination without starting
a process: with it, tests of the engine and of plans are quick.
"""

import time
from datetime import UTC
from pathlib import Path

import pytest

from holdfast.errors import JobError
from holdfast.jobs.executors.interface import Began, Ended, Executor
from holdfast.jobs.model import Cause, Job
from holdfast.testing.adoption import AdoptionContract
from holdfast.testing.examined import MIB, a_start
from holdfast.testing.rehearsed import Act, QueueingExecutor, RehearsedExecutor, Stage

__all__ = [
    "Act",
    "ExecutorContract",
    "QueueingExecutor",
    "RehearsedExecutor",
    "Stage",
    "a_start",
]

ODD_WORDS = ("two words", "$HOME", "`id`", "it's; exit 9", "-n", "ünï*?[a]", '"')


class ExecutorContract(AdoptionContract):
    """What :class:`~holdfast.jobs.executors.interface.Executor` promises, as tests."""

    def test_it_answers_when_it_is_asked(self, executor: Executor) -> None:
        executor.reach()
        assert executor.problem(Job("job", self.command_that_lasts())) is None

    def test_a_job_too_big_for_it_is_refused_with_what_to_change(self, executor: Executor) -> None:
        command = self.command_that_lasts()
        many = executor.problem(Job("job", command, cores=1_000_000))
        much = executor.problem(Job("job", command, memory=2**60))
        assert many is not None
        assert much is not None
        assert "cores" in many
        assert "memory" in much
        assert executor.name in many
        assert executor.name in much

    # -- ends --------------------------------------------------------------------------------------

    def test_a_job_that_ends_well_is_told_once(self, executor: Executor, tmp_path: Path) -> None:
        ended = self.done(executor, a_start(tmp_path, self.command_that_says("done")))
        assert ended.well
        assert ended.exit_code == 0
        assert ended.at.tzinfo is UTC
        assert self.is_silent(executor)

    def test_a_failed_job_tells_its_exit_code_last_words_and_log(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        start = a_start(tmp_path, self.command_that_fails(3, "no space left"))
        ended = self.done(executor, start)
        assert (ended.cause, ended.exit_code) == (Cause.EXIT, 3)
        assert "exit code 3" in ended.reason
        assert "no space left" in ended.reason
        assert str(start.log) in ended.reason

    def test_words_reach_the_command_as_they_are(self, executor: Executor, tmp_path: Path) -> None:
        start = a_start(tmp_path, self.command_that_says(*ODD_WORDS))
        assert self.done(executor, start).well
        assert start.log.read_text().splitlines() == list(ODD_WORDS)

    def test_output_is_appended_to_the_log(self, executor: Executor, tmp_path: Path) -> None:
        for word in ("first", "second"):
            self.done(executor, a_start(tmp_path, self.command_that_says(word)))
        assert (tmp_path / "job.log").read_text().split() == ["first", "second"]

    def test_output_goes_to_a_file_of_its_own_and_errors_to_the_log(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        out = tmp_path / "out.txt"
        out.write_text("what an earlier try wrote, which was longer\n")
        start = a_start(tmp_path, self.command_that_says("a word"), stdout=out)
        assert self.done(executor, start).well
        assert out.read_text() == "a word\n"
        start = a_start(tmp_path, self.command_that_fails(2, "an error"), stdout=out)
        assert "an error" in self.done(executor, start).reason
        assert (out.read_text(), start.log.read_text()) == ("", "an error\n")

    def test_a_job_has_its_environment(self, executor: Executor, tmp_path: Path) -> None:
        self.done(executor, a_start(tmp_path, self.command_that_shows("GREETING")))
        start = a_start(tmp_path, self.command_that_shows("HOLDFAST_TICKET"))
        self.done(executor, start)
        greeting, tickets = start.log.read_text().splitlines()
        assert greeting == "good morning"
        assert start.ticket in tickets.split()

    def test_collecting_never_waits(self, executor: Executor, tmp_path: Path) -> None:
        executor.start(a_start(tmp_path, self.command_that_lasts()))
        begun = time.monotonic()
        assert not [news for news in executor.collect() if isinstance(news, Ended)]
        assert time.monotonic() - begun < 1

    def test_many_jobs_at_once_are_each_told_once(self, executor: Executor, tmp_path: Path) -> None:
        starts = [a_start(tmp_path, self.command_that_fails(n, "x")) for n in range(1, 9)]
        for start in starts:
            executor.start(start)
        told = self.wait_for(executor, len(starts))
        codes = [told[start.ticket].exit_code for start in starts]
        assert codes == list(range(1, 9))

    def test_what_a_job_used_is_told(self, executor: Executor, tmp_path: Path) -> None:
        usage = self.done(executor, a_start(tmp_path, self.command_that_uses(100 * MIB))).usage
        assert usage.host
        assert usage.wall is not None
        assert 0.6 < usage.wall < self.patience
        assert usage.cpu is not None
        assert 0.3 < usage.cpu <= usage.wall * 2
        assert usage.memory is not None
        assert 100 * MIB <= usage.memory < 400 * MIB

    def test_a_queueing_executor_tells_when_a_job_begins(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        start = a_start(tmp_path, self.command_that_says("done"))
        executor.start(start)
        told: list[Began | Ended] = []
        while not any(isinstance(news, Ended) for news in told):
            news = self.next_of(executor, self.patience)
            assert news, "the job did not end"
            told += news
        began = told[:-1]
        assert [type(each) for each in began] == ([Began] if executor.queues else [])
        assert all(each.ticket == start.ticket for each in told)
        assert all(isinstance(each, Began) and each.host for each in began)

    # -- refusals ----------------------------------------------------------------------------------

    def test_a_program_that_is_not_there_is_refused(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        start = a_start(tmp_path, ("no-such-program-anywhere",))
        if executor.queues:  # only the host it runs on can tell
            ended = self.done(executor, start)
            assert ended.cause is Cause.START
            assert "not found" in ended.reason
        else:
            with pytest.raises(JobError, match="not found"):
                executor.start(start)
        assert self.is_silent(executor)

    def test_a_folder_that_is_not_there_is_refused(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        command = self.command_that_says("done")
        start = a_start(tmp_path, command, directory=tmp_path / "nowhere")
        with pytest.raises(JobError, match="nowhere"):
            executor.start(start)
        assert not list(tmp_path.glob(f"{start.ticket}*")), "something of it was left"

    # -- stopping and limits -----------------------------------------------------------------------

    def test_a_stopped_job_ends_and_says_so(self, executor: Executor, tmp_path: Path) -> None:
        start = a_start(tmp_path, self.command_that_lasts())
        executor.start(start)
        assert executor.stop(start.ticket)
        assert executor.stop(start.ticket)
        ended = self.end_of(executor, start)
        assert ended.cause is Cause.STOPPED
        assert "asked to stop" in ended.reason
        assert not executor.stop(start.ticket)
        assert self.is_silent(executor)

    def test_stopping_what_has_ended_or_never_was_is_passed_over(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        start = a_start(tmp_path, self.command_that_says("done"))
        self.done(executor, start)
        assert not executor.stop(start.ticket)
        assert not executor.stop("never was")
        assert self.is_silent(executor)

    def test_a_job_that_ignores_requests_is_ended(self, executor: Executor, tmp_path: Path) -> None:
        ready = tmp_path / "ready"
        start = a_start(tmp_path, self.command_that_ignores_requests(ready))
        executor.start(start)
        self.wait_until_there(ready)
        executor.stop(start.ticket)
        assert self.end_of(executor, start).cause is Cause.STOPPED
        assert not self.are_at_work(ready)

    def test_a_job_is_ended_when_its_time_is_up(self, executor: Executor, tmp_path: Path) -> None:
        start = a_start(tmp_path, self.command_that_lasts(), time=self.brief)
        ended = self.done(executor, start)
        assert ended.cause is Cause.TIME
        assert f"limit of {self.brief:g} seconds" in ended.reason

    def test_a_job_is_ended_when_it_uses_too_much_memory(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        command = self.command_that_grows(1024 * MIB)
        ended = self.done(executor, a_start(tmp_path, command, memory=128 * MIB))
        assert ended.cause is Cause.MEMORY
        assert "memory" in ended.reason
        assert "128 MiB" in ended.reason

    @pytest.mark.parametrize("is_stopped", [True, False])
    def test_children_that_left_a_job_end_with_it(
        self, executor: Executor, tmp_path: Path, is_stopped: bool
    ) -> None:
        pids = tmp_path / "pids"
        seconds = 600 if is_stopped else 0
        start = a_start(tmp_path, self.command_that_escapes(pids, seconds))
        executor.start(start)
        self.wait_until_there(tmp_path / "pids.ready")
        if is_stopped:
            executor.stop(start.ticket)
        assert self.end_of(executor, start).well is not is_stopped
        assert not self.are_at_work(pids)

    def test_closing_ends_everything(self, tmp_path: Path) -> None:
        executor, pids = self.make(), tmp_path / "pids"
        executor.start(a_start(tmp_path, self.command_that_ignores_requests(pids)))
        self.wait_until_there(pids)
        executor.close()
        assert not self.are_at_work(pids)
        assert list(executor.collect()) == []
