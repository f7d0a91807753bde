"""
Backups of D-Genies: a tar, packed or not, of an alignment and the indexes of both genomes.

It holds ``map.paf``, ``target.idx``, ``query.idx`` and, perhaps, ``logs.txt``, and nothing else.
What we write is what D-Genies takes back: these names exactly, indexes of two columns, and the
coordinates of contigs as they were given, not turned. What we read may also have names that begin
with ``./`` and indexes of three columns.
"""

import gzip
import io
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from holdfast.base.files import atomic_file
from holdfast.errors import ArchiveRefused, FormatError
from holdfast.formats.archives.extraction import extract
from holdfast.formats.archives.kinds import HEAD, Container, Kind, Packing
from holdfast.formats.archives.limits import Limits
from holdfast.formats.compression import PLAIN, open_content
from holdfast.formats.contig_index import IndexRow, index_text, read_index

PAF_NAME, LOGS_NAME = "map.paf", "logs.txt"
INDEX_NAMES = ("target.idx", "query.idx")
NEEDED = (PAF_NAME, *INDEX_NAMES)
PACKING_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Backup:
    """The files of a backup."""

    paf: Path
    target: Path  #: an index
    query: Path
    logs: Path | None


def is_backup(file: Path) -> bool:
    """Whether `file` is a tar, packed or not: of all that is imported, only backups are.

    Raises
    ------
    FormatError
        It cannot be opened.
    """
    with open_content(file) as content:
        head = content.peek(HEAD)
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.TarError:
        return False
    return True


def read_backup(file: Path, folder: Path, limits: Limits | None = None) -> Backup:
    """Put the files of the backup `file` into `folder`, which must be empty.

    Raises
    ------
    FormatError
        It is no backup, is damaged, holds anything else, or an index in it cannot be read.
    OSError
        The disk refuses.
    """
    found: set[str] = set()
    for member in extract(file, _kind(file), folder, limits or Limits()):
        if member.name not in (*NEEDED, LOGS_NAME):
            raise ArchiveRefused(
                file,
                None,
                f"it holds {member.name!r}, and a backup holds {', '.join(NEEDED)} and "
                f"{LOGS_NAME} only",
            )
        found.add(member.name)
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise FormatError(file, None, f"is no backup of a plot: it lacks {', '.join(missing)}")
    for name in INDEX_NAMES:
        with (folder / name).open("rb") as index:
            read_index(index, f"{file}/{name}")
    target, query = (folder / name for name in INDEX_NAMES)
    logs = folder / LOGS_NAME if LOGS_NAME in found else None
    return Backup(folder / PAF_NAME, target, query, logs)


def write_backup(
    output: Path,
    paf: Path,
    target: tuple[str, Sequence[IndexRow]],
    query: tuple[str, Sequence[IndexRow]],
    logs: bytes | None = None,
) -> None:
    """Write to `output` the alignment `paf` (plain PAF) of two genomes, each a name and contigs.

    The same content gives the same bytes.
    """
    indexes = [index_text(*genome) for genome in (target, query)]
    with (
        atomic_file(output) as file,
        gzip.GzipFile("", "wb", PACKING_LEVEL, cast("IO[bytes]", file), mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as archive,
        paf.open("rb") as alignment,
    ):
        archive.addfile(_member(PAF_NAME, paf.stat().st_size), alignment)
        for name, text in zip(INDEX_NAMES, indexes, strict=True):
            archive.addfile(_member(name, len(text)), io.BytesIO(text))
        if logs is not None:
            archive.addfile(_member(LOGS_NAME, len(logs)), io.BytesIO(logs))


def _member(name: str, size: int) -> tarfile.TarInfo:
    facts = tarfile.TarInfo(name)
    facts.size, facts.mode = size, 0o644
    return facts


def _kind(file: Path) -> Kind:
    """How `file` is packed, by its first bytes."""
    with open_content(file) as content:
        packing = None if content.kind == PLAIN else Packing(content.kind)
    return Kind(packing, Container.TAR, "")
