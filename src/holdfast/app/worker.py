"""
The worker: it does what is scheduled, and goes on with what others left unfinished.

It looks at the schedules when something is due, and every half minute in any case, so that it sees
changed files and clocks that were set. Everything it knows is in the ledger and in files: it may be
killed at any moment, and several may work side by side, on one host or many.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from holdfast.app.chores import Almanac, Chore
from holdfast.app.container import Container
from holdfast.app.failures import first_failure
from holdfast.app.jobs.pruning import DAY, prune
from holdfast.app.notices.postman import Postman
from holdfast.app.schedule import Seen, see_to
from holdfast.app.service import Notifier, Signals
from holdfast.app.workers import say_it_left, say_it_lives
from holdfast.errors import JobError, LedgerError
from holdfast.jobs.plan import Report
from holdfast.jobs.schedule import Verdict, decide

STEP = 0.5  #: seconds of one step of the engine at most: signals are looked at in between
LOOK = 30.0  #: seconds between two looks at the schedules, at most
PRUNE = 86400.0  #: seconds between two looks for history that is old enough
SECOND_THOUGHT = 3.0  #: seconds in which a second control-C cancels what is at work


class What(Enum):
    """What a worker tells about."""

    STARTED = "started"  #: the worker works
    TAKEN = "taken over"  #: it does a run that no engine had
    BEGUN = "begun"  #: a schedule was due, and a run was begun for it
    HELD = "held"  #: a schedule is due, and its last run is still going
    LEFT_OUT = "left out"  #: a due time passed without a run; the sentence says why
    ENDED = "ended"  #: a run is over
    PRUNED = "pruned"  #: old runs and their logs were forgotten
    PROBLEM = "problem"  #: something is wrong, and the worker goes on
    LEAVING = "leaving"  #: it was asked to end, and waits for a second thought
    LEFT = "left"  #: the worker ends


@dataclass(frozen=True, slots=True)
class News:
    """One thing a worker tells."""

    at: datetime  #: UTC
    what: What
    sentence: str
    schedule: str | None = None
    due: datetime | None = None
    run: int | None = None
    succeeded: bool | None = None  #: of a run that ended


def utc_now() -> datetime:
    """What the clock says."""
    return datetime.now(UTC)


class Worker:
    """One worker of a home. `tell` hears all its news; `clock` says what time it is."""

    def __init__(
        self,
        container: Container,
        tell: Callable[[News], None],
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._container = container
        self._engine = container.engine
        self._tell = tell
        # Where several hosts share a ledger, their clocks need not agree: the database's counts.
        shared = container.ledger.is_shared
        self._clock = clock or (container.ledger.now if shared else utc_now)
        self._almanac = Almanac(container.settings)
        self._postman = Postman(container.settings)
        #: When the schedules are looked at next, by a clock that is never set.
        self.next_look = self._next_prune = 0.0
        self._told: set[str] = set()
        self._held: dict[str, datetime] = {}
        self._handled: dict[str, datetime] = {}  # as last seen: others may have gone on since
        self._begun: set[int] = set()  # by this worker, which takes them over as from others
        self._failed = 0

    # -- working -----------------------------------------------------------------------------------

    def work(self, *, once: bool = False, notifier: Notifier | None = None) -> int:
        """Work until a signal comes; with `once`, until what is due now is done.

        It gives the number of runs that failed. SIGTERM, or control-C, leaves: what is at work goes
        on, and the next worker finds it. A second control-C within :data:`SECOND_THOUGHT` cancels
        it.

        Raises
        ------
        LedgerError
            The ledger stayed out of reach; what is at work goes on.
        """
        service = notifier or Notifier()
        with Signals() as signals:
            try:
                self._say(What.STARTED, "the worker works")
                self._until_asked(signals, service, once=once)
            finally:
                service.stops()
                say_it_left(self._container.settings)
                self._postman.close()
                self._engine.leave()
        self._say(What.LEFT, "the worker leaves")
        return self._failed

    def _until_asked(self, signals: Signals, service: Notifier, *, once: bool) -> None:
        self.look()
        service.ready()
        while not signals.came:
            self.step()
            service.lives()
            if time.monotonic() >= self.next_look or (once and not self.busy):
                self.look()
            if once and not self.busy:
                return
        if signals.interrupts and not signals.terms:
            self._think_again(signals)

    def step(self) -> None:
        """Let the engine work for a moment, and tell which runs are over."""
        for report in self._engine.step(STEP):
            self._tell_end(report)
            self.next_look = 0.0  # what was held may begin now

    def _think_again(self, signals: Signals) -> None:
        """Leave in a moment, or cancel everything at work if control-C is pressed again."""
        if not self.busy:
            return
        self._say(
            What.LEAVING,
            f"leaving in {SECOND_THOUGHT:.0f} seconds, while what is at work goes on; "
            "press control-C again to cancel it",
        )
        end = time.monotonic() + SECOND_THOUGHT
        while time.monotonic() < end and signals.interrupts < 2 and self.busy:
            self.step()
        if signals.interrupts >= 2:
            self._cancel_all(signals)

    def _cancel_all(self, signals: Signals) -> None:
        for run in self._engine.runs:
            self._engine.cancel(run)
        asked = signals.interrupts
        while self.busy and not signals.terms:
            if signals.interrupts > asked:  # once more: without cleaning up
                asked = signals.interrupts
                for run in self._engine.runs:
                    self._engine.cancel(run)
            self.step()

    @property
    def busy(self) -> bool:
        """Whether it does a run now."""
        return bool(self._engine.runs)

    # -- looking -----------------------------------------------------------------------------------

    def look(self) -> None:
        """Take over what others left, begin what is due, and forget what is old."""
        say_it_lives(self._container.settings)
        began, now = time.monotonic(), self._clock()
        chores = self._almanac.read()
        problems = list(chores.problems)
        starts = [self._see_to(chore, now, problems) for chore in chores.by_name.values()]
        self._tell_problems(problems)
        for run in self._engine.take_over():
            self._tell_taken(run)
        self._postman.look()
        if began >= self._next_prune:
            self._next_prune = began + PRUNE
            self._prune(now)
        waits = ((start - now).total_seconds() for start in starts if start is not None)
        self.next_look = began + min([LOOK, *waits])

    def _see_to(self, chore: Chore, now: datetime, problems: list[str]) -> datetime | None:
        """Do what is to be done about one chore; when the next of it begins."""
        if not self._may_rest(chore, now):
            try:
                seen = see_to(self._container, chore, now)
            except LedgerError:
                raise
            except JobError as error:
                problems.append(f"{chore.name}: {error}")
                return None
            self._remember(chore, seen)
            self._tell_seen(chore, seen)
        if not chore.schedule.enabled:
            return None
        return chore.schedule.next_start(self._handled.get(chore.name, now), now)

    def _may_rest(self, chore: Chore, now: datetime) -> bool:
        """Whether nothing is due as far as is known here: the ledger need not be asked then."""
        handled = self._handled.get(chore.name)
        return handled is not None and decide(chore.schedule, handled, now).verdict is Verdict.REST

    def _remember(self, chore: Chore, seen: Seen) -> None:
        if seen.handled is not None:
            self._handled[chore.name] = seen.handled
        else:  # another worker was quicker; the ledger knows what it has seen to
            self._handled.pop(chore.name, None)

    def _tell_seen(self, chore: Chore, seen: Seen) -> None:
        verdict, due = seen.decision.verdict, seen.decision.due
        if verdict is Verdict.HOLD and due is not None:
            if self._held.get(chore.name) != due:
                self._held[chore.name] = due
                self._say_about(chore, What.HELD, verdict.sentence, due)
        elif verdict is Verdict.FIRE and seen.run is not None:
            self._begun.add(seen.run)
            self._say_about(chore, What.BEGUN, chore.what, due, seen.run)
        elif verdict is Verdict.FIRE:
            self._say_about(chore, What.LEFT_OUT, "there is no bank to update", due)
        elif verdict is Verdict.RIGHT:
            self._say_about(chore, What.PROBLEM, verdict.sentence, due)
        elif verdict in (Verdict.SKIP, Verdict.MISS):
            self._say_about(chore, What.LEFT_OUT, verdict.sentence, due)

    def _prune(self, now: datetime) -> None:
        before = now - self._container.settings.history_days * DAY
        pruned = prune(self._container, before)
        if pruned.runs or pruned.folders:
            runs = len(pruned.runs)
            self._say(What.PRUNED, f"{runs} runs that ended before {before:%Y-%m-%d} are gone")

    # -- telling -----------------------------------------------------------------------------------

    def _tell_problems(self, problems: list[str]) -> None:
        """Tell what is wrong, but not what was wrong already when it was last looked."""
        for sentence in problems:
            if sentence not in self._told:
                self._say(What.PROBLEM, sentence)
        self._told = set(problems)

    def _tell_taken(self, run: int) -> None:
        if run in self._begun:
            return
        record = self._container.ledger.run(run)
        self._say(What.TAKEN, f"run {run}: {record.title}", run=run)

    def _tell_end(self, report: Report) -> None:
        self._begun.discard(report.run)
        title = f"run {report.run}: {report.plan.title}"
        if report.succeeded:
            self._say(What.ENDED, f"{title}: done", run=report.run, succeeded=True)
            return
        self._failed += 1
        self._say(What.ENDED, f"{title}: {_why(report)}", run=report.run, succeeded=False)

    def _say_about(
        self, chore: Chore, what: What, sentence: str, due: datetime | None, run: int | None = None
    ) -> None:
        when = "" if due is None else f" ({due.astimezone(chore.schedule.zone):%Y-%m-%d %H:%M %Z})"
        said = f"{chore.name}{when}: {sentence}"
        self._tell(News(utc_now(), what, said, chore.name, due, run))

    def _say(
        self, what: What, sentence: str, *, run: int | None = None, succeeded: bool | None = None
    ) -> None:
        self._tell(News(utc_now(), what, sentence, run=run, succeeded=succeeded))


def _why(report: Report) -> str:
    if not report.failed:
        return "cancelled"
    failure = first_failure(report)
    return f"job {failure.job} failed: {failure.words} (log: {failure.log})"
