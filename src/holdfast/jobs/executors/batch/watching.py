"""
Watching over submitted jobs: one thread looks at their files, and asks the batch system.

Files are looked at often, by reading each folder once for all its jobs. The batch system is asked
once for all jobs, and ever more slowly while nothing happens; it is asked soon when a file tells of
an end that only the system can explain. When it does not answer, nothing is concluded from that.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Lock, Thread

from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.batch.scheduler import Phase, Seen, Unreadable, name_of
from holdfast.jobs.executors.batch.submission import Commands
from holdfast.jobs.executors.batch.verdict import Case, needs_a_word, verdict
from holdfast.jobs.executors.batch.watched import (
    Watched,
    clean,
    find,
    last_words_of,
    names_in,
    native_of,
    part,
    said_of,
)
from holdfast.jobs.executors.interface import Began, Ended
from holdfast.jobs.model import Cause

logger = logging.getLogger(__name__)

SOONEST = 0.1  #: seconds between two looks at files while something happens
LATEST = 2.0  #: … and while nothing does
SLOWER = 1.25  #: how much longer each further wait is
SLOWEST = 12  #: how many times the usual wait between two questions becomes at most
SETTLE = 15.0  #: seconds for a file to be seen here that was written on a node
LEAVING = 5.0  #: seconds that leaving waits for a question to the batch system
FAREWELL = 10.0  #: seconds in which a launcher that nobody knows of sees that it must end its job


class Watcher:
    """Watches jobs in a thread of its own, and keeps what happened until it is collected.

    `poll` is how many seconds lie between two questions to the batch system, `settle` those a file
    may need to be seen here after the job is over, `farewell` those in which a launcher that the
    batch system has forgotten ends its job.
    """

    def __init__(
        self, commands: Commands, bell: Event, poll: float, settle: float, farewell: float
    ) -> None:
        self._commands = commands
        self._scheduler = commands.scheduler
        self._bell = bell
        self._poll, self._settle, self._farewell = poll, settle, farewell
        self._watched: dict[str, Watched] = {}
        self._happened: list[Began | Ended] = []
        self._lock = Lock()
        self._wake, self._over = Event(), False
        self._thread: Thread | None = None
        self._glance, self._interval, self._asked_at = SOONEST, poll, float("-inf")

    # -- for the engine's thread -------------------------------------------------------------------

    def add(self, watched: Watched) -> None:
        """Watch a job from now on."""
        with self._lock:
            self._watched[watched.start.ticket] = watched
        if self._thread is None:
            self._thread = Thread(target=self._run, name="batch jobs", daemon=True)
            self._thread.start()
        self._hurry()

    def ask_to_stop(self, ticket: str) -> bool:
        """Have a job cancelled; whether it is watched, so that its end will be told."""
        with self._lock:
            watched = self._watched.get(ticket)
            if watched is not None:
                watched.asked = True
            # An end that is not collected yet is still going to be told.
            told = any(isinstance(e, Ended) and e.ticket == ticket for e in self._happened)
        self._hurry()
        return watched is not None or told

    def collect(self) -> list[Began | Ended]:
        """What happened since the last call."""
        with self._lock:
            happened, self._happened = self._happened, []
        return happened

    def tickets(self) -> list[str]:
        """The tickets of all watched jobs."""
        with self._lock:
            return list(self._watched)

    def leave(self) -> None:
        """Watch no more."""
        self._over = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(LEAVING)  # a command that hangs must not hang who leaves
            self._thread = None
        with self._lock:
            self._watched.clear()
            self._happened.clear()

    def _hurry(self) -> None:
        self._glance, self._interval = SOONEST, self._poll
        self._wake.set()

    # -- in the watching thread --------------------------------------------------------------------

    def _run(self) -> None:
        while not self._over:
            try:
                self._turn()
            except Exception:  # the thread must live on, or jobs would never be told
                logger.exception("a look at the jobs in %s failed", self._scheduler.title)
            self._wake.wait(self._glance)
            self._wake.clear()
            self._glance = min(self._glance * SLOWER, LATEST)

    def _turn(self) -> None:
        watched = self._still_watched()
        self._each(self._cancel, [each for each in watched if each.asked and not each.cancelled])
        self._read_files(watched)
        self._each(self._judge, watched)  # most results need no word of the batch system
        watched = self._still_watched()
        if watched and self._is_time_to_ask(watched):
            self._ask(watched)
            self._each(self._judge, watched)

    def _still_watched(self) -> list[Watched]:
        with self._lock:
            return list(self._watched.values())

    def _each(self, act: Callable[[Watched], None], watched: Iterable[Watched]) -> None:
        """Do `act` for each job; trouble with the files of one is none of the others."""
        for each in watched:
            try:
                act(each)
            except OSError as error:
                logger.warning("files of job %r cannot be used: %s", each.start.job.name, error)

    def _read_files(self, watched: Iterable[Watched]) -> None:
        names = {folder: names_in(folder) for folder in {each.folder for each in watched}}
        for each in watched:
            there, ticket = names[each.folder], each.start.ticket
            if not each.host and f"{ticket}.{exchange.BEGAN}" in there:
                self._note_beginning(each)
            if each.note is None and f"{ticket}.{exchange.ENDED}" in there:
                each.note = exchange.read_ended(each.folder, ticket)

    def _note_beginning(self, watched: Watched) -> None:
        note = exchange.read_began(watched.folder, watched.start.ticket)
        if note is None:
            return
        watched.host = note.host or "a node"
        if watched.number is None and self._scheduler.is_number(note.scheduler):
            watched.number = note.scheduler
        native = native_of(self._scheduler.kind, watched) | {"host": note.host}
        self._tell(Began(note.ticket, note.at, note.host, native))

    def _is_time_to_ask(self, watched: Iterable[Watched]) -> bool:
        waited = time.monotonic() - self._asked_at
        unclear = any(each.note and needs_a_word(each.note, asked=each.asked) for each in watched)
        return waited >= (min(1.0, self._poll) if unclear else self._interval)

    def _ask(self, watched: list[Watched]) -> None:
        before = [each.seen for each in watched]
        try:
            self._find(each for each in watched if each.number is None)
            numbers = {each.number for each in watched if each.number is not None}
            statuses = self._statuses(numbers)
            for each in watched:
                self._see(each, statuses)
        except Unreadable as error:
            logger.warning("%s does not answer, so its jobs wait: %s", self._scheduler.title, error)
        self._asked_at = time.monotonic()
        changed = before != [each.seen for each in watched]
        slower = min(self._interval * SLOWER, self._poll * SLOWEST)
        self._interval = self._poll if changed else slower

    def _find(self, nameless: Iterable[Watched]) -> None:
        """Find jobs by their names whose numbers were never written down."""
        for each in nameless:
            each.number = find(self._commands, each.start)

    def _statuses(self, numbers: set[str]) -> Mapping[str, Seen]:
        if not numbers:
            return {}
        answer = self._commands.ask(self._scheduler.status_words(sorted(numbers)))
        return self._scheduler.read_status(answer)

    def _see(self, watched: Watched, statuses: Mapping[str, Seen]) -> None:
        name = name_of(watched.start, self._scheduler.name_limit)
        seen = statuses.get(watched.number or "", Seen(Phase.GONE))
        was_gone = watched.seen is not None and watched.seen.phase is Phase.GONE
        if seen.phase is Phase.GONE and watched.number is not None and not was_gone:
            seen = self._in_the_books(watched.number) or seen
        if seen.name not in ("", name):
            seen = Seen(Phase.GONE)  # its number was given to another job
        watched.seen = seen
        if seen.phase in (Phase.QUEUED, Phase.RUNNING):
            watched.over_since = None
        elif watched.over_since is None:
            watched.over_since = time.monotonic()
            self._glance = SOONEST

    def _in_the_books(self, number: str) -> Seen | None:
        words = self._scheduler.history_words(number)
        if words is None:
            return None
        with suppress(Unreadable):
            return self._scheduler.read_history(self._commands.ask(words))
        return None

    def _judge(self, watched: Watched) -> None:
        if watched.note is None and self._is_settled(watched):
            self._give_up(watched)
        ended = verdict(self._case(watched))
        if ended is None or self._may_be_at_work(watched, ended):
            return
        if watched.note is None:
            with suppress(OSError):  # who asks again hears the same, if the disk allows
                exchange.write_ended(watched.folder, ended)
        self._finish(watched, ended)

    def _give_up(self, watched: Watched) -> None:
        """Keep a job that is over from ever beginning; its last chance to have a result."""
        folder, ticket = watched.folder, watched.start.ticket
        if not exchange.give_up(folder, ticket):
            watched.note = exchange.read_ended(folder, ticket)
            watched.host = watched.host or "a node"  # a launcher took it on, and could not say more

    def _is_settled(self, watched: Watched) -> bool:
        """Whether a note about a job that is over had time enough to be seen here."""
        over = watched.over_since
        return over is not None and time.monotonic() - over >= self._settle

    def _may_be_at_work(self, watched: Watched, ended: Ended) -> bool:
        """Whether a job that seems lost may still be at work where nobody sees it.

        A node that is cut off, or a scheduler that lost its memory, may have left a launcher alone.
        It is asked to stop, and given time for it, before the job may be started again.
        """
        if ended.cause is not Cause.LOST or watched.note is not None or not watched.host:
            return False
        if watched.parting_since is None:
            watched.parting_since = time.monotonic()
            part(watched.start)
        return time.monotonic() - watched.parting_since < self._farewell

    def _case(self, watched: Watched) -> Case:
        settled = self._is_settled(watched)
        wanted = settled or (watched.over_since is not None and watched.note is not None)
        said = said_of(watched.start) if wanted else ""
        return Case(
            start=watched.start,
            title=self._scheduler.title,
            note=watched.note,
            seen=watched.seen,
            own_words=self._scheduler.own_words(said),
            said=last_words_of(watched) if settled else "",
            asked=watched.asked,
            host=watched.host,
            settled=settled,
        )

    def _cancel(self, watched: Watched) -> None:
        """Keep a job from beginning, or ask the batch system to end it; again if that fails."""
        folder, ticket = watched.folder, watched.start.ticket
        if exchange.give_up(folder, ticket):
            ended = Ended(ticket, Cause.STOPPED, "it was asked to stop", datetime.now(UTC))
            with suppress(OSError):
                exchange.write_ended(folder, ended)
            watched.note = ended
        else:
            with suppress(OSError):
                exchange.ask_to_stop(folder, ticket)  # its launcher looks, should no command work
        with suppress(Unreadable):
            watched.number = watched.number or find(self._commands, watched.start)
            if watched.number is not None:
                name = name_of(watched.start, self._scheduler.name_limit)
                answer = self._commands.cancel(watched.number, name)
                watched.cancelled = not self._scheduler.will_pass(answer.words)

    def _finish(self, watched: Watched, ended: Ended) -> None:
        clean(watched)
        with self._lock:
            self._watched.pop(watched.start.ticket, None)
        self._tell(ended)

    def _tell(self, what: Began | Ended) -> None:
        with self._lock:
            self._happened.append(what)
        self._glance = SOONEST
        self._bell.set()
