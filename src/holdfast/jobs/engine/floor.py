"""
The floor: all that one engine has in hand, and one turn of its work.

A turn writes what has happened and what is to be started in one transaction of the ledger, and only
then starts anything. Between turns everything that happens is kept as moves; nothing here acts on a
move that is not written.
"""

import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappop, heappush

from holdfast.base.progress import Listener, Progress
from holdfast.errors import ExecutorUnreachable, JobError
from holdfast.jobs.engine.doing import Doing
from holdfast.jobs.engine.ready import Entry, Ready
from holdfast.jobs.engine.site import Site
from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.interface import Began, Start
from holdfast.jobs.ledger import AtWork as Known
from holdfast.jobs.ledger import Claim, Ledger, Load, Move, NativeNews, ProgressNews
from holdfast.jobs.model import Job, Rule, Status
from holdfast.jobs.placement import Inputs, InUse, Room, missing, takes_room
from holdfast.jobs.progress import ProgressFile
from holdfast.settings.executors import LOCAL

STARTS = 200  #: jobs started in one turn at most; the rest follows in the next
ROOM = 1.0  #: seconds between two looks whether other engines have made room
URGENT = 30.0  #: seconds after which a job that found no room is passed over no more


@dataclass(slots=True)
class _AtWork:
    """A job that was given to an executor."""

    doing: Doing
    start: Start
    executor: str
    progress: ProgressFile

    @property
    def name(self) -> str:
        return self.start.job.name


