"""
Loading: a text of sequences becomes staged sequences, aliases and a collection.

Everything is staged before anything is kept, so a text that is broken in its last line leaves
nothing behind. Errors name the file and the line.
"""

import io
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from holdfast.base.progress import Listener, Progress, ignore
from holdfast.base.texts import TextsBuilder
from holdfast.errors import AliasConflict, FormatError, UsageError
from holdfast.formats.compression import BUFFER, open_content, stream_name
from holdfast.formats.fasta import Aliases, Block, LongRecord
from holdfast.formats.layout import LayoutWriter
from holdfast.formats.reading_ahead import read_ahead
from holdfast.formats.records import LAID, open_records
from holdfast.sequences.collections.collection import collection_digest
from holdfast.sequences.naming.alias import check_namespace
from holdfast.sequences.naming.definition import Definitions, record_aliases
from holdfast.sequences.naming.namespaces import AUTO, unclear
from holdfast.sequences.storage.journal import LayoutPlace, NamedCollection, Origin
from holdfast.sequences.view import View
from holdfast.sequences.writing.aliases import alarms
from holdfast.sequences.writing.batch import Batch

NAME_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load found and what of it was new. Sizes in bytes, lengths in residues."""

    collection: str  #: the name the file's records were given
    digest: str  #: the digest of the collection
    sequences_seen: int
    sequences_new: int
    residues_seen: int
    residues_new: int
    aliases_added: int
    aliases_retired: int
    bytes_added: int = 0  #: pack and journal entry, known after the commit
    alarms: tuple[str, ...] = ()  #: versioned accessions that were moved; they promise never to be


@dataclass(frozen=True, slots=True)
class Source:
    """A file of sequences to load: into which namespace, as which collection, where it is from.

    The namespace ``auto`` puts each name where its form says.
    """

    file: Path | BinaryIO
    namespace: str
    collection: str | None = None
    origin: Origin | None = None
    definitions: Definitions = Definitions.BARS  #: what else of a definition line is an alias


class Loading:
    """One text on its way into a batch."""

    def __init__(self, batch: Batch, file: str, source: Source, reassign: bool) -> None:
        if source.namespace != AUTO:
            check_namespace(source.namespace)
        self._batch, self._file = batch, file
        self._source, self._reassign = source, reassign
        self._waiting: deque[Block] = deque()  # being digested
        self._names, self._descriptions = TextsBuilder(), TextsBuilder()
        self._numbers = array("q")
        self._seen: dict[str, int] = {}
        # Each name becomes an alias in the namespace said. That one name of the file stands for two
        # sequences shows there, as a conflict or an alias that moves; until then nothing is seen.
        self._sees_all = source.namespace == AUTO
        self.residues = 0

    def take(self, item: Block | LongRecord) -> None:
        """Stage the next records, or those that were taken before and are digested by now."""
        if isinstance(item, LongRecord):
            self.settle()
            heading = item.heading
            numbers = [self._batch.add_long(self._counted(item))]
            self._note([heading.name], [heading.description], numbers, lambda _: heading.line)
            self._note_others([item.aliases], numbers, lambda _: heading.line)
            return
        self._batch.digester.put(item.residues)
        self._waiting.append(item)
        while self._batch.digester.ready():
            self._settle_next()

    def settle(self) -> None:
        """Stage all records that were taken."""
        while self._waiting:
            self._settle_next()

    def _settle_next(self) -> None:
        item = self._waiting.popleft()
        numbers = self._batch.add_digested(item.residues, self._batch.digester.take())
        self.residues += int(item.residues.lengths.sum())
        self._note(item.names, item.descriptions, numbers, lambda nth: item.headings[nth].line)
        self._note_others(item.aliases, numbers, lambda nth: item.headings[nth].line)

    def finish(self, name: str, origin: Origin, layout: bytes | None, now: View) -> str:
        """Stage the collection of all records, laid out so, under `name`; its digest.

        Content that is in the journal already is referred to, not written again; and when the name
        has the same content and origin already, there is nothing to stage.
        """
        self._batch.flush()
        names = self._names.finish()
        digest = collection_digest(names, self._batch.joined_digests(self._numbers))
        descriptions = () if self._descriptions.are_empty else self._descriptions.finish()
        layout_digest = None if layout is None else sha256(layout).hexdigest()
        content = now.find_content(digest, descriptions, layout_digest)
        if content is None:
            named = NamedCollection(
                name,
                digest,
                origin,
                layout=None if layout is None else self._keep(layout),
                names=names,
                descriptions=descriptions,
                sequences=self._numbers,
                residues=self.residues,
            )
            self._batch.add_collection(named)
        elif not now.has_collection(name, content, origin):
            self._batch.add_collection(NamedCollection(name, digest, origin, *content))
        return digest

    def _keep(self, layout: bytes) -> LayoutPlace:
        at = self._batch.append_blob(layout)
        return LayoutPlace(at.pack, at.offset, at.size, sha256(layout).hexdigest())

    @property
    def sequences(self) -> int:
        """How many records there were so far."""
        return len(self._numbers)

    def _counted(self, item: LongRecord) -> Iterator[tuple[bytes, int]]:
        for piece, letters in item.pieces:
            self.residues += len(piece)
            yield piece, letters

    def _note(
        self,
        names: Sequence[str],
        descriptions: Sequence[str],
        numbers: Sequence[int],
        line: Callable[[int], int],
    ) -> None:
        """Keep the records' names, and stage their aliases; `line` is where the nth stands."""
        if self._sees_all:
            self._see(names, numbers, line)
        source = self._source
        found = record_aliases(names, descriptions, source.namespace, source.definitions)
        if found.unclear:
            first = found.unclear[0]
            raise FormatError(self._file, line(first), unclear(names[first]))
        moved = self._batch.aliases_moved
        for namespace, (texts, places) in found.placed.items():
            plain = places == range(len(numbers))
            owners = numbers if plain else [numbers[nth] for nth in places]
            try:
                self._stage(namespace, texts, owners, partial(_line_at, line, places))
            except AliasConflict as error:
                self._see_all(names, numbers, line)
                if not plain and source.namespace != AUTO:
                    error.args = (f"{error}; --definitions none leaves such names out",)
                raise
        if self._batch.aliases_moved > moved:
            self._see_all(names, numbers, line)
        self._names.extend(names)
        self._descriptions.extend(descriptions)
        self._numbers.frombytes(np.asarray(numbers, np.int64).tobytes())

    def _note_others(
        self, aliases: Sequence[Aliases], numbers: Sequence[int], line: Callable[[int], int]
    ) -> None:
        """Stage what else the records are called, in formats that say so."""
        namespaces: dict[str, tuple[list[str], list[int]]] = {}
        for nth, others in enumerate(aliases):
            for namespace, text in others:
                texts, places = namespaces.setdefault(namespace, ([], []))
                texts.append(text)
                places.append(nth)
        for namespace, (texts, places) in namespaces.items():
            owners = [numbers[nth] for nth in places]
            self._stage(namespace, texts, owners, partial(_line_at, line, places))

    def _stage(
        self,
        namespace: str,
        texts: Sequence[str],
        numbers: Sequence[int],
        line: Callable[[int], int],
    ) -> None:
        """Stage aliases of one namespace; the nth was read on `line(nth)`."""
        self._batch.alias_numbers(
            namespace,
            texts,
            numbers,
            reassign=self._reassign,
            place=lambda nth: f"{self._file}:{line(nth)}",
        )

    def _see_all(
        self, names: Sequence[str], numbers: Sequence[int], line: Callable[[int], int]
    ) -> None:
        """Remember what all names so far stand for, and from now on each block's."""
        if not self._sees_all:
            self._sees_all = True
            self._seen = dict(zip(self._names.finish(), self._numbers, strict=True))
            self._see(names, numbers, line)

    def _see(
        self, names: Sequence[str], numbers: Sequence[int], line: Callable[[int], int]
    ) -> None:
        """Remember what the names stand for; one name stands for one sequence."""
        found = dict(zip(names, numbers, strict=True))
        if len(found) == len(names) and self._seen.keys().isdisjoint(found):
            self._seen.update(found)
            return
        for nth, (name, number) in enumerate(zip(names, numbers, strict=True)):
            if self._seen.setdefault(name, number) != number:
                raise FormatError(
                    self._file,
                    line(nth),
                    f"the name {name} already stands for another sequence of this file; "
                    "give each its own name",
                )


