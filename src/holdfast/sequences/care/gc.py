"""
Garbage collection: what nothing names any more, and no snapshot needs, makes room.

*Garbage* is a sequence that had a name once, or that an undone commit brought, and that no alias
and no collection names now or at any snapshot. A sequence that was only ever known by its digest is
no garbage. Packs of which enough is garbage are written anew without it: what is kept is copied as
it is, into new packs, and a journal entry says where it is now, what was dropped, and which packs
are needed no longer. Only then are these removed. Files in ``packs/`` that no entry names are
orphans of an interrupted commit, and go too.

The order is: new packs, entry, index, removal; a kill in between leaves orphans for the next time.
All is decided from the journal alone, so a damaged index costs nothing. Readers that have an old
pack open go on reading it; those who ask later are sent to the new one.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import SHA512T_BYTES, file_sha256
from holdfast.base.files import fsync_directory
from holdfast.base.progress import Listener, Progress
from holdfast.errors import UsageError
from holdfast.sequences.care.places import GONE, Placed, Places
from holdfast.sequences.storage.journal import (
    Dictionary,
    Entry,
    EntryName,
    Journal,
    LayoutPlace,
    Moved,
)
from holdfast.sequences.storage.packs import MAGIC, SUFFIX, PackName, PackWriter, pack_path
from holdfast.sequences.storage.schema import NOW
from holdfast.sequences.view import Room
from holdfast.sequences.writing.commit import commit, next_entry

FRACTION = 0.5  #: of a pack that must be garbage for it to be written anew
TARGET = 256 * 1024**2  #: bytes of a pack that many small ones are joined into
PIECE = 16 * 1024**2  # bytes copied at once: bounds the memory
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GcReport:
    """What was tidied, or would be. Sizes in bytes.

    `garbage` counts what is garbage and `dropped` what of it went: the rest is in packs of which
    too little is garbage. `damaged` are packs that were left as they are, because they are not
    what was written. `position` is the commit that says so, None when none was needed.
    """

    position: int | None
    garbage: int
    garbage_bytes: int
    dropped: int
    packs_before: int
    packs_after: int
    orphans: int
    bytes_before: int
    bytes_after: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """How much tidying is wanted: the share of garbage that a pack may have, and joining."""

    fraction: float = FRACTION
    compact: bool = False
    target: int = TARGET

    def __post_init__(self) -> None:
        if not 0 <= self.fraction <= 1:
            raise UsageError(f"{self.fraction} is no share of a pack; say something from 0 to 1")


def collect(
    room: Room, snapshots: Sequence[int], wish: Wish, who: str, listener: Listener
) -> GcReport:
    """Tidy up. Only the one writer may ask this, with the index up to the journal."""
    survey = survey_store(room, snapshots, listener)
    plan = make_plan(survey, wish)
    damaged = _damaged(room, plan, listener)
    if damaged:
        plan = make_plan(survey, wish, damaged)
    report = _report(plan, damaged)
    return replace(report, position=carry_out(room, plan, who, listener))


def foresee(room: Room, snapshots: Sequence[int], wish: Wish, listener: Listener) -> GcReport:
    """What `collect` would do."""
    plan = make_plan(survey_store(room, snapshots, listener), wish)
    return _report(plan, frozenset())


# What is garbage


@dataclass(frozen=True, slots=True)
class Survey:
    """What is where, what of it is garbage, and what else lies in the packs' folder."""

    places: Places
    garbage: Flags  #: for each sequence
    lost_layouts: frozenset[tuple[int, int]]  #: of texts that cannot be written again any more
    orphans: tuple[tuple[Path, int], ...]  #: with their sizes in bytes


def survey_store(room: Room, snapshots: Sequence[int], listener: Listener) -> Survey:
    """Read the journal there and back: where everything is, then what still has a name."""
    names = room.journal.names()
    places, firsts = Places(), []
    for name in names:
        listener(Progress("reading the journal", name.number, 2 * len(names), "entries"))
        firsts.append(len(places.sequences))
        places.take(room.journal.read(name))
    named = Naming(len(places.sequences), snapshots)
    for name, first in zip(reversed(names), reversed(firsts), strict=True):
        done = 2 * len(names) - name.number
        listener(Progress("reading the journal", done, 2 * len(names), "entries"))
        named.take_back(room.journal.read(name), first)
    gone = places.sequences["pack"] == GONE
    _mark_loaded_again(room.journal, zip(names, firsts, strict=True), named.live, gone)
    garbage = named.garbage() & ~gone
    lost = {
        key for key in places.layouts if key in named.members and _any(garbage | gone, named, key)
    }
    return Survey(places, garbage, frozenset(lost), tuple(_orphans(room.packs.folder, places)))


