"""
The front page's report: what is held, what goes on, what failed, what is new.

Everybody gets their own: banks, plots and runs that whoever asks may not see are not in it, nor
counted. How much of the disk each part takes is weighed beside (:mod:`holdfast.app.weighing`), for
that takes long.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from holdfast.app.banks.held.survey import BankLine, BankState, survey
from holdfast.app.container import Container
from holdfast.app.errands import Errand, State, errands
from holdfast.app.jobs.paging import RunsWanted, page_of_runs
from holdfast.app.jobs.runs import RunState, RunSummary
from holdfast.app.plots.folders import PLOT_FILE, Plot, read_plot
from holdfast.app.plots.marks import UNMARKED, PlotMark, marks, may_list
from holdfast.app.sequences.overview import StoreFacts, store_facts
from holdfast.app.sequences.shown import has_store
from holdfast.base.progress import Progress
from holdfast.errors import PlotError, StoreError

AT_ONCE = 12  #: of each kind, at most
LATELY = timedelta(days=14)
GOING_ON = frozenset({RunState.RUNNING, RunState.CANCELLING, RunState.UNFINISHED})
UNENDED = (State.WAITING, State.WORKING)


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that goes on, or waits to begin."""

    title: str
    subject: str  #: what it is about: ``bank:yeast``
    state: str
    since: datetime
    run: int | None = None
    errand: str | None = None
    jobs: int = 0
    over: int = 0  #: how many of the jobs have ended
    progress: Progress | None = None  #: of what is at work


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that ended badly, and has not gone well since."""

    title: str
    subject: str
    sentence: str  #: why
    state: str
    when: datetime | None
    run: int | None = None
    errand: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """A bank has a release that it had not before."""

    bank: str
    release: str
    when: datetime
    run: int | None


@dataclass(frozen=True, slots=True)
class Coming:
    """A bank is updated by itself."""

    bank: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is held, of what whoever asks may see."""

    banks: int
    releases: int
    plots: int
    store: StoreFacts | None  #: None: there is no store


@dataclass(frozen=True, slots=True)
class Report:
    """All of the front page but what is live on it."""

    counts: Counts
    failures: tuple[Failure, ...]
    updates: tuple[Update, ...]
    coming: tuple[Coming, ...]
    plots: tuple[Plot, ...]  #: the newest

    @property
    def is_first_use(self) -> bool:
        """Whether there is nothing yet."""
        counts = self.counts
        stored = counts.store.sequences if counts.store is not None else 0
        return not (counts.banks or counts.plots or stored)


def report(container: Container) -> Report:
    """What the front page says to whoever asks.

    Raises
    ------
    LedgerError
        The ledger cannot be read.
    """
    lines = survey(container).lines
    plots = list(listed_plots(container))
    counts = Counts(
        banks=len(lines),
        releases=sum(line.releases for line in lines),
        plots=len(plots),
        store=_store(container),
    )
    return Report(
        counts,
        failures(container, lines),
        _updates(container, {line.bank for line in lines}),
        _coming(lines),
        tuple(_read(container, plots[:6])),
    )


def going_on(container: Container) -> tuple[Piece, ...]:
    """What goes on now and what waits to begin, the newest first."""
    asked = own_errands(container, UNENDED)
    runs = page_of_runs(container, RunsWanted(states=GOING_ON), limit=AT_ONCE).runs
    by_run = {each.run: each for each in asked if each.run is not None}
    found = [_running(container, run, by_run.get(run.run)) for run in runs]
    shown = {run.run for run in runs}
    found += [_asked(each) for each in asked if each.run not in shown]
    return tuple(sorted(found, key=lambda piece: piece.since, reverse=True)[:AT_ONCE])


def own_errands(
    container: Container, states: tuple[State, ...] = (), limit: int = 50
) -> list[Errand]:
    """The errands that whoever asks asked for, the newest first; to administrators, all."""
    person = container.person
    if person is not None and person.is_guest:
        return []  # those of guests are known by their addresses alone
    owner = None if person is None or person.is_administrator else person.name
    return errands(container, owner=owner, states=states, limit=limit)


def failures(container: Container, lines: Iterable[BankLine]) -> tuple[Failure, ...]:
    """What ended badly lately and has not gone well since, the newest first; a guest is told none,
    for the sentences are about this machine."""
    if container.person is not None and container.person.is_guest:
        return ()
    banks = [_failed_bank(line) for line in lines if line.state in _STUCK]
    found = [*banks, *_failed_errands(container), *_failed_runs(container)]
    once = {each.subject: each for each in reversed(found)}.values()
    oldest = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(once, key=lambda each: each.when or oldest, reverse=True)[:AT_ONCE])


