"""
Kinds of archives: told by the suffix of the name, and held to it by the first bytes.

A file called an archive that is none is refused: more often than not it is the page on which a
server says that it has no such file. The other way round nothing is asked: ``.bam`` and ``.xlsx``
begin as gzip and zip do, and nobody wants them unpacked.
"""

import tarfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from holdfast.errors import FormatError

HEAD = 512  #: bytes that tell every kind


class Packing(Enum):
    """How one stream of bytes was made smaller."""

    GZIP = "gzip"  #: bgzip too
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"
    COMPRESS = "compress"  #: the .Z of old Unix


class Container(Enum):
    """How many files were put into one."""

    TAR = "tar"
    ZIP = "zip"
    SEVENZIP = "7z"


@dataclass(frozen=True, slots=True)
class Kind:
    """What an archive is: a container, plain or packed, or one packed file."""

    packing: Packing | None
    container: Container | None
    suffix: str  #: as it is written in lower case

    @property
    def word(self) -> str:
        """What people call the outermost kind."""
        return str(self.outermost.value)

    @property
    def outermost(self) -> Packing | Container:
        """What was done last: the first bytes tell it."""
        outermost = self.packing or self.container
        assert outermost is not None, "an archive is packed or a container"
        return outermost

    def stem(self, name: str) -> str:
        """`name` without the suffix."""
        return name[: -len(self.suffix)]


_PACKINGS = {
    ".gz": Packing.GZIP,
    ".bgz": Packing.GZIP,
    ".bz2": Packing.BZIP2,
    ".xz": Packing.XZ,
    ".zst": Packing.ZSTD,
    ".z": Packing.COMPRESS,
}
_SHORT = {
    ".tgz": Packing.GZIP,
    ".taz": Packing.COMPRESS,
    ".tbz2": Packing.BZIP2,
    ".tbz": Packing.BZIP2,
    ".txz": Packing.XZ,
    ".tzst": Packing.ZSTD,
}
_CONTAINERS = {".tar": Container.TAR, ".zip": Container.ZIP, ".7z": Container.SEVENZIP}
KINDS = (
    *(Kind(packing, Container.TAR, f".tar{suffix}") for suffix, packing in _PACKINGS.items()),
    *(Kind(packing, Container.TAR, suffix) for suffix, packing in _SHORT.items()),
    *(Kind(packing, None, suffix) for suffix, packing in _PACKINGS.items()),
    *(Kind(None, container, suffix) for suffix, container in _CONTAINERS.items()),
)
_MAGIC: dict[Packing | Container, tuple[bytes, ...]] = {
    Packing.GZIP: (b"\x1f\x8b",),
    Packing.BZIP2: (b"BZh",),
    Packing.XZ: (b"\xfd7zXZ\x00",),
    Packing.ZSTD: (b"\x28\xb5\x2f\xfd",),
    Packing.COMPRESS: (b"\x1f\x9d",),
    Container.ZIP: (b"PK\x03\x04", b"PK\x05\x06"),
    Container.SEVENZIP: (b"7z\xbc\xaf\x27\x1c",),
}


def kind_by_name(name: str) -> Kind | None:
    """What a file of this name is, if it is an archive.

    >>> kind_by_name("a/x.fa.gz").word, kind_by_name("x.TGZ").container.value
    ('gzip', 'tar')
    >>> kind_by_name("x.fa"), kind_by_name(".gz")
    (None, None)
    """
    last = name.rpartition("/")[2].lower()
    return next(
        (kind for kind in KINDS if last.endswith(kind.suffix) and last != kind.suffix), None
    )


def check_content(path: Path, kind: Kind) -> None:
    """See that the file at `path` begins as its name says.

    Raises
    ------
    FormatError
        It does not.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise FormatError(path, None, f"it is called {kind.word}, and is empty; fetch it again")
    is_tar = kind.outermost is Container.TAR
    begins = _begins_as_tar(head) if is_tar else head.startswith(_MAGIC[kind.outermost])
    if not begins:
        raise FormatError(
            path,
            None,
            f"it is called {kind.word}, but does not begin as {kind.word} does "
            f"({_shown(head)}); look at it: it may be a page on which the server says why, "
            "or it came unpacked or has the wrong name",
        )


def _begins_as_tar(head: bytes) -> bool:
    """Whether `head` is a tar header, of whatever age, or the end of an empty archive."""
    if len(head) == HEAD and not any(head):
        return True
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.TarError:
        return head[257:262] == b"ustar"  # cut off, or broken: to be told when it is read
    return True


def _shown(head: bytes) -> str:
    """The first bytes for people: as text where they are text."""
    first = head[:12]
    return repr(first.decode()) if first.isascii() and first.strip() else first.hex(" ")
