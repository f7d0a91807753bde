"""
Repairing: what a check found is mended where that can be proven right; the rest is told by name.

Index and lists are made anew from the journal. Entries and packs are named by their SHA-256, so
they are taken from any copy of the store and are right or refused. A snapshot's file is made again
when journal and index prove what it said. Nothing that still reads is ever removed: a damaged pack
stays as it is until the right one takes its place.
"""

import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from holdfast.base.digests import Digest
from holdfast.base.files import TEMPORARY, fsync_directory
from holdfast.base.progress import Listener, Progress
from holdfast.errors import HoldfastError, RemoteError, StoreDamaged
from holdfast.sequences import gc, lists
from holdfast.sequences.check import CheckReport, Part, Problem
from holdfast.sequences.index import NOW
from holdfast.sequences.journal import EntryName, decode
from holdfast.sequences.packs import pack_path
from holdfast.sequences.places import Places
from holdfast.sequences.snapshots import Snapshot, Snapshots
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
    """One repair of a store. Only the one writer may use it."""

    def __init__(
        self,
        folder: Path,
        room: Room,
        snapshots: Snapshots,
        copies: Sequence[Depot],
        listener: Listener,
    ) -> None:
        self._folder, self._room, self._snapshots = folder, room, snapshots
        self._copies, self._listener = copies, listener
        self._listed: dict[int, dict[int, lists.ListedEntry]] = {}
        self.mended: list[Mended] = []

    def note(self, part: Part, name: object, how: str) -> None:
        """Keep what was mended."""
        self.mended.append(Mended(part, str(name), how))

    def leftovers(self) -> None:
        """Tell of what an interrupted writer left: whoever writes next removes it."""
        for part in ("packs", "journal", "snapshots"):
            for path in sorted((self._folder / part).glob(f"{TEMPORARY}*")):
                self.note(Part.LEFTOVER, f"{part}/{path.name}", "removed")

    def index(self, apply: Callable[[], int], *, anew: bool = False) -> None:
        """Bring the index up to the journal; make it anew if it cannot be, or if that is wanted."""
        try:
            if not anew and self._room.index.exists():
                apply()
                return
        except HoldfastError:
            self._room.index.abandon()  # it is damaged, or of another journal
        try:
            if self._room.index.exists():
                known = self._room.index.position().number
                if known > len(self._room.journal.names()):
                    return  # the newest entries are missing, and only the index knows of them
        except HoldfastError:
            return  # entries are missing: the index of before knows more
        self._room.packs.forget()
        self._room.index.make()
        with suppress(HoldfastError):  # what can be applied is, and the check tells the rest
            apply()
        self.note(Part.INDEX, "", "made anew from the journal")

    # The journal, before anything else: all the rest counts on it

    def journal(self) -> None:
        """Fetch entries that are damaged or missing from a copy, the newest first.

        Each names the one before it, so what a missing entry must be is known from its successor,
        from the index or from a snapshot.
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
        """The hashes of entries that the index or a snapshot names."""
        known: dict[int, str] = {}
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
        for nth, copy in enumerate(self._copies):
            listed = self._entries_of(nth, copy).get(number)
            if listed is None or listed.sha256 != wanted:
                continue
            parcel = Parcel(f"journal/{listed.file}", listed.size, wanted)
            if self._bring(copy, parcel, self._folder / "journal" / listed.file):
                self.note(Part.JOURNAL, number, f"fetched from {copy.url}")
                return True
        return False

    def _entries_of(self, nth: int, copy: Depot) -> dict[int, lists.ListedEntry]:
        if nth not in self._listed:
            self._listed[nth] = {}
            with suppress(HoldfastError):
                place = f"journal/{lists.FILE}"
                content = copy.read(place, LIST_LIMIT) or b""
                found = lists.read_entries(content, 1, f"{copy.url}/{place}")
                self._listed[nth] = {each.number: each for each in found}
        return self._listed[nth]

    # What a check found

    def packs(self, damage: Sequence[Problem]) -> None:
        """Fetch the packs in which something is damaged."""
        wanted = {problem.pack for problem in damage if problem.pack}
        places = Places()
        with suppress(HoldfastError):
            for name in self._room.journal.names():
                places.take(self._room.journal.read(name))
        sizes = {places.packs[number].sha256: places.packs[number] for number in places.needed()}
        for pack_hash in sorted(wanted & sizes.keys()):
            parcel = Parcel(
                f"packs/{pack_hash[:2]}/{pack_hash}.pack", sizes[pack_hash].size, pack_hash
            )
            path = pack_path(self._room.packs.folder, pack_hash)
            for copy in self._copies:
                if self._bring(copy, parcel, path):
                    self.note(Part.PACK, pack_hash, f"fetched from {copy.url}")
                    break
        self._room.packs.forget()

    def snapshots(self, damage: Sequence[Problem]) -> None:
        """Make damaged snapshots again: as a copy has them, or as the journal proves them."""
        for name in [each.name for each in damage if each.part is Part.SNAPSHOT]:
            if self._snapshot_from_copy(name):
                continue
            proven = self._proven(name)
            if proven is not None:
                self._snapshots.restore(proven)
                self.note(Part.SNAPSHOT, name, "made again, as the journal proves it")

    def lists(self) -> None:
        """Make the lists anew if they do not match."""
        journal = self._folder / "journal"
        if not lists.entries_match(journal):
            lists.remake_entries(journal)
            self.note(Part.LIST, "journal", "made anew")
        if not lists.snapshots_match(self._snapshots.folder, self._snapshots.listed()):
            self._snapshots.relist()
            self.note(Part.LIST, "snapshots", "made anew")

    def drop_lost(self, damage: Sequence[Problem], who: str) -> None:
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
            self.note(Part.SEQUENCE, name, f"dropped by the commit {position}; load it again")

    def _check_dictionaries(self, plan: gc.GcPlan) -> None:
        places = plan.survey.places
        for number in {each.pack for each in places.dictionaries} & set(plan.rewritten):
            pack = places.packs[number].sha256
            if not pack_path(self._room.packs.folder, pack).exists():
                raise StoreDamaged(
                    f"the pack {pack} is gone, and with it a dictionary that many sequences need; "
                    "find a copy of it: holdfast seq check --repair --from PLACE"
                )

    def end(self) -> None:
        """Remove what was only needed meanwhile."""
        shutil.rmtree(self._folder / FOLDER, ignore_errors=True)

    def _snapshot_from_copy(self, name: str) -> bool:
        for copy in self._copies:
            with suppress(HoldfastError):
                content = copy.read(f"snapshots/{name}.json", SNAPSHOT_LIMIT)
                if content is None:
                    continue
                snapshot = self._snapshots.parse(name, content)
                if self._room.index.position_at(snapshot.position).hash == snapshot.hash:
                    self._snapshots.restore(snapshot)
                    self.note(Part.SNAPSHOT, name, f"fetched from {copy.url}")
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

    def _bring(self, copy: Depot, parcel: Parcel, path: Path) -> bool:
        """Put the right file in its place, if `copy` has it; whether it is there now."""
        folder = self._folder / FOLDER
        folder.mkdir(exist_ok=True)
        try:
            copy.fetch([parcel], folder, self._listener)
        except RemoteError:
            return False
        arrived = folder / parcel.name
        arrived.chmod(0o444)
        if not path.parent.exists():
            path.parent.mkdir()
            fsync_directory(path.parent.parent)
        arrived.replace(path)
        fsync_directory(path.parent)
        return True


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
