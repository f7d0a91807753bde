"""
Sequences and collections as files that a browser keeps.

Every name is looked up, and who asks may see what is asked for, before a byte is written; then the
bytes go as they are made.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from holdfast.app.container import Container
from holdfast.app.sequences.contents import has_layout, sizes_text
from holdfast.app.sequences.export import Format, Request, export
from holdfast.app.sequences.sequence import is_nucleotides
from holdfast.app.sequences.shown import shown, shown_collection
from holdfast.errors import UsageError, printable
from holdfast.formats.fasta_writing import FastaWriter, heading_of
from holdfast.sequences.reading.outgoing import Part, read_parts

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)


class Kind(Enum):
    """What a collection may be written as."""

    FASTA = "fasta"  #: as it was loaded, byte for byte, where its layout is known
    TWOBIT = "2bit"
    SIZES = "sizes"  #: names and lengths, as ``chrom.sizes``


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be kept: what it is called, what it is, and what writes it."""

    file: str
    media_type: str
    write: Callable[[BinaryIO], object]


def sequence_fasta(
    container: Container,
    name: str,
    start: int = 0,
    end: int | None = None,
    *,
    turned: bool = False,
) -> Download:
    """A sequence, or a part of it (from 0, half-open), or the other strand, as FASTA.

    Raises
    ------
    SequenceNotFound, AliasNotFound, AliasAmbiguous
        Nothing, or more than one thing, has this name.
    UsageError
        It is no part of the sequence, or the other strand of what has none.
    """
    view = shown(container)
    info = view.info(view.resolve(name))
    last = info.length if end is None else end
    if not 0 <= start <= last <= info.length:
        raise UsageError(f"{start}-{last} is no part of {info.length:,} residues")
    if turned and not is_nucleotides(info.alphabet):
        raise UsageError(f"{printable(name)} is no nucleotide sequence: it has one strand only")
    is_whole = (start, last) == (0, info.length)
    place = "" if is_whole else f"{start}-{last}"
    described = " ".join(each for each in (place, "reverse complement" if turned else "") if each)
    part = Part(printable(name), described, info.digest, start, last, turned)

    def write(stream: BinaryIO) -> None:
        writer = FastaWriter(stream)
        for each, pieces in read_parts(view, [part]):
            writer.write(heading_of(each.name, each.description), pieces)

    ends = f"{'' if is_whole else f'_{place}'}{'_reverse' if turned else ''}"
    return Download(f"{file_name(name)}{ends}.fa", "text/x-fasta", write)


def collection_download(container: Container, name: str, kind: Kind) -> Download:
    """A collection as a file.

    Raises
    ------
    CollectionNotFound
        There is none, or who asks may not see it.
    """
    record = shown_collection(container, name)
    plain = file_name(record.name.rpartition(":")[2].removesuffix(".gz"))
    stem = re.sub(r"\.(fa|fna|faa|fasta|ffn|frn|fas)$", "", plain, flags=re.ASCII)
    if kind is Kind.SIZES:
        text = sizes_text(container, record.name)
        return Download(
            f"{stem}.chrom.sizes", "text/plain", lambda stream: stream.write(text.encode())
        )
    if kind is Kind.TWOBIT:
        request = Request([record.name], Format.TWOBIT)
        file, media_type = f"{stem}.2bit", "application/octet-stream"
    else:
        request = Request([record.name], exact=has_layout(container, record))
        file, media_type = f"{stem}.fa", "text/x-fasta"
    return Download(file, media_type, lambda stream: export(container, request, None, stream))


def file_name(name: str) -> str:
    """A name of ours as one that any system keeps a file under.

    >>> file_name("refseq:NM_000551.4"), file_name("../..")
    ('refseq_NM_000551.4', 'sequence')
    """
    return _UNSAFE.sub("_", name).strip("._")[:120] or "sequence"
