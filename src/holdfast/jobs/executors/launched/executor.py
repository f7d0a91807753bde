"""
Jobs that a launcher attends to on some host, on behalf of a scheduler.

The scheduler decides where and when a launcher starts; the exchange files say what became of the
job. Both are asked, and the files are believed: a scheduler may forget, be restarted, or start a
job a second time. Only when the scheduler says that it has a start no more, and no file tells how
it ended, is it lost: then whoever may still be at work on it is asked to stop, and given time.
"""

import os
import sys
import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Event
from typing import ClassVar

from holdfast.errors import ExecutorUnreachable, JobError, printable
from holdfast.jobs.executors import exchange
from holdfast.jobs.executors.interface import Began, Ended, Executor, Native, Start
from holdfast.jobs.executors.launched.session import Document, Session
from holdfast.jobs.executors.launched.unended import (
    ASKED,
    PATIENCE,
    OpenStart,
    Patience,
    Verdict,
    ask_to_stop,
    ending_of,
    is_at_work_here,
    native_of,
    number_in,
)
from holdfast.jobs.executors.launched.watch import Watch
from holdfast.jobs.model import Cause, Job
from holdfast.settings.executors import ExecutorSettings

REACH = 10.0  #: seconds in which the service must answer whether it is there
REST = 1.0  #: seconds before a session that ended is begun again; each further rest is doubled
LONGEST_REST = 60.0
GLANCE = 0.5  #: seconds between two looks at starts whose end is near


