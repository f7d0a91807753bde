"""
What a remote owes.

A remote is a folder somewhere else. It can say what it has, read a small file, and bring files
here. Names are POSIX paths relative to the remote's root and always safe: none leaves the folder it
is put in. Whatever a remote does badly becomes one of three errors, each a sentence that says which
URL, what happened, how often it was tried and what to do next: ``ListingFailed``, ``FetchFailed``
(with ``FileChanged`` and ``DigestMismatch``), or ``UsageError`` for a URL nobody can open.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from holdfast import plugins
from holdfast.base.progress import Listener, ignore
from holdfast.errors import UsageError
from holdfast.remotes.access import NO_RULES, Access, server_of
from holdfast.remotes.connection import NO_CONNECTION, FtpMethod
from holdfast.remotes.options import NO_OPTIONS, RemoteOptions


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file a remote says it has."""

    name: str  #: POSIX path relative to the remote's root, safe
    url: str  #: where it is, without user name and password
    size: int | None  #: bytes, exact, or None when unknown
    modified: datetime | None  #: UTC, to the second (or the minute, where a listing has no more)
    etag: str | None = None  #: the server's tag of this version, as it sent it
    digest: str | None = None  #: "sha256:…" or "md5:…" when the remote says it


@dataclass(frozen=True, slots=True)
class Listing:
    """What a remote had when it was asked."""

    url: str
    files: tuple[RemoteFile, ...]  #: sorted by name


class Wanted(Protocol):
    """What the asker wants of a remote. It must answer the same whenever it is asked."""

    def file(self, name: str) -> bool:
        """Is this file wanted?"""

    def folder(self, name: str) -> bool:
        """Could a wanted file be below this folder? (`name` has no slash at its end.)"""


class Everything:
    """All files of all folders are wanted."""

    def file(self, name: str) -> bool:
        """Yes."""
        return True

    def folder(self, name: str) -> bool:
        """Yes."""
        return True


