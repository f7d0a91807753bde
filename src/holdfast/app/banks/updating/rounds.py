"""
Rounds: several banks one after another or side by side, each when those it waits for have ended.

Side by side each has a container, and so an engine, of its own, in a thread of its own; what the
site allows at once is counted over all engines. An interrupt stops what is at work, lets it end
well, and begins nothing more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from threading import Event, Lock

from holdfast.app.banks.updating.report import UpdateReport
from holdfast.app.container import Container
from holdfast.banks.updating.update import subject
from holdfast.base.progress import Listener, Progress
from holdfast.errors import JobError

LOOK = 0.2  #: seconds between two looks for an interrupt

#: Does one bank, in a container, telling a listener; it raises nothing but KeyboardInterrupt.
Doing = Callable[[Container, str, Listener], UpdateReport]


@dataclass(slots=True)
class Round:
    """Banks to do; `graph` says which others each waits for."""

    container: Container
    graph: Mapping[str, tuple[str, ...]]
    at_once: int
    listener: Listener
    stopping: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def reports(self, one: Doing) -> Iterator[tuple[Container, UpdateReport]]:
        """The report of each bank when it has ended. The container is the asker's own."""
        if min(self.at_once, len(self.graph)) <= 1:
            for bank in TopologicalSorter(self.graph).static_order():
                yield self.container, one(self.container, bank, self.listener)
            return
        yield from self._side_by_side(one)

    def _side_by_side(self, one: Doing) -> Iterator[tuple[Container, UpdateReport]]:
        from holdfast.jobs.engine.interrupts import Interrupts  # the ledger's library is heavy

        order = TopologicalSorter(self.graph)
        order.prepare()
        working: dict[Future[UpdateReport], str] = {}
        with ThreadPoolExecutor(self.at_once, "bank") as pool, Interrupts() as interrupts:
            while order.is_active():
                if interrupts.count:
                    self._stop(working.values())  # also what was begun since the last look
                else:
                    ready = order.get_ready()
                    working |= {pool.submit(self._apart, one, bank): bank for bank in ready}
                if not working:
                    break
                ended, _ = wait(working, LOOK, FIRST_COMPLETED)
                for future in ended:
                    bank = working.pop(future)
                    with suppress(KeyboardInterrupt):
                        yield self.container, future.result()
                    order.done(bank)
            interrupts.rise()

    def _apart(self, one: Doing, bank: str) -> UpdateReport:
        """Do one bank in a container of its own, asked by the same person."""
        if self.stopping.is_set():
            raise KeyboardInterrupt
        person = self.container.person
        with type(self.container)(self.container.settings) as own:
            asked = own if person is None else own.asked_by(person)
            return one(asked, bank, self._listener_of(bank))

    def _listener_of(self, bank: str) -> Listener:
        """The listener for one of several: it is told whose progress it is."""

        def listen(progress: Progress) -> None:
            what = progress.what if bank in progress.what else f"{bank}: {progress.what}"
            with self.lock:
                self.listener(replace(progress, what=what))

        return listen

    def _stop(self, banks: Iterable[str]) -> None:
        """Ask all that is at work to stop."""
        self.stopping.set()
        for bank in tuple(banks):
            run = self.container.ledger.unfinished(subject(bank))
            if run is not None:
                with suppress(JobError):
                    self.container.ledger.ask_to_cancel(run)
