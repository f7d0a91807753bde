"""
Reservations: space on a disk that somebody is about to fill.

Each is a small file in one folder, which says how many bytes are still to be written to which disk.
It counts only as long as the kernel's lock on it is held, so whoever dies has reserved nothing.
Whoever wants room looks at the others' and adds its own while nobody else does the same.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from holdfast.base.locks import exclusive, is_held

TURN = "turn"  #: the lock of whoever looks and adds
PATIENCE = 30.0  #: seconds to wait for the turn: a look takes milliseconds


@dataclass(frozen=True, slots=True)
class Disk:
    """What there is on the disk that holds `place`. All are bytes."""

    place: Path
    free: int
    reserved: int  #: by others

    @property
    def left(self) -> int:
        """What nobody has claimed."""
        return self.free - self.reserved


class NoRoom(Exception):
    """So much is not to be had on the disk."""

    def __init__(self, disk: Disk, wanted: int) -> None:
        super().__init__(f"{wanted} bytes are wanted on {disk.place}, {disk.left} are left")
        self.disk, self.wanted = disk, wanted


class Reservation:
    """Space that is reserved as long as the ``with`` block of :func:`reserved` lasts."""

    def __init__(self, descriptor: int, device: int) -> None:
        self._descriptor, self._device = descriptor, device

    def shrink(self, size: int) -> None:
        """Only `size` bytes are still to be written."""
        said = json.dumps({"device": self._device, "bytes": max(0, size)}).encode()
        # A reader in between may find a longer text cut short, or no number: it takes it for none.
        os.pwrite(self._descriptor, said.ljust(80), 0)


@contextmanager
def reserved(folder: Path, place: Path, size: int, leave: int = 0) -> Iterator[Reservation]:
    """Reserve `size` bytes on the disk of `place` within the block; `leave` stay free besides.

    Raises
    ------
    NoRoom
        There is less. Nothing is reserved.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{os.getpid()}-{secrets.token_hex(6)}"
    with exclusive(folder / TURN, PATIENCE):
        disk = look(folder, place)
        if disk.left - leave < size:
            raise NoRoom(disk, size)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        reservation = Reservation(descriptor, place.stat().st_dev)
        reservation.shrink(size)
    try:
        yield reservation
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def look(folder: Path, place: Path) -> Disk:
    """How the disk of `place` stands. Reservations of the dead are removed on the way."""
    device, claimed = place.stat().st_dev, 0
    for path in folder.glob("*-*"):
        if not is_held(path):
            path.unlink(missing_ok=True)
            continue
        claimed += _claimed(path, device)
    facts = os.statvfs(place)
    return Disk(place, facts.f_bavail * facts.f_frsize, claimed)


def _claimed(path: Path, device: int) -> int:
    try:
        said = json.loads(path.read_bytes())
        return int(said["bytes"]) if said["device"] == device else 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0