@dataclass(frozen=True, slots=True)
class TransferPolicy:
    """How patiently and how greedily to ask. Times are seconds, sizes bytes."""

    parallel: int = 8  #: files fetched at once
    retries: int = 5  #: how often a passing fault is tried again
    backoff: float = 1.0  #: the wait before the first retry; each further wait is doubled
    timeout: float = 60.0  #: without a byte for this long, a transfer has failed
    connect_timeout: float = 20.0  #: in which a connection must be taken
    listing_limit: int = 256 * 1024**2  #: what a directory page may have at most
    unannounced_limit: int = 100 * 1024**3  #: what a file may have whose size nobody says
    rate: int = 0  #: bytes a second, all transfers together; 0 is as fast as can be
    time_limit: float = 0  #: that one attempt at a file may take; 0 is without a limit
    keepalive: int = 0  #: of silence, after which a connection is tested; 0 never
    redirects: bool = True  #: whether redirects are followed
    ftp_method: FtpMethod | None = None  #: how to come to a folder; None is libcurl's way
    access: Access = NO_RULES  #: who we are to servers, and which may be reached


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is here, whole and durable."""

    file: RemoteFile  #: as it was asked for
    path: Path  #: where it is now
    size: int  #: bytes
    sha256: str  #: of the bytes received, in hexadecimal
    modified: datetime | None  #: UTC; what the remote said with the transfer, set on the file too
    etag: str | None  #: what the remote said with the transfer


EARLIEST, LATEST = timedelta(hours=-14), timedelta(hours=24 + 12)  #: of a day, anywhere on earth


def same_time(listed: datetime | None, said: datetime | None) -> bool:
    """Whether two modification times may be the same one, to the precision both have.

    A time on the full minute may come from a listing that has no seconds, and midnight from one
    that has only days, of whichever zone. What is unknown contradicts nothing.

    >>> same_time(datetime(2026, 1, 2, 3, 4), datetime(2026, 1, 2, 3, 4, 56))
    True
    >>> same_time(datetime(2026, 1, 2, 3, 4, 55), datetime(2026, 1, 2, 3, 4, 56))
    False
    >>> same_time(datetime(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 56))
    True
    """
    if listed is None or said is None or listed == said:
        return True
    if listed.time() == time(0):
        return EARLIEST <= said - listed <= LATEST
    to_the_minute = not (listed.second and said.second)
    return to_the_minute and listed.replace(second=0) == said.replace(second=0)


def unheard(_: Arrived) -> None:
    """What to do with an arrived file when nobody asked to be told."""


class Remote(ABC):
    """A folder somewhere else. An instance serves one thread at a time."""

    @abstractmethod
    def list(self, wanted: Wanted) -> Listing:
        """What the remote has of what is `wanted`, sorted by name, each name once.

        Sizes are exact where they are known. A remote must not descend into a folder for which
        ``wanted.folder`` says no.

        Raises
        ------
        ListingFailed
        """

    @abstractmethod
    def folders(self) -> tuple[str, ...]:
        """The names of the root's sub-folders, sorted.

        Raises
        ------
        ListingFailed
        """

    def dated_folders(self) -> Mapping[str, datetime | None]:
        """The root's sub-folders, and what may be a link to one, with the times that are shown.

        Such a time is good for putting folders in an order, and for nothing else.

        Raises
        ------
        ListingFailed
        """
        return dict.fromkeys(self.folders())

    def release(self) -> str:
        """The release the remote has now, where it is of a kind that says so; "" where it is not.

        Raises
        ------
        ListingFailed
        """
        return ""

    @abstractmethod
    def read(self, name: str, limit: int) -> bytes:
        """The content of the small file `name`.

        Raises
        ------
        FetchFailed
            It is not there, not readable, or has more than `limit` bytes.
        """

    @abstractmethod
    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """Bring `files` to ``folder/<name>``; the answer is in the order of `files`.

        When ``arrived`` is told of a file (in the caller's thread, in any order) the file must be
        whole, durable and carry the remote's modification time. What is under way lies beside it as
        ``<name>.part``; after an interruption the next call goes on from there, provided that the
        remote still has the same version. A file already in place that agrees in size and
        modification time with `files` is not fetched again. On an error the others that arrived
        stay.

        The listener hears :class:`~holdfast.base.progress.Progress` with ``what`` "fetching", in
        "bytes" and in "files".

        Raises
        ------
        FetchFailed
            A file is gone or forbidden, or a passing fault did not pass.
        FileChanged
            A file is not, or did not stay, what `files` says.
        DigestMismatch
            A file is not what the remote promised.
        UnsafeName
            A name would leave `folder`. Nothing was fetched.
        """


def open_remote(url: str, policy: TransferPolicy, options: RemoteOptions = NO_OPTIONS) -> Remote:
    """The remote at `url`; a text without a scheme is a path on this machine.

    Opening asks the remote nothing yet. Kinds are plug-ins: the entry point of the group
    ``holdfast.remotes`` named as the scheme makes them from URL, policy and options.

    Raises
    ------
    UsageError
        Nobody knows this kind of URL.
    """
    policy = policy_for(url, policy, options)
    remote = plugins.load(plugins.Group.REMOTES, scheme(url))(url, policy, options)
    assert isinstance(remote, Remote), f"the plug-in for {scheme(url)} made no Remote"
    if not options.fetcher or options.fetcher == scheme(url):
        return remote
    from holdfast.remotes.divided import DividedRemote  # noqa: PLC0415 - which is a Remote

    place = f"{options.fetcher}://{url.partition('://')[2]}"
    return DividedRemote(remote, open_remote(place, policy, replace(options, fetcher="")))


def policy_for(url: str, policy: TransferPolicy, options: RemoteOptions) -> TransferPolicy:
    """`policy`, with what `options` say of how the servers of the remote at `url` are reached."""
    access, own = policy.access, options.connection
    if options.login.user:
        login = replace(options.login, server=server_of(without_prefix(url)))
        access = replace(access, logins=(login, *access.logins))
    if own == NO_CONNECTION:
        return replace(policy, access=access)
    said = own.chosen("retries", "backoff", "time_limit", "keepalive", "redirects", "ftp_method")
    if own.transfers is not None:
        said["parallel"] = own.transfers
    return replace(policy, access=replace(access, own=own.over(access.own)), **said)


def without_prefix(url: str) -> str:
    """`url` as its server is asked: without what says that it is one file, or a list.

    >>> without_prefix("direct+https://host/a"), without_prefix("ftp://host/a")
    ('https://host/a', 'ftp://host/a')
    """
    return url.removeprefix("direct+").removeprefix("list+")


def scheme(url: str) -> str:
    """The scheme of `url`, "file" for a plain path.

    >>> scheme("https://example.org/bank/"), scheme("/data/bank"), scheme("bank:v1/x")
    ('https', 'file', 'file')
    """
    if "://" not in url:
        return "file"
    try:
        return urlsplit(url).scheme.lower()
    except ValueError as error:
        raise UsageError(f"{url!r} is not a URL: {error}; write scheme://host/folder/") from error
