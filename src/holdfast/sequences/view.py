"""
Views: the store as it is now, or as it was at a snapshot. They read and never write.

What a digest names cannot change, so opened sequences are cached by digest; what an alias names
can, so it is kept only until the next commit. A view may be used by many threads at once.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.base.digests import PREFIX, Digest
from holdfast.base.progress import Listener, ignore
from holdfast.errors import (
    AliasNotFound,
    CollectionNotFound,
    PackMissing,
    SequenceNotFound,
    UsageError,
)
from holdfast.formats.fai import FaiRow
from holdfast.formats.fasta_writing import FastaWriter, heading_of
from holdfast.formats.layout import Layout
from holdfast.formats.residues import alphabet
from holdfast.sequences.collections import exact, seqcol
from holdfast.sequences.collections.collection import Collection, CollectionRecord, Member
from holdfast.sequences.collections.levels import Levels
from holdfast.sequences.collections.membership import Membership
from holdfast.sequences.naming import listing as alias_listing
from holdfast.sequences.naming import search
from holdfast.sequences.naming.alias import Alias, AliasRecord, check_namespace
from holdfast.sequences.naming.names import Names, is_known
from holdfast.sequences.naming.namespaces import canonical
from holdfast.sequences.reading import outgoing, slices
from holdfast.sequences.reading.recent import Recent
from holdfast.sequences.reading.sequence import Sequence
from holdfast.sequences.storage.codecs import BLOCK, TWO_BITS, Encoding, Record, open_record
from holdfast.sequences.storage.hashing import check_residues
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import EntryName, Journal, NamedCollection, Origin
from holdfast.sequences.storage.packs import Packs
from holdfast.sequences.storage.schema import NOW, Row

if TYPE_CHECKING:
    import pyarrow as pa

#: Bytes that a store's caches may hold: opened sequences, contents of collections, and zstd's
#: dictionaries.
SEQUENCE_BYTES, CONTENT_BYTES, DICTIONARY_BYTES = 96 << 20, 96 << 20, 8 << 20


@dataclass(frozen=True, slots=True)
class SequenceInfo:
    """What the store knows of a sequence. `length` in residues, `size` in stored bytes."""

    digest: Digest
    length: int
    md5: str
    sha1: str
    seguid: str
    trunc512: str
    alphabet: str
    encoding: str
    size: int
    pack: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A sequence open for reading; `number`, its first, tells whether an old view may see it."""

    number: int
    record: Record
    row: Row


class Room:
    """What all views of one store share: packs, index, journal and caches."""

    def __init__(self, packs: Packs, index: Index, journal: Journal) -> None:
        self.packs, self.index, self.journal = packs, index, journal
        self.verify = False  # whether a sequence is hashed when it is opened
        self.sequences: Recent[str | Digest, Opened] = Recent(SEQUENCE_BYTES, _opened_bytes)
        self._contents: Recent[tuple[int, int], NamedCollection]
        self._contents = Recent(CONTENT_BYTES, lambda content: 200 * len(content.names))
        self.levels = Levels(index.path.parent)
        self.members = Membership(index, journal)
        self._dictionaries: Recent[int, zstandard.ZstdCompressionDict]
        self._dictionaries = Recent(DICTIONARY_BYTES, lambda _: 100_000)
        packs.on_forgetting(self.sequences.clear)

    def sequence(self, digest: str) -> Opened:
        """The sequence whose digest is written ``SQ.…``, from the cache or opened.

        Raises
        ------
        SequenceNotFound
            It is not in the store.
        """
        kept = self.sequences.find(digest)
        if kept is not None:
            return kept
        row = self.index.find("digest", _parsed(digest).raw)
        if row is None:
            raise SequenceNotFound(f"the store has no sequence {digest}")
        if not row.pack:
            raise SequenceNotFound(
                f"the residues of {digest} were garbage and dropped by the commit {row.offset}; "
                "load them again"
            )
        try:
            opened = Opened(row.first, self._open(row), row)
        except PackMissing:
            if self.index.find("digest", row.digest) == row:
                raise
            return self.sequence(digest)  # it was moved to another pack just now
        return self.sequences.keep(opened, digest, Digest(row.digest))

    def _open(self, row: Row) -> Record:
        content = self.packs.record(row.pack, row.offset, row.size)
        dictionary = self.dictionary(row.dictionary) if row.dictionary else None
        record = open_record(row.encoding, content, row.length, dictionary)
        if self.verify:
            check_residues(record, Digest(row.digest))
        return record

    def dictionary(self, number: int) -> zstandard.ZstdCompressionDict:
        """The zstd dictionary `number`."""
        found = self._dictionaries.find(number)
        if found is None:
            place = self.index.dictionary(number)
            try:
                content = self.packs.record(*place)
            except PackMissing:
                if self.index.dictionary(number) == place:
                    raise
                return self.dictionary(number)  # it was moved to another pack just now
            found = zstandard.ZstdCompressionDict(bytes(content))
            self._dictionaries.keep(found, number)
        return found

    def content(self, number: int, place: int) -> NamedCollection:
        """The collection `place` of the journal entry `number`."""
        found = self._contents.find((number, place))
        if found is None:
            sha256 = self.index.position_at(number).hash
            found = self.journal.read(EntryName(number, sha256)).collections[place]
            self._contents.keep(found, (number, place))
        return found


