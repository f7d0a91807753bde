"""
Remotes in iRODS: ``irods://host:1247/zone/home/me/bank/``.

A folder is a collection, a file a data object, and the first part of the path is the zone. The
Python client of iRODS asks (the optional part ``holdfast[irods]``); collections are listed level by
level, with sizes, times and checksums, and only replicas that iRODS calls good count. Objects are
fetched several at once; what an interrupted transfer left is gone on with. Who we are comes from
the recipe or the rule for the server; a user of another zone is written ``me#zone``.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import quote, unquote, urlsplit

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, ignore
from holdfast.errors import FetchFailed, ListingFailed, RemoteError, UsageError
from holdfast.remotes import faults
from holdfast.remotes.access import parted, server_of
from holdfast.remotes.copying import Source, copy_all
from holdfast.remotes.faults import Absent, Fault, Forbidden, Lasting, Passing
from holdfast.remotes.interface import (
    Arrived,
    Listing,
    Remote,
    RemoteFile,
    TransferPolicy,
    Wanted,
    unheard,
)
from holdfast.remotes.options import NO_OPTIONS, RemoteOptions
from holdfast.remotes.reach import refusal
from holdfast.remotes.rows import plain_segment
from holdfast.remotes.versions import Version

DEPTH = 20
GOOD = "1"  #: the state of a replica that is whole and not stale
TOLD = 300  #: characters of the client's words that are quoted


class IrodsRemote(Remote):
    """A collection of iRODS."""

    def __init__(
        self, url: str, policy: TransferPolicy, _options: RemoteOptions = NO_OPTIONS
    ) -> None:
        place, self._given = parted(url)
        self.root = place if place.endswith("/") else f"{place}/"
        self._top = unquote(urlsplit(self.root).path).rstrip("/")
        if not self._top:
            raise UsageError(f"{self.root} names no zone; write irods://host/zone/collection/")
        self.policy = policy
        self._made: Any = None

    @property
    def _session(self) -> Any:
        if self._made is None:
            self._made = self._connect()
        return self._made

    def _connect(self) -> Any:
        server = server_of(self.root)
        host, _, port = server.rpartition(":")
        refused = self.policy.access.reach.first_refused(host)
        if refused:
            raise UsageError(f"{self.root}: " + "; ".join(refusal(host, refused)))
        who = self.policy.access.credentials(server, self._given)
        if not who.user:
            raise UsageError(
                f"{self.root}: iRODS needs a user; write one into the settings, [servers.{host!r}]"
            )
        user, _, zone = who.user.partition("#")
        return connect(
            host=host,
            port=int(port),
            user=user,
            password=who.password,
            zone=zone or self._top.split("/")[1],
            connection_timeout=max(1, round(self.policy.timeout)),
        )

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        files: list[RemoteFile] = []
        level = [""]
        self._see_that_it_is_there()
        for _ in range(DEPTH):
            below: list[str] = []
            for folder in level:
                files += [file for file in self._files(folder) if wanted.file(file.name)]
                below += [name for name in self._folders(folder) if wanted.folder(name)]
            level = below
        return Listing(self.root, tuple(sorted(files, key=lambda file: file.name)))

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`."""
        self._see_that_it_is_there()
        return tuple(sorted(self._folders("")))

    def _see_that_it_is_there(self) -> None:
        with _told(self.root, ListingFailed):
            there = self._session.collections.exists(self._top)
        if not there:
            raise ListingFailed(f"{self.root}: there is no such collection; check the URL")

    def _folders(self, folder: str) -> Sequence[str]:
        """The names, below the root, of the collections directly in `folder`."""
        models = _client("irods.models")
        with _told(self.root + quote(folder), ListingFailed):
            asked = self._session.query(models.Collection.name)
            rows = list(asked.filter(models.Collection.parent_name == self._path(folder)))
        names = [str(row[models.Collection.name]).rpartition("/")[2] for row in rows]
        return [f"{folder}/{name}" if folder else name for name in names if plain_segment(name)]

    def _files(self, folder: str) -> Iterator[RemoteFile]:
        """The data objects directly in `folder`, each once."""
        models = _client("irods.models")
        of = models.DataObject
        with _told(self.root + quote(folder), ListingFailed):
            asked = self._session.query(
                of.name, of.size, of.modify_time, of.checksum, of.replica_number, of.replica_status
            )
            rows = list(asked.filter(models.Collection.name == self._path(folder)))
        seen: set[str] = set()
        for row in rows:
            name = str(row[of.name])
            if str(row[of.replica_status]) != GOOD or name in seen or not plain_segment(name):
                continue
            seen.add(name)
            below = f"{folder}/{name}" if folder else name
            yield RemoteFile(
                below,
                self.root + quote(below),
                int(row[of.size]),
                _time(row[of.modify_time]),
                digest=digest_of(row[of.checksum]),
            )

    def _path(self, name: str) -> str:
        return f"{self._top}/{name}" if name else self._top

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`."""
        path, url = self._path(str(safe_name(name))), self.root + quote(name)
        with _told(url, FetchFailed), closing(self._session.data_objects.open(path, "r")) as file:
            content = bytes(file.read(limit + 1))
        if len(content) > limit:
            raise FetchFailed(f"{url}: has more than the {limit} bytes allowed here")
        return content

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """See :meth:`Remote.fetch`."""
        source = _Objects(self._session if files else None, self.root, self._top)
        return copy_all(source, files, folder, listener, arrived, self.policy.parallel)


class _Objects(Source):
    """The data objects below a collection."""

    def __init__(self, session: Any, root: str, top: str) -> None:
        self._session, self._root, self._top = session, root, top

    def version(self, file: RemoteFile) -> Version:
        with _faults():
            found = self._session.data_objects.get(self._path(file))
        return Version(int(found.size), _time(found.modify_time))

    def open(
        self, file: RemoteFile, version: Version, offset: int
    ) -> AbstractContextManager[BinaryIO]:
        return _opened(self._session, self._path(file), offset)

    def _path(self, file: RemoteFile) -> str:
        return f"{self._top}/{unquote(file.url.removeprefix(self._root))}"


@contextmanager
def _opened(session: Any, path: str, offset: int) -> Iterator[BinaryIO]:
    with _faults(), closing(session.data_objects.open(path, "r")) as content:
        content.seek(offset)
        yield cast("BinaryIO", content)


def connect(**options: Any) -> Any:
    """A session of the client. It connects when it is first asked something.

    Raises
    ------
    UsageError
        The client is not installed.
    """
    return _client("irods.session").iRODSSession(**options)


def _client(module: str) -> Any:
    """A module of the client, which is an optional part."""
    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError("iRODS needs an optional part: pip install 'holdfast[irods]'") from error


_ABSENT = ("DoesNotExist", "CAT_NO_ROWS_FOUND", "CAT_UNKNOWN_COLLECTION", "CAT_UNKNOWN_FILE")
_FORBIDDEN = ("CAT_INVALID_AUTHENTICATION", "CAT_INVALID_USER", "CAT_NO_ACCESS_PERMISSION", "PAM")


def digest_of(checksum: object) -> str | None:
    """A checksum of iRODS as a promise; None where there is none that we can keep.

    >>> digest_of("sha2:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")[:15]
    'sha256:e3b0c442'
    >>> digest_of("d41d8cd98f00b204e9800998ecf8427e"), digest_of("adler32:00000001")
    ('md5:d41d8cd98f00b204e9800998ecf8427e', None)
    """
    text = str(checksum or "")
    kind, colon, value = text.partition(":")
    if not colon:
        is_md5 = len(text) == 32 and set(text.lower()) <= set("0123456789abcdef")
        return f"md5:{text.lower()}" if is_md5 else None
    lengths = {"sha2": ("sha256", 32), "sha512": ("sha512", 64), "sha1": ("sha1", 20)}
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    name, length = lengths.get(kind, ("", 0))
    return f"{name}:{content.hex()}" if name and len(content) == length else None


def _time(said: datetime) -> datetime:
    """The client's time in UTC; older clients leave the zone away."""
    known = said if said.tzinfo else said.replace(tzinfo=UTC)
    return known.astimezone(UTC).replace(microsecond=0)


@contextmanager
def _faults() -> Iterator[None]:
    """Turn the client's errors into faults."""
    client = _client("irods.exception")
    try:
        yield
    except client.NetworkException as error:
        raise Passing(_words(error), "check that it can be reached, and try again later") from error
    except (client.PycommandsException, client.iRODSException) as error:
        names = [kind.__name__ for kind in type(error).__mro__]
        if any(known in name for name in names for known in _ABSENT):
            raise Absent("there is no such object", "list the remote again") from error
        if any(known in name for name in names for known in _FORBIDDEN):
            raise Forbidden(_words(error), "check user, password and zone") from error
        raise Lasting(_words(error), "look at the server's log") from error


@contextmanager
def _told(url: str, kind: type[RemoteError]) -> Iterator[None]:
    """Turn the client's errors into ours."""
    try:
        with _faults():
            yield
    except Fault as fault:
        raise kind(faults.sentence(url, fault, 1)) from fault


def _words(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()[:TOLD]