def survey_lost(
    room: Room, unreadable: Sequence[int], layouts: frozenset[tuple[int, int]]
) -> Survey:
    """The same for a store of which these sequences and layouts cannot be read: they are waste."""
    places = Places()
    for name in room.journal.names():
        places.take(room.journal.read(name))
    garbage = np.zeros(len(places.sequences), bool)
    garbage[list(unreadable)] = True
    return Survey(places, garbage, layouts, ())


class Naming:
    """
    Which sequences have a name now or at a snapshot, found by reading the journal backwards.

    Backwards, because the entry that ends a name is met before the one that gave it; so only names
    that did end are held in memory.
    """

    def __init__(self, sequences: int, snapshots: Sequence[int]) -> None:
        self._snapshots = sorted(snapshots)
        self.live: Flags = np.zeros(sequences, bool)
        self.members: dict[tuple[int, int], Longs] = {}  #: of contents that have a layout
        # From when on a sequence is not kept for its own sake: it was named, or its commit undone.
        self._since: Longs = np.full(sequences, NOW)
        self._brought: Longs = np.zeros(sequences, np.int64)
        self._ended: dict[str, dict[str, int]] = defaultdict(dict)
        self._ended_collections: dict[str, int] = {}
        self._live_contents: set[tuple[int, int | str]] = set()
        self._undone: dict[int, int] = {}

    def take_back(self, entry: Entry, first: int) -> None:
        """Take in the entry before the one taken last; its sequences are numbered from `first`."""
        number = entry.number
        own = slice(first, first + len(entry.sequences))
        self._brought[own] = number
        undone_by = self._undone.get(number)
        if undone_by is None:
            self._undone.update(dict.fromkeys(entry.undoes, number))
        else:
            self._since[own] = np.minimum(self._since[own], undone_by)
        for aliases in entry.added:
            numbers = np.asarray(aliases.sequences, np.int64)
            self._since[numbers] = number
            self.live[numbers[self._held(aliases.namespace, aliases.texts, number)]] = True
        for aliases in entry.retired:
            self._ended[aliases.namespace].update(dict.fromkeys(aliases.texts, number))
        self._take_collections(entry)

    def garbage(self) -> Flags:
        """For each sequence whether it is garbage."""
        found: Flags = (self._since < NOW) & ~self.live
        if self._snapshots:
            snapshots = np.array([*self._snapshots, NOW])
            next_one = snapshots[np.searchsorted(snapshots, self._brought)]
            found &= next_one >= self._since  # else a snapshot knows it by its digest alone
        return found

    def _take_collections(self, entry: Entry) -> None:
        number = entry.number
        for place, named in reversed(list(enumerate(entry.collections))):
            if self._is_kept(number, self._ended_collections.get(named.name)):
                where = place if not named.content else named.place
                content = named.content or number
                self._live_contents.add((content, where if where >= 0 else named.digest))
            self._ended_collections[named.name] = number
        self._ended_collections.update(dict.fromkeys(entry.retired_collections, number))
        for place, named in enumerate(entry.collections):
            if named.content:
                continue
            members = np.asarray(named.sequences, np.int64)
            self._since[members] = number
            if self._live_contents & {(number, place), (number, named.digest)}:
                self.live[members] = True
            if named.layout:
                self.members[number, place] = members

    def _held(self, namespace: str, texts: Sequence[str], number: int) -> Flags:
        """Which of these aliases, given in the entry `number`, hold now or at a snapshot."""
        held = np.ones(len(texts), bool)
        ended = self._ended[namespace]
        if not ended.keys().isdisjoint(texts):
            for place, text in enumerate(texts):
                if text in ended:
                    held[place] = self._is_kept(number, ended.pop(text))
        return held

    def _is_kept(self, start: int, end: int | None) -> bool:
        """Whether what holds from `start` to before `end` holds now or at a snapshot."""
        if end is None:
            return True
        place = bisect_left(self._snapshots, start)
        return place < len(self._snapshots) and self._snapshots[place] < end


def _any(flags: Flags, named: Naming, content: tuple[int, int]) -> bool:
    return bool(flags[named.members[content]].any())


def _mark_loaded_again(
    journal: Journal, entries: Iterable[tuple[EntryName, int]], live: Flags, gone: Flags
) -> None:
    """A collection may name a sequence by the number it had before it was dropped and came back.

    That seldom happens, so the journal is read once more for it; `entries` are in order, each with
    the number of its first sequence.
    """
    old = live & gone
    if not old.any():
        return
    named: set[bytes] = set()
    for name, first in entries:
        joined = journal.read(name).sequences.digests
        for number, at in enumerate(range(0, len(joined), SHA512T_BYTES), first):
            digest = bytes(joined[at : at + SHA512T_BYTES])
            if old[number]:
                named.add(digest)
            elif digest in named:
                live[number] = True


