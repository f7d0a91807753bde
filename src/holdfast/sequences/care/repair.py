"""
Repairing: what a check found is mended where that can be proven right; the rest is told by name.

Index and lists are made anew from the journal. Entries and packs are named by their SHA-256, so
they are taken from any copy of the store and are right or refused. A snapshot's file is made again
when journal and index prove what it said. Nothing that still reads is ever removed: a damaged pack
stays as it is until the right one takes its place.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import Digest
from holdfast.base.files import TEMPORARY, fsync_directory, remove_leftovers
from holdfast.base.progress import Listener, Progress
from holdfast.errors import HoldfastError, RemoteError, StoreDamaged
from holdfast.sequences.care import gc
from holdfast.sequences.care.check import CheckReport, Part, Problem
from holdfast.sequences.care.places import Places
from holdfast.sequences.storage import lists
from holdfast.sequences.storage.journal import EntryName, decode
from holdfast.sequences.storage.packs import SUFFIX, pack_path
from holdfast.sequences.storage.schema import NOW
from holdfast.sequences.storage.snapshots import Snapshot, Snapshots
from holdfast.sequences.sync.depot import Depot, Parcel
from holdfast.sequences.view import Room

FOLDER = "mending"  #: where files of a copy arrive; a repair that was killed goes on from them
LIST_LIMIT = 1 << 32  # bytes of a copy's list of entries
SNAPSHOT_LIMIT = 1 << 20
FACTS = re.compile(r'"(position|hash|created)": ?"?([^",\s]+)')


@dataclass(frozen=True, slots=True)
class Mended:
    """Something that is as it was written again, and how it came to be."""

    part: Part
    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A sequence that cannot be read: which aliases and collections name it now."""

    digest: str
    aliases: tuple[str, ...]
    collections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What was mended, what could not be, and what that means for those who read."""

    mended: tuple[Mended, ...]
    problems: tuple[str, ...]
    lost: tuple[Lost, ...]


class Repair:
    """One repair of a store. Only the one writer may use it.

    `check` looks at the whole store; `apply` brings the index up to the journal.
    """

    def __init__(
        self,
        folder: Path,
        room: Room,
        snapshots: Snapshots,
        copies: Sequence[Depot],
        check: Callable[[], CheckReport],
        apply: Callable[[], int],
        listener: Listener,
    ) -> None:
        self._folder, self._room, self._snapshots = folder, room, snapshots
        self._copies = Copies(copies, folder / FOLDER, listener)
        self._check, self._apply, self._listener = check, apply, listener
        self._mended: list[Mended] = []

    def run(self, *, drop_lost: bool, who: str) -> RepairReport:
        """Mend what can be mended, and then look again."""
        self._clear_leftovers()
        self._mend_journal()  # all the rest counts on it
        self._mend_index()
        found = self._check()
        self._mend_packs(found.damage)
        if any(each.part is Part.INDEX for each in found.damage):
            self._make_index()
        self._mend_snapshots(found.damage)
        self._mend_lists()
        self._copies.clear()
        if self._mended:
            found = self._check()
        if drop_lost and found.problems:
            self._drop_lost(found.damage, who)
            found = self._check()
        return RepairReport(tuple(self._mended), found.problems, lost(self._room, found))

    def _note(self, part: Part, name: object, how: str) -> None:
        self._mended.append(Mended(part, str(name), how))

    def _clear_leftovers(self) -> None:
        """Remove what an interrupted writer left, as any writer does, and tell of it."""
        for part in ("packs", "journal", "snapshots"):
            for path in sorted((self._folder / part).glob(f"{TEMPORARY}*")):
                self._note(Part.LEFTOVER, f"{part}/{path.name}", "removed")
            remove_leftovers(self._folder / part)

    # What is made from the journal

    def _mend_index(self) -> None:
        """Bring the index up to the journal; make it anew if that cannot be."""
        with suppress(HoldfastError):  # it is damaged, or of another journal
            if self._room.index.exists():
                self._apply()
                return
        self._make_index()

    def _make_index(self) -> None:
        if self._index_knows_more():
            return
        self._room.packs.forget()
        self._room.index.make()
        with suppress(HoldfastError):  # what can be applied is, and the check tells the rest
            self._apply()
        self._note(Part.INDEX, "", "made anew from the journal")

    def _index_knows_more(self) -> bool:
        """Whether the index tells of entries that are damaged or missing in the journal."""
        try:
            if not self._room.index.exists():
                return False
            names = self._room.journal.names()
            missing = self._room.index.position().number > len(names)
        except HoldfastError:
            return True
        journal = self._room.journal.folder
        return missing or any(_previous(journal, name) is None for name in names)

    def _mend_lists(self) -> None:
        journal = self._folder / "journal"
        # A list may be the last to know of an entry that is missing.
        if not self._index_knows_more() and not lists.entries_match(journal):
            lists.remake_entries(journal)
            self._note(Part.LIST, "journal", "made anew")
        if not lists.snapshots_match(self._snapshots.folder, self._snapshots.listed()):
            self._snapshots.relist()
            self._note(Part.LIST, "snapshots", "made anew")

    # What can be had from a copy

    def _mend_journal(self) -> None:
        """Fetch entries that are damaged or missing from a copy, the newest first.

        Each names the one before it, so what a missing entry must be is known from its successor,
        from the index, a snapshot, or the list of entries.
        """
        journal = self._folder / "journal"
        names = self._names()
        expected = self._expected()
        for number in range(max([*names, *expected], default=0), 0, -1):
            self._listener(Progress("reading the journal", number, None, "entries"))
            name = names.get(number)
            wanted = name.sha256 if name else expected.get(number)
            if wanted is None:
                continue  # nobody knows what it was
            previous = _previous(journal, EntryName(number, wanted))
            if previous is None and self._fetch_entry(number, wanted):
                previous = _previous(journal, EntryName(number, wanted))
            if previous:
                expected[number - 1] = previous

    def _names(self) -> dict[int, EntryName]:
        """The entries whose files are there, by number; none for a number that is there twice."""
        found: dict[int, EntryName] = {}
        twice = set()
        for each in lists.listed_entries(self._folder / "journal"):
            twice |= {each.number} & found.keys()
            found[each.number] = EntryName(each.number, each.sha256)
        return {number: name for number, name in found.items() if number not in twice}

    def _expected(self) -> dict[int, str]:
        """The hashes of entries that the list, a snapshot or the index names."""
        known: dict[int, str] = {}
        file = self._folder / "journal" / lists.FILE
        with suppress(HoldfastError, OSError):
            listed = lists.read_entries(file.read_bytes(), 1, str(file))
            known.update((each.number, each.sha256) for each in listed)
        for name in self._snapshots.names():
            with suppress(HoldfastError):
                snapshot = self._snapshots.read(name)
                known[snapshot.position] = snapshot.hash
        with suppress(HoldfastError):
            if self._room.index.exists():
                position = self._room.index.position()
                known[position.number] = position.hash
        known.pop(0, None)
        return known

    def _fetch_entry(self, number: int, wanted: str) -> bool:
        name = EntryName(number, wanted)
        source = self._copies.entry(name, self._folder / "journal" / str(name))
        if source:
            self._note(Part.JOURNAL, number, f"fetched from {source}")
        return bool(source)

    def _mend_packs(self, damage: Sequence[Problem]) -> None:
        """Fetch the packs in which something is damaged."""
        wanted = {problem.pack for problem in damage if problem.pack}
        places = Places()
        with suppress(HoldfastError):
            for name in self._room.journal.names():
                places.take(self._room.journal.read(name))
        sizes = {places.packs[number].sha256: places.packs[number] for number in places.needed()}
        for pack_hash in sorted(wanted & sizes.keys()):
            file = f"packs/{pack_hash[:2]}/{pack_hash}{SUFFIX}"
            parcel = Parcel(file, sizes[pack_hash].size, pack_hash)
            source = self._copies.bring(parcel, pack_path(self._room.packs.folder, pack_hash))
            if source:
                self._note(Part.PACK, pack_hash, f"fetched from {source}")
        self._room.packs.forget()

    def _mend_snapshots(self, damage: Sequence[Problem]) -> None:
        """Make damaged snapshots again: as a copy has them, or as the journal proves them."""
        for name in [each.name for each in damage if each.part is Part.SNAPSHOT]:
            if self._is_whole(name) or self._snapshot_from_copy(name):
                continue  # what it names may be missing; it is not to blame
            proven = self._proven(name)
            if proven is not None:
                self._snapshots.restore(proven)
                self._note(Part.SNAPSHOT, name, "made again, as the journal proves it")

    def _drop_lost(self, damage: Sequence[Problem], who: str) -> None:
        """Give up the sequences that cannot be read, so that they can be loaded again.

        What still reads of their packs is copied into new ones, and a commit says what was dropped.

        Raises
        ------
        StoreDamaged
            A pack that is gone held a dictionary, which many sequences need.
        """
        unreadable = [each.name for each in damage if each.part is Part.SEQUENCE]
        layouts = frozenset(_content(each.name) for each in damage if each.part is Part.LAYOUT)
        if not unreadable and not layouts:
            return
        known = self._room.index.known([Digest.parse(name).raw for name in unreadable])
        survey = gc.survey_lost(self._room, sorted(known.values()), layouts)
        plan = gc.plan_without(survey, {each.pack for each in damage})
        self._check_dictionaries(plan)
        position = gc.carry_out(self._room, plan, who, self._listener)
        for name in unreadable:
            self._note(Part.SEQUENCE, name, f"dropped by the commit {position}; load it again")
        for entry, place in sorted(layouts):
            self._note(Part.LAYOUT, f"{entry}/{place}", f"dropped by the commit {position}")

    def _check_dictionaries(self, plan: gc.GcPlan) -> None:
        places = plan.survey.places
        for number in {each.pack for each in places.dictionaries} & set(plan.rewritten):
            pack = places.packs[number].sha256
            if not pack_path(self._room.packs.folder, pack).exists():
                raise StoreDamaged(
                    f"the pack {pack} is gone, and with it a dictionary that many sequences need; "
                    "find a copy of it: holdfast seq check --repair --from PLACE"
                )

    def _is_whole(self, name: str) -> bool:
        try:
            self._snapshots.read(name)
        except StoreDamaged:
            return False
        return True

    def _snapshot_from_copy(self, name: str) -> bool:
        for source, content in self._copies.read(f"snapshots/{name}.json", SNAPSHOT_LIMIT):
            with suppress(StoreDamaged):
                snapshot = self._snapshots.parse(name, content)
                if self._room.index.position_at(snapshot.position).hash == snapshot.hash:
                    self._snapshots.restore(snapshot)
                    self._note(Part.SNAPSHOT, name, f"fetched from {source}")
                    return True
        return False

    def _proven(self, name: str) -> Snapshot | None:
        """What the snapshot `name` was, if its remains say so beyond doubt.

        Its position and its hash must name the same entry, as must the line of the list of
        snapshots; either of the two is proof.
        """
        path = self._snapshots.folder / f"{name}.json"
        facts = dict(FACTS.findall(path.read_bytes().decode("ascii", errors="replace")))
        claims = [(facts.get("position", ""), facts.get("hash", ""))]
        with suppress(HoldfastError, OSError):
            listed = (self._snapshots.folder / lists.FILE).read_bytes()
            claims += [
                (str(each.position), each.hash)
                for each in lists.read_snapshots(listed, "")
                if each.name == name
            ]
        for number, hash_ in claims:
            if number.isdigit() and len(number) < 10 and hash_:
                found = self._room.index.position_at(int(number))
                if found.hash == hash_:
                    return self._snapshot(name, found.number, facts.get("created", ""))
        return None

    def _snapshot(self, name: str, number: int, created: str) -> Snapshot:
        index = self._room.index
        at = index.position_at(number)
        aliases, collections = index.counts(number)
        (time,) = index.ask("SELECT time FROM entries WHERE number = ?", (number,))[0]
        try:
            datetime.fromisoformat(created)
        except ValueError:
            created = time
        return Snapshot(
            name, number, at.hash, created, at.sequences, at.residues, aliases, collections
        )


class Copies:
    """Copies of a store, asked one after another; nothing they give is believed."""

    def __init__(self, depots: Sequence[Depot], folder: Path, listener: Listener) -> None:
        self._depots, self._folder, self._listener = depots, folder, listener
        self._entries: list[dict[int, lists.ListedEntry]] | None = None

    def read(self, name: str, limit: int) -> Iterator[tuple[str, bytes]]:
        """Where each copy is and what it has of the small file `name`."""
        for depot in self._depots:
            with suppress(HoldfastError):
                content = depot.read(name, limit)
                if content is not None:
                    yield depot.url, content

    def entry(self, name: EntryName, path: Path) -> str:
        """Put the entry `name` at `path`; where it came from, or nothing."""
        if self._entries is None:
            self._entries = [_listed(depot) for depot in self._depots]
        for depot, entries in zip(self._depots, self._entries, strict=True):
            listed = entries.get(name.number)
            if listed and listed.sha256 == name.sha256:
                parcel = Parcel(f"journal/{listed.file}", listed.size, name.sha256)
                if self._bring(depot, parcel, path):
                    return depot.url
        return ""

    def bring(self, parcel: Parcel, path: Path) -> str:
        """Put the file that `parcel` names at `path`; where it came from, or nothing."""
        return next((each.url for each in self._depots if self._bring(each, parcel, path)), "")

    def clear(self) -> None:
        """Remove what was only needed meanwhile."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _bring(self, depot: Depot, parcel: Parcel, path: Path) -> bool:
        """Put the right file in its place, if `depot` has it; whether it is there now."""
        self._folder.mkdir(exist_ok=True)
        try:
            depot.fetch([parcel], self._folder, self._listener)
        except RemoteError:
            return False
        arrived = self._folder / parcel.name
        arrived.chmod(0o444)
        if not path.parent.exists():
            path.parent.mkdir()
            fsync_directory(path.parent.parent)
        arrived.replace(path)
        fsync_directory(path.parent)
        return True