class View:
    """The store as of a journal position."""

    def __init__(self, room: Room, at: int = NOW) -> None:
        self._room, self._at = room, at
        self._sequences = room.sequences.newest
        self._limit = NOW if at == NOW else room.index.position_at(at).sequences
        self._names = Names(room.index, at, self._limit)

    # Sequences

    def fetch(self, name: str | Digest, start: int | None = None, end: int | None = None) -> str:
        """The residues of `name` from `start` to before `end`; an `end` past the end is the end.

        Raises
        ------
        SequenceNotFound, AliasNotFound, AliasAmbiguous
            Nothing, or more than one thing, has this name.
        UsageError
            `start` is negative or after `end`.
        """
        opened = self._sequences.get(name) or self._opened(name)
        if opened.number >= self._limit:
            raise SequenceNotFound(f"{name} was not in the store then")
        record: Record = opened.record
        length = record.length
        if start is None:
            start = 0
        if end is None or end > length:
            end = length
        if 0 <= start <= end:
            return record.text(start, end)
        return slices.out_of_order(start, end, length)

    def slices(
        self,
        names: slices.Names,
        starts: npt.ArrayLike,
        ends: npt.ArrayLike,
        *,
        table: Iterable[str | Digest] | None = None,
    ) -> slices.Slices:
        """The residues of many slices, each as :meth:`fetch` would give it, in one array.

        `names` is one name for all slices, a name for each, or, with a `table` of names, the place
        in it for each.

        Raises
        ------
        SequenceNotFound, AliasNotFound, AliasAmbiguous
            Nothing, or more than one thing, has one of the names.
        UsageError
            The columns differ in length, or one row is no slice: the first such row is said.
        """
        first, last = slices.checked_bounds(starts, ends)
        wanted, codes = slices.distinct(names, table, len(first))
        numbers = self._numbers(wanted)
        rows = self._room.index.rows(numbers)
        slices.check_kept(rows)
        first, last = slices.clamped(first, last, rows["length"].astype(np.int64)[codes])
        try:
            room = self._room
            reader = slices.SliceReader(room.packs, room.index, rows, room.dictionary)
            return reader.read(codes, first, last)
        except PackMissing:
            if (self._room.index.rows(numbers)["pack"] == rows["pack"]).all():
                raise
            return self.slices(codes, starts, ends, table=wanted)  # one was moved just now

    def _numbers(self, names: list[str | Digest]) -> list[int]:
        """The numbers of the sequences that `names` mean."""
        texts = list(map(str, names))
        if self._room.verify:
            return [self._visible(name).row.id for name in texts]  # opening one verifies it
        found = self._names.numbers(texts)
        return [
            self._visible(name).row.id if number is None else number
            for name, number in zip(texts, found, strict=True)
        ]

    def residues(self, name: str | Digest, start: int = 0, end: int | None = None) -> bytes:
        """The residues of `name` as bytes: all, or those from `start` to before `end`."""
        record = self._visible(name).record
        return record.residues(start, record.length if end is None else min(end, record.length))

    def all_sequences(self) -> Iterator[outgoing.Known]:
        """Every sequence with its aliases, in the order in which they were stored."""
        return outgoing.all_sequences(self._room.index, self._at, self._limit)

    def __getitem__(self, name: str | Digest) -> Sequence:
        opened = self._visible(name)
        return Sequence(Digest(opened.row.digest), opened.record)

    def __contains__(self, name: object) -> bool:
        return is_known(self._visible, name)

    def resolve(self, name: str | Digest) -> Digest:
        """The digest of `name`: ``SQ.…``, ``ga4gh:SQ.…``, ``md5:…``, ``namespace:alias``, an alias.

        Raises
        ------
        SequenceNotFound, AliasNotFound, AliasAmbiguous
            Nothing, or more than one thing, has this name.
        """
        if isinstance(name, Digest):
            return Digest(self._visible(name).row.digest)
        return self._names.digest(name)

    def resolve_all(self, names: Iterable[str]) -> list[Digest]:
        """The digests of `names`, in order; thousands take little longer than one.

        Raises what :meth:`resolve` raises, for the first name that it raises for.
        """
        return self._names.digests(list(names))

    def info(self, name: str | Digest) -> SequenceInfo:
        """What the store knows of `name`."""
        row = self._visible(name).row
        digest = Digest(row.digest)
        return SequenceInfo(
            digest=digest,
            length=row.length,
            md5=row.md5.hex(),
            sha1=row.sha1.hex(),
            seguid=base64.b64encode(row.sha1).decode().rstrip("="),
            trunc512=digest.trunc512,
            alphabet=alphabet(row.letters),
            encoding=Encoding(row.encoding).name.lower(),
            size=row.size,
            pack=row.pack,
        )

    # Aliases

    def aliases(self, name: str | Digest, history: bool = False) -> list[AliasRecord]:
        """The aliases that `name` has.

        With `history`: each alias it ever had, and what else each of these stood for, so that one
        sees from which commit to which a name meant which sequence; of a name that was retired,
        what it stood for.
        """
        index = self._room.index
        try:
            number, digest, _ = self._names.sequence(str(name))
        except AliasNotFound:
            past = self._names.past(str(name)) if history else []
            if not past:
                raise
            return [_past_alias(index, *row) for row in past]
        if not history:
            return [
                AliasRecord(Alias.known(namespace, text), digest, added, retired)
                for namespace, text, added, retired in index.aliases_of(number, self._at)
                if retired is None
            ]
        return [_past_alias(index, *row) for row in index.alias_history(number, self._at)]

    def aliases_all(
        self, names: Iterable[str], namespace: str | None = None
    ) -> list[tuple[Alias, ...]]:
        """The aliases of each of `names`, all or those in one namespace; thousands at once.

        Raises what :meth:`resolve` raises, for the first name that it raises for.
        """
        space = self._space(namespace)
        hidden = self._names.hidden
        numbers = self._names.numbers_of(list(names))
        found: dict[int, list[Alias]] = {number: [] for number in numbers}
        for number, known, text in self._room.index.aliases_of_all(list(found), self._at):
            if known not in hidden and space in (None, known):
                found[number].append(Alias.known(known, text))
        return [tuple(found[number]) for number in numbers]

    def search(
        self,
        text: str,
        *,
        prefix: bool = False,
        namespace: str | None = None,
        limit: int = search.LIMIT,
        listener: Listener = ignore,
    ) -> list[search.Found]:
        """At most `limit` sequences that have all words of `text` in aliases or description.

        With `prefix`: those that have an alias which begins with `text` as it is written. Nothing
        in `text` is a pattern.

        Raises
        ------
        UsageError
            There is nothing to search for in `text`, or the namespace cannot be one.
        """
        wanted = search.Wanted(self._at, self._space(namespace), self._names.hidden, limit)
        if prefix:
            return search.by_prefix(self._room.index, text, wanted)
        return search.by_words(self._room.index, self._room.content, text, wanted, listener)

    def namespaces(self) -> list[alias_listing.NamespaceRecord]:
        """The namespaces and how many aliases they have, by name."""
        return alias_listing.namespaces(self._room.index, self._at, self._names.hidden)

    def alias_blocks(
        self, namespace: str | None = None, *, history: bool = False
    ) -> Iterator[alias_listing.AliasColumns]:
        """All aliases, of one namespace or of all, in blocks of columns.

        With `history`: those that were retired too. Raises UsageError when the namespace cannot
        be one.
        """
        return alias_listing.blocks(
            self._room.index,
            self._at,
            namespace=self._space(namespace),
            history=history,
            hidden=self._names.hidden,
        )

    def _space(self, namespace: str | None) -> str | None:
        """A namespace that somebody named, in its canonical form."""
        if namespace is not None:
            check_namespace(namespace)
        return canonical(namespace) if namespace is not None else None

    # Tables, as Arrow

    def sequences_table(self, columns: Iterable[str] | None = None) -> "pa.Table":
        """The sequences as a table: digest, length, md5, sha1, alphabet, encoding, size.

        `columns` chooses some of these. Lengths are in residues, sizes in stored bytes.

        Raises
        ------
        UsageError
            There is no such column.
        """
        return self.sequence_batches(columns).read_all()

    def sequence_batches(self, columns: Iterable[str] | None = None) -> "pa.RecordBatchReader":
        """The rows of :meth:`sequences_table`, for those that memory would not hold."""
        from holdfast.sequences.reading import tables  # noqa: PLC0415 - Arrow is heavy; few ask for it

        chosen = None if columns is None else list(columns)
        return tables.sequences(self._room.index, self._limit, chosen)

    def aliases_table(self, namespace: str | None = None, history: bool = False) -> "pa.Table":
        """The aliases as a table: namespace, alias, digest; of one namespace or of all.

        With `history` the retired ones too, and the journal positions added and retired.
        """
        return self.alias_batches(namespace, history).read_all()

    def alias_batches(
        self, namespace: str | None = None, history: bool = False
    ) -> "pa.RecordBatchReader":
        """The rows of :meth:`aliases_table`, for those that memory would not hold."""
        from holdfast.sequences.reading import tables  # noqa: PLC0415 - Arrow is heavy; few ask for it

        blocks = self.alias_blocks(namespace=namespace, history=history)
        return tables.aliases(blocks, history=history)

    # Collections

    def collections(self) -> list[CollectionRecord]:
        """The collections that have a name, by name."""
        rows = self._room.index.ask(
            "SELECT c.name, c.digest, t.sequences, t.residues, c.added, c.origin FROM collections c"
            " JOIN contents t ON t.entry = c.content AND t.place = c.place WHERE c.added <= :at"
            " AND (c.retired IS NULL OR c.retired > :at) ORDER BY c.name",
            {"at": self._at},
        )
        return [
            CollectionRecord(name, digest, sequences, residues, added, Origin(**json.loads(origin)))
            for name, digest, sequences, residues, added, origin in rows
        ]

    @property
    def room(self) -> Room:
        """What this view shares with the other views of the store."""
        return self._room

    def collection(self, name: str) -> Collection:
        """The collection of this name or digest.

        Raises
        ------
        CollectionNotFound
            There is none.
        """
        known, digest, number, place, origin = self._named_collection(name)
        content = self._room.content(number, place)
        return Collection(known, digest, self._members(content), Origin(**json.loads(origin)))

    # Collections as GA4GH sequence collections

    def columns(self, collection: str) -> seqcol.Columns:
        """The names, lengths and digests of a collection, without an object for each member.

        Raises
        ------
        CollectionNotFound
            There is no collection of this name or digest.
        """
        _, _, number, place, _ = self._named_collection(collection)
        content, index = self._room.content(number, place), self._room.index
        return seqcol.Columns(
            content.names,
            index.lengths_of(content.sequences),
            index.digests_of(content.sequences),
        )

    def level2(self, collection: str) -> seqcol.Level2:
        """The arrays of a collection, as GA4GH Sequence Collections 1.0 has them."""
        return seqcol.level2(self.columns(collection))

    def level1(self, collection: str) -> seqcol.Level1:
        """The digest of each array of a collection; kept, since its digest fixes them."""
        _, digest, *_ = self._named_collection(collection)
        return dict(self._level1(digest))

    def _level1(self, digest: str) -> seqcol.Level1:
        return self._room.levels.of(digest, lambda: self.columns(digest))

    def find_collections(self, attribute: str, digest: str) -> list[str]:
        """The digests of the collections whose array `attribute` has this digest.

        Raises
        ------
        UsageError
            There is no such attribute.
        """
        if attribute not in seqcol.ATTRIBUTES:
            raise UsageError(
                f"a collection has no attribute {attribute!r}; there are: "
                + ", ".join(seqcol.ATTRIBUTES)
            )
        known = sorted({record.digest for record in self.collections()})
        return [each for each in known if self._level1(each)[attribute] == digest]

    def attribute(self, name: str, digest: str) -> list[Any]:
        """The array `name` whose digest is this.

        Raises
        ------
        UsageError
            There is no such attribute, or it is transient: only its digest is known.
        CollectionNotFound
            No collection has it.
        """
        if name in seqcol.TRANSIENT:
            raise UsageError(f"{name} is transient: it has a digest, and no array to show")
        found = self.find_collections(name, digest)
        if not found:
            raise CollectionNotFound(f"no collection has {name} with the digest {digest}")
        return seqcol.attribute(self.columns(found[0]), name)

    def _named_collection(self, name: str) -> tuple[str, str, int, int, str]:
        """Name, digest, entry, place and origin (JSON) of the collection `name`."""
        rows = self._room.index.ask(
            "SELECT name, digest, content, place, origin FROM collections"
            " WHERE (name = :name AND added <= :at AND (retired IS NULL OR retired > :at))"
            " OR (digest = :name AND added <= :at) ORDER BY name = :name DESC, added DESC LIMIT 1",
            {"name": name, "at": self._at},
        )
        if not rows:
            raise CollectionNotFound(
                f"the store has no collection {name!r}; see: holdfast seq collection list"
            )
        known, digest, number, place, origin = rows[0]
        return known, digest, number, place, origin

    def find_content(
        self, digest: str, descriptions: Iterable[str], layout: str | None
    ) -> tuple[int, int] | None:
        """Entry and place of the collection `digest` with these descriptions and this layout."""
        wanted = list(descriptions)
        rows = self._room.index.ask(
            "SELECT entry, place FROM contents WHERE digest = ? AND layout IS ?", (digest, layout)
        )
        return next(
            (each for each in rows if list(self._room.content(*each).descriptions) == wanted),
            None,
        )

    def has_collection(self, name: str, content: tuple[int, int], origin: Origin) -> bool:
        """Whether `name` is now this content (an entry and a place) with this origin."""
        rows = self._room.index.ask(
            "SELECT origin FROM collections WHERE name = ? AND content = ? AND place = ?"
            " AND retired IS NULL",
            (name, *content),
        )
        return any(Origin(**json.loads(known)) == origin for (known,) in rows)

    def write_exact(
        self, collection: str, file: BinaryIO, index: list[FaiRow] | None = None
    ) -> int:
        """Write the very text that a collection was loaded from; how many records it has.

        The rows of the text's ``.fai`` are appended to `index`; none if it cannot have one, for a
        record's lines are not alike.

        Raises
        ------
        CollectionNotFound
            There is no such collection.
        UsageError
            Its layout is not known: it was not loaded from FASTA.
        StoreDamaged
            Its layout is not what was written.
        """
        known, _, number, place, _ = self._named_collection(collection)
        kept = exact.kept_layout(self._room.index, self._room.packs, number, place)
        if kept is None:
            raise UsageError(
                f"the collection {known!r} has no layout: it was not loaded from a FASTA text, or "
                "by an earlier Holdfast; load the file again, or export it without --exact"
            )
        members = self._members(self._room.content(number, place))
        laid = exact.laid(members, self._residues_between)
        return Layout(kept, f"the collection {known!r}").write(file, laid, index)

    def small_letters(
        self, collection: str
    ) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        """Where each record of a collection had small letters: all starts, and all lengths.

        None are known of a collection without a layout. Raises what :meth:`write_exact` raises.
        """
        known, _, number, place, _ = self._named_collection(collection)
        kept = exact.kept_layout(self._room.index, self._room.packs, number, place)
        lengths = self._room.index.lengths_of(self._room.content(number, place).sequences)
        if kept is None:
            nowhere = np.empty(0, np.int64)
            return iter([(nowhere, nowhere)] * len(lengths))
        return Layout(kept, f"the collection {known!r}").small_letters(lengths)

    def _residues_between(self, digest: Digest, start: int, end: int) -> bytes:
        return self._visible(digest).record.residues(start, end)

    def write_fasta(self, collection: str, file: BinaryIO) -> int:
        """Write a collection's records to `file`; how many there were."""
        members = self.collection(collection).members
        writer = FastaWriter(file)
        for part, pieces in outgoing.read_parts(self, map(outgoing.whole, members)):
            writer.write(heading_of(part.name, part.description), pieces)
        return len(members)

    def _members(self, content: NamedCollection) -> tuple[Member, ...]:
        joined = self._room.index.digests_of(content.sequences)
        digests = [Digest(joined[at : at + 24]) for at in range(0, len(joined), 24)]
        lengths = self._room.index.lengths_of(content.sequences)
        descriptions = content.descriptions or [""] * len(content.names)
        return tuple(map(Member, content.names, digests, lengths, descriptions))

    # Names

    def _visible(self, name: str | Digest) -> Opened:
        opened = self._opened(name)
        if opened.number >= self._limit:
            raise SequenceNotFound(f"{name} was not in the store then")
        return opened

    def _opened(self, name: str | Digest) -> Opened:
        if isinstance(name, str) and not name.startswith(PREFIX):
            name = self._names.sequence(name).text
        return self._sequences.get(name) or self._room.sequence(str(name))


def _opened_bytes(opened: Opened) -> int:
    """The memory that an opened sequence takes: decoded residues may be kept with it."""
    row = opened.row
    return 1600 if row.encoding == TWO_BITS else 1600 + min(row.length, BLOCK)


def _past_alias(  # one row of the index, column by column
    index: Index, namespace: str, text: str, owner: int, added: int, retired: int | None
) -> AliasRecord:
    return AliasRecord(Alias.known(namespace, text), index.digest_of(owner), added, retired)


def _parsed(digest: str) -> Digest:
    try:
        return Digest.parse(digest)
    except ValueError as error:
        raise UsageError(str(error)) from error