def _line_at(line: Callable[[int], int], places: Sequence[int], nth: int) -> int:
    return line(places[nth])


def load(
    batch: Batch,
    now: View,
    source: Source,
    *,
    reassign: bool = False,
    listener: Listener = ignore,
) -> LoadReport:
    """Stage all records of a file or stream of any format we read, compressed or not.

    Each name becomes an alias in the source's namespace, and what else a record is called one in
    the namespace its format or its definition line says; the records become the source's
    collection (default: the file's name).

    Raises
    ------
    FormatError
        It holds no sequences, or one name stands for two of them: file and line are said.
    AliasConflict
        A name belongs to another sequence in the store, and `reassign` was not said.
    UsageError
        The namespace or the collection's name cannot be used.
    """
    file = str(source.file) if isinstance(source.file, Path) else stream_name(source.file)
    name = _collection_name(Path(file).name if source.collection is None else source.collection)
    before = batch.sequences_staged, batch.residues_staged, *batch.aliases_staged
    moved_before = batch.aliases_moved
    layout = LayoutWriter()
    with (
        _opened(source.file, file) as stream,
        open_content(cast("BinaryIO", stream), file) as unpacked,
        # A stream may keep its reader waiting for as long as it likes, also when all is to end.
        read_ahead(unpacked) if isinstance(source.file, Path) else nullcontext(unpacked) as content,
    ):
        loading = Loading(batch, file, source, reassign)
        reader = open_records(content, layout)
        try:
            for item in reader.blocks():
                loading.take(item)
                listener(Progress(f"loading {name}", loading.residues, None, "residues"))
        except FormatError:
            loading.settle()  # what is wrong before is said first
            raise
        loading.settle()
        listener(Progress(f"loading {name}", loading.residues, None, "residues"))
        origin = source.origin or Origin(file=Path(file).name)
        if origin.sha256 is None:
            origin = replace(origin, sha256=stream.sha256())
    kept = layout.finish() if reader.format in LAID else None
    digest = loading.finish(name, origin, kept, now)
    after = batch.sequences_staged, batch.residues_staged, *batch.aliases_staged
    sequences, residues, added, retired = (b - a for a, b in zip(before, after, strict=True))
    return LoadReport(
        collection=name,
        digest=digest,
        sequences_seen=loading.sequences,
        sequences_new=sequences,
        residues_seen=loading.residues,
        residues_new=residues,
        aliases_added=added,
        aliases_retired=retired,
        alarms=alarms(batch.moved(moved_before)),
    )


