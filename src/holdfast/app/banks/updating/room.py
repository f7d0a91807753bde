"""
Room: before a byte moves, the disk must have room for all that an update will put there.

What is free counts without what is to stay so (the setting ``disk_reserve``) and without what other
updates have still to write. What is reserved grows smaller as files arrive.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from holdfast.app.container import Container
from holdfast.banks.updating.arrivals import all_unpacked, here
from holdfast.banks.updating.fetch import previous_entries
from holdfast.banks.updating.making import Making
from holdfast.banks.updating.space import Space, space_for
from holdfast.base.locks import Held
from holdfast.base.progress import Listener, Progress
from holdfast.base.reservations import NoRoom, Reservation, reserved
from holdfast.errors import BankBusy, UpdateFailed

RESERVED = "reserved"  #: the folder of reservations in the home
RETOLD = 2.0  #: seconds between two words about what is still to come


@contextmanager
def room_for(
    container: Container, making: Making, listener: Listener, *, fetching: bool = True
) -> Iterator[Listener]:
    """Hold the room that `making` needs within the block; the listener to be told of progress.

    `fetching` is whether its files are put together (again): what was unpacked counts for nothing.

    Raises
    ------
    UpdateFailed
        There is too little; nothing was begun.
    BankBusy
        Others look at the disk for unusually long.
    """
    settings = container.settings
    space = space_of(container, making, fetching=fetching)
    if not space.total:
        yield listener
        return
    folder = settings.home / RESERVED
    try:
        with reserved(folder, making.bank_folder, space.total, settings.disk_reserve) as mine:
            yield _Following(mine, space, listener)
    except Held as held:
        raise BankBusy(f"{held}, who looks at what is reserved of the disk; try again") from held
    except NoRoom as short:
        raise UpdateFailed(_sentence(making, space, short, settings.disk_reserve)) from short


def space_of(container: Container, making: Making, *, fetching: bool = True) -> Space:
    """What `making` will still take on the disk; see :func:`room_for`."""
    space = space_for(
        making,
        here(making.folder),
        frozenset() if fetching else all_unpacked(making).keys(),
        previous_entries(making),
        ratio=container.settings.unpack_estimate,
        at_once=container.settings.processors,
    )
    begun = min(space.arriving, _begun(making.staged))
    return Space(space.arriving - begun, space.unpacking)


class _Following:
    """Passes progress on; what has been fetched is no longer to come."""

    def __init__(self, held: Reservation, space: Space, listener: Listener) -> None:
        self._held, self._space, self._listener = held, space, listener
        self._told = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        if progress.what == "fetching" and progress.unit == "bytes":
            self._shrink(progress.done)
        self._listener(progress)

    def _shrink(self, done: int) -> None:
        if time.monotonic() - self._told >= RETOLD:
            self._told = time.monotonic()
            arriving = max(0, self._space.arriving - done)
            self._held.shrink(arriving + self._space.unpacking)


def _begun(staged: Path) -> int:
    """Bytes of files that have arrived in part."""
    return sum(
        os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118 - of many files
        for parent, _, names in os.walk(staged)
        for name in names
        if ".part" in name
    )


def _sentence(making: Making, space: Space, short: NoRoom, leave: int) -> str:
    disk = short.disk
    claims = []
    if leave:
        claims.append(f"{leave:,} are to stay so (the setting disk_reserve)")
    if disk.reserved:
        claims.append(f"{disk.reserved:,} are for other updates")
    of_these = f", of which {' and '.join(claims)}" if claims else ""
    unpack = f" and {space.unpacking:,} more when unpacked" if space.unpacking else ""
    return (
        f"{making.bank}: release {making.release} needs about {space.arriving:,} bytes{unpack}; "
        f"the disk of {disk.place} has {disk.free:,} free{of_these}, so "
        f"{short.wanted + leave - disk.left:,} are missing; make room, and update again"
    )
