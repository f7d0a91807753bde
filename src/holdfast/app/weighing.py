"""
Weighing: how much of the disk each part of a home takes.

That means to look at every file, which takes minutes where there are millions. So it is done in the
background, now and then, by one process at a time, and what was found is kept in a small file of
the home; whoever asks is told that at once, however old it is.
"""

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from holdfast.app.container import Container
from holdfast.base.files import write_atomic
from holdfast.settings import Settings

FILE = "weights.json"
FRESH = 600.0  #: seconds for which a weight is good
PARTS = ("banks", "store", "plots")
BLOCK = 512  #: bytes; what `st_blocks` counts

_busy: set[Path] = set()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes on disk of each part of a home, files that are there twice counted once."""

    banks: int
    store: int
    plots: int
    rest: int
    weighed: datetime

    @property
    def total(self) -> int:
        """All of the home."""
        return self.banks + self.store + self.plots + self.rest


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that the home is on, in bytes; `weights` are None until it was weighed once."""

    total: int
    free: int
    weights: Weights | None


def disk(container: Container) -> Disk:
    """How full the disk is, and with what, as it was weighed last; never waits."""
    home = container.settings.home
    known = _known(home)
    if known is None or (datetime.now(UTC) - known.weighed).total_seconds() > FRESH:
        _begin(container.settings)
    usage = shutil.disk_usage(home)
    return Disk(usage.total, usage.free, known)


def weigh(settings: Settings) -> Weights:
    """Look at every file of a home, and keep what was found."""
    seen: set[tuple[int, int]] = set()
    folders = {"banks": settings.banks, "store": settings.store, "plots": settings.plots}
    parts = {name: _weight(folder, seen, frozenset()) for name, folder in folders.items()}
    rest = _weight(settings.home, seen, frozenset(folders.values()))
    weights = Weights(**parts, rest=rest, weighed=datetime.now(UTC))
    document = {**asdict(weights), "weighed": weights.weighed.isoformat()}
    write_atomic(settings.home / FILE, json.dumps(document).encode())
    return weights


def _known(home: Path) -> Weights | None:
    try:
        document = json.loads((home / FILE).read_bytes())
        weighed = datetime.fromisoformat(document.pop("weighed")).astimezone(UTC)
        return Weights(**document, weighed=weighed)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _begin(settings: Settings) -> None:
    """Weigh in the background, unless that is being done."""
    home = settings.home
    with _lock:
        if home in _busy:
            return
        _busy.add(home)
    threading.Thread(target=_weigh_alone, args=(settings,), name="weighing", daemon=True).start()


def _weigh_alone(settings: Settings) -> None:
    try:
        with suppress(OSError):
            if _is_ours(settings.home / f".{FILE}.turn"):
                weigh(settings)
    finally:
        with _lock:
            _busy.discard(settings.home)


def _is_ours(turn: Path) -> bool:
    """Whether no other process began to weigh just now; whoever asks is taken to begin."""
    with suppress(FileNotFoundError):
        if time.time() - turn.stat().st_mtime < FRESH / 2:
            return False
    turn.touch()
    return True


def _weight(folder: Path, seen: set[tuple[int, int]], without: frozenset[Path]) -> int:
    """Bytes on disk of all below `folder` that was not `seen` yet."""
    return sum(
        found.st_blocks * BLOCK
        for found in _stats(folder, without)
        if found.st_nlink == 1 or _is_new((found.st_dev, found.st_ino), seen)
    )


def _stats(folder: Path, without: frozenset[Path]) -> Iterator[os.stat_result]:
    left = [folder]
    while left:
        try:
            entries = list(os.scandir(left.pop()))
        except OSError:
            continue  # it was removed just now, or is not ours to read
        for entry in entries:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    if Path(entry.path) not in without:
                        left.append(Path(entry.path))
                else:
                    yield entry.stat(follow_symlinks=False)


def _is_new(file: tuple[int, int], seen: set[tuple[int, int]]) -> bool:
    is_new = file not in seen
    seen.add(file)
    return is_new
