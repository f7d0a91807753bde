"""
What jobs said: the end of their logs, and what they add while somebody looks on.

A log may be of any size, hold anything, have lines without an end, and be cut while it is read.
So only its end is read, in pieces; a line that is too long is told in parts; control characters
are left out; and whoever falls far behind is told how much was passed over.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.app.container import Container
from holdfast.app.jobs.following import Feed, Pace
from holdfast.app.jobs.runs import log_of
from holdfast.errors import RunNotFound, suggestion
from holdfast.jobs.folder import RunFolder
from holdfast.jobs.model import Outcome, Status
from holdfast.jobs.plan import Plan

if TYPE_CHECKING:
    from holdfast.jobs.ledger import Event

TAIL = 4 * 1024**2  #: bytes of a log's end in which its last lines are sought
AT_ONCE = 256 * 1024  #: bytes read at once
BEHIND = 16 * 1024**2  #: bytes beyond which what came in between is passed over
LINE = 16 * 1024  #: bytes of one line; a longer one is told in parts
#: Colours and the like: what a program tells a terminal and no reader (ECMA-48, 5.4 and 8.3.89).
_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")


@dataclass(frozen=True, slots=True)
class JobLog:
    """The last lines a job said, without control characters."""

    job: str
    log: Path
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a job said. Before it, `passed_over` bytes of its log were not read."""

    job: str
    line: str
    passed_over: int = 0


class Tail:
    """Reads a log from its end, and then what is added to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0
        self._file = 0  #: the number of the file that was read last
        self._rest = b""  #: a line that has no end yet
        self.passed_over = 0  #: bytes that were not read, since this was last set to 0

    def last(self, count: int, *, ended: bool = True) -> tuple[str, ...]:
        """The last `count` lines, fit for a terminal; :meth:`news` goes on after them.

        Unless the log has `ended`, a line without an end is left for later.
        """
        content = self._read(TAIL, newest=True)
        self.passed_over = 0  # nobody asked for what is before them
        lines = content.splitlines(keepends=True)
        if lines and not ended and not lines[-1].endswith(b"\n"):
            self._rest = lines.pop()
        parts = [part for line in lines[max(0, len(lines) - count) :] for part in _parts(line)]
        return tuple(printable_line(part) for part in parts[max(0, len(parts) - count) :])

    def news(self) -> list[str]:
        """The lines that were added, as far as they have an end; a bounded number at a time."""
        new = self._read(AT_ONCE)  # may forget the rest
        lines = (self._rest + new).splitlines(keepends=True)
        # What ends with a carriage return waits too: a line feed may follow.
        self._rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        if len(self._rest) > LINE:
            lines.append(self._rest)
            self._rest = b""
        return [printable_line(part) for line in lines for part in _parts(line)]

    def rest(self) -> list[str]:
        """All that is left, also a line without an end: nothing comes after it."""
        lines: list[str] = []
        while news := self.news():
            lines += news
        if self._rest:
            lines.append(printable_line(self._rest))
            self._rest = b""
        return lines

    def _read(self, most: int, *, newest: bool = False) -> bytes:
        """The next `most` bytes, or with `newest` the last; none if the log is not there."""
        try:
            with self.path.open("rb") as file:
                found = os.fstat(file.fileno())
                if found.st_ino != self._file or found.st_size < self._offset:
                    self._offset, self._rest = 0, b""  # it is another one, or was cut
                self._file = found.st_ino
                self._skip(found.st_size, most if newest else BEHIND)
                file.seek(self._offset)
                content = file.read(most)
        except OSError:
            return b""
        self._offset += len(content)
        return content

    def _skip(self, size: int, most: int) -> None:
        """Pass over what is more than `most` bytes before the end."""
        if size - self._offset > most:
            self.passed_over += size - min(most, TAIL) - self._offset + len(self._rest)
            self._offset, self._rest = size - min(most, TAIL), b""


def job_logs(
    container: Container, run: int, job: str | None = None, lines: int = 100
) -> tuple[JobLog, ...]:
    """The last `lines` lines that `job`, or else each job of `run`, wrote.

    Raises
    ------
    JobError
        There is no such run, or it has no such job.
    """
    wanted = _wanted(container, run, job)
    plan = container.ledger.plan(run)
    return tuple(
        JobLog(name, file, Tail(file).last(lines))
        for name, outcome in wanted.items()
        if (log := log_of(outcome)) is not None
        for file in _files(plan, name, log)
    )


def follow_logs(
    container: Container,
    run: int,
    job: str | None = None,
    lines: int = 100,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[LogLine]:
    """The last `lines` lines that `job`, or each job of `run`, wrote, and then each new one.

    It ends when the run is over, or the job. It raises what :func:`job_logs` raises, and a
    LedgerError if the ledger stays out of reach.
    """
    feed, pace = LogFeed(container, run, job, lines), Pace(sleep)
    while True:
        said = 0
        for line in feed.news():
            said += 1
            yield line
        if feed.is_over:
            return
        if not feed.has_begun_just_now:
            pace.rest(happened=said > 0)


class LogFeed:
    """What :func:`follow_logs` tells, asked again and again; it never waits."""

    def __init__(
        self, container: Container, run: int, job: str | None = None, lines: int = 100
    ) -> None:
        # The number first: what happens between the two questions is told once more, not left out.
        self._feed = Feed(container, run, container.ledger.newest_event(run))
        self._following = _Following(container, run, _wanted(container, run, job), job)
        self._lines = lines
        self._looks = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be said, and all of it was told."""
        return self._looks > 0 and self._following.is_over

    @property
    def has_begun_just_now(self) -> bool:
        """Whether only what was said before the first look was told yet."""
        return self._looks == 1

    def news(self) -> Iterator[LogLine]:
        """What was said since the last look; at the first, what was said before."""
        self._looks += 1
        if self._looks == 1:
            return self._following.begin(self._lines)
        return self._following.news(self._feed.news(), is_over=self._feed.is_over)


