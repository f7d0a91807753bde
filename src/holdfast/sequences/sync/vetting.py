"""
Vetting: what must hold of an entry and its sequences that came from elsewhere.

A server can make up a journal whose hashes all agree, so hashes alone prove nothing but that
nothing was lost on the way. :class:`Vetting` goes through entries in order and refuses what refers
to something that is not there; :func:`verify_sequences` reads every new sequence, from its final
place, and computes its digests. Only then may anything be named.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import zstandard

from holdfast.base.digests import SHA512T_BYTES, Digest, SequenceHasher
from holdfast.base.progress import Listener, Progress
from holdfast.errors import HoldfastError, StoreDamaged, UsageError
from holdfast.formats.residues import letter_sets
from holdfast.sequences.naming.alias import are_alias_texts, check_namespace
from holdfast.sequences.storage.codecs import Encoding, open_record
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import Aliases, Entry, NamedCollection, Origin
from holdfast.sequences.storage.packs import MAGIC, PackName, Packs
from holdfast.sequences.storage.schema import DROPPED

SHORT_ENTRY = 64 << 20  #: bytes any entry may unpack to
SHRINKS = 200  #: how many times smaller than its content an honest entry's file may be
BLOCK_HEADER, CHECKSUM = 3, 4  #: bytes in a zstd frame
_UNKNOWN_SIZE = zstandard.CONTENTSIZE_UNKNOWN
PIECE = 4 << 20  #: residues decoded at once
SHORT = 1 << 16  #: residues up to which a sequence is kept until its letters are looked at
TOGETHER = 1 << 14  #: sequences whose rows are read at once
TASK = 256  #: sequences a thread looks at in one go
TEXT_LIMIT = 4096  #: characters of a note, a name, an origin
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_COLLECTION = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)


def check_unpacked_size(content: bytes, place: str) -> None:
    """Refuse an entry's file that would unpack to much more than an honest one.

    Raises
    ------
    StoreDamaged
        It would, or does not say to how much.
    """
    try:
        sizes = list(_unpacked_sizes(memoryview(content)))
    except (zstandard.ZstdError, ValueError) as error:
        raise StoreDamaged(f"{place} is not a journal entry: {error}") from error
    if min(sizes, default=-1) < 0 or sum(sizes) > max(SHORT_ENTRY, SHRINKS * len(content)):
        raise StoreDamaged(f"{place} would unpack to too much; it is refused")


def _unpacked_sizes(content: memoryview) -> Iterator[int]:
    """What each of the zstd frames in `content` unpacks to, in bytes; -1 when it does not say.

    Frames are walked over by the headers of their blocks (RFC 8878, 3.1.1): nothing is unpacked.
    """
    while content:
        parameters = zstandard.get_frame_parameters(content)
        yield -1 if parameters.content_size == _UNKNOWN_SIZE else parameters.content_size
        content = content[zstandard.frame_header_size(content) :]
        last = False
        while not last:
            if len(content) < BLOCK_HEADER:
                raise ValueError("its last frame is cut")
            header = int.from_bytes(content[:BLOCK_HEADER], "little")
            last, repeated, size = bool(header & 1), header >> 1 & 3 == 1, header >> 3
            content = content[BLOCK_HEADER + (1 if repeated else size) :]
        content = content[CHECKSUM if parameters.has_checksum else 0 :]


@dataclass(slots=True)
class Vetting:
    """Goes through the entries that follow a position, in order."""

    number: int  #: of the last entry that is known
    hash: str  #: its SHA-256, or the store's id when there is none
    sequences: int
    dictionaries: int
    packs: dict[str, int] = field(default_factory=dict)  #: size of each pack the entries name
    dropped: set[str] = field(default_factory=set)  #: packs that need not be there in the end
    drops: bool = False  #: whether any entry drops packs

    def take(self, entry: Entry, sha256: str) -> None:
        """See that `entry`, whose file has this hash, may follow.

        Raises
        ------
        StoreDamaged
            It may not; the message says why.
        """
        try:
            self._take(entry)
        except (_Wrong, UsageError, TypeError, ValueError, OverflowError) as error:
            raise StoreDamaged(
                f"the entry {self.number + 1} of the other store is not sound: {error}; "
                "have it checked there with: holdfast seq check"
            ) from error
        self.number, self.hash = entry.number, sha256

    def _take(self, entry: Entry) -> None:
        _demand(entry.number == self.number + 1, "its number is wrong")
        _demand(entry.previous == self.hash, "it does not follow the one before it")
        _demand(_texts((entry.time, entry.note, entry.who)), "its notes are no texts")
        self._take_packs(entry.packs)
        self._take_sequences(entry)
        for aliases in (*entry.added, *entry.retired):
            self._check_aliases(aliases)
        _demand(all(len(each.texts) == len(each.sequences) for each in entry.added), "alias rows")
        for named in entry.collections:
            self._check_collection(named, entry)
        self._check_changes(entry)

    def _take_packs(self, packs: Sequence[PackName]) -> None:
        for pack in packs:
            _demand(bool(_SHA256.fullmatch(pack.sha256)), f"it names a pack {pack.sha256!r}")
            known = self.packs.setdefault(pack.sha256, pack.size)
            _demand(len(MAGIC) <= pack.size == known, f"the size of the pack {pack.sha256}")

    def _take_sequences(self, entry: Entry) -> None:
        columns, sizes = entry.sequences, [pack.size for pack in entry.packs]
        for each in entry.dictionaries:
            _check_places(sizes, [each.pack], [each.offset], [each.size])
        self.dictionaries += len(entry.dictionaries)
        _check_places(sizes, columns.packs, columns.offsets, columns.sizes)
        _check_range(columns.dictionaries, 0, self.dictionaries + 1, "dictionaries")
        _check_range(columns.encodings, min(Encoding), max(Encoding) + 1, "encodings")
        _check_range(columns.lengths, 0, 1 << 62, "lengths")
        self.sequences += len(columns)

    def _check_aliases(self, aliases: Aliases) -> None:
        check_namespace(aliases.namespace)
        _demand(are_alias_texts(aliases.texts), f"aliases of {aliases.namespace}")
        _demand(len(set(aliases.texts)) == len(aliases.texts), "an alias is there twice")
        _check_range(aliases.sequences, 0, self.sequences, "sequences of aliases")

    def _check_collection(self, named: NamedCollection, entry: Entry) -> None:
        origin: Origin = named.origin
        told = (origin.url or "", origin.file, origin.sha256 or "", origin.release or "")
        _demand(_texts((named.name, *told)) and named.name != "", "a collection's name")
        _demand(bool(_COLLECTION.fullmatch(named.digest)), "a collection's digest")
        _demand(0 <= named.content < entry.number, "a collection's content")
        rows = len(named.names)
        _demand(len(named.sequences) == rows, "a collection's rows")
        _demand(len(named.descriptions) in (0, rows), "a collection's descriptions")
        _demand(_texts((*named.names, *named.descriptions)), "a collection's texts")
        _check_range(named.sequences, 0, self.sequences, "a collection's sequences")
        if named.layout is not None:
            layout, sizes = named.layout, [pack.size for pack in entry.packs]
            _demand(bool(_SHA256.fullmatch(layout.sha256)), "a layout's digest")
            _check_places(sizes, [layout.pack], [layout.offset], [layout.size])

    def _check_changes(self, entry: Entry) -> None:
        """What an entry says of earlier ones."""
        moved, sizes = entry.moved, [pack.size for pack in entry.packs]
        _check_places(sizes, moved.packs, moved.offsets, moved.sizes)
        _check_range(moved.sequences, 0, self.sequences, "moved sequences")
        for number, at in moved.dictionaries:
            _demand(1 <= number <= self.dictionaries, "moved dictionaries")
            _check_places(sizes, [at.pack], [at.offset], [at.size])
        for number, _, kept in moved.layouts:
            _demand(1 <= number < entry.number, "moved layouts")
            _check_places(sizes, [kept.pack], [kept.offset], [kept.size])
        _check_range(entry.dropped, 0, self.sequences, "dropped sequences")
        _check_range(entry.undoes, 1, entry.number, "undone entries")
        _demand(_texts(entry.retired_collections), "retired collections")
        for sha256 in entry.dropped_packs:
            _demand(bool(_SHA256.fullmatch(sha256)), "dropped packs")
            _demand(all(sha256 != pack.sha256 for pack in entry.packs), "a pack it drops itself")
            self.dropped.add(sha256)
            self.drops = True
        self.dropped.difference_update(pack.sha256 for pack in entry.packs)


class _Wrong(Exception):
    """Something does not hold."""


def _demand(holds: bool, problem: str) -> None:
    if not holds:
        raise _Wrong(problem)


def _texts(values: Iterable[object]) -> bool:
    """Whether all are texts that can be kept: neither endless nor with halves of characters."""
    return all(
        isinstance(value, str) and len(value) <= TEXT_LIMIT and not _SURROGATE.search(value)
        for value in values
    )


_SURROGATE = re.compile("[\ud800-\udfff]")


def _check_range(values: Sequence[int], least: int, limit: int, what: str) -> None:
    """Demand that all `values` are at least `least` and below `limit`."""
    if len(values):
        found = np.array(values)
        _demand(found.dtype.kind in "iu", what)
        _demand(bool(int(found.min()) >= least and int(found.max()) < limit), what)


def _check_places(
    packs: Sequence[int],
    which: Sequence[int],
    offsets: Sequence[int],
    sizes: Sequence[int],
) -> None:
    """Demand that each place is inside its pack; `packs` are their sizes in bytes."""
    if not len(which):
        return
    _check_range(which, 0, len(packs), "places in packs")
    most = max(packs)
    _check_range(offsets, len(MAGIC), most + 1, "offsets in packs")
    _check_range(sizes, 0, most + 1, "sizes in packs")
    ends = np.array(offsets, np.int64) + np.array(sizes, np.int64)
    inside = (ends <= np.array(packs, np.int64)[np.array(which, np.int64)]).all()
    _demand(bool(inside), "places in packs")


def verify_sequences(
    index: Index, packs: Packs, numbers: Sequence[Iterable[int]], threads: int, listener: Listener
) -> int:
    """Read the sequences of these `numbers` where `index` says they are; the residues read.

    Rows whose residues are gone are passed over. Memory stays bounded whatever a row says.

    Raises
    ------
    StoreDamaged
        One is not what its digests say, or cannot be read.
    """
    reading = _Reading(index, packs)
    done = 0
    with ThreadPoolExecutor(threads) as pool:
        for rows in reading.rows(chain.from_iterable(numbers)):
            tasks = [rows[start : start + TASK] for start in range(0, len(rows), TASK)]
            for residues in pool.map(reading.verify, tasks):
                done += residues
                listener(Progress("verifying", done, None, "residues"))
    return done


def check_places(index: Index, packs: Packs) -> None:
    """See that every sequence is in a pack that is not dropped, as is the dictionary it needs.

    To be asked when packs were dropped: what was in them must have been moved, or be gone.

    Raises
    ------
    StoreDamaged
        A sequence would be lost.
    """
    reading = _Reading(index, packs)
    alive = np.array([*reading.names], np.int64)
    lost = index.ask(
        "SELECT d.id FROM dictionaries d JOIN packs p ON p.id = d.pack WHERE p.size = 0"
    )
    gone = np.array([number for (number,) in lost], np.int64)
    for rows in reading.rows(range(index.position().sequences)):
        there = np.isin(rows["pack"].astype(np.int64), alive)
        needed = np.isin(rows["dictionary"].astype(np.int64), gone)
        if not there.all() or needed.any():
            raise StoreDamaged(
                "the other store has dropped packs with sequences that are needed; nothing was "
                "taken; have it checked there with: holdfast seq check"
            )


class _Reading:
    """Reads rows of the index, in the thread that asks, and verifies them in any."""

    def __init__(self, index: Index, packs: Packs) -> None:
        self._index, self._packs = index, packs
        self.names: dict[int, str] = dict(index.ask("SELECT id, sha256 FROM packs WHERE size > 0"))
        self._places = [self._place(n + 1) for n in range(index.newest_dictionary())]
        self._made: dict[int, zstandard.ZstdCompressionDict] = {}

    def _place(self, number: int) -> tuple[str, int, int] | None:
        """Where a dictionary is; asked in the index's own thread. None when it is gone."""
        try:
            return self._index.dictionary(number)
        except StoreDamaged:
            return None

    def _dictionary(self, number: int) -> zstandard.ZstdCompressionDict | None:
        """The dictionary `number`; 0 is none."""
        if number and number not in self._made:
            place = self._places[number - 1]
            if place is None:
                raise StoreDamaged(f"its dictionary {number} is gone")
            content = bytes(self._packs.record(*place))
            self._made[number] = zstandard.ZstdCompressionDict(content)
        return self._made[number] if number else None

    def rows(self, numbers: Iterable[int]) -> Iterator[npt.NDArray[np.void]]:
        """The rows of sequences that are there, many at a time."""
        waiting: list[int] = []
        for number in chain(numbers, repeat(-1, 1)):
            if number >= 0:
                waiting.append(number)
            if len(waiting) == TOGETHER or (number < 0 and waiting):
                found = self._index.rows(waiting)
                yield found[found["pack"] != DROPPED]
                waiting = []

    def verify(self, rows: npt.NDArray[np.void]) -> int:
        """Verify each of `rows`; the residues read."""
        columns = (rows[name].tolist() for name in _Row._fields)
        letters = np.zeros(len(rows), np.int64)
        short: dict[int, bytes] = {}  # their letters are looked at together
        for nth, row in enumerate(map(_Row._make, zip(*columns, strict=True))):
            try:
                if row.length > SHORT:
                    letters[nth] = _verify_long(row, self._pieces(row))
                else:
                    short[nth] = _verify_short(row, next(self._pieces(row), b""))
            except (HoldfastError, ValueError, IndexError, OverflowError, KeyError) as error:
                raise _unsound(rows, nth, str(error)) from error
        if short:
            letters[list(short)] = letter_sets(list(short.values()))
        wrong = np.flatnonzero(letters != rows["letters"])
        if len(wrong):
            raise _unsound(rows, int(wrong[0]), OTHERS)
        return int(rows["length"].sum())

    def _pieces(self, row: "_Row") -> Iterator[bytes]:
        """The residues of a sequence, some at a time."""
        content = self._packs.record(self.names[row.pack], row.offset, row.size)
        dictionary = self._dictionary(row.dictionary)
        record = open_record(row.encoding, content, row.length, dictionary)
        for start in range(0, row.length, PIECE):
            end = min(start + PIECE, row.length)
            piece = record.residues(start, end)
            if len(piece) != end - start:
                raise StoreDamaged("it is shorter than it says")
            yield piece


