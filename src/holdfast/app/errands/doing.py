"""
Doing an errand: what the process of one errand does, from its claim to its end.

A thread beside tells the ledger now and then how far it is, holds the claim and looks whether it
shall stop. To stop is an interrupt of this process, as control-C would be: what is at work in the
foreground ends well and can be gone on with.
"""

import json
import logging
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from holdfast.accounts.people import GUEST, Person
from holdfast.app.container import Container
from holdfast.app.errands.book import Book
from holdfast.app.errands.carrying import carry_out, runs_of
from holdfast.app.errands.starting import begin_next
from holdfast.app.errands.values import ActsAs, Errand, State
from holdfast.app.errands.wishes import read
from holdfast.app.errands.wording import told
from holdfast.app.plots.uploads import SCHEME, remove_upload
from holdfast.base.progress import Progress
from holdfast.errors import HoldfastError, LedgerError, UploadNotFound
from holdfast.jobs.engine.identity import new_claim
from holdfast.settings import Settings

logger = logging.getLogger(__name__)

BEAT = 0.5  #: seconds between two words to the ledger
RENEWAL = 5.0  #: seconds between two renewals of the claim, when there is nothing to tell
PIECES = 6  #: pieces of work whose progress is kept
LONGEST = 400  #: characters of a text that progress keeps
UPLOAD = re.compile(rf"{SCHEME}([A-Za-z0-9_-]{{24}})")


def do_errand(container: Container, word: str, tell: Callable[[str], object] = print) -> State:
    """Do the errand `word`, if it waits and there is room; how it ended.

    `tell` is given a line for the log now and then.

    Raises
    ------
    LedgerError
        The ledger cannot be read or written: the errand is interrupted.
    """
    book = Book(container.ledger)
    mine = new_claim()
    settings = container.settings
    if not book.claim(word, mine, settings.lease, settings.errands_at_once):
        found = book.errand(word)
        return State.CANCELLED if found is None else found.state
    errand = book.errand(word)
    assert errand is not None  # it is ours
    try:
        with _as_asked(container, errand, book.asker(word)) as asked:
            state = _done(asked, book, errand, mine.engine, tell)
            if state is State.DONE and settings.uploads_once:
                _remove_uploads(asked, errand)
            return state
    finally:
        with suppress(LedgerError):
            begin_next(container)


def _done(
    container: Container,
    book: Book,
    errand: Errand,
    engine: str,
    tell: Callable[[str], object],
) -> State:
    state, problem, result, run = State.DONE, "", None, None
    tell(f"{errand.title}: attempt {errand.attempt}, process {os.getpid()}")
    try:
        wish = read(errand.kind, json.dumps(dict(errand.words)))
        subject = runs_of(wish)
        with Beat(container, book, errand, engine, subject, tell) as beat:
            try:
                result = carry_out(container, wish, beat)
            finally:
                run = beat.newest_run()
    except KeyboardInterrupt:
        stopped = book.renew(errand.id, engine, container.settings.lease)
        state = State.CANCELLED if stopped else State.INTERRUPTED
        problem = "" if stopped else "its process was asked to end; try again, and it goes on"
    except (HoldfastError, OSError) as error:
        state, problem = State.FAILED, told(container, str(error))
    except Exception:
        logger.exception("an errand found a fault in Holdfast")
        state, problem = State.FAILED, "something went wrong inside Holdfast; its log tells more"
    tell(f"{state.value}{f': {problem}' if problem else ''}")
    book.end(errand.id, engine, state, problem=problem, result=result, run=run)
    return state


@contextmanager
def _as_asked(container: Container, errand: Errand, acts_as: ActsAs) -> Iterator[Container]:
    """The container as the one who asked for the errand asks it.

    What strangers have fetched is fetched without the passwords and keys that the settings have for
    servers: those are for the banks.
    """
    if acts_as is ActsAs.NOBODY:
        yield container
        return
    is_administrator = acts_as is ActsAs.ADMINISTRATOR
    person = GUEST if acts_as is ActsAs.GUEST else Person(errand.owner, is_administrator)
    if is_administrator or errand.noun == "bank":
        yield container.asked_by(person)
        return
    with type(container)(without_credentials(container.settings)) as own:
        yield own.asked_by(person)


def without_credentials(settings: Settings) -> Settings:
    """The settings without who we are to servers."""
    nobody = dict.fromkeys(("user", "key", "certificate", "certificate_key"), "")
    servers = {
        name: said.model_copy(update={**nobody, "password": SecretStr("")})
        for name, said in settings.servers.items()
    }
    return settings.model_copy(update={"servers": servers, "netrc": Path()})


def _remove_uploads(container: Container, errand: Errand) -> None:
    """Remove the uploads that an errand which is done was for."""
    said = json.dumps(dict(errand.words))
    file = errand.words.get("file")
    if errand.kind == "batch" and file:
        with suppress(OSError):
            said += f"{Path(file).read_text()} {SCHEME}{Path(file).parent.name}"
    for word in set(UPLOAD.findall(said)):
        with suppress(UploadNotFound):
            remove_upload(container, word)


class Beat:
    """A listener that tells the ledger, and the thread that does it, while the block lasts."""

    def __init__(
        self,
        container: Container,
        book: Book,
        errand: Errand,
        engine: str,
        subject: str,
        tell: Callable[[str], object],
    ) -> None:
        self._container, self._book, self._errand, self._engine = container, book, errand, engine
        self._subject, self._tell = subject, tell
        self._pieces: dict[str, Progress] = {}  # the newest is the last
        self._is_new = False
        self._run: int | None = None
        self._lock, self._over = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name="errand beat", daemon=True)

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        signal.signal(signal.SIGTERM, self._before)
        with suppress(LedgerError):
            self._tell_ledger()

    def __call__(self, progress: Progress) -> None:
        """Take a word of progress; the ledger is told soon."""
        with self._lock:
            known = self._pieces.pop(progress.what, None)
            self._pieces[progress.what] = progress
            while len(self._pieces) > PIECES:
                self._pieces.pop(next(iter(self._pieces)))
            self._is_new = True
        if known is None or known.message != progress.message:
            told = f": {progress.message}" if progress.message else ""
            self._tell(f"{progress.what}{told}"[:LONGEST])

    def newest_run(self) -> int | None:
        """The run that does it, or did."""
        if not self._subject:
            return None
        began = self._errand.began
        for record in self._container.ledger.runs(self._subject, limit=1):
            if record.ended is None or _is_after(record.ended, began):
                return record.run
        return self._run

    def _beat(self) -> None:
        waited = RENEWAL
        while not self._over.wait(BEAT):
            waited += BEAT
            try:
                if waited >= RENEWAL or self._is_new:
                    self._tell_ledger()
                waited = 0.0
                stop = self._book.renew(
                    self._errand.id, self._engine, self._container.settings.lease
                )
            except LedgerError as error:  # the claim may run out meanwhile; it is seen then
                logger.warning("the ledger was not told: %s", error)
                continue
            if stop is not False and not self._over.is_set():
                os.kill(os.getpid(), signal.SIGTERM)  # which the main thread takes
                self._over.wait(10)

    def _tell_ledger(self) -> None:
        with self._lock:
            pieces, self._is_new = tuple(self._pieces.values()), False
        self._run = self.newest_run()
        self._book.tell(self._errand.id, self._engine, pieces, self._run)


def _is_after(ended: datetime, began: datetime | None) -> bool:
    return began is not None and ended >= began
