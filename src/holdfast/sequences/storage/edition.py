"""
The edition of the index: a number, in a file beside it, that every change of the index changes.

Readers map the file, so whether anything was committed since they last asked the index is one load
from memory and no call of the system. The one writer makes the number odd before the index changes
for everybody and even, and larger, behind it (a sequence lock). So who still finds the even number
that he found *before* he asked the index may go on with what it said; who finds an odd one, or no
file, asks the index itself. A writer that is killed in between leaves an odd number: its store is
read the slower way until the next change.

The file says nothing by itself: without it all is as it is with it, only slower. It is mapped anew
after :data:`LEASE` seconds, since it may have been replaced, or lie on a network's file system,
where what is mapped here need not be what was written there.
"""

import mmap
import os
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

BYTES = 8  #: of the number, as this machine writes numbers: who maps it runs on one like it
LEASE = 1.0  #: seconds for which a mapping is trusted
LAST = (1 << 8 * BYTES) - 1
UNKNOWN: Sequence[int] = (1,)  #: in place of a mapping: odd, so the index itself is asked


class Edition:
    """The edition of the index at `index`; any thread, and whoever it forks, may ask.

    Who is in a hurry may compare `number[0]` himself, once he has seen that `until` (monotonic
    seconds) has not come.
    """

    def __init__(self, index: Path) -> None:
        self.path, self._index = index.with_suffix(".edition"), index
        self.number, self.until = UNKNOWN, 0.0

    def now(self) -> int:
        """The number; an odd one says nothing."""
        if time.monotonic() >= self.until:
            until = time.monotonic() + LEASE
            self.number = self._mapped()
            self.until = until  # last: who sees it finds this mapping
        return self.number[0]

    def close(self) -> None:
        """Let go of the file. Whoever asks again maps it again."""
        self.number, self.until = UNKNOWN, 0.0

    @contextmanager
    def turning(self) -> Iterator[None]:
        """Within the block the index changes for everybody. Only the one writer may say so.

        Raises
        ------
        OSError
            The file cannot be written: then the index must not change.
        """
        descriptor = self._open()
        try:
            content = os.pread(descriptor, BYTES, 0)
            if len(content) != BYTES:  # whoever made it was killed just then
                content = secrets.token_bytes(BYTES)
            odd = int.from_bytes(content, sys.byteorder) | 1
            _write(descriptor, odd)
            try:
                yield
            finally:
                with suppress(OSError):  # then it stays odd, which is slow and never wrong
                    _write(descriptor, (odd + 1) & LAST)
        finally:
            os.close(descriptor)

    def _mapped(self) -> Sequence[int]:
        """The number in the file, as long as this is held; UNKNOWN where there is none."""
        try:
            descriptor = self._open_to_read()
        except OSError:
            return UNKNOWN
        try:
            mapped = mmap.mmap(descriptor, BYTES, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # it is no such file, or shorter
            return UNKNOWN
        finally:
            os.close(descriptor)
        return memoryview(mapped).cast("Q")  # an aligned number is loaded in one go

    def _open_to_read(self) -> int:
        # Where layers of file systems lie over one another, a file that somebody opens to be
        # written becomes another one: so it is opened as a writer will open it, if that may be.
        try:
            return os.open(self.path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return self._make()

    def _make(self) -> int:
        """Make the file, with the rights of the index; it is open."""
        known = self._index.stat() if self._index.exists() else None
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        # A number that no earlier file had: a reader may remember one.
        _write(descriptor, secrets.randbits(8 * BYTES - 2) | 1)
        if known is not None:
            os.fchmod(descriptor, known.st_mode & 0o666)
            if os.geteuid() == 0:
                os.fchown(descriptor, known.st_uid, known.st_gid)
            # Somebody may have removed it while readers have it mapped: they will look for another
            # when their lease is over. (Twice, for one who is slow between looking and reading.)
            time.sleep(2 * LEASE)
        return descriptor


def _write(descriptor: int, number: int) -> None:
    # Not by way of a mapping, which would end the process where the disk is full. A reader may see
    # some bytes of it early. An odd number differs from the one before in its lowest byte alone; an
    # even one could so be taken for that of 128 changes ago at most, whose lease is long over.
    os.pwrite(descriptor, number.to_bytes(BYTES, sys.byteorder), 0)