def _orphans(folder: Path, places: Places) -> Iterator[tuple[Path, int]]:
    """The packs in the folder that nothing needs, with their sizes."""
    for path in sorted(folder.glob(f"*/*{SUFFIX}")):
        if not places.is_needed(path.name.removesuffix(SUFFIX)):
            yield path, path.stat().st_size


# What to do about it


@dataclass(frozen=True, slots=True)
class GcPlan:
    """Which packs are written anew, and what of them is kept and what dropped."""

    survey: Survey
    rewritten: list[int]  #: numbers of packs
    kept: Longs  #: numbers of sequences in them, in the order in which they will stand
    dropped: Longs
    target: int


def make_plan(survey: Survey, wish: Wish, damaged: Iterable[int] = ()) -> GcPlan:
    """What `wish` asks for, but for packs that are damaged."""
    places = survey.places
    kept = (places.sequences["pack"] != GONE) & ~survey.garbage
    needed = np.array([pack for pack in places.needed() if pack not in set(damaged)], np.int64)
    used = _used(survey, kept)[needed]
    sizes = np.array([places.packs[pack].size for pack in needed.tolist()], np.int64)
    sizes -= len(MAGIC)
    waste = sizes - used
    chosen = (waste > 0) & (waste >= wish.fraction * sizes)
    small = used < wish.target // 2
    if wish.compact and np.count_nonzero(small | chosen) > 1:
        chosen |= small
    return _plan(survey, needed[chosen].tolist(), wish.target)


def plan_without(survey: Survey, packs: Container[str]) -> GcPlan:
    """Write these packs anew, without what is waste in them."""
    places = survey.places
    numbers = [number for number in places.needed() if places.packs[number].sha256 in packs]
    return _plan(survey, numbers, TARGET)


def _plan(survey: Survey, rewritten: list[int], target: int) -> GcPlan:
    places = survey.places
    kept = (places.sequences["pack"] != GONE) & ~survey.garbage
    inside = np.isin(places.sequences["pack"], rewritten)
    return GcPlan(
        survey,
        rewritten,
        _in_order(places.sequences, np.flatnonzero(inside & kept)),
        np.flatnonzero(inside & survey.garbage),
        target,
    )


def _used(survey: Survey, kept: Flags) -> Longs:
    """The bytes of each pack that are not waste."""
    places = survey.places
    rows = places.sequences[kept]
    used = np.bincount(rows["pack"], rows["size"], len(places.packs)).astype(np.int64)
    for dictionary in places.dictionaries:
        used[dictionary.pack] += dictionary.size
    for key, layout in places.layouts.items():
        if key not in survey.lost_layouts:
            used[layout.pack] += layout.size
    return used


def _in_order(places: Placed, numbers: Longs) -> Longs:
    """Sequences in the order in which they stand in their packs."""
    rows = places[numbers]
    return numbers[np.lexsort((rows["offset"], rows["pack"]))]


# Doing it


@dataclass(slots=True)
class _Copied:
    """What was copied into new packs, as the entry will say it."""

    packs: list[PackName] = field(default_factory=list)
    moved: Moved = field(default_factory=Moved)


def _damaged(room: Room, plan: GcPlan, listener: Listener) -> frozenset[int]:
    """The packs of which something would be copied and that are not what was written."""
    places = plan.survey.places
    found = set()
    for done, number in enumerate(plan.rewritten, 1):
        listener(Progress("checking packs", done, len(plan.rewritten), "packs"))
        sha256 = places.packs[number].sha256
        path = pack_path(room.packs.folder, sha256)
        if not path.exists() or file_sha256(path) != sha256:
            found.add(number)
    return frozenset(found)


def carry_out(room: Room, plan: GcPlan, who: str, listener: Listener) -> int | None:
    """New packs, entry, index, removal: in this order; the commit's number."""
    places = plan.survey.places
    name: EntryName | None = None
    if plan.rewritten:
        copied = _copy(room, plan, listener)
        new = {pack.sha256 for pack in copied.packs}
        old = [places.packs[number].sha256 for number in plan.rewritten]
        entry = next_entry(
            room,
            "gc",
            who,
            packs=copied.packs,
            moved=copied.moved,
            dropped=plan.dropped.tolist(),
            dropped_packs=[sha256 for sha256 in old if sha256 not in new],
        )
        name = commit(room, entry)
        room.sequences.clear()
        room.packs.forget()
        places.take(entry)
    for path, _ in _orphans(room.packs.folder, places):
        path.unlink()
        fsync_directory(path.parent)
    return name.number if name else None


