"""Get sequences, or parts of them, by any of their names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from holdfast.app.container import Container
from holdfast.app.sequences.inputs import source
from holdfast.base.digests import Digest
from holdfast.base.intervals import Slice
from holdfast.errors import (
    AliasAmbiguous,
    AliasNotFound,
    FormatError,
    SequenceNotFound,
    StoreError,
    UsageError,
    printable,
)
from holdfast.formats.bed import Region, read_bed
from holdfast.formats.compression import open_content
from holdfast.formats.residues import NUCLEOTIDES
from holdfast.sequences import View
from holdfast.sequences.reading.outgoing import Part, read_parts

IDS_LIMIT = 1 << 30  #: bytes a file of names may have


@dataclass(frozen=True, slots=True)
class Stretch:
    """A slice that need not say its end: None is that of the sequence.

    >>> Stretch.parse("10-20"), Stretch.parse("10-")
    (Stretch(start=10, end=20), Stretch(start=10, end=None))
    """

    start: int
    end: int | None

    @classmethod
    def parse(cls, text: str) -> "Stretch":
        """Read ``start-end`` or ``start-``.

        Raises
        ------
        UsageError
            It is neither.
        """
        head, dash, tail = text.partition("-")
        if dash and not tail and head.isascii() and head.isdigit():
            return cls(int(head), None)
        try:
            found = Slice.parse(text)
        except ValueError as error:
            raise UsageError(str(error)) from error
        return cls(found.start, found.end)

    def within(self, name: str, length: int) -> tuple[int, int]:
        """Start and end in the sequence `name` of `length` residues.

        Raises
        ------
        StoreError
            It goes beyond: nobody is given less than was asked for.
        """
        end = length if self.end is None else self.end
        if max(self.start, end) > length:
            told = f"{self.start}-{'' if self.end is None else self.end}"
            raise StoreError(
                f"{told} goes beyond {printable(name)}, which has {length:,} residues; "
                "START- without an end is all from there on"
            )
        return self.start, end


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sequences, or which parts of them, and by which names they are called."""

    names: Sequence[str] = ()
    ids: str | None = None  #: a file of names, one a line, or ``-``
    bed: str | None = None  #: a file of regions, or ``-``
    part: Stretch | None = None  #: of each name
    turned: bool = False  #: the other strand
    namespace: str | None = None  #: in which names without a namespace are looked up
    collection: str | None = None  #: whose records the names are
    at: str | None = None  #: as of a snapshot


@dataclass(frozen=True, slots=True)
class Got:
    """A sequence's residues from `start` to before `end`; `length` is the whole sequence's."""

    name: str
    digest: str
    length: int
    start: int
    end: int
    residues: str


def get_parts(container: Container, wanted: Wanted) -> Iterator[tuple[Part, Iterator[bytes]]]:
    """Each wanted part, in order, with its residues in pieces.

    Every name is looked up before any residues are read, so an unknown one costs nothing.

    Raises
    ------
    SequenceNotFound, AliasNotFound, AliasAmbiguous, CollectionNotFound
        Nothing, or more than one thing, has a name.
    UsageError
        Nothing was asked for, or the other strand of what has none.
    StoreError
        The slice goes beyond a sequence.
    FormatError
        A line of the file of regions is no region of its sequence.
    """
    view = view_at(container, wanted.at)
    parts = wanted_parts(view, wanted)
    if any(part.turned for part in parts):
        _check_strands(view, {part.digest: part.name for part in parts if part.turned})
    return read_parts(view, parts)


def get_sequences(container: Container, wanted: Wanted) -> Iterator[Got]:
    """The same as values with all residues, for programs."""
    view = view_at(container, wanted.at)
    for part, pieces in get_parts(container, wanted):
        residues = b"".join(pieces).decode()
        length = view.info(part.digest).length
        yield Got(part.name, str(part.digest), length, part.start, part.end, residues)


def wanted_parts(view: View, wanted: Wanted) -> list[Part]:
    """What is wanted, with each name looked up."""
    if wanted.bed is not None:
        if wanted.names or wanted.ids is not None or wanted.part is not None:
            raise UsageError("--bed says which sequences and slices; give it no others")
        return _regions(view, wanted)
    names = [*wanted.names, *(read_names(wanted.ids) if wanted.ids is not None else ())]
    if not names:
        raise UsageError("name at least one sequence, or a file of them: --ids or --bed")
    part = wanted.part
    found = []
    for name, digest in zip(names, _resolve_all(view, wanted, names), strict=True):
        length = view.info(digest).length
        start, end = (0, length) if part is None else part.within(name, length)
        description = (
            "" if part is None and not wanted.turned else _place(start, end, wanted.turned)
        )
        found.append(Part(printable(name), description, digest, start, end, wanted.turned))
    return found


