"""
Relocating a bank: its folder is copied to another disk, whole and verified, before anything is
removed.

Links between releases stay links. Each file is copied beside its place, flushed, read again from
there, and compared with what was read here; only then it gets its name and its time, so a file that
is there with the same size and time was verified. A copy that was stopped goes on from that.
"""

import hashlib
import json
import os
import secrets
import shutil
import stat
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.base.digests import file_sha256
from holdfast.base.files import TEMPORARY, fsync_directory, remove_leftovers, write_atomic
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError

MARKER = ".moving.json"  #: in the new folder, until the old one is gone: where it came from
LEFT_OUT = frozenset({"lock", ".dropped", MARKER})  #: of the bank's folder
CHUNK = 4 * 1024**2  #: bytes read at once
THREADS = 4


@dataclass(frozen=True, slots=True)
class Cargo:
    """What is in a bank's folder. Paths are relative to it."""

    folders: tuple[Path, ...]  #: those above before those below
    links: tuple[Path, ...]  #: symbolic
    files: tuple[tuple[Path, ...], ...]  #: all names of each file
    size: int  #: bytes of the files


@dataclass(slots=True)
class _Found:
    folders: list[Path] = field(default_factory=list)
    links: list[Path] = field(default_factory=list)
    files: dict[tuple[int, int], list[Path]] = field(default_factory=lambda: defaultdict(list))
    size: int = 0


def cargo(folder: Path) -> Cargo:
    """What there is to copy in `folder`.

    Raises
    ------
    BankError
        There is something that is neither a file, a folder nor a link.
    """
    found = _Found()
    for path, facts in _below(folder, Path()):
        if stat.S_ISDIR(facts.st_mode):
            found.folders.append(path)
        elif stat.S_ISLNK(facts.st_mode):
            found.links.append(path)
        elif stat.S_ISREG(facts.st_mode):
            names = found.files[facts.st_dev, facts.st_ino]
            found.size += 0 if names else facts.st_size
            names.append(path)
        else:
            raise BankError(
                f"{folder / path} is neither a file nor a folder nor a link; remove it first"
            )
    files = tuple(tuple(names) for names in found.files.values())
    return Cargo(tuple(found.folders), tuple(found.links), files, found.size)


def came_from(folder: Path) -> Path | None:
    """Where what is in `folder` is being moved from, if it is."""
    try:
        return Path(json.loads((folder / MARKER).read_bytes())["from"])
    except (OSError, KeyError, TypeError, ValueError):
        return None


def prepare(source: Path, target: Path) -> None:
    """Make `target` the place where `source` is moved to.

    Raises
    ------
    BankError
        It is in use for something else, or one of the two is in the other.
    """
    if target.resolve().is_relative_to(source.resolve()) or source.resolve().is_relative_to(
        target.resolve()
    ):
        raise BankError(f"{target} and {source} are one in the other; choose another folder")
    if target.exists() and came_from(target) != source and any(target.iterdir()):
        raise BankError(f"{target} is not empty; choose a folder that is, or that is not there")
    target.mkdir(parents=True, exist_ok=True)
    write_atomic(target / MARKER, json.dumps({"from": str(source)}).encode())


def see_room(freight: Cargo, target: Path, reserve: int) -> None:
    """A BankError if the disk of `target` has no room for what is not there yet."""
    there = sum(_size(target / names[0]) for names in freight.files)
    free = shutil.disk_usage(target).free
    missing = freight.size - there + reserve - free
    if missing > 0:
        raise BankError(
            f"{target} needs {missing:,} bytes more than its disk has free; make room, and move "
            "again"
        )


def copy(source: Path, target: Path, freight: Cargo, listener: Listener = ignore) -> None:
    """Have all of `freight` in `target`, verified and durable.

    Raises
    ------
    BankError
        A file is not the same when it is read again.
    OSError
        The disk is full, or broken.
    """
    for folder in (Path(), *freight.folders):
        (target / folder).mkdir(exist_ok=True)
        remove_leftovers(target / folder)
    copied = 0
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        for size in pool.map(lambda names: _copy_file(source, target, names), freight.files):
            copied += size
            listener(Progress("copying", copied, freight.size, "bytes"))
    for link in freight.links:
        _copy_link(link, source, target)
    for folder in reversed(freight.folders):
        shutil.copystat(source / folder, target / folder)
        fsync_directory(target / folder)
    target.chmod(stat.S_IMODE(source.stat().st_mode))
    fsync_directory(target)


def clear(source: Path, target: Path) -> None:
    """Remove `source`: the bank is at `target` now."""
    if source.exists():
        shutil.rmtree(source)
    (target / MARKER).unlink(missing_ok=True)


def _below(folder: Path, inside: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with os.scandir(folder / inside) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        path = inside / entry.name
        is_ours = inside == Path() and entry.name in LEFT_OUT
        if is_ours or entry.name.startswith(TEMPORARY):
            continue
        facts = entry.stat(follow_symlinks=False)
        yield path, facts
        if stat.S_ISDIR(facts.st_mode):
            yield from _below(folder, path)


def _copy_file(source: Path, target: Path, names: tuple[Path, ...]) -> int:
    """Copy a file under all its names; its size."""
    first, facts = target / names[0], (source / names[0]).stat()
    if not _is_copied(first, facts):
        _copy_content(source / names[0], first, facts)
    for name in names[1:]:
        _link(first, target / name)
    return facts.st_size


def _is_copied(file: Path, facts: os.stat_result) -> bool:
    try:
        there = file.lstat()
    except FileNotFoundError:
        return False
    return (there.st_size, there.st_mtime_ns) == (facts.st_size, facts.st_mtime_ns)


def _copy_content(source: Path, target: Path, facts: os.stat_result) -> None:
    beside = target.with_name(f"{TEMPORARY}{secrets.token_hex(8)}")
    read = hashlib.sha256()
    try:
        with source.open("rb") as original, beside.open("wb") as copied:
            while chunk := original.read(CHUNK):
                read.update(chunk)
                copied.write(chunk)
            copied.flush()
            os.fsync(copied.fileno())
            # What is read again comes from the disk, and not from what was just written.
            os.posix_fadvise(copied.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if file_sha256(beside) != read.hexdigest():
            raise BankError(f"{target}: what was read again is not what was written; see its disk")
        beside.chmod(stat.S_IMODE(facts.st_mode))
        os.utime(beside, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        beside.rename(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _link(first: Path, name: Path) -> None:
    if os.path.lexists(name) and os.path.samestat(name.lstat(), first.lstat()):
        return
    name.unlink(missing_ok=True)
    os.link(first, name)


def _copy_link(link: Path, source: Path, target: Path) -> None:
    """Copy a symbolic link; one that names the whole path of something in `source` follows it."""
    points = (source / link).readlink()
    if points.is_relative_to(source):
        points = target / points.relative_to(source)
    (target / link).unlink(missing_ok=True)
    (target / link).symlink_to(points)


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return 0
