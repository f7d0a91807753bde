"""
What an archive holds, one member after another.

A member's bytes are read before the next is asked for; that is what keeps memory small. Folders
are passed over. Links, devices and encrypted members have no bytes here and are told as odd; names
are given as they are written. Whoever writes files refuses what it does not want.
"""

import io
import re
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from holdfast.errors import ArchiveRefused
from holdfast.formats.archives.kinds import Container, Kind
from holdfast.formats.archives.streams import open_packed, program_output

HEADERS = 8 * 1024**2  #: bytes that may stand before one member of a tar: long names, attributes
SEVENZIP = ("7zz", "7z", "7za")  #: names that the program has or had
CHUNK = 1024**2
NO_FILE = "a link or a device"
ENCRYPTED = "which is encrypted"
ZIP_ENCRYPTED = 1  #: the flag of a zip's member


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive."""

    name: str
    size: int | None  #: bytes, as the archive announces
    stream: IO[bytes] | None  #: None: it has no bytes of its own
    same_as: str = ""  #: the name of the earlier member that is the same file
    odd: str = ""  #: what it is when it is no file that can be written: "a link or a device" …


@contextmanager
def open_members(path: Path, kind: Kind) -> Iterator[Iterator[Member]]:
    """The members of the archive at `path`; a packed file is the one member of itself."""
    with _open(path, kind) as members, closing(members):
        yield members


@contextmanager
def _open(path: Path, kind: Kind) -> Iterator[Generator[Member, None, None]]:
    if kind.container is Container.ZIP:
        # zipfile closes a file of its own only when the last member is closed.
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            yield _zip_members(archive)
    elif kind.container is Container.SEVENZIP:
        with _sevenzip_stream(path) as stream:
            yield _sevenzip_members(path, stream)
    elif kind.packing is None:
        with path.open("rb") as file:
            yield _tar_members(path, file)
    else:
        with open_packed(path, kind.packing) as stream:
            tar = kind.container is Container.TAR
            name = kind.stem(path.name)
            yield _tar_members(path, stream) if tar else _only_member(name, stream)


def _only_member(name: str, stream: IO[bytes]) -> Generator[Member, None, None]:
    yield Member(name, None, stream)


# -- tar -------------------------------------------------------------------------------------------


class _StrictHeader(tarfile.TarInfo):
    """A header that is broken or missing is an error: tarfile itself takes it for the end."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_StrictHeader":
        """The header in `buf`."""
        if len(buf) != tarfile.BLOCKSIZE:
            raise tarfile.ReadError("the end is missing")
        if any(buf):
            try:
                return super().frombuf(buf, encoding, errors)
            except tarfile.HeaderError as error:
                raise tarfile.ReadError(str(error)) from error
        return super().frombuf(buf, encoding, errors)  # the end of the archive


class _Metered(io.RawIOBase):
    """A stream that gives only so many bytes while headers are read: tarfile keeps all of them."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self._path, self._stream = path, stream
        self.left: int | None = None  #: bytes that may still be read; None is no bound

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        part = self._stream.read(size)
        if self.left is not None:
            self.left -= len(part)
            if self.left < 0:
                raise ArchiveRefused(self._path, None, "its headers are too large; it is refused")
        return part


def _tar_members(path: Path, stream: IO[bytes]) -> Generator[Member, None, None]:
    metered = _Metered(path, stream)
    metered.left = HEADERS
    with tarfile.open(
        fileobj=cast("BinaryIO", metered), mode="r|", tarinfo=_StrictHeader
    ) as archive:
        while (facts := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # typeshed lacks it; else all are kept
            metered.left = None
            if not facts.isdir():
                yield from _tar_member(archive, facts)
            metered.left = HEADERS
    # What follows a tar's own end shows whether what it is packed in is whole.
    while stream.read(CHUNK):
        pass


def _tar_member(archive: tarfile.TarFile, facts: tarfile.TarInfo) -> Iterator[Member]:
    if facts.islnk():
        yield Member(facts.name, 0, None, facts.linkname)
    elif facts.isreg():
        source = archive.extractfile(facts)
        assert source is not None, "regular members have content"
        yield Member(facts.name, facts.size, source)
        while source.read(CHUNK):  # what nobody read is not counted among the headers
            pass
    else:
        yield Member(facts.name, None, None, odd=NO_FILE)


# -- zip -------------------------------------------------------------------------------------------


def _zip_members(archive: zipfile.ZipFile) -> Generator[Member, None, None]:
    for facts in archive.infolist():
        if facts.is_dir():
            continue
        mode = facts.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            yield Member(facts.filename, None, None, odd=NO_FILE)
        elif facts.flag_bits & ZIP_ENCRYPTED:
            yield Member(facts.filename, None, None, odd=ENCRYPTED)
        else:
            with archive.open(facts) as stream:
                yield Member(facts.filename, facts.file_size, stream)


# -- 7z --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Listed:
    """One line of what the program lists."""

    name: str
    size: int
    crc: int | None
    odd: str = ""


class _Portion(io.RawIOBase):
    """The next `size` bytes of a stream in which files follow one another."""

    def __init__(self, stream: IO[bytes], listed: _Listed) -> None:
        self._stream, self._left, self._listed = stream, listed.size, listed
        self._crc = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes; checked at the end."""
        wanted = self._left if size < 0 else min(size, self._left)
        part = self._stream.read(wanted) if wanted else b""
        if wanted and not part:
            raise EOFError("the end is missing")
        self._crc = zlib.crc32(part, self._crc)
        self._left -= len(part)
        if not self._left and self._listed.crc not in {None, self._crc}:
            raise EOFError(f"{self._listed.name!r} has another checksum than it should")
        return part


