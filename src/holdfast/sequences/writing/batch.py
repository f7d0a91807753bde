"""
A batch: what one writer adds to the store, staged until its commit and nothing before.

Sequences go at once into a temporary pack; aliases and collections wait in memory. `commit` makes
them durable in the one order that is safe at any moment: the pack under its name, then the journal
entry that names it, then the index made from the entry. Leaving without a commit leaves nothing.
(The index takes in a long load's rows while it goes on, in a transaction that ends after the
entry is there, or in nothing.)
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.errors import (
    AliasConflict,
    AliasNotFound,
    SequenceNotFound,
    StoreDamaged,
    UsageError,
)
from holdfast.formats.residues import FOREIGN, Joined, letter_sets, normalise
from holdfast.sequences.naming.alias import Alias
from holdfast.sequences.naming.namespaces import canonical
from holdfast.sequences.storage.codecs import Encoded
from holdfast.sequences.storage.hashing import append_long
from holdfast.sequences.storage.journal import (
    Aliases,
    Dictionary,
    Entry,
    EntryName,
    NamedCollection,
    SequenceColumns,
    now,
)
from holdfast.sequences.storage.lookup import Staged
from holdfast.sequences.storage.packs import PackWriter, Place
from holdfast.sequences.view import Room
from holdfast.sequences.writing.commit import half_done_is_said
from holdfast.sequences.writing.digesting import Digested, Digester, digests_of
from holdfast.sequences.writing.encoding import Encoder
from holdfast.sequences.writing.staged_aliases import StagedAliases

INDEXED_LEAST = 1 << 12  # rows worth a transaction's beginning before the commit
INDEXED_TOGETHER = 1 << 14  # rows the index takes in at once while more are being staged …
INDEXED_PART = 3  # … and in a long load a third of what it has already …
INDEXED_MOST = 1 << 18  # … up to these
ENCODING_AHEAD = 4  # blocks being encoded while the next is read: bounds the memory
_RAW = np.dtype(f"V{SHA512T_BYTES}")  # a digest


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit that is done: its entry, and the bytes that its pack and its entry take."""

    name: EntryName
    bytes_added: int