class LaunchedExecutor(Executor):
    """What all executors have in common whose jobs a launcher attends to.

    A class of this kind says what to submit (:meth:`_submission`) and what can never run
    (:meth:`problem`); its session process does the submitting.
    """

    queues: ClassVar[bool] = True

    def __init__(
        self,
        name: str,
        settings: ExecutorSettings,
        bell: Event,
        session: Session,
        patience: Patience = PATIENCE,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        super().__init__(name, bell)
        self._settings = settings
        self._session = session
        self._patience = patience
        self._environment = dict(environment)
        self._watch = Watch(bell)
        self._open: dict[str, OpenStart] = {}
        self._pressing: set[str] = set()  #: tickets to look at again soon
        self._again = REST  #: seconds before a session that ended is begun again
        self._again_at = float("inf")

    @abstractmethod
    def _submission(self, start: Start, command: tuple[str, ...]) -> Document:
        """What to tell the session so that it submits `command`, the launcher's."""

    def reach(self) -> None:
        """See that the scheduler answers; see :meth:`Executor.reach`."""
        self._session.ask("reach", REACH)

    def start(self, start: Start) -> Native:
        """Write down what to do and submit its launcher; see :meth:`Executor.start`."""
        start = self._with_limits(start)
        folder, ticket = start.folder, start.ticket
        self._check_paths(start)
        exchange.write_spec(
            start, limits=True, environment=self._environment, grace=self._patience.grace
        )
        try:
            number = self._submit(start)
        except JobError:
            # It may have been submitted all the same: now it can no longer begin, unless it has.
            if exchange.give_up(folder, ticket):
                exchange.forget(folder, ticket)
                raise
            number = None
        self._keep(OpenStart(start, number))
        return {"ticket": ticket, "number": number}

    def collect(self) -> Sequence[Began | Ended]:
        """Tell what happened; see :meth:`Executor.collect`."""
        tickets = {ticket for news in self._session.news() for ticket in self._hear(news)}
        if time.monotonic() >= self._again_at:
            self._begin_again()
        tickets |= self._watch.fresh() | self._pressing
        told: list[Began | Ended] = []
        for ticket in tickets:
            opened = self._open.get(ticket)
            if opened is not None:
                told += self._look(opened)
        if self._pressing:
            self._watch.wake_at(time.monotonic() + GLANCE)
        return told

    def stop(self, ticket: str) -> bool:
        """Ask a job to end; see :meth:`Executor.stop`."""
        opened = self._open.get(ticket)
        if opened is None:
            return False
        if opened.stopping is None:
            opened.stopping = time.monotonic()
            if exchange.give_up(*opened.files):
                opened.verdict = Verdict(opened.stopping, Cause.STOPPED, ASKED, is_dead=False)
                self._take_away(opened)
            else:
                ask_to_stop(opened)
        self._press(opened)
        self.bell.set()
        return True

    def adopt(self, start: Start, native: Native | None) -> bool:
        """Find again what another engine started; see :meth:`Executor.adopt`."""
        start = self._with_limits(start)
        folder, ticket = start.folder, start.ticket
        began = exchange.read_began(folder, ticket)
        opened = OpenStart(start, number_in(native) or (began.scheduler if began else "") or None)
        if exchange.read_ended(folder, ticket) is None and self._knows(opened) is False:
            # It may have ended between the two questions, or never have come to the scheduler.
            if exchange.read_ended(folder, ticket) is None and exchange.give_up(folder, ticket):
                exchange.forget(folder, ticket)
                return False
            opened.verdict = self._gone(f"{self._session.service} knows nothing of it any more")
        self._keep(opened)
        self._press(opened)
        self.bell.set()
        return True

    def close(self) -> None:
        """End everything at work; see :meth:`Executor.close`."""
        deadline = time.monotonic() + self._patience.insist + self._patience.survivors
        for ticket in list(self._open):
            self.stop(ticket)
        while self._open and time.monotonic() < deadline:
            self.bell.wait(0.1)
            self.bell.clear()
            self.collect()
        self.leave()

    def leave(self) -> None:
        """Let go without ending anything; see :meth:`Executor.leave`."""
        self._watch.close()
        self._session.close()
        self._open.clear()

    # -- starting ----------------------------------------------------------------------------------

    def _with_limits(self, start: Start) -> Start:
        """The start with the limits of the settings where the job names none."""
        return replace(start, job=self._limited(start.job))

    def _limited(self, job: Job) -> Job:
        ours = self._settings.for_label(job.label)
        memory = ours.memory if job.memory is None else job.memory
        limit = ours.time if job.time is None else job.time
        return replace(job, memory=memory, time=limit)

    def _check_paths(self, start: Start) -> None:
        directory = start.job.directory or start.log.parent
        if not directory.is_dir():
            raise JobError(f"the folder {directory} in which it should run is not there")

    def _submit(self, start: Start) -> str | None:
        python = self._settings.python or sys.executable
        command = exchange.launch_command(python, start.folder, start.ticket)
        number = self._session.ask("submit", **self._submission(start, command))
        return number if isinstance(number, str) else None

    def _keep(self, opened: OpenStart) -> None:
        self._open[opened.start.ticket] = opened
        self._watch.follow(*opened.files)

    def _knows(self, opened: OpenStart) -> bool | None:
        """Whether the scheduler has the start; None if it does not answer now."""
        try:
            answer = self._session.ask("watch", ticket=opened.start.ticket, number=opened.number)
        except ExecutorUnreachable:
            return None
        return answer if isinstance(answer, bool) else None

    # -- what the scheduler says -------------------------------------------------------------------

    def _hear(self, news: Document) -> list[str]:
        """Note what the session told; the tickets that are worth a look."""
        if "session" in news:
            self._again_at = time.monotonic() + self._again
            self._again = min(2 * self._again, LONGEST_REST)
            self._watch.wake_at(self._again_at)
            return []
        opened = self._open.get(str(news.get("over")))
        if opened is None:
            return []
        if opened.verdict is None:
            opened.verdict = self._verdict(news)
        self._press(opened)
        return [opened.start.ticket]

    def _begin_again(self) -> None:
        """Tell a new session what the one that ended knew."""
        self._again_at = float("inf")
        for opened in self._open.values():
            if opened.verdict is None and self._knows(opened) is False:
                opened.verdict = self._gone(f"{self._session.service} has it no more")
                self._press(opened)
        if self._session.is_running:
            self._again = REST

    def _verdict(self, news: Document) -> Verdict:
        words = printable(news.get("words", "")) or f"{self._session.service} has it no more"
        cause = {cause.value: cause for cause in Cause}.get(str(news.get("cause")), Cause.LOST)
        return Verdict(time.monotonic(), cause, words, news.get("dead") is True)

    def _gone(self, words: str) -> Verdict:
        return Verdict(time.monotonic(), Cause.LOST, words, is_dead=False)

    # -- what the files say ------------------------------------------------------------------------

    def _look(self, opened: OpenStart) -> list[Began | Ended]:
        told: list[Began | Ended] = []
        note = None if opened.has_begun else exchange.read_began(*opened.files)
        if note is not None:
            opened.has_begun = True
            told.append(Began(note.ticket, note.at, note.host, native_of(opened, note)))
        ended = self._end(opened)
        if ended is not None:
            self._let_go(opened)
            told.append(ended)
        return told

    def _end(self, opened: OpenStart) -> Ended | None:
        """How it ended, if it has and nothing of it is at work."""
        ended = exchange.read_ended(*opened.files)
        if ended is not None:
            return self._as_meant(opened, ended)
        if (
            opened.stopping is not None
            and time.monotonic() >= opened.stopping + self._patience.insist
        ):
            self._take_away(opened)
        if opened.verdict is None:
            return None
        if exchange.give_up(*opened.files):
            return self._ending(opened, opened.verdict)
        return self._without_word(opened, opened.verdict)

    def _without_word(self, opened: OpenStart, verdict: Verdict) -> Ended | None:
        """The end of a job that began and of which no file tells how it ended."""
        if not verdict.is_dead:
            ask_to_stop(opened)
            note = exchange.read_began(*opened.files)
            if note is not None and is_at_work_here(note):
                return None
        patience = self._patience.files if verdict.is_dead else self._patience.survivors
        if time.monotonic() < verdict.at + patience:
            return None
        return self._ending(opened, verdict)

    def _ending(self, opened: OpenStart, verdict: Verdict) -> Ended:
        said = self._said(opened.start)
        words = f"{verdict.words}: {said}" if said else verdict.words
        return ending_of(opened, replace(verdict, words=words))

    def _said(self, start: Start) -> str:
        """The last words of the launcher itself, where its scheduler keeps them."""
        return ""

    def _as_meant(self, opened: OpenStart, ended: Ended) -> Ended:
        """A stop that nobody here asked for is what happens when a host or a service goes away."""
        if ended.cause is not Cause.STOPPED or opened.stopping is not None:
            return ended
        words = opened.verdict.words if opened.verdict else f"{self._session.service} took it away"
        cause = opened.verdict.cause if opened.verdict else Cause.LOST
        return replace(ended, cause=cause, reason=f"{words}; see {opened.start.log}")

    def _take_away(self, opened: OpenStart) -> None:
        """Tell the scheduler to have it no more, once."""
        if not opened.is_taken_away:
            opened.is_taken_away = True
            self._session.mention("cancel", ticket=opened.start.ticket, number=opened.number)

    def _let_go(self, opened: OpenStart) -> None:
        ticket = opened.start.ticket
        del self._open[ticket]
        self._pressing.discard(ticket)
        self._watch.leave(*opened.files)
        self._session.mention("drop", ticket=ticket, number=opened.number)

    def _press(self, opened: OpenStart) -> None:
        self._pressing.add(opened.start.ticket)