@contextmanager
def _sevenzip_stream(path: Path) -> Iterator[io.BufferedReader]:
    """All files of a 7z archive, one behind the other, in the order in which they are listed."""
    command = (_sevenzip(path), "x", "-so", "-bd", "-y", "-p", "-t7z", "--", str(path.absolute()))
    with program_output(command) as stream:
        yield stream


def _sevenzip_members(path: Path, stream: io.BufferedReader) -> Generator[Member, None, None]:
    with closing(_sevenzip_listing(path)) as listing:
        for listed in listing:
            portion = cast("IO[bytes]", _Portion(stream, listed))
            yield Member(listed.name, listed.size, portion, odd=listed.odd)
            while portion.read(CHUNK):
                pass
    if stream.read(1):
        raise EOFError("more comes out of it than it lists")


def _sevenzip_listing(path: Path) -> Generator[_Listed, None, None]:
    """What is in the archive. Its text is read line by line: a record for each file."""
    command = (
        *(_sevenzip(path), "l", "-slt", "-ba", "-sccUTF-8", "-p", "-t7z", "--"),
        str(path.absolute()),
    )
    record: dict[str, str] = {}
    with _telling_encrypted(path), program_output(command) as output:
        while raw := output.readline(CHUNK):
            line = raw.decode("utf-8", "surrogateescape").rstrip("\r\n")
            key, equals, value = line.partition(" =")
            if key == "Path" and equals and record:
                yield from _sevenzip_record(path, record)
                record = {}
            if equals:
                record.setdefault(key, value[1:])
    if record:
        yield from _sevenzip_record(path, record)


@contextmanager
def _telling_encrypted(path: Path) -> Iterator[None]:
    """Also the names in a 7z can be encrypted: then the program only says that it cannot list."""
    try:
        yield
    except EOFError as error:
        if "encrypted" not in str(error):
            raise
        raise ArchiveRefused(path, None, "it is encrypted; it cannot be unpacked") from error


def _sevenzip_record(path: Path, record: dict[str, str]) -> Iterator[_Listed]:
    name, attributes = record.get("Path", ""), record.get("Attributes", "")
    if record.get("Encrypted") == "+":
        raise ArchiveRefused(
            path, None, f"it holds {name!r}, which is encrypted; it cannot be unpacked"
        )
    if attributes.startswith("D") or re.search(r"\bd[r-][w-]", attributes):
        return
    odd = NO_FILE if re.search(r"\b[lbcps][r-][w-]", attributes) else ""
    crc = record.get("CRC", "")
    yield _Listed(name, int(record.get("Size") or 0), int(crc, 16) if crc else None, odd)


def _sevenzip(path: Path) -> str:
    program = next((found for name in SEVENZIP if (found := shutil.which(name))), None)
    if program is None:
        raise ArchiveRefused(
            path, None, "to unpack .7z the program 7z is needed; install it (Debian's package 7zip)"
        )
    return program
