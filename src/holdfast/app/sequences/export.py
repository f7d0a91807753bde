"""
Export sequences: collections, single sequences, or all there are, as FASTA or 2bit.

A file appears whole or not at all; to a pipe the bytes go as they are made. Memory does not grow
with the sequences, only with their number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import repeat
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from holdfast.app.container import Container
from holdfast.app.sequences.get import in_namespace, view_at
from holdfast.base.files import atomic_file, write_atomic
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import CollectionNotFound, UsageError, printable
from holdfast.formats.bgzf import BgzfWriter
from holdfast.formats.compressing import Compression, compressed
from holdfast.formats.fai import FaiRow, fai_text
from holdfast.formats.fasta_writing import WIDTH, FastaWriter, Sink, heading_of
from holdfast.formats.twobit import Runs, TwoBitEntry, TwoBitWriter, unknown_runs
from holdfast.sequences import View
from holdfast.sequences.naming.namespaces import canonical
from holdfast.sequences.reading.outgoing import Known, Part, read_parts, whole

TOLD_EVERY = 1 << 20  #: residues between two words of progress
NO_RUNS = Runs(np.empty(0, np.int64), np.empty(0, np.int64))


class Format(Enum):
    """What can be written."""

    FASTA = "fasta"
    TWOBIT = "2bit"


class Deflines(Enum):
    """What stands behind ``>``."""

    NAMES = "names"  #: a collection's names and descriptions; the names asked for
    ALIASES = "aliases"  #: every alias of the sequence, its digest first


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be written, and how."""

    names: Sequence[str] = ()  #: collections and sequences; none means all sequences
    format: Format = Format.FASTA
    compression: Compression = Compression.PLAIN
    width: int = WIDTH  #: residues a line
    at: str | None = None  #: as of a snapshot
    namespace: str | None = None  #: whose aliases count
    deflines: Deflines = Deflines.NAMES
    exact: bool = False  #: the text of a collection byte for byte as it was loaded


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `size` in bytes, where a file tells it."""

    output: str | None
    format: str
    compression: str
    records: int
    residues: int
    size: int | None = None


def export(
    container: Container,
    request: Request,
    output: Path | None,
    stream: BinaryIO,
    listener: Listener = ignore,
) -> Exported:
    """Write what is asked for to the file `output`, or to `stream` when there is none.

    A bgzip-compressed FASTA file gets its ``.fai`` and ``.gzi`` beside it, unless the lines of a
    record are not alike, as an exact text's may be.

    Raises
    ------
    SequenceNotFound, AliasNotFound, AliasAmbiguous, CollectionNotFound
        Nothing, or more than one thing, has a name. Nothing was written.
    UsageError
        The request contradicts itself, or the format cannot hold a sequence.
    """
    _check(request, output, stream)
    writing = Writing(view_at(container, request.at), request, listener)
    threads = container.settings.processors
    if output is None:
        with compressed(stream, request.compression, threads) as sink:
            found = writing.write(sink)
        stream.flush()
        return found
    path = output.resolve() if output.is_symlink() else output
    if path.exists() and not path.is_file():  # a pipe or a device must stay what it is
        with path.open("wb") as file, compressed(file, request.compression, threads) as sink:
            return replace(writing.write(sink), output=str(path))
    return _to_file(path, writing, threads)


def _to_file(path: Path, writing: "Writing", threads: int) -> Exported:
    fai, gzi = Path(f"{path}.fai"), Path(f"{path}.gzi")
    with atomic_file(path) as file:
        with compressed(file, writing.request.compression, threads) as sink:
            found = writing.write(sink)
        # Indexes of what was here before would lead astray; better none for a moment.
        fai.unlink(missing_ok=True)
        gzi.unlink(missing_ok=True)
    if isinstance(sink, BgzfWriter) and writing.rows:
        write_atomic(fai, fai_text(writing.rows))
        write_atomic(gzi, sink.gzi())
    return replace(found, output=str(path), size=path.stat().st_size)


def _check(request: Request, output: Path | None, stream: BinaryIO) -> None:
    """Raise UsageError for what cannot be meant."""
    binary = request.format is Format.TWOBIT or request.compression is not Compression.PLAIN
    if output is None and binary and stream.isatty():
        raise UsageError("this is nothing to read on a terminal; name a file with --output")
    if request.exact and (len(request.names) != 1 or request.format is not Format.FASTA):
        raise UsageError("--exact writes one collection as FASTA; name one")
    if request.exact and (request.deflines is not Deflines.NAMES or request.width != WIDTH):
        raise UsageError(
            "--exact writes names and lines as they were; leave --deflines and --width"
        )
    if output is not None and output.is_dir():
        raise UsageError(f"{output} is a folder; name a file in it")
    if output is not None and not output.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {output.absolute().parent}; make it first")


class Writing:
    """What is to be written, with every name looked up; it is written once."""

    def __init__(self, view: View, request: Request, listener: Listener) -> None:
        self.request = request
        self.rows: list[FaiRow] = []  #: where records stand in a BGZF file, once it is written
        self._view, self._listener, self._told = view, listener, 0
        self._parts: Iterable[Part] = ()
        if request.exact:
            view.collection(request.names[0])
        elif request.names:
            self._parts = _named_parts(view, request)
        else:
            self._parts = _all(view, request)
        if request.format is Format.TWOBIT:
            self._parts = list(self._parts)
            small = _small_letters(view, request.names) if request.names else repeat(NO_RUNS)
            self._entries = list(self._twobit_entries(self._parts, small))

    def write(self, sink: Sink) -> Exported:
        """Write it to `sink`."""
        if self.request.exact:
            return self._write_exact(sink)
        if self.request.format is Format.TWOBIT:
            return self._write_twobit(sink)
        return self._write_fasta(sink)

    def _write_fasta(self, sink: Sink) -> Exported:
        writer = FastaWriter(sink, self.request.width, indexed=isinstance(sink, BgzfWriter))
        for part, pieces in read_parts(self._view, self._parts):
            writer.write(heading_of(part.name, part.description), pieces)
            self._tell("exporting", writer.residues)
        self.rows = writer.rows
        return self._exported(writer.records, writer.residues)

    def _write_exact(self, sink: Sink) -> Exported:
        name = self.request.names[0]
        residues = sum(member.length for member in self._view.collection(name).members)
        rows = self.rows if isinstance(sink, BgzfWriter) else None
        records = self._view.write_exact(name, cast("BinaryIO", sink), rows)
        return self._exported(records, residues)

    def _write_twobit(self, sink: Sink) -> Exported:
        writer = TwoBitWriter(sink, self._entries)
        residues = 0
        read = read_parts(self._view, self._parts)
        for entry, (_, pieces) in zip(self._entries, read, strict=True):
            writer.begin(entry)
            for piece in pieces:
                writer.write(piece)
            residues += entry.length
            self._tell("exporting", residues)
        return self._exported(len(self._entries), residues)

    def _twobit_entries(
        self, parts: Iterable[Part], small: Iterable[Runs]
    ) -> Iterator[TwoBitEntry]:
        """What a 2bit file says before its bases: they are read once for it."""
        names: set[str] = set()
        residues = 0
        for (part, pieces), masked in zip(read_parts(self._view, parts), small, strict=False):
            if part.name in names:
                raise UsageError(f"a 2bit file cannot have two sequences called {part.name}")
            names.add(part.name)
            try:
                unknown, length = unknown_runs(pieces)
            except ValueError as letter:
                raise UsageError(
                    f"{part.name} has the residue {letter}; a 2bit file holds A, C, G, T and N "
                    "only, so write FASTA instead"
                ) from letter
            residues += length
            self._tell("looking for N", residues)
            yield TwoBitEntry(part.name, length, unknown, masked)

    def _tell(self, what: str, residues: int) -> None:
        if residues - self._told >= TOLD_EVERY or residues < self._told:
            self._told = residues
            self._listener(Progress(what, residues, None, "residues"))

    def _exported(self, records: int, residues: int) -> Exported:
        compression = self.request.compression.value
        return Exported(None, self.request.format.value, compression, records, residues)


def _named_parts(view: View, request: Request) -> list[Part]:
    parts: list[Part] = []
    for name in request.names:
        parts += _named(view, name, request.namespace)
    if request.deflines is Deflines.NAMES:
        return parts
    return [_with_aliases(view, part, request.namespace) for part in parts]


def _named(view: View, name: str, namespace: str | None) -> list[Part]:
    """The records of the collection called `name`, or else the sequence."""
    try:
        return list(map(whole, view.collection(name).members))
    except CollectionNotFound:
        digest = view.resolve(in_namespace(name, namespace))
    return [Part(printable(name), "", digest, 0, view.info(digest).length)]


def _small_letters(view: View, names: Iterable[str]) -> Iterator[Runs]:
    """Where the records of collections had small letters; single sequences have none."""
    for name in names:
        try:
            found = view.small_letters(name)
        except CollectionNotFound:
            yield NO_RUNS
        else:
            yield from (Runs(starts, lengths) for starts, lengths in found)


def _with_aliases(view: View, part: Part, namespace: str | None) -> Part:
    aliases = tuple(record.alias for record in view.aliases(part.digest))
    known = Known(part.digest, part.end, aliases)
    return replace(part, name=f"ga4gh:{part.digest}", description=_aliases(known, namespace))


def _all(view: View, request: Request) -> Iterator[Part]:
    """All sequences, or those with an alias in the namespace, called by it."""
    for known in view.all_sequences():
        name, description = f"ga4gh:{known.digest}", _aliases(known, request.namespace)
        if request.namespace is not None:
            if not description:
                continue
            if request.deflines is Deflines.NAMES:
                here = description.split(" ")
                name, *others = (each.partition(":")[2] for each in here)
                description = " ".join(others)
        yield Part(name, description, known.digest, 0, known.length)


def _aliases(known: Known, namespace: str | None) -> str:
    """The aliases of a sequence as they stand behind its digest."""
    wanted = None if namespace is None else canonical(namespace)
    return " ".join(str(each) for each in known.aliases if wanted in (None, each.namespace))