class _Row(NamedTuple):
    """What verifying needs of a row of the index."""

    digest: bytes
    md5: bytes
    sha1: bytes
    pack: int
    encoding: int
    length: int
    offset: int
    size: int
    dictionary: int


OTHERS = "its other digests are of something else"


def _verify_short(row: _Row, residues: bytes) -> bytes:
    """See that the digests of `row` are those of its residues, which it gives back."""
    found = Digest(hashlib.sha512(residues).digest()[:SHA512T_BYTES])
    if found.raw != row.digest:
        raise StoreDamaged(f"its residues have the digest {found}")
    md5 = hashlib.md5(residues, usedforsecurity=False).digest()
    if (md5, hashlib.sha1(residues, usedforsecurity=False).digest()) != (row.md5, row.sha1):
        raise StoreDamaged(OTHERS)
    return residues


def _verify_long(row: _Row, pieces: Iterator[bytes]) -> int:
    """The same for residues that come in pieces; gives their letter set."""
    hasher, letters = SequenceHasher(), 0
    for piece in pieces:
        hasher.update(piece)
        letters |= int(letter_sets([piece])[0])
    found = hasher.digests()
    if found.ga4gh.raw != row.digest:
        raise StoreDamaged(f"its residues have the digest {found.ga4gh}")
    if (found.md5, found.sha1) != (row.md5, row.sha1):
        raise StoreDamaged(OTHERS)
    return letters


def _unsound(rows: npt.NDArray[np.void], nth: int, problem: str) -> StoreDamaged:
    """What to say of a sequence that is not what it should be."""
    digest = Digest(rows["digest"][nth].tobytes())
    return StoreDamaged(
        f"the other store's sequence {digest} cannot be read or is not what its digests say "
        f"({problem}); nothing was taken; have it checked there with: holdfast seq check"
    )
