"""
Compressing what is written, in the kind that is asked for or that a file's name tells.

Each kind is a context manager around an open file, which stays open; leaving the block by an error
leaves a file that is seen to be cut. Bytes depend on the content alone: no time, no name.
"""

import bz2
import io
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from isal import igzip

from holdfast.errors import UsageError, suggestion
from holdfast.formats.bgzf import BgzfWriter
from holdfast.formats.fasta_writing import Sink

GZIP_LEVEL = 2  #: of ISA-L
ZSTD_LEVEL = 3


class Compression(Enum):
    """How bytes are packed."""

    PLAIN = "none"  #: not at all
    GZIP = "gzip"  #: one gzip member
    BGZIP = "bgzip"  #: gzip in blocks, of which any can be read alone
    ZSTD = "zstd"  #: one zstd frame
    XZ = "xz"
    BZIP2 = "bzip2"


_ENDINGS = {
    ".gz": Compression.GZIP,
    ".bgz": Compression.BGZIP,
    ".bgzf": Compression.BGZIP,
    ".zst": Compression.ZSTD,
    ".zstd": Compression.ZSTD,
    ".xz": Compression.XZ,
    ".bz2": Compression.BZIP2,
}


def compression(word: str | None, file: PurePath | None) -> Compression:
    """The kind called `word`; without one, what the ending of `file` tells, or none.

    >>> compression(None, PurePath("genome.fa.zst")), compression("bgzip", PurePath("genome.fa.gz"))
    (<Compression.ZSTD: 'zstd'>, <Compression.BGZIP: 'bgzip'>)

    Raises
    ------
    UsageError
        There is no kind of this name.
    """
    if word is None:
        return _ENDINGS.get(file.suffix.lower() if file else "", Compression.PLAIN)
    known = [each.value for each in Compression]
    if word not in known:
        raise UsageError(
            f"{word!r} is not a compression ({', '.join(known)}){suggestion(word, known)}"
        )
    return Compression(word)


@contextmanager
def compressed(file: BinaryIO, kind: Compression, threads: int = 1) -> Iterator[Sink]:
    """What takes plain bytes and writes them to `file`, compressed as `kind`."""
    match kind:
        case Compression.PLAIN:
            yield file
        case Compression.BGZIP:
            with BgzfWriter(file, threads) as writer:
                yield writer
        case _:
            gate = _Gate(file)
            stream = _stream(gate, kind, threads)
            try:
                yield stream
            except BaseException:
                gate.shut = True
                raise
            finally:
                stream.close()


class _Gate(io.RawIOBase):
    """Passes bytes on to a file until it is shut: then a compressor's last words go nowhere."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.shut = False

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        if not self.shut:
            self._file.write(content)
        return len(content)


def _stream(file: io.RawIOBase, kind: Compression, threads: int) -> BinaryIO:
    if kind is Compression.GZIP:
        made = igzip.IGzipFile("", mode="wb", fileobj=file, compresslevel=GZIP_LEVEL, mtime=0)
        return cast("BinaryIO", made)
    if kind is Compression.XZ:
        return cast("BinaryIO", lzma.LZMAFile(cast("BinaryIO", file), "wb"))
    if kind is Compression.BZIP2:
        return cast("BinaryIO", bz2.BZ2File(cast("BinaryIO", file), "wb"))
    import zstandard  # noqa: PLC0415 - it takes a while to load

    parameters = zstandard.ZstdCompressionParameters.from_level(
        ZSTD_LEVEL, threads=threads if threads > 1 else 0, write_checksum=True
    )
    packer = zstandard.ZstdCompressor(compression_params=parameters)
    return cast("BinaryIO", packer.stream_writer(cast("BinaryIO", file), closefd=False))
