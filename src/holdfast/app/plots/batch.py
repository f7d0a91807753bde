"""
Batches: many plots, asked for in one file, made side by side.

All that can be known to be wrong is told before anything begins, every problem with its line. Then
each line becomes a plot by itself: one that fails stops no other, and asked again, only what is
missing or has changed is made.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from pathlib import Path
from threading import Event, Lock
from time import monotonic

from holdfast.app.container import Container
from holdfast.app.plots.batch_file import Problem
from holdfast.app.plots.batch_wishes import Asked, Wish, asked_in
from holdfast.app.plots.compare import Comparison, compare_genomes
from holdfast.app.plots.folders import PLOT_FILE, Plot
from holdfast.app.plots.importing import import_alignment
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import HoldfastError, JobError, PlotError, UsageError, printable

LOOK = 0.2  #: seconds between two looks for an interrupt
AT_ONCE = 4


class State(Enum):
    """What became of a line."""

    MADE = "made"
    THERE = "there already"  #: the same question had been answered before
    FAILED = "failed"
    PLANNED = "planned"  #: nothing was begun, as asked


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line of a batch file."""

    line: int
    name: str
    state: State
    plot: Plot | None = None
    problem: str | None = None
    seconds: float = 0.0  #: of the clock on the wall


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What became of a batch."""

    file: Path
    outcomes: tuple[Outcome, ...]  #: in the order of the lines
    warnings: tuple[str, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The lines that made no plot."""
        return tuple(each for each in self.outcomes if each.state is State.FAILED)


def run_batch(
    container: Container,
    file: Path,
    *,
    at_once: int = AT_ONCE,
    again: bool = False,
    dry_run: bool = False,
    listener: Listener = ignore,
) -> BatchReport:
    """Make the plots that `file` asks for, `at_once` of them side by side.

    What there is already is not made again, unless `again` says so.

    Raises
    ------
    UsageError
        The file makes no sense; the message tells all that is wrong, and nothing was begun.
    """
    asked, problems, warnings = asked_in(container, file)
    if problems:
        raise UsageError(_told(file, problems))
    told = tuple(f"{file}:{each.line}: {each.sentence}" for each in warnings)
    if dry_run:
        planned = (Outcome(each.line.line, each.line.name, State.PLANNED) for each in asked)
        return BatchReport(file, tuple(planned), told)
    if again:
        asked = [Asked(each.line, replace(each.wish, again=True)) for each in asked]
    outcomes = {each.line: each for each in _SideBySide(container, at_once, listener).do(asked)}
    return BatchReport(file, tuple(outcomes[line] for line in sorted(outcomes)), told)


def raise_failures(report: BatchReport) -> None:
    """Raise a PlotError that names the lines that made no plot, if there are any."""
    if report.failed:
        lines = [
            f"{report.file}:{each.line}: {each.name}: {each.problem}" for each in report.failed
        ]
        count = f"{len(report.failed)} of {len(report.outcomes)} plots could not be made"
        raise PlotError("\n".join([count, *lines]))


def _told(file: Path, problems: Iterable[Problem]) -> str:
    lines = [printable(f"{file}:{each.line}: {each.sentence}") for each in problems]
    count = f"{len(lines)} problem{'s' if len(lines) > 1 else ''}"
    return "\n".join([f"{file} has {count}; nothing was begun", *lines])


class _SideBySide:
    """Makes plots side by side, each in a container, and so with an engine, of its own."""

    def __init__(self, container: Container, at_once: int, listener: Listener) -> None:
        self._container, self._at_once, self._listener = container, at_once, listener
        self._lock, self._stopping = Lock(), Event()

    def do(self, asked: list[Asked]) -> Iterator[Outcome]:
        """What became of each, as soon as that is known.

        An interrupt stops what is at work, lets it end well, begins nothing more, and rises.
        """
        from holdfast.jobs.engine.interrupts import Interrupts  # the ledger's library is heavy

        waiting = iter(asked)
        working: dict[Future[Outcome], str] = {}
        with ThreadPoolExecutor(self._at_once, "plot") as pool, Interrupts() as interrupts:
            while True:
                if interrupts.count:
                    self._stop(working.values())
                else:
                    room = self._at_once - len(working)
                    begun = islice(waiting, room)
                    working |= {pool.submit(self._one, each): each.line.name for each in begun}
                if not working:
                    break
                ended, _ = wait(working, LOOK, FIRST_COMPLETED)
                for future in ended:
                    del working[future]
                    with suppress(KeyboardInterrupt):
                        yield future.result()
            interrupts.rise()

    def _one(self, asked: Asked) -> Outcome:
        line, began = asked.line, monotonic()
        if self._stopping.is_set():
            raise KeyboardInterrupt
        with type(self._container)(self._container.settings) as alone:
            person = self._container.person
            own = alone if person is None else alone.asked_by(person)
            file = own.settings.plots / line.name / PLOT_FILE
            before = _stamp(file)
            try:
                plot = _make(own, asked.wish, self._listener_of(line.name))
            except (HoldfastError, OSError) as error:
                took = monotonic() - began
                return Outcome(line.line, line.name, State.FAILED, None, str(error), took)
        state = State.MADE if _stamp(file) != before else State.THERE
        return Outcome(line.line, line.name, state, plot, None, monotonic() - began)

    def _listener_of(self, name: str) -> Listener:
        """The listener for one of several: it is told whose progress it is."""

        def listen(progress: Progress) -> None:
            with self._lock:
                self._listener(replace(progress, what=f"{name}: {progress.what}"))

        return listen

    def _stop(self, names: Iterable[str]) -> None:
        """Ask all that is at work to stop."""
        self._stopping.set()
        for name in tuple(names):
            run = self._container.ledger.unfinished(f"plot:{name}")
            if run is not None:
                with suppress(JobError):
                    self._container.ledger.ask_to_cancel(run)


def _make(container: Container, wish: Wish, listener: Listener) -> Plot:
    if isinstance(wish, Comparison):
        return compare_genomes(container, wish, listener)
    return import_alignment(container, wish, listener)


def _stamp(file: Path) -> tuple[int, int] | None:
    """What changes when `file` is written anew; None if it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
