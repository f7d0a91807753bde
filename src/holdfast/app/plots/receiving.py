"""
Receiving: the content of an upload, as it comes.

A large file comes in pieces: each says where it begins, and who was cut off asks how much has
arrived and goes on there. More than was said, or than is allowed, is refused while it comes.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

from holdfast.app.container import Container
from holdfast.app.plots.uploads import LOCK, Upload, upload, write_about
from holdfast.base.digests import file_sha256
from holdfast.base.locks import Held, exclusive
from holdfast.base.wording import size as sized
from holdfast.errors import StoreBusy, TooMuch, UsageError


class Receiving:
    """An upload that is being written. Use it within the block of :func:`receiving`."""

    def __init__(self, container: Container, upload: Upload, file: BinaryIO) -> None:
        self._upload, self._file = upload, file
        self._most = upload.size if upload.size is not None else container.settings.upload_limit
        self._reserve = container.settings.disk_reserve
        self._next_look = 0.0
        self.received = upload.received

    def write(self, piece: bytes) -> None:
        """Add `piece` to what is here.

        Raises
        ------
        TooMuch
            It is more than was said, or than is allowed, or the disk is full: nothing of the piece
            is kept.
        """
        if self.received + len(piece) > self._most:
            raise TooMuch(
                f"{self._upload.name} is larger than "
                f"{'was said' if self._upload.size is not None else 'an upload may be'}: "
                f"{sized(self._most)}"
            )
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + 1.0
            free = shutil.disk_usage(self._upload.file.parent).free
            if free - len(piece) < self._reserve:
                raise TooMuch("the server's disk is nearly full; ask its administrator")
        self._file.write(piece)
        self.received += len(piece)


@contextmanager
def receiving(container: Container, word: str, offset: int) -> Iterator[Receiving]:
    """Take a piece of an upload that begins at `offset`; what came of it counts, also of half.

    Raises
    ------
    UploadNotFound
        There is none, or it is another's.
    UsageError
        So much is not here, or more is; the message tells how much is.
    StoreBusy
        Another piece is just being taken.
    """
    found = upload(container, word)
    try:
        with exclusive(found.file.parent / LOCK):
            found = upload(container, word)
            if found.is_whole:
                raise UsageError(f"{found.name} is here already, all of it")
            if offset != found.received:
                raise UsageError(f"{found.received} bytes are here; go on from there")
            with found.file.open("ab") as file:
                yield Receiving(container, found, file)
    except Held as held:
        raise StoreBusy(f"another piece of {found.name} is being taken; wait for it") from held


def complete(container: Container, word: str) -> Upload:
    """Say that nothing more comes: the upload is flushed, digested and whole.

    Raises
    ------
    UploadNotFound
        There is none, or it is another's.
    UsageError
        Less has come than was said, or nothing.
    """
    found = upload(container, word)
    with exclusive(found.file.parent / LOCK, wait=60):
        found = upload(container, word)
        if found.is_whole:
            return found
        if found.size is not None and found.received < found.size:
            raise UsageError(
                f"{found.received} of {found.size} bytes of {found.name} have come; send the rest"
            )
        if not found.received:
            raise UsageError(f"{found.name} is empty; choose another file")
        with found.file.open("rb") as file:
            os.fsync(file.fileno())
        whole = replace(found, size=found.received, sha256=file_sha256(found.file))
        write_about(whole)
    return whole
