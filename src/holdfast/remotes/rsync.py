"""
Remotes behind rsync: ``rsync://host/module/folder/``, or ``rsync+ssh://me@host/folder/`` over SSH.

The rsync program is given lists of words, and names through its standard input; no shell sees them
here. Folders are asked for level by level, so that none is entered in which nothing is wanted. What
is fetched comes into a folder beside, where an interrupted run goes on from what is there; then it
is compared with the listing, digested and put down like all files. A daemon's password goes through
a file that only we can read, never through words or the environment.
"""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from holdfast.base.files import safe_name
from holdfast.base.progress import Listener, ignore
from holdfast.errors import FetchFailed, FileChanged, ListingFailed
from holdfast.remotes.interface import (
    Arrived,
    Listing,
    Remote,
    RemoteFile,
    TransferPolicy,
    Wanted,
    unheard,
)
from holdfast.remotes.landing import Landing, free_suffix
from holdfast.remotes.options import NO_OPTIONS, RemoteOptions
from holdfast.remotes.parts import BLOCK, Hasher
from holdfast.remotes.rows import Kind
from holdfast.remotes.rsyncing import Errand, Rsync, size_of
from holdfast.remotes.rsynclines import ListedLine, read_rsync
from holdfast.remotes.transfer import Logbook
from holdfast.remotes.versions import Version, listed_version

DEPTH = 20


