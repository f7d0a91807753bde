"""
Bringing files that are read, not asked for: from this machine, from memory, from a bucket.

The files are copied, a few at a time, digested on the way, and put down as all others
(:mod:`~holdfast.remotes.landing`). A source that changes while it is read is read again, and then
is an error. What an interrupted copy left of the same version is gone on with.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from holdfast.base.progress import Listener
from holdfast.errors import FetchFailed, FileChanged
from holdfast.remotes import faults, parts
from holdfast.remotes.faults import Absent, Changed, Fault, Lasting
from holdfast.remotes.interface import Arrived, RemoteFile
from holdfast.remotes.landing import Landing
from holdfast.remotes.parts import Part, Small
from holdfast.remotes.transfer import PROGRESS_SECONDS, Logbook
from holdfast.remotes.versions import Version, listed_version

BLOCK = 1024**2

Copied = tuple[RemoteFile, Small | Part, Version]


class Source(ABC):
    """Where files are copied from."""

    @abstractmethod
    def version(self, file: RemoteFile) -> Version:
        """Which version of `file` there is now. Raises Absent or Lasting."""

    @abstractmethod
    def open(
        self, file: RemoteFile, version: Version, offset: int
    ) -> AbstractContextManager[BinaryIO]:
        """The bytes of this `version` of the file, from `offset` on. Raises OSError."""


def copy_all(
    source: Source,
    files: Sequence[RemoteFile],
    folder: Path,
    listener: Listener,
    arrived: Callable[[Arrived], None],
    parallel: int = 1,
) -> tuple[Arrived, ...]:
    """Bring `files` into `folder`, as :meth:`~holdfast.remotes.interface.Remote.fetch` owes it."""
    log = Logbook(files, listener, arrived)
    with Landing(folder, files, log.arrived) as land:
        missing = []
        for file in files:
            if land.there(file):
                land.greet(file)
            else:
                missing.append(file)
        with ThreadPoolExecutor(parallel, thread_name_prefix="copying") as pool:
            copies = [pool.submit(_copy_patiently, source, file, land, log) for file in missing]
            try:
                _land_all(copies, land, log)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    return log.complete()


def _land_all(copies: Sequence["Future[Copied]"], land: Landing, log: Logbook) -> None:
    """Put down each copy when it is here. Arrivals are told in this thread."""
    pending = set(copies)
    while pending:
        done, pending = wait(pending, PROGRESS_SECONDS, FIRST_COMPLETED)
        for copy in done:
            file, received, version = copy.result()
            land.put(file, received, version.modified, version.etag)
        land.poll()
        log.tell()


def _copy_patiently(source: Source, file: RemoteFile, land: Landing, log: Logbook) -> Copied:
    """Copy one file; when it changes meanwhile, once or twice more."""
    tried = 0
    while True:
        tried += 1
        try:
            return _copy(source, file, land, log)
        except Fault as fault:
            if tried < faults.attempts(fault, faults.CHANGED_RETRIES):
                continue
            words = faults.sentence(file.url, fault, tried)
            failed = FileChanged if isinstance(fault, Changed) else FetchFailed
            raise failed(words) from fault


def _copy(source: Source, file: RemoteFile, land: Landing, log: Logbook) -> Copied:
    version = source.version(file)
    _refuse(listed_version(file).contradicts(version))
    offset = _left(file, version, land)
    into = land.begin(file, version, offset)
    try:
        _pour(source, file, version, into, log)
        _refuse(version.contradicts(source.version(file)))
        if into.size != version.size:
            raise Changed(f"{into.size} of {version.size} bytes came", "list the remote again")
    except BaseException as error:
        into.leave()
        if isinstance(error, Changed | Lasting):
            parts.forget(into.temporary)
        raise
    return file, into, version


def _left(file: RemoteFile, version: Version, land: Landing) -> int:
    """How many bytes of this `version` an interrupted copy has left, to go on from."""
    left = land.beginning(file.name)
    if left is None or not left.version.condition or left.version.contradicts(version):
        return 0
    return left.size if version.size is not None and left.size < version.size else 0


def _pour(
    source: Source, file: RemoteFile, version: Version, into: Small | Part, log: Logbook
) -> None:
    try:
        with source.open(file, version, into.size) as content:
            while chunk := content.read(BLOCK):
                into.write(chunk)
                log.received(file.name, into.size)
    except OSError as error:
        raise unreadable(error) from error


def unreadable(error: OSError) -> Lasting:
    """The system's refusal to read as a fault."""
    reason = error.strerror or str(error)
    if isinstance(error, FileNotFoundError):
        return Absent(reason, "list the remote again to see what it has now")
    return Lasting(f"cannot be read: {reason}", "see to its permissions and run again")


def _refuse(difference: str) -> None:
    if difference:
        raise Changed(f"the file changed: {difference}", "list the remote again")
