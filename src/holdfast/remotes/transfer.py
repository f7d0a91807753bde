"""
Bringing many files at once from a server.

A :class:`Transfer` is one file on its way. It asks for the whole, or for the rest of what an
earlier attempt left; it compares what the server says at the start with the listing, and, when the
transfer was long enough for the file to change under it, asks once more at the end. A file that is
another version than the one listed is tried again from the start, and then is an error.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Lock
from time import monotonic

from holdfast.base.progress import Listener, Progress
from holdfast.errors import FetchFailed, FileChanged, HoldfastError
from holdfast.remotes import parts
from holdfast.remotes.access import Credentials
from holdfast.remotes.answers import Answer, Ask
from holdfast.remotes.channel import Exchange
from holdfast.remotes.curl import Switchboard
from holdfast.remotes.faults import Absent, Changed, Fault, Lasting, Passing
from holdfast.remotes.interface import Arrived, RemoteFile, TransferPolicy
from holdfast.remotes.landing import Landing
from holdfast.remotes.parts import Beginning, Part, Small
from holdfast.remotes.versions import Version, listed_version

LONG = 1.0  #: seconds; a file may change under a transfer of this length
LARGE = 1024**2  #: bytes; so may one of this size
PROGRESS_SECONDS = 0.2
WORTH_ANOTHER = 1024**2  #: bytes an attempt must have come further to not count as a failed one


def fetch(
    files: Sequence[RemoteFile],
    folder: Path,
    policy: TransferPolicy,
    credentials: Credentials,
    listener: Listener,
    arrived: Callable[[Arrived], None],
    form: bytes | None = None,
) -> tuple[Arrived, ...]:
    """Bring `files` into `folder`, as :meth:`~holdfast.remotes.interface.Remote.fetch` owes it.

    With a `form`, each is asked for by POST.
    """
    log = Logbook(files, listener, arrived)
    with Landing(folder, files, log.arrived) as land:
        missing = []
        for file in files:
            if land.there(file):
                land.greet(file)
            else:
                missing.append(Transfer(file, land, log, policy.unannounced_limit, form))

        def between() -> None:
            land.poll()
            log.tell()

        with Switchboard(policy, credentials) as board:
            try:
                board.run(missing, between)
            finally:
                for transfer in missing:
                    transfer.leave()
    return log.complete()


class Logbook:
    """Counts bytes and files, tells the listener, and keeps what arrived."""

    def __init__(
        self,
        files: Sequence[RemoteFile],
        listener: Listener,
        arrived: Callable[[Arrived], None],
    ) -> None:
        self._files, self._listener, self._tell_arrived = files, listener, arrived
        sizes = [file.size for file in files]
        self._total = None if None in sizes else sum(size or 0 for size in sizes)
        self._lock = Lock()  # those who copy may do so in many threads
        self._bytes = 0
        self._told = 0.0
        self._landed: dict[str, Arrived] = {}
        self._under_way: dict[str, int] = {}

    def received(self, name: str, size: int) -> None:
        """So many bytes of the file `name` are here."""
        with self._lock:
            self._bytes += size - self._under_way.get(name, 0)
            self._under_way[name] = size

    def arrived(self, arrival: Arrived) -> None:
        """A file has landed."""
        self.received(arrival.file.name, arrival.size)
        self._landed[arrival.file.name] = arrival
        self._tell_arrived(arrival)

    def tell(self, last: bool = False) -> None:
        """Tell the listener, not too often."""
        now = monotonic()
        if last or now - self._told >= PROGRESS_SECONDS:
            self._told = now
            self._listener(Progress("fetching", self._bytes, self._total, "bytes"))
            self._listener(Progress("fetching", len(self._landed), len(self._files), "files"))

    def complete(self) -> tuple[Arrived, ...]:
        """All that arrived, in the order it was asked for."""
        self.tell(last=True)
        return tuple(self._landed[file.name] for file in self._files)


class Transfer(Exchange):
    """One file on its way here."""

    def __init__(
        self,
        file: RemoteFile,
        land: Landing,
        log: Logbook,
        unannounced: int,
        form: bytes | None = None,
    ) -> None:
        super().__init__(file.url)
        self._form = form
        self.file, self._land, self._log = file, land, log
        self._unannounced = unannounced  # bytes that may come when nobody says how many there are
        self._listed = listed_version(file)
        self._version = Version()
        self._into: Small | Part | None = None
        self._confirming = False
        self._began = 0.0
        self._before = 0
        self._furthest = 0

    def begin(self) -> Ask:
        """Ask for the whole, for the rest, or (at the end) whether it is still the same."""
        if self._confirming:
            return Ask(head=True)
        self._began = monotonic()
        left = self._land.beginning(self.file.name)
        if self._form is not None or left is None or not self._fits(left):
            self._before = 0
            return Ask(form=self._form)
        self._before, self._version = left.size, left.version
        condition = (f"If-Range: {left.version.condition}",) if self._over_http() else ()
        return Ask(offset=left.size, headers=condition)

    @property
    def _says_at_the_end(self) -> bool:
        """Whether which version it was is known only when the last byte is here, as of SFTP."""
        return self.url.startswith("sftp")

    def _over_http(self) -> bool:
        return self.url.startswith("http")

    def _fits(self, left: Beginning) -> bool:
        """Whether it makes sense to go on from what was `left`."""
        known = bool(left.version.condition)
        whole = left.version.size is not None and left.size >= left.version.size
        return known and not whole and not left.version.contradicts(self._listed)

    def started(self, answer: Answer) -> None:
        """See that it is the version asked for, and open the place for its bytes."""
        if self._confirming:
            return
        # A server that announces no size is held to the listed one: a body may have no end.
        size = self._listed.size if answer.size is None else answer.size
        modified = answer.modified
        if self._says_at_the_end:
            modified = self._listed.modified
        said = Version(size, modified, answer.etag)
        self._refuse(self._listed.contradicts(said))
        if answer.offset:
            if answer.offset != self._before:
                raise Changed(f"the server sent from byte {answer.offset}, not {self._before}")
            self._refuse(self._version.contradicts(said))
        self._version, self._before = said, answer.offset
        self._into = self._land.begin(self.file, said, answer.offset)

    def _refuse(self, difference: str) -> None:
        if difference:
            raise Changed(f"the file changed: {difference}", "list the remote again")

    def body(self, chunk: bytes) -> None:
        """Take the next bytes."""
        assert self._into is not None, "bytes come after the head"
        self._into.write(chunk)
        if self._version.size is not None and self._into.size > self._version.size:
            if self._says_at_the_end:
                self._refuse(f"more than its {self._version.size} bytes came")
            raise Changed("more bytes came than were announced", "try again later")
        if self._is_too_much(self._into.size):
            raise Lasting(
                f"it announces no size, and more than {self._unannounced:,} bytes came",
                "raise the setting unannounced_limit if that is right",
            )
        self._log.received(self.file.name, self._into.size)

    def _is_too_much(self, size: int) -> bool:
        """Whether so many bytes are more than may come unannounced: a body may have no end."""
        return self._version.size is None and size > self._unannounced

    def ended(self, answer: Answer) -> Iterable[Exchange]:
        """See that it is complete; ask once more if it may have changed; land it."""
        assert self._into is not None, "an ended answer has started"
        said = Version(answer.size, answer.modified, answer.etag)
        if self._confirming:
            self._refuse(self._version.contradicts(said))
            return self._land_it()
        if self._says_at_the_end:
            self._refuse(self._version.contradicts(said))
            self._version = said
        if self._version.size is not None and self._into.size < self._version.size:
            short = f"{self._into.size} of {self._version.size} bytes came"
            raise Passing(f"the connection ended early: {short}", "try again later")
        if self._may_have_changed():
            self._confirming = True
            self.tried = 0
            return (self,)
        return self._land_it()

    def _land_it(self) -> tuple[()]:
        assert self._into is not None, "only what is here can land"
        received, self._into = self._into, None
        modified = self._version.modified or self.file.modified
        self._land.put(self.file, received, modified, self._version.etag)
        return ()

    def _may_have_changed(self) -> bool:
        assert self._into is not None, "asked while it is here"
        told = self._version.modified is not None or self._version.etag is not None
        can_tell = told and self._form is None  # a POST has no head to ask for
        long = monotonic() - self._began >= LONG or self._into.size - self._before >= LARGE
        return can_tell and long

    def faulted(self, fault: Fault) -> None:
        """Keep what came, unless it is of the wrong version."""
        reached = self._into.size if self._into is not None else 0
        if isinstance(fault, Changed) or not self._confirming:
            self._confirming = False
            self.leave()
        if isinstance(fault, Changed) or self._is_too_much(reached):
            parts.forget(self._land.temporary(self.file.name))
            self._log.received(self.file.name, 0)
        elif reached >= self._furthest + WORTH_ANOTHER:
            self._furthest, self.tried = reached, 0

    def refused(self, fault: Lasting) -> Iterable[Exchange]:
        """A server that does not answer the last question has sent the file all the same."""
        if self._confirming and not isinstance(fault, Absent):
            return self._land_it()
        raise fault

    def leave(self) -> None:
        """Put what came aside for the next attempt."""
        if self._into is not None:
            self._into.leave()
            self._into = None

    def error(self, fault: Fault, words: str) -> HoldfastError:
        """A file that could not be brought here."""
        return FileChanged(words) if isinstance(fault, Changed) else FetchFailed(words)