def _place(start: int, end: int, turned: bool) -> str:
    return f"{start}-{end} reverse complement" if turned else f"{start}-{end}"


def _regions(view: View, wanted: Wanted) -> list[Part]:
    """The parts that a BED file says; the strand ``-`` is the other one."""
    assert wanted.bed is not None, "asked only with a BED file"
    file = source(wanted.bed)
    regions = list(read_bed(file))
    chroms = list(dict.fromkeys(region.chrom for region in regions))
    try:
        digests = dict(zip(chroms, _resolve_all(view, wanted, chroms), strict=True))
    except (AliasNotFound, AliasAmbiguous, SequenceNotFound) as error:
        error.args = (f"{_called(file)}: {error}", *error.args[1:])
        raise
    lengths = {digest: view.info(digest).length for digest in digests.values()}
    return [
        _region(_called(file), region, digests[region.chrom], lengths, wanted.turned)
        for region in regions
    ]


def _region(
    file: str, region: Region, digest: Digest, lengths: dict[Digest, int], turn: bool
) -> Part:
    if region.end > lengths[digest]:
        raise FormatError(
            file,
            region.line,
            f"{region.start}-{region.end} goes beyond {region.chrom}, which has "
            f"{lengths[digest]:,} residues; are the regions of another version of it?",
        )
    turned = (region.strand == "-") != turn
    place = _place(region.start, region.end, turned)
    if not region.name:
        return Part(printable(region.chrom), place, digest, region.start, region.end, turned)
    described = f"{printable(region.chrom)} {place}"
    return Part(printable(region.name), described, digest, region.start, region.end, turned)


def _called(file: Path | BinaryIO) -> str:
    return str(file) if isinstance(file, Path) else "standard input"


def _resolve_all(view: View, wanted: Wanted, names: Sequence[str]) -> list[Digest]:
    """The digests of `names`: in a collection, in a namespace, or as they stand."""
    if wanted.collection is None:
        return view.resolve_all([in_namespace(name, wanted.namespace) for name in names])
    members = {each.name: each.digest for each in view.collection(wanted.collection).members}
    unknown = next((name for name in names if name not in members), None)
    if unknown is not None:
        raise SequenceNotFound(
            f"the collection {wanted.collection!r} has no record {unknown!r}; see: "
            "holdfast seq collection show"
        )
    return [members[name] for name in names]


def in_namespace(name: str, namespace: str | None) -> str:
    """`name` in `namespace`, unless it names one itself.

    >>> in_namespace("NM_000551.4", "refseq"), in_namespace("lab:x", "refseq")
    ('refseq:NM_000551.4', 'lab:x')
    """
    return name if namespace is None or ":" in name else f"{namespace}:{name}"


def read_names(file: str) -> list[str]:
    """The names in a file, one a line; blank lines and those that begin with ``#`` are none.

    Raises
    ------
    FormatError
        It cannot be read, is no text, or is too large to be a list of names.
    """
    with open_content(source(file)) as content:
        raw = content.read(IDS_LIMIT + 1)
        if len(raw) > IDS_LIMIT:
            raise FormatError(content.name, None, "is too large to be a list of names")
        try:
            lines = raw.decode().splitlines()
        except UnicodeDecodeError as error:
            raise FormatError(content.name, None, "is not text; give one name a line") from error
    names = map(str.strip, lines)
    return [name for name in names if name and not name.startswith("#")]


def _check_strands(view: View, names: dict[Digest, str]) -> None:
    """Raise UsageError for a sequence that has no other strand."""
    for digest, name in names.items():
        foreign = view.info(digest).alphabet.encode().translate(None, NUCLEOTIDES)
        if foreign:
            raise UsageError(
                f"{name} has the residue {foreign[:1].decode()}, so it is no nucleotide sequence "
                "and has no reverse complement"
            )


def view_at(container: Container, snapshot: str | None) -> View:
    """What is read, with its layers if there are any, as it is now or as of a snapshot."""
    return container.reading.at(snapshot) if snapshot is not None else container.reading
