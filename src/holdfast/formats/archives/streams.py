"""
The plain bytes of packed files, a piece at a time.

gzip goes through isal, bzip2 and xz through Python's own, zstd through Arrow. For ``.Z`` no kept
library reads a stream (docs/design/decisions/0018), and every system has the program gzip, which
does: it gets the file as its input and sees no name. A stream whose end is missing, or whose check
does not fit, raises one of :data:`BROKEN` when that is read; compress alone has no check.
"""

import io
import lzma
import resource
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from isal import igzip, isal_zlib

from holdfast.errors import ArchiveRefused
from holdfast.formats.archives.kinds import Packing
from holdfast.formats.compression import open_bzip2, open_xz, open_zstd

MEMORY = 4 * 1024**3  #: bytes of address space a program that unpacks may take
LAST_WORDS = 300  #: bytes of what a failed program said

BROKEN: Any = (  # isal is not typed, and what it calls error is a class
    EOFError,
    ValueError,
    MemoryError,  # a dictionary of more than may be
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    RuntimeError,
    isal_zlib.error,
)


class ProgramStream(io.RawIOBase):
    """What a program writes to its standard output; that it failed is told at the end."""

    def __init__(self, command: Sequence[str], source: IO[bytes] | None = None) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._process = subprocess.Popen(
            command,
            stdin=source if source is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._said,
        )
        self._name = Path(command[0]).name
        _bound_memory(self._process.pid)
        assert self._process.stdout is not None, "a pipe was asked for"
        self._output = self._process.stdout

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer
        """The next bytes; 0 at the end. Raises EOFError when the program failed."""
        part = self._output.read(len(buffer))
        buffer[: len(part)] = part
        if not part and self._process.wait() != 0:
            raise EOFError(f"{self._name} says: {self._last_words()}")
        return len(part)

    def close(self) -> None:
        """End the program, whether or not it has ended itself."""
        if not self.closed:
            self._process.kill()
            self._process.wait()
            self._output.close()
            self._said.close()
        super().close()

    def _last_words(self) -> str:
        self._said.seek(0)
        said = self._said.read(LAST_WORDS).decode("utf-8", "replace")
        return " ".join(said.split()) or f"exit code {self._process.returncode}"


@contextmanager
def program_output(
    command: Sequence[str], source: IO[bytes] | None = None
) -> Iterator[io.BufferedReader]:
    """What the program of `command` writes, with `source` as its standard input."""
    stream = io.BufferedReader(ProgramStream(command, source), 1024**2)
    with stream:
        yield cast("io.BufferedReader", stream)


@contextmanager
def open_packed(path: Path, packing: Packing) -> Iterator[IO[bytes]]:
    """The plain bytes of the packed file at `path`."""
    if packing is Packing.GZIP:
        with igzip.IGzipFile(path, "rb") as opened:
            yield cast("IO[bytes]", opened)
        return
    with path.open("rb") as file:
        if packing is Packing.BZIP2:
            yield cast("IO[bytes]", open_bzip2(file))
        elif packing is Packing.XZ:
            yield cast("IO[bytes]", open_xz(file))
        elif packing is Packing.ZSTD:
            yield open_zstd(file)
        else:
            with program_output((_gzip(path), "-dc"), file) as stream:
                yield cast("IO[bytes]", stream)


def _gzip(path: Path) -> str:
    program = shutil.which("gzip")
    if program is None:
        raise ArchiveRefused(path, None, "to unpack .Z the program gzip is needed; install it")
    return program


def _bound_memory(process: int) -> None:
    """Let the program have no more than :data:`MEMORY`. One that has ended needs no bound."""
    try:
        resource.prlimit(process, resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ProcessLookupError, PermissionError):
        return
