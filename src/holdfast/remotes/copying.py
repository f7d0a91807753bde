"""
Bringing files that need no network: from a folder of this machine, or from memory.

The files are copied one after another, digested on the way, and put down as all others
(:mod:`~holdfast.remotes.landing`). A source that changes while it is read is read again, and then
is an error.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
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
from holdfast.remotes.transfer import Logbook
from holdfast.remotes.versions import Version, listed_version

BLOCK = 1024**2


class Source(ABC):
    """Where files are copied from."""

    @abstractmethod
    def version(self, name: str) -> Version:
        """Which version of the file `name` there is now. Raises Absent or Lasting."""

    @abstractmethod
    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """The file's bytes. Raises OSError."""


def copy_all(
    source: Source,
    files: Sequence[RemoteFile],
    folder: Path,
    listener: Listener,
    arrived: Callable[[Arrived], None],
) -> tuple[Arrived, ...]:
    """Bring `files` into `folder`, as :meth:`~holdfast.remotes.interface.Remote.fetch` owes it."""
    log = Logbook(files, listener, arrived)
    with Landing(folder, files, log.arrived) as land:
        for file in files:
            if land.there(file):
                land.greet(file)
            else:
                _copy_patiently(source, file, land, log)
            land.poll()
            log.tell()
    return log.complete()


def _copy_patiently(source: Source, file: RemoteFile, land: Landing, log: Logbook) -> None:
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


def _copy(source: Source, file: RemoteFile, land: Landing, log: Logbook) -> None:
    version = source.version(file.name)
    _refuse(listed_version(file).contradicts(version))
    into = land.begin(file, version)
    try:
        _pour(source, file, into, log)
        _refuse(version.contradicts(source.version(file.name)))
        if into.size != version.size:
            raise Changed(f"{into.size} of {version.size} bytes came", "list the remote again")
    except BaseException:
        into.leave()
        parts.forget(into.temporary)
        raise
    land.put(file, into, version.modified, version.etag)


def _pour(source: Source, file: RemoteFile, into: Small | Part, log: Logbook) -> None:
    try:
        with source.open(file.name) as content:
            while chunk := content.read(BLOCK):
                into.write(chunk)
                log.received(file.name, into.size)
                log.tell()
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
