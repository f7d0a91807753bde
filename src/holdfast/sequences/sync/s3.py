"""
A store in a bucket of S3, or of anything that speaks its language, as a depot: ``s3://bucket/prefix``.

Endpoint, region and credentials come from the environment, as obstore documents them
(``AWS_ENDPOINT_URL``, ``AWS_REGION``, ``AWS_ACCESS_KEY_ID`` …). Objects appear whole or not at all;
LIST is replaced on the condition that it is still the one that was read (``If-Match``), so of two
who push at once one is told.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event, Lock
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotSupportedError,
    PreconditionError,
)
from obstore.store import S3Store

from holdfast.base.files import fsync_directory, safe_name
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import FetchFailed, RemoteError, StoreBusy, UsageError
from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences.sync.depot import Parcel, WritableDepot, found_at, verify
from holdfast.sequences.sync.throttle import throttled

RANGE = 8 << 20  #: bytes asked for at once; so much is lost by an interruption
PART = 8 << 20  #: bytes of a part of a large upload; S3 allows 10,000 parts
PARTS_MOST = 9000
TOLD = 300  #: characters of a server's words that are quoted


class S3Depot(WritableDepot):
    """The store below a prefix of a bucket."""

    def __init__(self, place: str, policy: TransferPolicy) -> None:
        parts = urlsplit(place)
        if not parts.hostname or not place.isprintable() or parts.query or parts.fragment:
            raise UsageError(f"{place!r} names no bucket; write s3://bucket/prefix")
        self.url = f"s3://{parts.hostname}{parts.path.rstrip('/')}/"
        self._policy = policy
        self._store = _connect(parts.hostname, parts.path.strip("/"), policy)

    def read(self, name: str, limit: int, start: int = 0) -> bytes | None:
        """See :meth:`Depot.read`."""
        content = self._read(safe_name(name).as_posix(), limit, start)
        return content[0] if content is not None else None

    def fetch(self, parcels: Sequence[Parcel], folder: Path, listener: Listener = ignore) -> None:
        """See :meth:`Depot.fetch`. What came before an interruption is gone on from."""
        heard = throttled(listener, self._policy.rate)
        counted = _Counter("fetching", sum(parcel.size for parcel in parcels), heard)
        for parent in {(folder / safe_name(parcel.name)).parent for parcel in parcels}:
            parent.mkdir(parents=True, exist_ok=True)
            fsync_directory(parent.parent)
        bring = partial(self._bring, folder=folder, counted=counted)
        _at_once(bring, parcels, counted, self._policy.parallel)

    def put(self, parcels: Sequence[Parcel], folder: Path, listener: Listener = ignore) -> int:
        """See :meth:`WritableDepot.put`."""
        heard = throttled(listener, self._policy.rate)
        counted = _Counter("sending", sum(parcel.size for parcel in parcels), heard)
        send = partial(self._send, folder=folder, counted=counted)
        return _at_once(send, parcels, counted, self._policy.parallel)

    def replace(self, name: str, content: bytes, before: bytes | None) -> None:
        """See :meth:`WritableDepot.replace`."""
        there = self._read(name, len(before or b"") + len(content), 0)
        if (there and there[0]) != before:
            raise self._changed(name)
        try:
            with _told(f"{self.url}{name} could not be put there", RemoteError):
                mode = {"e_tag": there[1]} if there else "create"
                obstore.put(self._store, name, content, mode=mode)  # type: ignore[arg-type]  # the stub's union of "create" and a typed dictionary is not seen through the condition
        except RemoteError as error:
            if isinstance(error.__cause__, AlreadyExistsError | PreconditionError):
                raise self._changed(name) from error
            if isinstance(error.__cause__, NotSupportedError):
                raise RemoteError(f"{self.url}: this server knows no conditional writes") from error
            raise

    def _changed(self, name: str) -> StoreBusy:
        return StoreBusy(f"{self.url}{name} changed meanwhile: somebody pushed; try again")

    def _read(self, name: str, limit: int, start: int) -> tuple[bytes, str | None] | None:
        """The rest of a small object from `start` on, and its tag."""
        with _told(f"{self.url}{name} cannot be read", FetchFailed):
            try:
                there = obstore.head(self._store, name)
            except FileNotFoundError:
                return None
            size, tag = there["size"], there["e_tag"]
            if size - start > limit:
                raise FetchFailed(f"{self.url}{name}: has more than the {limit} bytes allowed here")
            if size <= start:
                return b"", tag
            content = bytes(obstore.get_range(self._store, name, start=start, end=size))
        return content[:limit], tag

    def _bring(self, parcel: Parcel, folder: Path, counted: "_Counter") -> None:
        """Bring one object, range by range, from where an earlier attempt stopped."""
        path = folder / safe_name(parcel.name)
        if found_at(path) == (parcel.size, parcel.sha256):
            return counted.add(parcel.size)
        part = path.with_name(f"{path.name}.part")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(part, flags, 0o644), "wb") as file:
            if file.tell() > parcel.size:
                file.truncate(0)
            done = file.seek(0, os.SEEK_END)
            counted.add(done)
            while done < parcel.size:
                chunk = self._range(parcel, done)
                file.write(chunk)
                done += len(chunk)
                counted.add(len(chunk))
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        fsync_directory(path.parent)
        verify([parcel], folder)
        return None

    def _range(self, parcel: Parcel, start: int) -> bytes:
        end = min(start + RANGE, parcel.size)
        with _told(f"{self.url}{parcel.name} cannot be read", FetchFailed):
            try:
                chunk = bytes(obstore.get_range(self._store, parcel.name, start=start, end=end))
            except FileNotFoundError as error:
                raise FetchFailed(f"{self.url}{parcel.name}: is not there") from error
        if len(chunk) != end - start:
            raise FetchFailed(
                f"{self.url}{parcel.name}: {len(chunk)} bytes came where {end - start} were asked "
                "for; try again later"
            )
        return chunk

    def _send(self, parcel: Parcel, folder: Path, counted: "_Counter") -> int:
        """Send one object unless it is there; the bytes sent."""
        with _told(f"{self.url}{parcel.name} could not be put there", RemoteError):
            there = False
            with suppress(FileNotFoundError):
                there = obstore.head(self._store, parcel.name)["size"] == parcel.size
            if not there:
                path = folder / parcel.name
                chunk = max(PART, parcel.size // PARTS_MOST + 1)
                obstore.put(self._store, parcel.name, path, chunk_size=chunk)
        counted.add(parcel.size)
        return 0 if there else parcel.size


class _Counter:
    """Counts bytes for many threads, and stops them all when one has failed."""

    def __init__(self, what: str, total: int, listener: Listener) -> None:
        self._what, self._total, self._listener = what, total, listener
        self._done = 0
        self._lock = Lock()
        self.stopped = Event()

    def add(self, count: int) -> None:
        """So many bytes more have moved."""
        with self._lock:
            if self.stopped.is_set():
                raise FetchFailed("another file could not be moved")
            self._done += count
            self._listener(Progress(self._what, self._done, self._total, "bytes"))


def _at_once(
    work: Callable[[Parcel], int | None], parcels: Sequence[Parcel], counted: _Counter, most: int
) -> int:
    """Do `work` for all parcels, `most` at a time; the sum of what it gives.

    The first error stops the others at their next bytes, and is raised.
    """
    with ThreadPoolExecutor(most, thread_name_prefix="s3") as pool:
        doing = [pool.submit(work, parcel) for parcel in parcels]
        try:
            return sum(each.result() or 0 for each in doing)
        except BaseException:
            counted.stopped.set()
            pool.shutdown(cancel_futures=True)
            raise


def _connect(bucket: str, prefix: str, policy: TransferPolicy) -> S3Store:
    try:
        return S3Store(
            bucket,
            prefix=prefix or None,
            client_options={
                "allow_http": True,  # where the person names an endpoint without TLS
                "connect_timeout": timedelta(seconds=policy.connect_timeout),
                "timeout": timedelta(seconds=policy.timeout),
            },
            retry_config={
                "max_retries": policy.retries,
                "backoff": {"init_backoff": timedelta(seconds=policy.backoff)},
            },
        )
    except (BaseError, ValueError) as error:
        raise UsageError(f"s3://{bucket}: {_first_line(error)}; see the AWS_* variables") from error


@contextmanager
def _told(problem: str, kind: type[RemoteError]) -> Iterator[None]:
    """Turn obstore's errors into ours."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise kind(f"{problem}: {_first_line(error)}; check the place, try again later") from error


def _first_line(error: BaseException) -> str:
    """What a person can use of obstore's long messages."""
    return next((line for line in str(error).splitlines() if line.strip()), "")[:TOLD]
