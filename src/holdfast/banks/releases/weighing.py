"""
Weighing: how much of the disk goes when folders do.

Releases share what did not change by hard links, so the bytes of a file come free only when its
last name goes. A file counts once, by its length, however many names it has among the folders.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Weight:
    """What some folders hold together."""

    files: int  #: names of files
    size: int  #: bytes, each name by itself
    freed: int  #: bytes that are free when all the folders are gone


def weigh(folders: Iterable[Path]) -> Weight:
    """What `folders` hold. What is not there, or goes meanwhile, weighs nothing."""
    files = size = freed = 0
    shared: dict[tuple[int, int], int] = {}  # names not seen yet, of files with several
    for facts in _files_below(folders):
        files += 1
        size += facts.st_size
        left = facts.st_nlink - 1
        if facts.st_nlink > 1:
            key = facts.st_dev, facts.st_ino
            left = shared[key] = shared.get(key, facts.st_nlink) - 1
        if not left:
            freed += facts.st_size
    return Weight(files, size, freed)


def _files_below(folders: Iterable[Path]) -> Iterator[os.stat_result]:
    waiting = [os.fspath(folder) for folder in folders]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    facts = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(facts.st_mode):
                        waiting.append(entry.path)
                    else:
                        yield facts
        except (FileNotFoundError, NotADirectoryError):
            continue
