"""
The examination every executor must pass, and an executor that only rehearses.

To examine an executor, inherit :class:`ExecutorContract` in a test module and say how the executor
is made and which commands it should run::

    class TestMyExecutor(ExecutorContract):
        def make(self) -> Executor:
            return MyExecutor()

:class:`RehearsedExecutor` passes the same examination without starting a process: with it, tests of
the engine and of plans are quick.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import pytest

from holdfast.errors import JobError
from holdfast.jobs.executors.interface import Ended, Executor, Native, Start
from holdfast.jobs.model import Job

ODD_WORDS = ("two words", "$HOME", "`id`", "it's; exit 9", "-n", "ünï*?[a]", '"')


class ExecutorContract:
    """What :class:`~holdfast.jobs.executors.interface.Executor` promises, as tests."""

    patience = 20.0  #: seconds after which something that should have ended has not

    def make(self) -> Executor:
        """A new executor. Those made within one test share a machine, as engines would."""
        raise NotImplementedError

    def command_that_says(self, *words: str) -> tuple[str, ...]:
        """A command that prints each word on a line of its own and ends well."""
        return ("sh", "-c", 'for word in "$@"; do printf "%s\\n" "$word"; done', "sh", *words)

    def command_that_fails(self, code: int, last_words: str) -> tuple[str, ...]:
        """A command that prints `last_words` as an error and exits with `code`."""
        return ("sh", "-c", 'echo "$1" >&2; exit "$2"', "sh", last_words, str(code))

    def command_that_lasts(self) -> tuple[str, ...]:
        """A command that goes on until it is ended."""
        return ("sleep", "600")

    @pytest.fixture
    def executor(self) -> Iterator[Executor]:
        """The executor under examination."""
        executor = self.make()
        yield executor
        executor.close()

    def wait_for(self, executor: Executor, count: int) -> dict[str, Ended]:
        """The next `count` endings, by ticket; fails if one is told twice or none for too long."""
        told: dict[str, Ended] = {}
        deadline = time.monotonic() + self.patience
        while len(told) < count:
            assert time.monotonic() < deadline, f"only {len(told)} of {count} jobs ended"
            for ended in executor.wait(1.0):
                assert ended.ticket not in told, "a job was told as ended twice"
                told[ended.ticket] = ended
        return told

    def test_a_job_that_ends_well_is_told_once(self, executor: Executor, tmp_path: Path) -> None:
        start = a_start(tmp_path, self.command_that_says("done"))
        executor.start(start)
        ended = self.wait_for(executor, 1)[start.ticket]
        assert ended.well
        assert ended.exit_code == 0
        assert ended.at.tzinfo is UTC
        assert list(executor.wait(0.05)) == []

    def test_a_failed_job_tells_its_exit_code_last_words_and_log(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        start = a_start(tmp_path, self.command_that_fails(3, "no space left"))
        executor.start(start)
        ended = self.wait_for(executor, 1)[start.ticket]
        assert (ended.well, ended.exit_code) == (False, 3)
        assert "exit code 3" in ended.reason
        assert "no space left" in ended.reason
        assert str(start.log) in ended.reason

    def test_words_reach_the_command_as_they_are(self, executor: Executor, tmp_path: Path) -> None:
        start = a_start(tmp_path, self.command_that_says(*ODD_WORDS))
        executor.start(start)
        assert self.wait_for(executor, 1)[start.ticket].well
        assert start.log.read_text().splitlines() == list(ODD_WORDS)

    def test_output_is_appended_to_the_log(self, executor: Executor, tmp_path: Path) -> None:
        for word in ("first", "second"):
            executor.start(a_start(tmp_path, self.command_that_says(word)))
            self.wait_for(executor, 1)
        assert (tmp_path / "job.log").read_text().split() == ["first", "second"]

    def test_waiting_for_a_long_job_ends_in_time(self, executor: Executor, tmp_path: Path) -> None:
        executor.start(a_start(tmp_path, self.command_that_lasts()))
        begun = time.monotonic()
        assert list(executor.wait(0.1)) == []
        assert time.monotonic() - begun < 5

    def test_a_stopped_job_ends_and_says_so(self, executor: Executor, tmp_path: Path) -> None:
        start = a_start(tmp_path, self.command_that_lasts())
        executor.start(start)
        assert executor.stop(start.ticket)
        assert executor.stop(start.ticket)
        ended = self.wait_for(executor, 1)[start.ticket]
        assert not ended.well
        assert "asked to stop" in ended.reason

    def test_stopping_what_has_ended_or_never_was_is_passed_over(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        start = a_start(tmp_path, self.command_that_says("done"))
        executor.start(start)
        self.wait_for(executor, 1)
        assert not executor.stop(start.ticket)
        assert not executor.stop("never was")
        assert list(executor.wait(0.05)) == []

    def test_a_job_is_ended_when_its_time_is_up(self, executor: Executor, tmp_path: Path) -> None:
        start = a_start(tmp_path, self.command_that_lasts(), time=0.2)
        executor.start(start)
        ended = self.wait_for(executor, 1)[start.ticket]
        assert not ended.well
        assert "limit of 0.2 seconds" in ended.reason

    def test_a_program_that_is_not_there_is_refused(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        with pytest.raises(JobError, match="not found"):
            executor.start(a_start(tmp_path, ("no-such-program-anywhere",)))
        assert list(executor.wait(0.05)) == []

    def test_a_folder_that_is_not_there_is_refused(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        command = self.command_that_says("done")
        with pytest.raises(JobError, match="nowhere"):
            executor.start(a_start(tmp_path, command, directory=tmp_path / "nowhere"))

    def test_many_jobs_at_once_are_each_told_once(self, executor: Executor, tmp_path: Path) -> None:
        starts = [a_start(tmp_path, self.command_that_fails(n, "x")) for n in range(1, 9)]
        for start in starts:
            executor.start(start)
        told = self.wait_for(executor, len(starts))
        codes = [told[start.ticket].exit_code for start in starts]
        assert codes == list(range(1, 9))

    @pytest.mark.parametrize("written_down", [True, False])
    def test_leftovers_of_a_dead_engine_are_ended(
        self, executor: Executor, tmp_path: Path, written_down: bool
    ) -> None:
        dead = self.make()
        left = a_start(tmp_path, self.command_that_lasts())
        native = dead.start(left)
        executor.end_leftovers({left.ticket: native if written_down else None})
        assert not self.wait_for(dead, 1)[left.ticket].well

    def test_ending_leftovers_touches_nothing_else(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        other = a_start(tmp_path, self.command_that_lasts())
        executor.start(other)
        executor.end_leftovers({"a ticket nobody has": None})
        assert list(executor.wait(0.1)) == []
        executor.stop(other.ticket)
        assert other.ticket in self.wait_for(executor, 1)

    def test_closing_ends_everything(self, executor: Executor, tmp_path: Path) -> None:
        executor.start(a_start(tmp_path, self.command_that_lasts()))
        executor.close()
        assert list(executor.wait(0.05)) == []


def a_start(
    folder: Path,
    command: tuple[str, ...],
    *,
    time: float | None = None,
    directory: Path | None = None,
) -> Start:
    """A start of a job named ``job`` with its files in `folder` and a ticket of its own."""
    job = Job("job", command, time=time, directory=directory)
    log, progress = folder / "job.log", folder / "job.progress"
    return Start(token_hex(8), run=1, job=job, cores=1, log=log, progress=progress)


# -- the twin --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Stage:
    """What the rehearsed executors of one test share: the jobs at work on it."""

    at_work: dict[str, tuple[Start, float]] = field(default_factory=dict)
    told_to_end: dict[str, str] = field(default_factory=dict)


class RehearsedExecutor(Executor):
    """Plays jobs without starting processes.

    It knows three programs: ``say WORD…`` ends well, ``fail CODE WORD`` fails, ``last`` goes on
    until it is ended. A job ends when :meth:`wait` is asked, one at a time, the latest first: the
    order that surprises an engine most.
    """

    def __init__(self, stage: Stage | None = None) -> None:
        self.stage = stage or Stage()
        self.started: list[str] = []  #: the names of all jobs ever started, in order
        self._mine: list[str] = []

    def start(self, start: Start) -> Native:
        """Put a job on the stage."""
        directory = start.job.directory or start.log.parent
        if not directory.is_dir():
            raise JobError(f"the folder {directory} in which it should run is not there")
        if start.job.command[0] not in ("say", "fail", "last"):
            raise JobError(f"the program {start.job.command[0]!r} was not found")
        self.stage.at_work[start.ticket] = (start, time.monotonic())
        self._mine.append(start.ticket)
        self.started.append(start.job.name)
        return {"ticket": start.ticket}

    def wait(self, timeout: float) -> Sequence[Ended]:
        """End one job that can end."""
        deadline = time.monotonic() + timeout
        while True:
            for ticket in reversed(self._mine):
                ended = self._play(ticket)
                if ended is not None:
                    self._mine.remove(ticket)
                    return [ended]
            if time.monotonic() >= deadline:
                return []
            time.sleep(0.01)

    def stop(self, ticket: str) -> bool:
        """Tell a job to end."""
        if ticket in self.stage.at_work:
            self.stage.told_to_end.setdefault(ticket, "it was asked to stop")
        return ticket in self.stage.at_work

    def end_leftovers(self, leftovers: Mapping[str, Native | None]) -> None:
        """End jobs whoever put them on the stage."""
        for ticket in leftovers:
            self.stop(ticket)

    def close(self) -> None:
        """Clear the stage of what this executor put there."""
        for ticket in self._mine:
            self.stage.at_work.pop(ticket, None)
        self._mine.clear()

    def _play(self, ticket: str) -> Ended | None:
        start, begun = self.stage.at_work[ticket]
        program, *words = start.job.command
        why = self.stage.told_to_end.pop(ticket, "")
        limit = start.job.time
        if not why and limit is not None and time.monotonic() - begun >= limit:
            why = f"it ran longer than its limit of {limit:g} seconds"
        if not why and program == "last":
            return None
        del self.stage.at_work[ticket]
        if why:
            return Ended(ticket, -15, why, datetime.now(UTC))
        return _performed(start, program, words)


def _performed(start: Start, program: str, words: Sequence[str]) -> Ended:
    if program == "fail":
        code, last_words = int(words[0]), words[1]
        reason = f"the job ended with exit code {code}: {last_words}; see {start.log}"
        return Ended(start.ticket, code, reason, datetime.now(UTC))
    with start.log.open("a", encoding="utf-8") as log:
        log.writelines(f"{word}\n" for word in words)
    return Ended(start.ticket, 0, "", datetime.now(UTC))
