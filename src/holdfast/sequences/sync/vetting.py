"""
Vetting: what must hold of an entry and its sequences that came from elsewhere.

A server can make up a journal whose hashes all agree, so hashes alone prove nothing but that
nothing was lost on the way. :class:`Vetting` goes through entries in order and refuses what refers
to something that is not there; :func:`verify_sequences` reads every new sequence, from its final
place, and computes its digests. Only then may anything be named.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import zstandard

from holdfast.base.progress import Listener, Progress
from holdfast.errors import StoreDamaged, UsageError
from holdfast.sequences.naming.alias import are_alias_texts, check_namespace
from holdfast.sequences.reading.verifying import Verifier, in_tasks
from holdfast.sequences.storage.codecs import Encoding
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import Aliases, Entry, NamedCollection, Origin
from holdfast.sequences.storage.packs import MAGIC, PackName, Packs

SHORT_ENTRY = 64 << 20  #: bytes any entry may unpack to
SHRINKS = 200  #: how many times smaller than its content an honest entry's file may be
BLOCK_HEADER, CHECKSUM = 3, 4  #: bytes in a zstd frame
_UNKNOWN_SIZE = zstandard.CONTENTSIZE_UNKNOWN
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
    verifier = Verifier(index, packs)
    done = 0
    with ThreadPoolExecutor(threads) as pool:
        for rows in verifier.rows(chain.from_iterable(numbers)):
            for faults in pool.map(verifier.faults, in_tasks(rows)):
                if faults:
                    which = f"the other store's sequence {faults[0].digest} {faults[0].clause}"
                    advice = "have it checked there with: holdfast seq check"
                    raise StoreDamaged(f"{which}; nothing was taken; {advice}")
            done += int(rows["length"].sum())
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
    verifier = Verifier(index, packs)
    lost = index.ask(
        "SELECT d.id FROM dictionaries d JOIN packs p ON p.id = d.pack WHERE p.size = 0"
    )
    gone = np.array([number for (number,) in lost], np.int64)
    for rows in verifier.rows(range(index.position().sequences)):
        there = np.isin(rows["pack"].astype(np.int64), verifier.needed)
        needed = np.isin(rows["dictionary"].astype(np.int64), gone)
        if not there.all() or needed.any():
            raise StoreDamaged(
                "the other store has dropped packs with sequences that are needed; nothing was "
                "taken; have it checked there with: holdfast seq check"
            )