_STUCK = (BankState.FAILED, BankState.BROKEN, BankState.INTERRUPTED)


def _failed_bank(line: BankLine) -> Failure:
    sentence = line.sentence
    if not sentence and line.state is BankState.INTERRUPTED:
        sentence = "its update was cut short; the next one goes on where it was"
    return Failure(line.bank, f"bank:{line.bank}", sentence, line.state.value, line.last_update)


def _failed_errands(container: Container) -> Iterator[Failure]:
    """Those whose subject went badly the last time that somebody asked for it."""
    newest: dict[str, Errand] = {}
    for each in own_errands(container, limit=100):
        newest.setdefault(each.subject, each)
    since = datetime.now(UTC) - LATELY
    for each in newest.values():
        ended = each.ended or each.asked
        is_bad = each.state in (State.FAILED, State.INTERRUPTED)
        if is_bad and ended >= since and each.noun != "bank":
            state, problem = each.state.value, each.problem
            yield Failure(each.title, each.subject, problem, state, ended, each.run, each.id)


def _failed_runs(container: Container) -> Iterator[Failure]:
    since = datetime.now(UTC) - LATELY
    wanted = RunsWanted(states=frozenset({RunState.FAILED}), since=since)
    for run in page_of_runs(container, wanted, limit=AT_ONCE).runs:
        (newest,) = container.ledger.find_runs(run.subject, limit=1)
        if newest.run == run.run and not run.subject.startswith("bank:"):
            sentence = _first_reason(container, run.run)
            yield Failure(run.title, run.subject, sentence, run.state.value, run.ended, run.run)


def _first_reason(container: Container, run: int) -> str:
    from holdfast.jobs.model import Status

    failed = [
        (name, each)
        for name, each in container.ledger.outcomes(run).items()
        if each.status is Status.FAILED
    ]
    return f"{failed[0][0]}: {failed[0][1].reason}" if failed else ""


def _running(container: Container, run: RunSummary, errand: Errand | None) -> Piece:
    progress = container.ledger.newest_progress(run.run) if not run.unfinished else {}
    at_work = [progress[name] for name in _at_work(container, run.run) if name in progress]
    return Piece(
        title=run.title,
        subject=run.subject,
        state=run.state.value,
        since=run.started,
        run=run.run,
        errand=None if errand is None else errand.id,
        jobs=sum(run.jobs.values()),
        over=sum(count for status, count in run.jobs.items() if status.is_final),
        progress=at_work[-1] if at_work else None,
    )


def _at_work(container: Container, run: int) -> list[str]:
    return [name for name, each in container.ledger.outcomes(run).items() if each.status.is_at_work]


def _asked(errand: Errand) -> Piece:
    return Piece(
        title=errand.title,
        subject=errand.subject,
        state="cancelling" if errand.is_stopping else errand.state.value,
        since=errand.began or errand.asked,
        errand=errand.id,
        progress=errand.progress[-1] if errand.progress else None,
    )


def _updates(container: Container, seen: set[str]) -> tuple[Update, ...]:
    from holdfast.banks.register import Register

    events = Register(container.ledger).events(limit=200, action="update")
    done = (
        Update(each.bank, each.release, each.when, each.run)
        for each in events
        if each.outcome == "done" and each.release is not None and each.bank in seen
    )
    return tuple(done)[:AT_ONCE]


def _coming(lines: Iterable[BankLine]) -> tuple[Coming, ...]:
    known = [Coming(line.bank, line.next_update) for line in lines if line.next_update is not None]
    return tuple(sorted(known, key=lambda each: (each.when, each.bank))[:6])


def _store(container: Container) -> StoreFacts | None:
    if not has_store(container):
        return None
    try:
        return store_facts(container)
    except StoreError:
        return None  # its own page says what is wrong


def listed_plots(container: Container) -> Iterator[str]:
    """The names of the finished plots in the list of whoever asks, the newest first."""
    found = [
        (file.stat().st_mtime, file.parent.name)
        for file in container.settings.plots.glob(f"*/{PLOT_FILE}")
    ]
    known = marks(container) if container.person is not None else {}
    for _, name in sorted(found, reverse=True):
        if _is_listed(container, known.get(name, UNMARKED)):
            yield name


def _is_listed(container: Container, mark: PlotMark) -> bool:
    return container.person is None or may_list(container, mark)


def _read(container: Container, names: Iterable[str]) -> Iterator[Plot]:
    for name in names:
        try:
            yield read_plot(container.settings.plots / name)
        except PlotError:
            continue  # the list of plots says what is wrong