class RsyncRemote(Remote):
    """A folder that rsync reaches."""

    def __init__(
        self, url: str, policy: TransferPolicy, _options: RemoteOptions = NO_OPTIONS
    ) -> None:
        self.policy = policy
        self._rsync = Rsync(url, policy)
        self.root = self._rsync.root

    def list(self, wanted: Wanted) -> Listing:
        """See :meth:`Remote.list`."""
        files: dict[str, RemoteFile] = {}
        level: Sequence[_Folder] = (_Folder("", linked=False),)
        with self._rsync.one_login():
            for _ in range(DEPTH):
                level = self._level(level, wanted, files) if level else ()
        return Listing(self.root, tuple(files[name] for name in sorted(files)))

    def folders(self) -> tuple[str, ...]:
        """See :meth:`Remote.folders`."""
        with self._rsync.one_login():
            lines = self._lines(["./"], follow=False)
            linked = [line.name for line in lines if line.kind is Kind.LINK]
            lines += self._lines(linked, follow=True) if linked else ()
        names = {line.name for line in lines if line.kind is Kind.FOLDER and line.name != "."}
        return tuple(sorted(names))

    def read(self, name: str, limit: int) -> bytes:
        """See :meth:`Remote.read`."""
        safe_name(name)
        url = self.root + quote(name)
        with tempfile.TemporaryDirectory(prefix="holdfast-rsync-") as folder:
            path = Path(folder, name)
            words = (f"--max-size={limit}", "--copy-links", "--relative")
            self._rsync.run(Errand(words, (name,), folder, {path: limit}), url, FetchFailed)
            if not path.exists():
                raise FetchFailed(f"{url}: has more than the {limit} bytes allowed here")
            return path.read_bytes()

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        """See :meth:`Remote.fetch`."""
        log = Logbook(files, listener, arrived)
        # Beside the files, for they are moved to their places; and called as no file is.
        beside = folder / f".rsync{free_suffix(['.rsync', *(file.name for file in files)])}"
        with Landing(folder, files, log.arrived) as land:
            missing = []
            for file in files:
                if land.there(file):
                    land.greet(file)
                else:
                    missing.append(file)
            if missing:
                self._bring(missing, beside, land, log)
        shutil.rmtree(beside, ignore_errors=True)  # what was put down is there no longer
        return log.complete()

    def _bring(
        self, files: Sequence[RemoteFile], beside: Path, land: Landing, log: Logbook
    ) -> None:
        beside.mkdir(exist_ok=True)
        names = {unquote(file.url.removeprefix(self.root)): file for file in files}
        paths = {beside / safe_name(name): file for name, file in names.items()}

        def look() -> None:
            for path, file in paths.items():
                log.received(file.name, size_of(path))
            log.tell()

        limits = {
            path: self.policy.unannounced_limit if file.size is None else file.size
            for path, file in paths.items()
        }
        # In place, so that what came before a kill is at its name, and the next one's basis.
        words = ("--inplace", "--partial", "--times", "--copy-links", "--relative")
        with self._alone_in(beside) as held:
            errand = Errand(words, tuple(names), str(beside), limits, look, (held,))
            self._rsync.run(errand, self.root, FetchFailed)
        for path, file in paths.items():
            _land(path, file, land)

    @contextmanager
    def _alone_in(self, folder: Path) -> Iterator[int]:
        """See that nobody else is bringing files to `folder`, and nobody will.

        rsync outlives us when we are killed. It holds the lock too, and so is waited for.
        """
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        until = time.monotonic() + self.policy.timeout
        try:
            while not _taken(descriptor):
                if time.monotonic() > until:
                    raise FetchFailed(f"{folder}: an earlier rsync is still at work; try later")
                time.sleep(0.05)
            yield descriptor
        finally:
            os.close(descriptor)

    def _level(
        self, level: "Sequence[_Folder]", wanted: Wanted, files: dict[str, RemoteFile]
    ) -> "Sequence[_Folder]":
        """Note the wanted files in the folders of `level`; the folders to enter next."""
        linked = {folder.name for folder in level if folder.linked}
        asked = [f"{folder.name}/" if folder.name else "./" for folder in level]
        known = {folder.name for folder in level}
        # rsync lists what lies above a folder too: only what is directly in one counts.
        listed = self._lines(asked, follow=False)
        lines = [line for line in listed if line.name.rpartition("/")[0] in known]
        lines = [line for line in lines if line.name not in known]
        links = {line.name for line in lines if line.kind is Kind.LINK}
        lines += self._lines(sorted(links), follow=True) if links else ()
        below = []
        for line in lines:
            inside = line.name.rpartition("/")[0] in linked
            through = line.name in links
            if line.kind is Kind.FILE and wanted.file(line.name):
                files[line.name] = self._file(line)
            elif line.kind is Kind.FOLDER and not (inside and through) and wanted.folder(line.name):
                below.append(_Folder(line.name, inside or through))
        return below

    def _file(self, line: ListedLine) -> RemoteFile:
        return RemoteFile(line.name, self.root + quote(line.name), line.size, line.modified)

    def _lines(self, names: Sequence[str], *, follow: bool) -> tuple[ListedLine, ...]:
        """What rsync lists for `names`; a folder's name ends in a slash to see into it."""
        words = ("--list-only", "--dirs", "--relative", "--copy-links" if follow else "--links")
        errand = Errand(words, tuple(names), lenient=follow)
        lines = read_rsync(self._rsync.run(errand, self.root, ListingFailed))
        if not follow:
            return tuple(lines)
        asked = set(names)  # what lies above the names asked for is listed with them
        return tuple(line for line in lines if line.name in asked)


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to ask for."""

    name: str
    linked: bool  #: it is a link, or below one


def _taken(descriptor: int) -> bool:
    """Take the lock on `descriptor`, unless somebody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class _Brought:
    """A file that rsync has brought: see :class:`~holdfast.remotes.parts.Received`."""

    flushed = False

    def __init__(self, path: Path, file: RemoteFile, size: int) -> None:
        self.temporary, self.size = path, size
        self._file = file

    def finish(self) -> str:
        """Digest it; see :class:`~holdfast.remotes.parts.Received`."""
        self.temporary.chmod(0o644)
        hasher = Hasher(self._file.digest)
        with self.temporary.open("rb") as content:
            while block := content.read(BLOCK):
                hasher.update(block)
        hasher.check(self._file.name)
        return hasher.sha256


def _land(path: Path, file: RemoteFile, land: Landing) -> None:
    """Put down what rsync brought to `path`, if it is the version that was listed."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise FetchFailed(f"{file.url}: is no file any more; list the remote again")
    modified = datetime.fromtimestamp(int(found.st_mtime), UTC)
    version = Version(found.st_size, modified)
    difference = listed_version(file).contradicts(version)
    if difference:
        path.unlink()
        raise FileChanged(f"{file.url}: the file changed: {difference}; list the remote again")
    land.temporary(file.name)  # makes its folder
    land.put(file, _Brought(path, file, found.st_size), modified, file.etag)