def _listed(depot: Depot) -> dict[int, lists.ListedEntry]:
    """The entries that a copy says it has."""
    place = f"journal/{lists.FILE}"
    with suppress(HoldfastError):
        content = depot.read(place, LIST_LIMIT) or b""
        found = lists.read_entries(content, 1, f"{depot.url}/{place}")
        return {each.number: each for each in found}
    return {}


def lost(room: Room, report: CheckReport) -> tuple[Lost, ...]:
    """The sequences that cannot be read, and what names them now."""
    digests = [Digest.parse(each.name) for each in report.damage if each.part is Part.SEQUENCE]
    if not digests:
        return ()
    known = room.index.known([digest.raw for digest in digests])
    numbers = np.array(sorted(known.values()), np.int64)
    collections = _collections_of(room, numbers)
    found = []
    for digest in digests:
        number = known.get(digest.raw)
        if number is None:
            continue
        aliases = (
            f"{space}:{text}"
            for space, text, _, retired in room.index.aliases_of(number, NOW)
            if retired is None
        )
        found.append(Lost(str(digest), tuple(aliases), tuple(collections.get(number, ()))))
    return tuple(found)


def _collections_of(room: Room, numbers: npt.NDArray[np.int64]) -> dict[int, list[str]]:
    """The names of the collections that have these sequences."""
    found: dict[int, list[str]] = {}
    for name, entry, place in room.index.ask(
        "SELECT name, content, place FROM collections WHERE retired IS NULL ORDER BY name"
    ):
        with suppress(HoldfastError, OSError):  # its entry may be what is damaged
            members = np.asarray(room.content(entry, place).sequences, np.int64)
            for number in np.intersect1d(members, numbers).tolist():
                found.setdefault(number, []).append(name)
    return found


def _content(name: str) -> tuple[int, int]:
    """The entry and the place of a collection's content, as a check names its layout."""
    entry, _, place = name.partition("/")
    return int(entry), int(place)


def _previous(journal: Path, name: EntryName) -> str | None:
    """The hash of the entry before an entry, if that can be read and is what it should be."""
    try:
        content = (journal / str(name)).read_bytes()
        if sha256(content).hexdigest() != name.sha256:
            return None
        return decode(content, str(name)).previous
    except (OSError, HoldfastError):
        return None