class Floor:
    """The runs of one engine, what of them is ready, and what is at work."""

    def __init__(self, ledger: Ledger, site: Site, claim: Claim) -> None:
        self._ledger, self._site, self._claim = ledger, site, claim
        self._doings: dict[int, Doing] = {}
        self._places: dict[int, Mapping[str, frozenset[str]]] = {}
        self._at_work: dict[str, _AtWork] = {}
        self._ready = Ready()
        self._resting: list[tuple[float, int, str]] = []
        self._passed_over: dict[tuple[int, str], float] = {}
        self._moves: list[Move] = []
        self._natives: list[NativeNews] = []
        self._progress: list[ProgressNews] = []
        self._over: list[Start] = []  # their files are of no use once their ends are written
        self._said: list[tuple[Listener, Progress]] = []
        self._next_room = 0.0

    # -- runs --------------------------------------------------------------------------------------

    @property
    def runs(self) -> tuple[int, ...]:
        """The runs in hand."""
        return tuple(self._doings)

    def doing(self, run: int) -> Doing:
        """How `run` stands."""
        return self._doings[run]

    def runs_at_work_here(self) -> frozenset[int]:
        """The runs of which jobs are at work that live and die with this host."""
        return frozenset(
            at_work.doing.run
            for at_work in self._at_work.values()
            if not self._site[at_work.executor].queues
        )

    def say(self, listener: Listener, progress: Progress) -> None:
        """Keep a word for a listener: it is told when no turn is under way."""
        self._said.append((listener, progress))

    def tell(self) -> None:
        """Tell the listeners what was kept for them."""
        said, self._said = self._said, []
        for listener, progress in said:
            listener(progress)

    def take_in(self, doing: Doing, places: Mapping[str, frozenset[str]]) -> None:
        """Add a run whose claim is ours. What the ledger has of it as at work is found again."""
        self._doings[doing.run], self._places[doing.run] = doing, places
        resting = self._ledger.ready_at(doing.run)
        known = self._ledger.at_work(doing.run)
        for job in doing.ready():
            if job.name in resting:
                self._let_rest(resting[job.name], doing.run, job.name)
            else:
                self._let_wait(doing, job)
        for each in known:
            self._find_again(doing, each)

    def drop(self, run: int) -> None:
        """Have no more to do with a run: another engine has it, or it is over."""
        self._doings.pop(run, None)
        self._places.pop(run, None)
        self._ready.drop(run)
        self._moves = [move for move in self._moves if move.run != run]
        self._natives = [native for native in self._natives if native.run != run]
        self._progress = [each for each in self._progress if each.run != run]
        for ticket, at_work in list(self._at_work.items()):
            if at_work.doing.run == run:
                del self._at_work[ticket]
                executor = self._site[at_work.executor]
                if not executor.queues:
                    executor.stop(ticket)

    def over(self) -> list[Doing]:
        """The runs of which nothing is left to do or to write."""
        unwritten = {move.run for move in self._moves}
        return [d for d in self._doings.values() if d.is_over and d.run not in unwritten]

    def cancel(self, run: int) -> None:
        """Ask a run to stop; asked again, what cleans up is stopped too."""
        doing = self._doings[run]
        again = doing.is_cancelled
        self._absorb(doing, doing.cancel_all() if again else doing.cancel())
        for at_work in list(self._at_work.values()):
            if at_work.doing is doing and (again or at_work.start.job.rule is not Rule.ALWAYS):
                self._site[at_work.executor].stop(at_work.start.ticket)

    def cancel_job(self, run: int, name: str) -> None:
        """Ask one job to stop."""
        doing = self._doings[run]
        self._absorb(doing, doing.cancel_job(name))
        for at_work in list(self._at_work.values()):
            if at_work.doing is doing and at_work.name == name:
                self._site[at_work.executor].stop(at_work.start.ticket)

    # -- what happens ------------------------------------------------------------------------------

    @property
    def has_news(self) -> bool:
        """Whether a turn has something to do that need not be waited for."""
        can_choose = len(self._ready) > 0 and time.monotonic() >= self._next_room
        return can_choose or bool(self._moves)

    def rest(self, most: float) -> float:
        """Seconds until a job has rested enough, `most` at most."""
        if not self._resting:
            return most
        return max(0.0, min(most, self._resting[0][0] - time.monotonic()))

    def collect(self) -> None:
        """Take in what the executors have to tell."""
        for executor in self._site.made():
            for news in executor.collect():
                at_work = self._at_work.get(news.ticket)
                if at_work is None:
                    continue
                doing, name = at_work.doing, at_work.name
                if isinstance(news, Began):
                    self._absorb(doing, doing.began(name, news))
                    if news.native is not None:
                        self._natives.append(NativeNews(doing.run, name, news.ticket, news.native))
                    continue
                self._look(at_work)
                del self._at_work[news.ticket]
                self._next_room = 0.0  # there is more than before
                self._over.append(at_work.start)
                self._absorb(doing, doing.ended(name, news))

    def wake_rested(self) -> None:
        """Let those jobs be ready whose rest before another try is over."""
        now = time.monotonic()
        while self._resting and self._resting[0][0] <= now:
            _, run, name = heappop(self._resting)
            doing = self._doings.get(run)
            if doing is not None and doing.outcomes[name].status is Status.WAITING:
                self._let_wait(doing, doing.plan.by_name[name])

    def look_at_progress(self) -> None:
        """Read what the jobs at work say of their progress."""
        for at_work in self._at_work.values():
            self._look(at_work)

    def _look(self, at_work: _AtWork) -> None:
        for progress in at_work.progress.news():
            self._progress.append(ProgressNews(at_work.doing.run, at_work.name, progress))
            at_work.doing.tell(at_work.name, progress)

    def _absorb(self, doing: Doing, moves: list[Move]) -> None:
        """Keep `moves` to be written, and what follows from them."""
        self._moves += moves
        for move in moves:
            entry = self._entry(doing, doing.plan.by_name[move.job])
            self._ready.discard(doing.plan.by_name[move.job].label, entry)
            if move.ready_at is not None:
                self._let_rest(move.ready_at, doing.run, move.job)
        for job in doing.note(moves):
            self._let_wait(doing, job)

    def _let_wait(self, doing: Doing, job: Job) -> None:
        self._ready.add(job.label, self._entry(doing, job))
        self._next_room = 0.0

    def _let_rest(self, until: datetime, run: int, name: str) -> None:
        # The database keeps the moment; this process sleeps by a clock that nobody sets.
        seconds = (until - datetime.now(UTC)).total_seconds()
        heappush(self._resting, (time.monotonic() + max(0.0, seconds), run, name))

    @staticmethod
    def _entry(doing: Doing, job: Job) -> Entry:
        return (-job.priority, doing.run, doing.plan.positions[job.name], job.name)

    def _find_again(self, doing: Doing, known: Known) -> None:
        """Adopt a job that the ledger has as at work, or let it be done again."""
        losses = doing.outcomes[known.job].losses
        job = doing.plan.by_name[known.job].grown(known.attempt - losses)
        start = self._start_of(doing, job, known.ticket)
        try:
            executor = self._site[known.executor or LOCAL]
            found = executor.adopt(start, known.native)
        except JobError as error:
            raise JobError(f"job {job.name!r} cannot be looked for: {error}") from error
        if found:
            self._at_work[start.ticket] = self._begun(doing, start, executor.name)
        else:
            self._over.append(start)
            self._absorb(doing, doing.lost(job.name, start.ticket))

    # -- a turn ------------------------------------------------------------------------------------

    def turn(self, *, starting: bool = True) -> None:
        """Write what has happened, and start what can; nothing if there is nothing."""
        now = time.monotonic()
        choosing = starting and len(self._ready) > 0 and now >= self._next_room
        if not (choosing or self._moves or self._natives or self._progress):
            return
        starts = self._ledger.turn(
            self._claim.engine,
            self._moves,
            self._natives,
            self._progress,
            self._choose if choosing else None,
        )
        self._moves, self._natives, self._progress = [], [], []
        over, self._over = self._over, []
        for start in over:
            exchange.forget(start.folder, start.ticket)
        if choosing:
            self._next_room = now + ROOM if len(starts) < STARTS else 0.0
        for move in starts:
            self._start(move)

    def _choose(self, load: Load) -> list[Move]:
        """What is to be started now, as far as there is room. It changes nothing here."""
        room = self._room(load)
        chosen: list[Move] = []
        now = time.monotonic()
        for entry in self._ready.in_order(room.is_open):
            if room.is_full or len(chosen) >= STARTS:
                break
            _, run, _, name = entry
            doing = self._doings[run]
            before = doing.outcomes[name]
            job = doing.plan.by_name[name].grown(before.attempt + 1 - before.losses)
            since = self._passed_over.setdefault((run, name), now)
            executor = room.take(
                job,
                Inputs.of(job),
                self._places[run].get(name, frozenset({LOCAL})),
                urgent=now - since > URGENT,
            )
            if executor is not None:
                chosen.append(self._move_to(doing, job, executor))
        return chosen

    def _room(self, load: Load) -> Room:
        in_use: dict[str, InUse] = {}
        labels: dict[str, int] = {}
        for row in load.rows:
            labels[row.label] = labels.get(row.label, 0) + row.jobs
            if not takes_room(row.label):
                continue
            if row.executor != LOCAL or row.host == self._claim.host:
                used = in_use.setdefault(row.executor, InUse())
                used.cores += row.cores
                used.memory += row.memory
                used.jobs += row.jobs
        return Room(self._site.rules, in_use, labels)

    def _move_to(self, doing: Doing, job: Job, executor: str) -> Move:
        queued = self._site[executor].queues
        outcome = doing.started(job, executor, self._claim.host, queued=queued)
        return Move(
            doing.run,
            job.name,
            outcome,
            ticket=secrets.token_hex(16),
            cores=job.cores,
            memory=job.memory or 0,
        )

    def _start(self, move: Move) -> None:
        """Give a job to its executor. Its start is written already."""
        doing, name = self._doings[move.run], move.job
        assert move.ticket is not None  # a start has one
        job = doing.plan.by_name[name].grown(move.outcome.attempt - move.outcome.losses)
        self._ready.discard(job.label, self._entry(doing, job))
        self._passed_over.pop((move.run, name), None)
        doing.note([move])
        start = self._start_of(doing, job, move.ticket)
        try:
            native = self._given(start, move.outcome.executor)
        except JobError as error:
            passing = isinstance(error, ExecutorUnreachable)
            self._absorb(doing, doing.not_started(name, str(error), passing=passing))
            return
        self._natives.append(NativeNews(doing.run, name, move.ticket, native))
        self._at_work[move.ticket] = self._begun(doing, start, move.outcome.executor)

    def _given(self, start: Start, executor: str) -> Mapping[str, object]:
        lacking = missing(start.job, start.job.inputs)
        if lacking:
            raise JobError(f"what it reads is not there: {', '.join(map(str, lacking[:3]))}")
        with suppress(FileNotFoundError):
            start.progress.unlink()
        return self._site[executor].start(start)

    @staticmethod
    def _start_of(doing: Doing, job: Job, ticket: str) -> Start:
        folder = doing.folder
        return Start(
            ticket=ticket,
            run=doing.run,
            job=job,
            log=folder.log(job.name),
            progress=folder.progress(job.name),
            folder=folder.path,
        )

    @staticmethod
    def _begun(doing: Doing, start: Start, executor: str) -> _AtWork:
        return _AtWork(doing, start, executor, ProgressFile(start.progress))