@contextmanager
def _opened(source: Path | BinaryIO, name: str) -> Iterator["_Hashed"]:
    """The bytes of a file or stream; a stream that was given open stays open."""
    if not isinstance(source, Path):
        with _Hashed(source) as hashed:
            yield hashed
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise FormatError(name, None, f"cannot be opened: {error.strerror}") from error
    with file, _Hashed(file) as hashed:
        yield hashed


class _Hashed(io.RawIOBase):
    """A stream that is hashed as it is read: the digest is of the very bytes that were loaded.

    A thread hashes them, one part behind the reader.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._hasher = stream, sha256()
        self._thread = ThreadPoolExecutor(1)
        self._under_way: Future[None] | None = None

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        self._wait()
        self._under_way = self._thread.submit(self._hasher.update, part)
        return part

    def close(self) -> None:
        self._thread.shutdown()
        super().close()

    def _wait(self) -> None:
        if self._under_way is not None:
            self._under_way.result()

    def readable(self) -> bool:
        return True

    def sha256(self) -> str:
        """The digest of the whole stream; what was not asked for is read now."""
        while self.read(BUFFER):
            pass
        self._wait()
        return self._hasher.hexdigest()


def _collection_name(name: str) -> str:
    """`name`, unless it could be mistaken: for nothing, for several lines, for a way out.

    Blanks and slashes are right: files have them in their names, and files of a release stand in
    folders. No collection's name becomes a path here; `..` is refused for those who export.
    """
    climbs = name.startswith("/") or ".." in name.split("/") or "\\" in name
    if not name.strip() or len(name) > NAME_LIMIT or not name.isprintable() or climbs:
        raise UsageError(
            f"{name!r} cannot name a collection; it must not be empty, very long, begin with a "
            "slash, or hold '..', backslashes or control characters"
        )
    return name
