"""
An executor that plays jobs without starting processes, for tests of engines and plans.

It passes the examination of the real ones. What happens to a job is what its command says (see
:data:`PROGRAMS`), or what the test has put in the executor's script, or what the test does to it on
the stage while it is at work.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from threading import Event, Timer

from holdfast.errors import JobError
from holdfast.jobs.executors.attendance.endings import too_much
from holdfast.jobs.executors.capacity import too_big
from holdfast.jobs.executors.environment import environment_of
from holdfast.jobs.executors.interface import Began, Ended, Executor, Native, Start
from holdfast.jobs.model import Cause, Job, Usage

HOST = "stage"  #: the host on which rehearsed jobs say they ran
NOTHING = Usage(HOST, 0.0, 0.0, 0)


@dataclass(frozen=True, slots=True)
class Act:
    """What happens to one start of a job."""

    cause: Cause = Cause.WELL
    exit_code: int | None = 0
    reason: str = ""
    usage: Usage = NOTHING
    after: float = 0.0  #: seconds until it ends, from when it begins; inf: not by itself
    queued: float = 0.0  #: seconds until it begins, on an executor that queues
    refusal: Exception | None = None  #: what starting it raises


LASTING = Act(after=inf)
LOST = Act(Cause.LOST, None, "the host it ran on went away")


@dataclass(slots=True)
class Playing:
    """A job on the stage."""

    start: Start
    act: Act
    bell: Event
    submitted: float  #: seconds of the stage's clock
    begun: float | None = None


@dataclass(slots=True)
class Stage:
    """What the rehearsed executors of one test share, as engines share a machine."""

    clock: Callable[[], float] = time.monotonic
    playing: dict[str, Playing] = field(default_factory=dict)  #: the jobs at work, by ticket
    results: dict[str, Ended] = field(default_factory=dict)  #: of all jobs that ended
    given_up: set[str] = field(default_factory=set)

    def end(self, name: str, act: Act) -> None:
        """Let the job called `name` end now as `act` tells, whatever it was to do."""
        for playing in self.playing.values():
            if playing.start.job.name == name:
                playing.act = act
                playing.bell.set()

    def lose(self, name: str) -> None:
        """Let the host of the job called `name` go away."""
        self.end(name, LOST)

    def vanish(self) -> None:
        """Let the machine go away with all that is known of it: nothing will be adopted."""
        self.playing.clear()
        self.results.clear()


class RehearsedExecutor(Executor):
    """Plays jobs. They end when :meth:`collect` is asked, one at a time, the latest first: the
    order that surprises an engine most.

    ``script[name]`` is a list of acts, one for each start of the job `name`; when it is empty the
    command counts again.
    """

    def __init__(
        self,
        name: str = "rehearsed",
        bell: Event | None = None,
        stage: Stage | None = None,
        *,
        cores: int = 64,
        memory: int = 2**40,
    ) -> None:
        super().__init__(name, bell or Event())
        self.stage = stage or Stage()
        self.cores, self.memory = cores, memory
        self.script: dict[str, list[Act]] = {}
        self.started: list[str] = []  #: the names of all jobs ever started here, in order
        self.unreachable: Exception | None = None  #: what :meth:`reach` raises
        self._mine: list[str] = []
        self._again: list[Ended] = []  #: of adopted jobs that had ended before

    def problem(self, job: Job) -> str | None:
        """Whether `job` is too big; see :meth:`Executor.problem`."""
        return too_big(job, self.name, self.cores, self.memory)

    def reach(self) -> None:
        """Raise what the test wants; see :meth:`Executor.reach`."""
        if self.unreachable is not None:
            raise self.unreachable

    def start(self, start: Start) -> Native:
        """Put a job on the stage; see :meth:`Executor.start`."""
        directory = start.job.directory or start.log.parent
        if not directory.is_dir():
            raise JobError(f"the folder {directory} in which it should run is not there")
        if start.ticket in self.stage.given_up:
            raise JobError("this start was given up")
        act = self._act(start)
        if act.refusal is not None:
            raise act.refusal
        playing = Playing(start, act, self.bell, submitted=self.stage.clock())
        self.stage.playing[start.ticket] = playing
        self.started.append(start.job.name)
        self._mine.append(start.ticket)
        if not self.queues:
            self._begin(playing)
        self._ring_when_due(playing)
        return {"ticket": start.ticket}

    def collect(self) -> Sequence[Began | Ended]:
        """End one job that can end; see :meth:`Executor.collect`."""
        if self._again:
            return [self._again.pop()]
        for ticket in reversed(self._mine):
            news = self._news(self.stage.playing[ticket])
            if news is not None:
                self.bell.set()  # there may be more
                return [news]
        return []

    def stop(self, ticket: str) -> bool:
        """Tell a job to end; see :meth:`Executor.stop`."""
        if ticket not in self._mine:
            return False
        playing = self.stage.playing[ticket]
        if playing.act.cause is not Cause.STOPPED:
            playing.act = Act(Cause.STOPPED, -15, f"it was asked to stop; see {playing.start.log}")
        self.bell.set()
        return True

    def adopt(self, start: Start, native: Native | None) -> bool:
        """Look for a job on the stage; see :meth:`Executor.adopt`."""
        playing, result = (
            self.stage.playing.get(start.ticket),
            self.stage.results.get(start.ticket),
        )
        if playing is not None:
            playing.bell = self.bell
            self._mine.append(start.ticket)
            self._ring_when_due(playing)
        elif result is not None:
            self._again.append(result)
            self.bell.set()
        else:
            self.stage.given_up.add(start.ticket)
        return playing is not None or result is not None

    def close(self) -> None:
        """Clear the stage of what this executor has there; see :meth:`Executor.close`."""
        for ticket in self._mine:
            self.stage.playing.pop(ticket, None)
        self.leave()

    def leave(self) -> None:
        """Let go of the jobs on the stage; see :meth:`Executor.leave`."""
        self._mine.clear()
        self._again.clear()

    # -- playing -----------------------------------------------------------------------------------

    def _act(self, start: Start) -> Act:
        scripted = self.script.get(start.job.name)
        if scripted:
            return scripted.pop(0)
        program, *words = start.job.command
        if program not in PROGRAMS:
            if not self.queues:
                raise JobError(f"the program {program!r} was not found; install it or correct it")
            return Act(Cause.START, None, f"the program {program!r} was not found")
        return _limited(PROGRAMS[program](start, words), start.job)

    def _begin(self, playing: Playing) -> None:
        playing.begun = self.stage.clock()
        if playing.start.job.command[0] in _OPENINGS and playing.act.cause is not Cause.STOPPED:
            _OPENINGS[playing.start.job.command[0]](playing.start)

    def _news(self, playing: Playing) -> Began | Ended | None:
        """What of `playing` can be told now: it begins, ends, or neither."""
        now, ticket, act = self.stage.clock(), playing.start.ticket, playing.act
        if playing.begun is None and act.cause is not Cause.STOPPED:
            if now < playing.submitted + act.queued:
                return None
            self._begin(playing)
            self._ring_when_due(playing)
            return Began(ticket, datetime.now(UTC), HOST)
        if now < (playing.begun or now) + act.after:
            return None
        self._mine.remove(ticket)
        del self.stage.playing[ticket]
        at = datetime.now(UTC)
        ended = Ended(ticket, act.cause, act.reason, at, act.exit_code, act.usage)
        self.stage.results[ticket] = ended
        return ended

    def _ring_when_due(self, playing: Playing) -> None:
        due = playing.act.queued if playing.begun is None else playing.act.after
        since = playing.submitted if playing.begun is None else playing.begun
        left = since + due - self.stage.clock()
        if left <= 0:
            self.bell.set()
        elif left < inf:
            timer = Timer(left, playing.bell.set)
            timer.daemon = True
            timer.start()


class QueueingExecutor(RehearsedExecutor):
    """A rehearsed executor on which jobs wait for their turn, as on a batch system."""

    queues = True


# -- the programs ----------------------------------------------------------------------------------


def _say(start: Start, words: Sequence[str]) -> Act:
    _write(start, words, is_error=False)
    return Act()


def _show(start: Start, words: Sequence[str]) -> Act:
    _write(start, [environment_of(start, os.environ).get(words[0], "")], is_error=False)
    return Act()


def _fail(start: Start, words: Sequence[str]) -> Act:
    code, last_words = int(words[0]), words[1]
    _write(start, [last_words], is_error=True)
    reason = f"the job ended with exit code {code}: {last_words}; see {start.log}"
    return Act(Cause.EXIT, code, reason)


def _last(_: Start, words: Sequence[str]) -> Act:
    return Act(after=float(words[-1]) if words else inf)


def _use(_: Start, words: Sequence[str]) -> Act:
    return Act(usage=Usage(HOST, 0.7, 0.4, int(words[0])))


def _grow(start: Start, words: Sequence[str]) -> Act:
    limit = start.job.memory
    if limit is None or int(words[0]) <= limit:
        return LASTING
    return Act(Cause.MEMORY, -9, f"{too_much(limit)}; see {start.log}")


#: ``say WORD…`` ends well, ``show VARIABLE`` prints it, ``fail CODE WORDS`` fails, ``last
#: [SECONDS]`` goes on, ``mark FILE [SECONDS]`` goes on and writes its ticket to FILE and FILE.ready
#: when it begins, ``use MEMORY`` says it did, ``grow MEMORY`` uses so much and goes on.
PROGRAMS: Mapping[str, Callable[[Start, Sequence[str]], Act]] = {
    "say": _say,
    "show": _show,
    "fail": _fail,
    "last": _last,
    "mark": lambda start, words: _last(start, words[1:]),
    "use": _use,
    "grow": _grow,
}


def _mark(start: Start) -> None:
    path = Path(start.job.command[1])
    path.write_text(f"{start.ticket}\n")
    path.with_name(f"{path.name}.ready").write_text("\n")


_OPENINGS: Mapping[str, Callable[[Start], None]] = {"mark": _mark}


def _limited(act: Act, job: Job) -> Act:
    """`act`, cut short by the job's limit of time."""
    if job.time is None or act.after <= job.time:
        return act
    reason = f"it ran longer than its limit of {job.time:g} seconds"
    return Act(Cause.TIME, -15, reason, after=job.time)


def _write(start: Start, words: Sequence[str], *, is_error: bool) -> None:
    out = start.job.stdout
    if out is not None:
        ((start.job.directory or start.log.parent) / out).write_text("")
    is_apart = out is not None and not is_error
    path = out if is_apart and out is not None else start.log
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{word}\n" for word in words)