class Batch:
    """Staged additions; made by ``store.write()``, used by one thread."""

    def __init__(self, room: Room, threads: int, who: str = "") -> None:
        self._room, self._threads, self._who = room, threads, who
        self._before = room.index.position()
        self._pack: PackWriter | None = None
        self._columns = SequenceColumns()
        self._digests, self._md5, self._sha1 = bytearray(), bytearray(), bytearray()
        self._staged = Staged(self._digests, self._before.sequences)
        self._added: dict[str, StagedAliases] = {}
        self._retired: dict[str, dict[str, None]] = {}
        self._moved: list[tuple[str, str]] = []
        self._collections: list[NamedCollection] = []
        self._dictionaries: list[Dictionary] = []
        self._encoder = Encoder(self._known_dictionary(), threads)
        self._indexer, self._hashers = ThreadPoolExecutor(1), ThreadPoolExecutor(threads)
        self.digester = Digester(self._hashers, threads)  #: for who stages many blocks
        self._indexing: list[Future[None]] = []
        self._indexed = 0  # rows that the index takes in before the commit
        self._gives_ahead = True  # and aliases
        self._blobs = 0
        self._appending = False  # a long sequence's record
        self._closed = False

    # What may be staged

    def add(self, residues: bytes | str, aliases: Sequence[Alias] = ()) -> Digest:
        """Stage one sequence with its aliases; its digest.

        Raises
        ------
        UsageError
            After normalisation there is something that is not A-Z.
        AliasConflict
            An alias belongs to another sequence.
        """
        if isinstance(residues, str):
            residues = residues.encode()
        plain = normalise(residues)
        letters = letter_sets([plain]).tolist()
        if letters[0] & FOREIGN:
            raise UsageError("a sequence may hold letters only (blanks and * are removed)")
        (number,) = self.add_many([plain], letters)
        for alias in aliases:
            self.alias_numbers(alias.namespace, [alias.text], [number])
        return self.digest_of(number)

    def alias(self, alias: Alias, digest: Digest, reassign: bool = False) -> None:
        """Stage an alias for a sequence that is in the store or in this batch.

        Raises
        ------
        SequenceNotFound
            There is no such sequence.
        AliasConflict
            The alias belongs to another sequence, and `reassign` was not said.
        """
        number = self._number_of(digest.raw)
        if number is None:
            raise SequenceNotFound(f"the store has no sequence {digest}")
        self.alias_numbers(alias.namespace, [alias.text], [number], reassign=reassign)

    def retire(self, alias: Alias) -> None:
        """Stage the end of an alias; its history stays.

        Raises
        ------
        AliasNotFound
            Nothing has this alias.
        """
        if self.owners(alias.namespace, [alias.text]).get(alias.text) is None:
            raise AliasNotFound(f"no sequence has the alias {alias}")
        if alias.namespace in self._added:
            self._added[alias.namespace].take_back(alias.text)
            self._index_anew()
        if self._room.index.alias_owners(alias.namespace, [alias.text]):
            self._retired.setdefault(alias.namespace, {})[alias.text] = None

    def add_collection(self, collection: NamedCollection) -> None:
        """Stage a collection whose sequences are staged or stored."""
        self._collections.append(collection)

    # Many at once, as loading wants it; sequences are named by their numbers here

    def add_many(
        self, residues: Sequence[bytes], letters: Sequence[int] | None = None
    ) -> Sequence[int]:
        """Stage normalised sequences; their numbers, in order.

        `letters` are their letter sets, where the caller has computed them already.
        """
        return self.add_digested(residues, digests_of(residues, self._hashers), letters)

    def add_digested(
        self,
        residues: Sequence[bytes],
        digested: Digested,
        letters: Sequence[int] | None = None,
    ) -> Sequence[int]:
        """The same, of sequences that have been digested, as by the batch's :attr:`digester`."""
        numbers = self._numbers_of(digested.sha512)
        new = np.flatnonzero(numbers < 0)
        if len(new):
            first = self._before.sequences + len(self._columns)
            if len(new) < len(numbers):
                digested = digested.part(new)
            once, which = digested.once()
            numbers[new] = first + which
            if len(once) < len(numbers):
                digested, places = digested.part(once), new[once].tolist()
                residues = [residues[place] for place in places]
                letters = None if letters is None else [letters[place] for place in places]
            self._stage(digested, residues, letters)
        found: list[int] = numbers.tolist()
        return found

    def add_long(self, pieces: Iterator[tuple[bytes, int]], expected: bytes | None = None) -> int:
        """Stage a normalised sequence that comes in pieces with letter sets; its number.

        Raises
        ------
        StoreDamaged
            It has not the `expected` digest (24 bytes), and was not staged.
        """
        self._drain(0)
        pack = self._open_pack()
        mark = pack.mark()
        self._appending = True
        found = append_long(pieces, pack)
        self._appending = False
        if expected is not None and found.digest != expected:
            pack.drop_after(mark)
            raise StoreDamaged(
                f"the residues are not those of {Digest(expected)} but of {Digest(found.digest)}"
            )
        known = self._number_of(found.digest)
        if known is not None:
            pack.drop_after(mark)
            return known
        number = self._before.sequences + len(self._columns)
        self._digests += found.digest
        self._staged.add(found.digest, number)
        self._md5 += found.md5
        self._sha1 += found.sha1
        self._columns.lengths.append(found.length)
        self._columns.letters.append(found.letters)
        sizes, encodings = np.array([found.size]), np.array([found.encoding], np.uint8)
        self._place(Encoded(b"", sizes, encodings, np.zeros(1, np.int64)), found.offset)
        return number

    def append_blob(self, content: bytes) -> Place:
        """Put opaque bytes into the pack of this commit; where they will be found.

        Records still being encoded come behind them: only their own order matters.

        Raises
        ------
        UsageError
            A long sequence is just being appended: its record must not be parted.
        """
        if self._appending:
            raise UsageError("put bytes before or after a long sequence, not between its pieces")
        self._blobs += 1
        return Place(0, self._open_pack().append(content), len(content))

    def owners(self, namespace: str, texts: Sequence[str]) -> dict[str, int]:
        """Which sequences have these aliases, this batch taken into account."""
        namespace = canonical(namespace)
        stored = zip(texts, self._stored_owners(namespace, texts).tolist(), strict=True)
        found = {text: number for text, number in stored if number >= 0}
        if namespace in self._added:
            found |= self._added[namespace].owners(texts)
        return found

    def alias_numbers(
        self,
        namespace: str,
        texts: Sequence[str],
        numbers: Sequence[int],
        *,
        reassign: bool = False,
        place: Callable[[int], str] | None = None,
    ) -> None:
        """Stage aliases of one namespace; `place` says where (``file:line``) the nth was read."""
        namespace = canonical(namespace)
        added = self._added.setdefault(namespace, StagedAliases())
        stored = self._stored_owners(namespace, texts)
        others = np.flatnonzero(stored != np.asarray(numbers, np.int64))
        if len(others) < len(texts):  # the same as before, as most are in the next release
            texts = [texts[nth] for nth in others.tolist()]
            numbers = np.asarray(numbers, np.int64)[others].tolist()
        if not texts or (stored[others].max() < 0 and added.give_new(texts, numbers)):
            return
        owners = dict(zip(texts, stored[others].tolist(), strict=True)) | added.owners(texts)
        for nth, text, number in zip(others.tolist(), texts, numbers, strict=True):
            owner = owners[text]
            if owner == number:
                continue
            if owner >= 0:
                # One commit is one state of the names: it cannot move a name it has just given.
                staged = text in added
                if staged or not reassign:
                    where = place(nth) if place else ""
                    self._refuse(f"{namespace}:{text}", owner, where, staged=staged)
                self._retired.setdefault(namespace, {})[text] = None
                self._moved.append((namespace, text))
            added.give(text, number)
            owners[text] = number

    def digest_of(self, number: int) -> Digest:
        """The digest of a stored or staged sequence."""
        staged = number - self._before.sequences
        if staged < 0:
            return self._room.index.digest_of(number)
        start = _RAW.itemsize * staged
        return Digest(bytes(self._digests[start : start + _RAW.itemsize]))

    def joined_digests(self, numbers: Sequence[int]) -> bytes:
        """The digests of stored or staged sequences, joined: 24 bytes each."""
        wanted = np.array(numbers, np.int64) - self._before.sequences
        stored = wanted < 0
        found = np.empty(len(wanted), _RAW)
        if stored.any():
            old = np.array(numbers, np.int64)[stored].tolist()
            found[stored] = np.frombuffer(self._room.index.digests_of(old), _RAW)
        found[~stored] = np.frombuffer(bytes(self._digests), _RAW)[wanted[~stored]]
        return found.tobytes()

    @property
    def sequences_staged(self) -> int:
        """How many new sequences are staged."""
        return len(self._columns)

    @property
    def residues_staged(self) -> int:
        """How many residues the new sequences have."""
        return int(np.asarray(self._columns.lengths).sum())

    @property
    def aliases_staged(self) -> tuple[int, int]:
        """How many aliases are to be added and to be retired."""
        return sum(map(len, self._added.values())), sum(map(len, self._retired.values()))

    def moved(self, since: int = 0) -> list[Alias]:
        """The aliases taken from one sequence and given to another, but for the first `since`."""
        return [Alias(namespace, text) for namespace, text in self._moved[since:]]

    @property
    def aliases_moved(self) -> int:
        """How many aliases are taken from one sequence and given to another."""
        return len(self._moved)

    def flush(self) -> None:
        """Let the index take in all that is staged, if it is much, beside what is still to do."""
        self._drain(0)
        self._index_ahead(INDEXED_LEAST)

    # The end

    def commit(self, note: str = "", who: str = "") -> Committed | None:
        """Make everything staged durable and visible; None when nothing would change."""
        if self._closed:
            raise UsageError("this batch has ended; begin another with store.write()")
        self._drain(0)
        entry = self._entry(note, who or self._who)
        if entry.empty():
            self.close()
            return None
        if self._pack is not None and (len(entry.sequences) or self._blobs):
            entry.packs.append(self._pack.name())
        name = self._write(entry)
        self.close()
        size = (self._room.journal.folder / str(name)).stat().st_size
        return Committed(name, size + sum(pack.size for pack in entry.packs))

    def close(self) -> None:
        """End the batch; what was not committed is gone."""
        if self._closed:
            return
        self._closed = True
        if self._indexing:
            self._indexer.submit(self._room.index.abandon).result()
        self.digester.close()
        self._encoder.close()
        for pool in (self._indexer, self._hashers):
            pool.shutdown(cancel_futures=True)
        if self._pack is not None:
            self._pack.discard()
            self._pack = None

    # Inside

    def _write(self, entry: Entry) -> EntryName:
        """Finish the pack, stage the entry, prepare the index; then put the entry, settle that.

        The first three go on at once, for each mostly waits for the disk.
        """
        index, journal = self._room.index, self._room.journal
        preparing = self._indexer.submit(index.prepare, entry)
        staging = self._hashers.submit(journal.stage, entry)
        with half_done_is_said(journal, entry):
            try:
                self._finish_pack(bool(entry.packs))
                for taken in self._indexing:  # a full disk is best seen before the entry is there
                    taken.result()
                if preparing.done():
                    preparing.result()
                staged = staging.result()
                journal.put(staged)
                preparing.result()
                self._indexer.submit(index.settle, entry, staged.name).result()
            except BaseException:
                if staging.exception() is None:
                    staging.result().file.discard()
                self._indexer.submit(index.abandon).result()
                raise
        return staged.name

    def _numbers_of(self, digests: bytes) -> npt.NDArray[np.int64]:
        """The number of each of the joined `digests`, -1 for what is neither stored nor staged."""
        staged = self._staged.numbers_of(digests)
        return np.maximum(staged, self._room.index.numbers_of(digests))

    def _number_of(self, digest: bytes) -> int | None:
        """The number of a stored or staged sequence."""
        number = int(self._numbers_of(digest)[0])
        return None if number < 0 else number

    def _stored_owners(self, namespace: str, texts: Sequence[str]) -> npt.NDArray[np.int64]:
        """Which sequences have these aliases in the store, and keep them; -1: none."""
        found = self._room.index.owners_of(namespace, texts)
        if retired := self._retired.get(namespace):
            found[[text in retired for text in texts]] = -1
        return found

    def _stage(
        self,
        digested: Digested,
        residues: Sequence[bytes],
        letters: Sequence[int] | None,
    ) -> None:
        """Take in new sequences, and encode them beside the coming work."""
        residues = Joined.of(residues)
        self._encoder.put(residues, letters)
        number = self._before.sequences + len(self._columns)
        self._digests += digested.sha512
        self._staged.add(digested.sha512, number)
        self._md5 += digested.md5
        self._sha1 += digested.sha1
        _extend(self._columns.lengths, residues.lengths)
        self._drain(ENCODING_AHEAD)

    def _drain(self, most: int) -> None:
        """Append encoded blocks to the pack, in order, until at most `most` are under way."""
        while len(self._encoder) > most:
            block, pack = self._encoder.take(), self._open_pack()
            if block.trained is not None:
                offset = pack.append(block.trained)
                self._dictionaries.append(Dictionary(0, offset, len(block.trained)))
            _extend(self._columns.letters, block.letters)
            self._place(block.records, pack.append(block.records.content))
            least = min(self._indexed // INDEXED_PART, INDEXED_MOST)
            self._index_ahead(max(INDEXED_TOGETHER, least))

    def _index_ahead(self, least: int) -> None:
        """Let the index take in what is placed, `least` rows or more, beside the coming work."""
        start, end = self._indexed, len(self._columns.offsets)
        if end - start < least:
            return
        rows = self._columns.part(start, end)
        rows.digests = bytes(self._digests[_RAW.itemsize * start : _RAW.itemsize * end])
        rows.md5 = bytes(self._md5[16 * start : 16 * end])
        rows.sha1 = bytes(self._sha1[20 * start : 20 * end])
        first = self._before.sequences + start
        if len(self._indexing) > 1:
            self._indexing[-2].result()  # rows that wait for the index take memory
        aliases = self._next_aliases()
        self._indexing.append(self._indexer.submit(self._room.index.take, rows, first, aliases))
        self._indexed = end

    def _next_aliases(self) -> list[Aliases]:
        """The aliases that the index can take in before the commit."""
        if not self._gives_ahead:
            return []
        found = [
            Aliases(namespace, *aliases.next_ones())
            for namespace, aliases in sorted(self._added.items())
        ]
        return [each for each in found if each.texts]

    def _index_anew(self) -> None:
        """Have the index forget what it took in: there may be an alias among it that is no more."""
        self._gives_ahead = False
        if self._indexing:
            self._indexer.submit(self._room.index.abandon).result()
            self._indexing, self._indexed = [], 0

    def _place(self, encoded: Encoded, start: int) -> None:
        """Note where records are that were appended one after another from `start` on."""
        columns, sizes = self._columns, encoded.sizes
        offsets = start + np.cumsum(sizes) - sizes
        for column, values in (
            (columns.offsets, offsets),
            (columns.sizes, sizes),
            (columns.encodings, encoded.encodings),
            (columns.dictionaries, encoded.dictionaries),
            (columns.packs, np.zeros(len(sizes), int)),
        ):
            _extend(column, values)

    def _known_dictionary(self) -> tuple[int, zstandard.ZstdCompressionDict] | None:
        """The store's newest dictionary, if it has one."""
        newest = self._room.index.newest_dictionary()
        return (newest, self._room.dictionary(newest)) if newest else None

    def _open_pack(self) -> PackWriter:
        if self._pack is None:
            self._pack = PackWriter(self._room.packs.folder)
        return self._pack

    def _finish_pack(self, wanted: bool) -> None:
        if self._pack is None:
            return
        if wanted:
            self._pack.finish()
        else:
            self._pack.discard()
        self._pack = None

    def _entry(self, note: str, who: str) -> Entry:
        self._columns.digests = bytes(self._digests)
        self._columns.md5, self._columns.sha1 = bytes(self._md5), bytes(self._sha1)
        return Entry(
            number=self._before.number + 1,
            previous=self._before.hash or self._room.journal.store_id,
            time=now(),
            note=note,
            who=who,
            dictionaries=self._dictionaries,
            sequences=self._columns,
            added=[
                Aliases(namespace, *aliases.columns())
                for namespace, aliases in sorted(self._added.items())
                if aliases
            ],
            retired=[
                Aliases(namespace, list(texts))
                for namespace, texts in sorted(self._retired.items())
                if texts
            ],
            collections=self._collections,
        )

    def _refuse(self, alias: str, owner: int, place: str, *, staged: bool) -> None:
        where = f"{place}: " if place else ""
        advice = (
            "it was given in this same commit: give it to one sequence, or each file a namespace "
            "of its own"
            if staged
            else "say --reassign to move it"
        )
        raise AliasConflict(
            f"{where}the alias {alias} belongs to another sequence ({self.digest_of(owner)}); "
            f"nothing was stored; {advice}"
        )


def _extend(column: "array[int]", values: npt.NDArray[Any]) -> None:
    """Append `values` to a column."""
    column.frombytes(values.astype(f"u{column.itemsize}").tobytes())
