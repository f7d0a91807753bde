"""
A store behind rsync, as a depot: ``rsync://host/module/store`` or ``host:path`` over ssh.

The rsync program is given lists of words and reads the names of files from its standard input; no
shell sees them here. Packs come into a folder nobody reads, are watched while they grow, and are
verified before anybody may name them. What rsync says is quoted when it fails.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from holdfast.base.files import fsync_directory, safe_name
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import FetchFailed, RemoteError, StoreBusy, UsageError
from holdfast.remotes.curl import parted
from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences.sync.depot import Parcel, WritableDepot, verify

LOOK_SECONDS = 0.1
_FILE_LINE = re.compile(r".f\S* (\d+) (\d+)", re.ASCII)  #: of a file: sent, size
OUTPUT_LIMIT = 1 << 26  #: bytes that rsync may say; an honest one says a line a file
ABSENT = "No such file or directory"
SLACK = 1 << 20  #: bytes a growing file may be ahead of its size before it is stopped


class RsyncDepot(WritableDepot):
    """The store in a folder that rsync reaches."""

    def __init__(self, place: str, policy: TransferPolicy) -> None:
        program = shutil.which("rsync")
        if program is None:
            raise UsageError(f"{place} needs the program rsync, which is not installed")
        if place.startswith("-") or not place.isprintable():
            raise UsageError(f"{place!r} is no place that rsync knows")
        self.url = parted(place)[0] if "://" in place else place
        self._base = place if place.endswith("/") else f"{place}/"
        self._root, self._below = _module(self._base)
        self._words = [
            program,
            "--no-motd",
            f"--timeout={max(1, round(policy.timeout))}",
            *([f"--bwlimit={max(1, policy.rate // 1024)}"] if policy.rate else []),
        ]

    def read(self, name: str, limit: int, start: int = 0) -> bytes | None:
        """See :meth:`Depot.read`. The whole file comes, as rsync knows no ranges."""
        most = start + limit
        with tempfile.TemporaryDirectory(prefix="holdfast-rsync-") as folder:
            path = Path(folder, "content")
            words = [f"--max-size={most}", "--", f"{self._base}{safe_name(name)}", str(path)]
            run = _Run([*self._words, *words])
            run.wait(lambda: _refuse_overgrown({path: most}))
            if run.code and ABSENT in run.said:
                return None
            if run.code:
                raise FetchFailed(run.sentence(f"{self.url}: {name} cannot be read"))
            if not path.exists():
                raise FetchFailed(f"{self.url}: {name} has more than the {limit} bytes allowed")
            return path.read_bytes()[start:]

    def fetch(self, parcels: Sequence[Parcel], folder: Path, listener: Listener = ignore) -> None:
        """See :meth:`Depot.fetch`. A part that is there already is gone on from."""
        if not parcels:
            return
        sizes = {folder / parcel.name: parcel.size for parcel in parcels}
        total = sum(sizes.values())

        def look() -> None:
            _refuse_overgrown(sizes)
            listener(Progress("fetching", sum(map(_size, sizes)), total, "bytes"))

        folder.mkdir(parents=True, exist_ok=True)
        # In place, so that what came before a kill is at its name and is the next one's basis.
        words = [*self._words, "--inplace", "--partial", "--files-from=-", "--", self._root]
        names = "".join(f"{self._below}{parcel.name}\n" for parcel in parcels)
        run = _Run([*words, str(folder)], names)
        run.wait(look)
        if run.code:
            raise FetchFailed(run.sentence(f"{self.url}: not all files came"))
        verify(parcels, folder)
        _flush(sizes)

    def put(self, parcels: Sequence[Parcel], folder: Path, listener: Listener = ignore) -> int:
        """See :meth:`WritableDepot.put`."""
        if not parcels:
            return 0
        words = [
            *self._words, "--size-only", "--partial-dir=.rsync-partial", "--fsync",
            "--out-format=%i %b %l", "--files-from=-", "--", f"{folder}/", self._base,
        ]  # fmt: skip
        total = sum(parcel.size for parcel in parcels)
        run = _Run(words, "".join(f"{parcel.name}\n" for parcel in parcels))
        run.wait(lambda: listener(Progress("sending", run.counted()[1], total, "bytes")))
        if run.code:
            raise RemoteError(run.sentence(f"{self.url}: not all files could be put there"))
        return run.counted()[0]

    def replace(self, name: str, content: bytes, before: bytes | None) -> None:
        """See :meth:`WritableDepot.replace`. Between the look and the act a moment remains."""
        if self.read(name, len(before or b"") + len(content)) != before:
            raise StoreBusy(
                f"{self.url}: {name} changed meanwhile: somebody else writes there; try again"
            )
        with tempfile.TemporaryDirectory(prefix="holdfast-rsync-") as folder:
            path = Path(folder, safe_name(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o644)
            words = [*self._words, "--ignore-times", "--fsync", "--chmod=F644", "--files-from=-"]
            run = _Run([*words, "--", f"{folder}/", self._base], f"{name}\n")
            run.wait()
        if run.code:
            raise RemoteError(run.sentence(f"{self.url}: {name} could not be put there"))


class _Run:
    """One run of rsync: its words in a list, what it says in files."""

    def __init__(self, words: Sequence[str], names: str = "") -> None:
        self._words, self._names = words, names
        self.code, self.said = 0, ""
        self._told = ""

    def wait(self, look: Callable[[], None] = lambda: None) -> None:
        """Run it to its end, and call `look` now and then; if that raises, rsync is stopped."""
        with (
            tempfile.TemporaryFile() as names,
            tempfile.TemporaryFile() as told,
            tempfile.TemporaryFile() as said,
        ):
            names.write(self._names.encode())
            names.seek(0)
            process = subprocess.Popen(
                self._words,
                stdin=names,
                stdout=told,
                stderr=said,
                env={**os.environ, "LC_ALL": "C"},
            )
            self._outputs = told.fileno(), said.fileno()
            try:
                self.code = self._watch(process, look)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
                self._told, self.said = map(_content, self._outputs)
        if self.code == 0:
            look()

    def _watch(self, process: "subprocess.Popen[bytes]", look: Callable[[], None]) -> int:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(LOOK_SECONDS)
            if sum(os.fstat(each).st_size for each in self._outputs) > OUTPUT_LIMIT:
                raise RemoteError("rsync says more than anybody can read; it was stopped")
            self._told = _content(self._outputs[0])
            look()

    def counted(self) -> tuple[int, int]:
        """The bytes sent, and the bytes of the files that are there, as rsync tells."""
        found = [_FILE_LINE.fullmatch(line) for line in self._told.splitlines()]
        numbers = [(int(match[1]), int(match[2])) for match in found if match]
        return sum(sent for sent, _ in numbers), sum(size for _, size in numbers)

    def sentence(self, problem: str) -> str:
        """`problem` with what rsync said of it."""
        words = [line for line in self.said.splitlines() if line.strip()]
        quoted = f" ({words[0][:300]})" if words else ""
        advice = "check the place, and try again: what has moved is kept"
        return f"{problem}: rsync ended with {self.code}{quoted}; {advice}"


def _module(base: str) -> tuple[str, str]:
    """The module of a daemon that `base` is below, and the rest as ``rest/./``; or just `base`.

    Some daemons (rsync 3.5.0 without chroot) do not find a list of files below a folder of their
    module, but do find it below the module. What is before ``/./`` is not made here.
    """
    found = _DAEMON.fullmatch(base)
    if found is None or not found[2]:
        return base, ""
    return found[1], f"{found[2]}./"


_DAEMON = re.compile(r"(rsync://[^/]+/[^/]+/|[^/:]+::[^/]+/)(.*)", re.IGNORECASE)


def _content(descriptor: int) -> str:
    size = min(os.fstat(descriptor).st_size, OUTPUT_LIMIT)
    return os.pread(descriptor, size, 0).decode(errors="replace")


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0


def _refuse_overgrown(sizes: dict[Path, int]) -> None:
    """Raise FetchFailed when a file has become larger than it can be: it may have no end."""
    for path, size in sizes.items():
        if _size(path) > size + SLACK:
            path.unlink(missing_ok=True)
            raise FetchFailed(f"{path.name}: has more than its {size} bytes; it was removed")


def _flush(paths: dict[Path, int]) -> None:
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    for parent in {path.parent for path in paths}:
        fsync_directory(parent)
        fsync_directory(parent.parent)