class _Following:
    """The logs of the jobs that are at work."""

    def __init__(
        self, container: Container, run: int, outcomes: Mapping[str, Outcome], only: str | None
    ) -> None:
        self._folder = RunFolder.of(container.settings.logs, run)
        self._outcomes, self._only = outcomes, only
        self._plan = container.ledger.plan(run)
        self._tails: dict[str, tuple[Tail, ...]] = {}
        self._open: set[str] = set()
        self.is_over = False

    def begin(self, lines: int) -> Iterator[LogLine]:
        """What was said before."""
        for job, outcome in self._outcomes.items():
            log = log_of(outcome)
            if log is None:
                continue
            self._tails[job] = self._begun(job, log)
            at_work = outcome.status.is_at_work
            for tail in self._tails[job]:
                for line in tail.last(lines, ended=not at_work):
                    yield LogLine(job, line)
            if at_work:
                self._open.add(job)
        self.is_over = self._only is not None and self._outcomes[self._only].status.is_final

    def news(self, events: "list[Event]", *, is_over: bool) -> Iterator[LogLine]:
        """What was said since the last look; `events` happened meanwhile."""
        newest: dict[str, Status] = {}
        for event in events:
            if event.status is not None and event.job in self._outcomes:
                newest[event.job] = event.status
                if event.status.is_at_work:
                    self._open.add(event.job)
                    log = self._folder.log(event.job)
                    self._tails.setdefault(event.job, self._begun(event.job, log))
        for job in sorted(self._open):
            has_ended = is_over or not newest.get(job, Status.RUNNING).is_at_work
            yield from self._lines(job, is_last=has_ended)
            if has_ended:
                self._open.discard(job)
        only = None if self._only is None else newest.get(self._only)
        self.is_over = is_over or (only is not None and only.is_final)

    def _begun(self, job: str, log: Path) -> tuple[Tail, ...]:
        return tuple(map(Tail, _files(self._plan, job, log)))

    def _lines(self, job: str, *, is_last: bool) -> Iterator[LogLine]:
        for tail in self._tails[job]:
            for line in tail.rest() if is_last else tail.news():
                passed_over, tail.passed_over = tail.passed_over, 0
                yield LogLine(job, line, passed_over)


def _files(plan: Plan, job: str, log: Path) -> Iterator[Path]:
    """The files that `job` writes what it says into: its log, and that of its output, if any."""
    yield log
    stdout = plan.by_name[job].stdout
    if stdout is not None:
        yield stdout if stdout.is_absolute() else (plan.by_name[job].directory or Path()) / stdout


def _wanted(container: Container, run: int, job: str | None) -> Mapping[str, Outcome]:
    container.ledger.run(run)
    outcomes = container.ledger.outcomes(run)
    if job is not None and job not in outcomes:
        raise RunNotFound(f"run {run} has no job {job!r}{suggestion(job, outcomes)}")
    return outcomes if job is None else {job: outcomes[job]}


def _parts(line: bytes) -> Iterator[bytes]:
    for start in range(0, len(line), LINE):
        yield line[start : start + LINE]


def printable_line(line: bytes) -> str:
    """A line fit to be read: without its end, without colours and other control characters."""
    text = line.rstrip(b"\r\n").decode(errors="replace").expandtabs()
    if "\x1b" in text:
        text = _TERMINAL.sub("", text)
    return text if text.isprintable() else "".join(filter(str.isprintable, text))
