"""
What a depot owes.

A depot is a place where the files of one store are, under the names of the store's format:
``store.toml``, ``journal/…``, ``packs/…``, ``snapshots/…``. It knows nothing of what is in them.
Nothing it gives is believed: who asks bounds the size of what is read, and names size and SHA-256
of what is brought. Faults become ``FetchFailed`` (with ``DigestMismatch``), ``RemoteError`` for
what could not be put there, or ``UsageError`` for a place nobody can open.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.base.digests import file_sha256
from holdfast.base.progress import Listener, ignore
from holdfast.errors import DigestMismatch, UsageError

if TYPE_CHECKING:  # the remotes are imported by who asks one
    from holdfast.remotes.interface import TransferPolicy

#: ``host:path`` and ``user@host::module/path``, as rsync knows them; no slash before the colon
_SHELL_PLACE = re.compile(r"[^/:]+::?.*")
#: where each kind of depot is; one is imported when it is first asked for
KINDS = {
    "file": ("folder", "FolderDepot"),
    "http": ("server", "ServerDepot"),
    "https": ("server", "ServerDepot"),
    "ftp": ("server", "ServerDepot"),
    "rsync": ("rsync", "RsyncDepot"),
    "s3": ("s3", "S3Depot"),
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file that never changes: its name in the store, size in bytes, and SHA-256."""

    name: str
    size: int
    sha256: str


class Depot(ABC):
    """A place where a store's files are. An instance serves one thread at a time."""

    url: str  #: for people, without user name and password

    @abstractmethod
    def read(self, name: str, limit: int, start: int = 0) -> bytes | None:
        """The bytes of the small file `name` from `start` on; None when there is no such file.

        Past the end there are none.

        Raises
        ------
        FetchFailed
            It cannot be read, or has more than `limit` bytes from there on.
        """

    @abstractmethod
    def fetch(self, parcels: Sequence[Parcel], folder: Path, listener: Listener = ignore) -> None:
        """Bring `parcels` to ``folder/<name>``, each whole, durable, and verified.

        What an interrupted call left in `folder` is gone on from. On an error the others that
        arrived stay. The listener hears "fetching" in "bytes".

        Raises
        ------
        FetchFailed
            One is gone, or a passing fault did not pass.
        DigestMismatch
            One is not what its parcel says. It was removed.
        """


class WritableDepot(Depot):
    """A depot into which a store can be pushed."""

    @abstractmethod
    def put(self, parcels: Sequence[Parcel], folder: Path, listener: Listener = ignore) -> int:
        """Put ``folder/<name>`` of each parcel there; the bytes that were sent.

        A file must appear there whole or not at all. One that is there with the parcel's size is
        not sent again. The listener hears "sending" in "bytes".

        Raises
        ------
        RemoteError
            One could not be put there. Those before it may be there.
        """

    @abstractmethod
    def replace(self, name: str, content: bytes, before: bytes | None) -> None:
        """Let the small file `name` be `content`, provided that it still is `before`.

        None means that there is no such file. A reader sees the old file or the new one.

        Raises
        ------
        StoreBusy
            It is something else by now: somebody pushed meanwhile.
        RemoteError
            It could not be put there.
        """


def open_depot(place: str, policy: "TransferPolicy") -> Depot:
    """The depot at `place`: a path, a URL, or ``host:path``. Nothing is asked of it yet.

    Raises
    ------
    UsageError
        Nobody knows this kind of place, or what it needs is not installed.
    """
    kind = kind_of(place)
    if kind not in KINDS:
        raise UsageError(
            f"{place!r}: a store is at a path, or behind http, https, ftp, rsync or s3, "
            f"not behind {kind}"
        )
    module, name = KINDS[kind]
    try:
        found = import_module(f"holdfast.sequences.sync.{module}")
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{place!r} needs the package {error.name}; install it with: pip install holdfast[s3]"
        ) from error
    depot = getattr(found, name)(place, policy)
    assert isinstance(depot, Depot), f"{name} is no Depot"
    return depot


def kind_of(place: str) -> str:
    """The kind of a place: the scheme of a URL, "rsync" for ``host:path``, "file" for a path.

    >>> [kind_of(place) for place in ("/data/store", "s3://b/x", "me@host:store", "./a:b")]
    ['file', 's3', 'rsync', 'file']
    """
    if "://" in place:
        return place.partition("://")[0].lower()
    shell = _SHELL_PLACE.fullmatch(place) and not Path(place).exists()
    return "rsync" if shell else "file"


def verify(parcels: Iterable[Parcel], folder: Path) -> None:
    """See that each of `parcels` in `folder` is what it should be; remove what is not.

    Raises
    ------
    DigestMismatch
        One is something else.
    """
    for parcel in parcels:
        found = found_at(folder / parcel.name)
        if found != (parcel.size, parcel.sha256):
            (folder / parcel.name).unlink(missing_ok=True)
            size, sha256 = found
            told = f"{parcel.size} bytes, sha256:{parcel.sha256}"
            raise DigestMismatch(parcel.name, told, f"{size} bytes, sha256:{sha256}")


def found_at(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of the plain file at `path`; (-1, "") when there is none."""
    if path.is_symlink() or not path.is_file():
        return -1, ""
    return path.stat().st_size, file_sha256(path)
