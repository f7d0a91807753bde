"""
What sequences are read from: a file of this machine, standard input, or a URL.

What a URL names is brought into the folder ``incoming`` of the home first, through the remotes, so
that retries, resuming and the checks of a transfer are theirs: an interrupted fetch goes on from
where it was when the same URL is asked for again. It is removed once it has been read, and what
nobody went on with for a day when the store is tidied.
"""

import io
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from holdfast.app.container import Container
from holdfast.app.plots.uploads import is_upload, whole_upload
from holdfast.base.files import safe_name
from holdfast.base.locks import Held, exclusive
from holdfast.base.progress import Listener
from holdfast.errors import StoreBusy, UnsafeName, UsageError

STANDARD_INPUT = "-"
INCOMING = "incoming"
LOCK = ".lock"
WAITED_FOR = 24 * 3600.0  #: seconds for which the beginning of a fetch is kept, to be gone on from
_FETCH = re.compile("[0-9a-f]{24}")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class Input:
    """Something to read: what errors call it is the stream's ``name``, or the path."""

    file: Path | BinaryIO
    url: str | None = None  #: where it was fetched from, without user name and password
    name: str = ""  #: what the file that was fetched from there is called


def is_url(given: str) -> bool:
    """Whether `given` is a URL and no path.

    >>> is_url("https://example.org/a.fa.gz"), is_url("a.fa"), is_url("-")
    (True, False, False)
    """
    return _URL.match(given) is not None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was brought here."""

    path: Path
    url: str  #: where from, without user name and password
    name: str  #: what it is called there


@contextmanager
def opened(container: Container, given: str, listener: Listener) -> Iterator[Input]:
    """What `given` names, to be read within the block: a path, ``-``, a URL or an upload.

    Raises
    ------
    UsageError
        Standard input is closed, or nobody knows this kind of URL.
    FetchFailed
        The file could not be brought here; what came of it is kept for the next time.
    StoreBusy
        Another process is fetching it.
    """
    if is_upload(given):
        sent = whole_upload(container, given)
        with _Named(sent.file, sent.name) as raw, io.BufferedReader(raw, 1 << 20) as stream:
            yield Input(stream, None, sent.name)
        return
    if not is_url(given):
        yield Input(source(given))
        return
    from holdfast.remotes.interface import scheme
    from holdfast.remotes.local import path_of

    if scheme(given) == "file":
        path = path_of(given)
        yield Input(path, given, path.name)
        return
    with _fetched(container, given, listener) as fetched:
        yield fetched


def source(file: str) -> Path | BinaryIO:
    """The file of this name, or standard input.

    Raises
    ------
    UsageError
        Standard input is closed.
    """
    if file != STANDARD_INPUT:
        return Path(file)
    if sys.stdin is None:
        raise UsageError("standard input is closed; pipe sequences into it, or name a file")
    return sys.stdin.buffer


@contextmanager
def _fetched(container: Container, given: str, listener: Listener) -> Iterator[Input]:
    with (
        fetched(container, given, listener) as file,
        _Named(file.path, file.url) as raw,
        io.BufferedReader(raw, 1 << 20) as stream,
    ):
        yield Input(stream, file.url, file.name)


@contextmanager
def fetched(
    container: Container, given: str, listener: Listener, wait: float = 0.0
) -> Iterator[Fetched]:
    """The file at the URL `given`, brought here; it is removed when the block ends, however.

    An interrupted fetch goes on from where it was. `wait` is how long another process that fetches
    the same is waited for, in seconds.

    Raises
    ------
    UsageError
        Nobody knows this kind of URL.
    FetchFailed
        The file could not be brought here; what came of it is kept for the next time.
    StoreBusy
        Another process is fetching it.
    """
    from holdfast.remotes.curl import parted
    from holdfast.remotes.interface import RemoteFile, open_remote

    url, _ = parted(given)
    name = _name(url)
    folder = container.settings.home / INCOMING / sha256(url.encode()).hexdigest()[:24]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder, url, wait):
        folder.mkdir(parents=True, exist_ok=True)
        remote = open_remote(_folder_of(given), container.policy)
        wanted = RemoteFile(name, url.partition("#")[0], None, None)
        (arrived,) = remote.fetch([wanted], folder, listener)
        try:
            yield Fetched(arrived.path, url, name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(folder: Path, url: str, wait: float = 0.0) -> Iterator[None]:
    """Be the one who fetches into `folder`, or clears it away."""
    lock = folder.with_suffix(LOCK)
    try:
        with exclusive(lock, wait):
            try:
                yield
            finally:
                if not folder.exists():
                    lock.unlink(missing_ok=True)
    except Held as held:
        raise StoreBusy(f"{url} is being fetched by {held.holder}; try again later") from held


@dataclass(frozen=True, slots=True)
class Abandoned:
    """What is left of a fetch that nobody went on with."""

    folder: Path
    size: int  #: bytes


def abandoned(home: Path, now: float) -> list[Abandoned]:
    """The beginnings of fetches that were not touched for a day as of `now`, a time in seconds."""
    found = []
    names = {path.stem for path in (home / INCOMING).glob("*") if _FETCH.fullmatch(path.stem)}
    for folder in sorted(home / INCOMING / name for name in names):
        with suppress(FileNotFoundError):  # its fetch ends just now
            whole = (folder, folder.with_suffix(LOCK))
            paths = [*folder.rglob("*"), *(path for path in whole if path.exists())]
            states = [path.lstat() for path in paths]
            if now - max((state.st_mtime for state in states), default=now) >= WAITED_FOR:
                found.append(Abandoned(folder, sum(state.st_size for state in states)))
    return found


def clear_abandoned(home: Path, now: float) -> list[Abandoned]:
    """Remove the beginnings of fetches that nobody went on with; which they were."""
    removed = []
    for left in abandoned(home, now):
        with suppress(StoreBusy), _alone(left.folder, left.folder.name):
            shutil.rmtree(left.folder, ignore_errors=True)
            removed.append(left)
    return removed


class _Named(io.FileIO):
    """A file that is called by the URL it came from, or as its sender calls it."""

    def __init__(self, path: Path, url: str) -> None:
        super().__init__(path, "rb")
        self.name = url


def _name(url: str) -> str:
    """What the file at `url` is called here."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    try:
        safe = safe_name(name or "download")
    except UnsafeName:
        return "download"
    return str(safe) if len(safe.parts) == 1 and len(str(safe).encode()) < 200 else "download"


def _folder_of(url: str) -> str:
    """The URL of the folder that the file at `url` is in."""
    return url.partition("#")[0].partition("?")[0].rpartition("/")[0] + "/"
