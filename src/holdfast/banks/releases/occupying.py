"""
Occupying: what folders take of the disk, hard links counted once.

Releases share what did not change. So each file counts where it is met first: told the oldest
release first, each release says what it added. Sizes are bytes; what is on disk is what the file
system gave the files, which for many small ones is more than their lengths.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = 512  #: bytes of what the system counts as a block, whatever the file system's are


@dataclass(frozen=True, slots=True)
class Occupied:
    """What one folder takes."""

    files: int  #: names of files
    size: int  #: the lengths of all files
    added: int  #: the lengths of those that no folder before has
    on_disk: int  #: what the file system gave those


def occupied(folders: Iterable[Path]) -> Iterator[Occupied]:
    """What each of `folders` takes beside those before it. What goes meanwhile takes nothing."""
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        files = size = added = on_disk = 0
        for facts in _files_below(folder):
            files += 1
            size += facts.st_size
            if facts.st_nlink > 1:
                key = facts.st_dev, facts.st_ino
                if key in seen:
                    continue
                seen.add(key)
            added += facts.st_size
            on_disk += facts.st_blocks * BLOCK
        yield Occupied(files, size, added, on_disk)


def _files_below(folder: Path) -> Iterator[os.stat_result]:
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    facts = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(facts.st_mode):
                        waiting.append(entry.path)
                    elif stat.S_ISREG(facts.st_mode):
                        yield facts
        except (FileNotFoundError, NotADirectoryError):
            continue