def _copy(room: Room, plan: GcPlan, listener: Listener) -> _Copied:
    """Copy what is kept into new packs, durably. When that fails, nothing of them stays."""
    copied = _Copied()
    try:
        for numbers in _parts(plan):
            _copy_some(room, plan, numbers, copied, listener)
    except BaseException:
        for pack in copied.packs:
            if not plan.survey.places.is_needed(pack.sha256):
                pack_path(room.packs.folder, pack.sha256).unlink(missing_ok=True)
        raise
    return copied


def _parts(plan: GcPlan) -> Iterator[Longs]:
    """The sequences of each new pack; there is one also for dictionaries and layouts alone."""
    sizes = plan.survey.places.sequences["size"][plan.kept]
    pack = (np.cumsum(sizes) - sizes) // plan.target
    cuts = np.flatnonzero(np.diff(pack)) + 1
    yield from np.split(plan.kept, cuts)


def _copy_some(
    room: Room, plan: GcPlan, numbers: Longs, copied: _Copied, listener: Listener
) -> None:
    """Copy the records of `numbers` into one new pack."""
    writer = PackWriter(room.packs.folder)
    try:
        if not copied.packs:
            _copy_others(room, plan, writer, copied.moved)
        _copy_records(room, plan, numbers, writer, copied)
        if writer.size > len(MAGIC):
            copied.packs.append(writer.name())
            writer.finish()
        else:
            writer.discard()
    except BaseException:
        writer.discard()
        raise
    listener(Progress("copying", len(copied.moved.sequences), len(plan.kept), "sequences"))


def _copy_records(
    room: Room, plan: GcPlan, numbers: Longs, writer: PackWriter, copied: _Copied
) -> None:
    places, moved = plan.survey.places, copied.moved
    rows = places.sequences[numbers]
    ends = rows["offset"] + rows["size"]
    apart = (rows["pack"][1:] != rows["pack"][:-1]) | (rows["offset"][1:] != ends[:-1])
    for run in np.split(np.arange(len(rows)), np.flatnonzero(apart) + 1):
        if not len(run):
            continue
        start, end = int(rows["offset"][run[0]]), int(ends[run[-1]])
        at = _append(room, writer, places.packs[int(rows["pack"][run[0]])], start, end)
        moved.offsets.extend((rows["offset"][run] - start + at).tolist())
    moved.sequences.extend(numbers.tolist())
    moved.packs.extend([len(copied.packs)] * len(numbers))
    moved.sizes.extend(rows["size"].tolist())


def _copy_others(room: Room, plan: GcPlan, writer: PackWriter, moved: Moved) -> None:
    """Copy the dictionaries and layouts of the packs that are written anew."""
    places, rewritten = plan.survey.places, set(plan.rewritten)
    for number, old in enumerate(places.dictionaries, 1):
        if old.pack in rewritten:
            end = old.offset + old.size
            at = _append(room, writer, places.packs[old.pack], old.offset, end)
            moved.dictionaries.append((number, Dictionary(0, at, old.size)))
    for (entry, place), kept in sorted(places.layouts.items()):
        if kept.pack in rewritten and (entry, place) not in plan.survey.lost_layouts:
            end = kept.offset + kept.size
            at = _append(room, writer, places.packs[kept.pack], kept.offset, end)
            moved.layouts.append((entry, place, LayoutPlace(0, at, kept.size, kept.sha256)))


def _append(room: Room, writer: PackWriter, pack: PackName, start: int, end: int) -> int:
    """Append bytes of an old pack; where they are now."""
    at = writer.size
    content = room.packs.record(pack.sha256, start, end - start)
    for piece in range(0, len(content), PIECE):
        writer.append(bytes(content[piece : piece + PIECE]))
    return at


# Telling it


def _report(plan: GcPlan, damaged: Iterable[int]) -> GcReport:
    """What `plan` does, before it is done."""
    survey = plan.survey
    places, rewritten = survey.places, set(plan.rewritten)
    rows = places.sequences
    sizes = {number: places.packs[number].size for number in places.needed()}
    staying = [size for number, size in sizes.items() if number not in rewritten]
    used = _used(survey, (rows["pack"] != GONE) & ~survey.garbage)
    copied = int(used[plan.rewritten].sum())
    new = len(list(_parts(plan))) if copied else 0
    return GcReport(
        position=None,
        garbage=int(np.count_nonzero(survey.garbage)),
        garbage_bytes=int(rows["size"][survey.garbage].sum()),
        dropped=len(plan.dropped),
        packs_before=len(sizes),
        packs_after=len(staying) + new,
        orphans=len(survey.orphans),
        bytes_before=sum(sizes.values()) + sum(size for _, size in survey.orphans),
        bytes_after=sum(staying) + copied + new * len(MAGIC),
        damaged=tuple(places.packs[number].sha256 for number in sorted(damaged)),
    )
