"""
Checking: everything on disk is read and compared with what was written.

Packs are hashed against their names, the journal against its names and its chain, each sequence is
decoded and hashed against its digest, layouts against theirs, the index is compared with one made
afresh, and snapshots and lists with the journal. What a later entry dropped need not be there.
Temporary files of an interrupted writer are no problem: the next writer removes them. Entries are
read one at a time, several times over, so that a large store needs little memory.
"""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path

import zstandard

from holdfast.base.digests import Digest, Digests, file_sha256
from holdfast.base.progress import Listener, Progress
from holdfast.errors import HoldfastError, StoreDamaged
from holdfast.formats.residues import long_letter_set
from holdfast.sequences.care.places import GONE, Places
from holdfast.sequences.storage import lists
from holdfast.sequences.storage.codecs import open_record
from holdfast.sequences.storage.comparison import Comparison
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import Entry, EntryName, Journal
from holdfast.sequences.storage.packs import PackName, pack_path
from holdfast.sequences.storage.snapshots import Snapshots
from holdfast.sequences.view import Room

ROWS = 256  # sequences a thread checks in one go


class Part(Enum):
    """What of a store may be damaged."""

    JOURNAL = "journal"  #: an entry; its name is its number
    PACK = "pack"  #: its name is its SHA-256
    SEQUENCE = "sequence"  #: its name is its digest
    LAYOUT = "layout"  #: of a loaded text; its name is the entry and the place there
    INDEX = "index"
    SNAPSHOT = "snapshot"  #: its name is its own
    LIST = "list"  #: journal or snapshots
    LEFTOVER = "leftover"  #: a file of an interrupted writer; only a repair tells of it


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written; `pack` is where, for what is in one."""

    part: Part
    name: str
    sentence: str
    pack: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was looked at, and a sentence for each thing that is not as it was written."""

    packs: int
    entries: int
    sequences: int
    snapshots: int
    problems: tuple[str, ...]
    damage: tuple[Problem, ...] = ()


def check(
    folder: Path, room: Room, snapshots: Snapshots, threads: int, listener: Listener
) -> CheckReport:
    """Look at the whole store in `folder`; `threads` sequences at once."""
    checking = _Checking(room, threads, listener)
    # A writer may go on meanwhile. Snapshots follow the journal, so they are listed before it.
    names = snapshots.names()
    checking.lists(folder)
    entries = checking.journal()
    packs = checking.packs()
    sequences = checking.sequences()
    checking.layouts()
    checking.index()
    checking.snapshots(snapshots, names)
    found = checking.confirmed()
    sentences = tuple(problem.sentence for problem in found)
    return CheckReport(packs, entries, sequences, len(names), sentences, found)


class _Checking:
    """One look at a store, collecting problems."""

    def __init__(self, room: Room, threads: int, listener: Listener) -> None:
        self._room, self._threads, self._listener = room, threads, listener
        self._problems: list[Problem] = []
        self._names: list[EntryName] = []  # of the entries that could be read, from the first on
        self._listed = 0
        self._places = Places()
        self._dropped: frozenset[str] = frozenset()  # packs that need not be there after all
        self._dictionaries: dict[int, zstandard.ZstdCompressionDict] = {}

    def note(self, part: Part, name: object, sentence: str, pack: str = "") -> None:
        """Keep a problem."""
        self._problems.append(Problem(part, str(name), sentence, pack))

    def confirmed(self) -> tuple[Problem, ...]:
        """The problems, but for packs that a commit made needless while we were looking."""
        dropped: set[str] = set()
        with suppress(HoldfastError):
            for name in self._room.journal.names()[self._listed :]:
                dropped.update(self._room.journal.read(name).dropped_packs)
        return tuple(problem for problem in self._problems if problem.pack not in dropped)

    def lists(self, folder: Path) -> None:
        """The LIST files may be behind their folders for a moment, and must be lists."""
        file = folder / "journal" / lists.FILE
        with suppress(FileNotFoundError):
            said = file.read_bytes()
            true = b"".join(each.line() for each in lists.listed_entries(file.parent))
            if not true.startswith(said):
                self.note(Part.LIST, "journal", f"{file} is damaged{MEND}")
        file = folder / "snapshots" / lists.FILE
        with suppress(FileNotFoundError):
            try:
                lists.read_snapshots(file.read_bytes(), str(file))
            except StoreDamaged as error:
                self.note(Part.LIST, "snapshots", str(error))

    def journal(self) -> int:
        """Read the entries in order, as far as they can be read; how many."""
        journal = self._room.journal
        previous = journal.store_id
        try:
            names = journal.names()
        except StoreDamaged as error:
            self.note(Part.JOURNAL, "", str(error))
            return 0
        self._listed = len(names)
        for name in names:
            entry = self._entry(journal, name)
            if entry is None:
                break  # what follows counts on it
            if entry.previous != previous:
                self.note(
                    Part.JOURNAL,
                    name.number,
                    f"the journal entry {name.number} does not follow the one before it",
                )
            previous = name.sha256
            try:
                self._places.take(entry)
            except StoreDamaged as error:
                self.note(Part.JOURNAL, name.number, str(error))
                break
            self._names.append(name)
        self._dropped = self._dropped_later(names[len(self._names) :])
        return len(self._names)

    def _dropped_later(self, names: Sequence[EntryName]) -> frozenset[str]:
        """The packs that `names`, which come after an entry that cannot be read, no longer need.

        What the unreadable ones dropped themselves only the index can tell.
        """
        if not names:
            return frozenset()
        dropped: set[str] = set()
        with suppress(HoldfastError):
            told = self._room.index.ask("SELECT sha256 FROM packs WHERE size = 0")
            dropped.update(sha256 for (sha256,) in told)
        for name in names:
            with suppress(StoreDamaged, OSError):
                entry = self._room.journal.read(name)
                dropped.update(entry.dropped_packs)
                dropped.difference_update(pack.sha256 for pack in entry.packs)
        return frozenset(dropped)

    def packs(self) -> int:
        """Hash every pack that must be there; how many."""
        packs = [self._places.packs[number] for number in self._places.needed()]
        needed = [pack for pack in packs if pack.sha256 not in self._dropped]
        with ThreadPoolExecutor(self._threads) as pool:
            for done, (pack, problem) in enumerate(
                zip(needed, pool.map(self._pack, needed), strict=True), 1
            ):
                self._listener(Progress("checking packs", done, len(needed), "packs"))
                if problem:
                    self.note(Part.PACK, pack.sha256, problem, pack.sha256)
        return len(needed)

    def sequences(self) -> int:
        """Decode and hash every sequence; how many."""
        total, done, first = len(self._places.sequences), 0, 0
        with ThreadPoolExecutor(self._threads) as pool:
            for name in self._names:
                entry = self._room.journal.read(name)
                for seen, problems in pool.map(self._rows, _tasks(entry, first)):
                    done += seen
                    self._listener(Progress("checking sequences", done, total, "sequences"))
                    self._problems.extend(problems)
                first += len(entry.sequences)
        return total

    def layouts(self) -> None:
        """Hash every layout."""
        for (entry, place), layout in sorted(self._places.layouts.items()):
            pack = self._places.packs[layout.pack].sha256
            if pack in self._dropped:
                continue
            try:
                content = self._room.packs.record(pack, layout.offset, layout.size)
            except HoldfastError as error:
                problem = str(error)
            else:
                right = sha256(content).hexdigest() == layout.sha256
                problem = "" if right else "it is not what was written; restore it from a copy"
            if problem:
                which = f"the layout of the collection {place} of the journal entry {entry}"
                self.note(Part.LAYOUT, f"{entry}/{place}", f"{which}: {problem}", pack)

    def index(self) -> None:
        """Compare the index with one made afresh, if all entries can be read."""
        if len(self._names) < self._listed:
            return
        try:
            self._compare_index()
        except StoreDamaged as error:
            self.note(Part.INDEX, "", str(error))

    def snapshots(self, snapshots: Snapshots, names: Sequence[str]) -> None:
        """Each snapshot of `names` must be whole and name an entry there is."""
        listed = lists.listed_entries(self._room.journal.folder)
        hashes = {0: "", **{entry.number: entry.sha256 for entry in listed}}
        for name in names:
            try:
                snapshot = snapshots.read(name)
            except HoldfastError as error:
                if snapshots.exists(name):  # else it was removed meanwhile
                    self.note(Part.SNAPSHOT, name, str(error))
                continue
            if hashes.get(snapshot.position) != snapshot.hash:
                self.note(
                    Part.SNAPSHOT,
                    name,
                    f"the snapshot {name} names the journal entry {snapshot.position}, "
                    "which is not there as it was",
                )

    def _entry(self, journal: Journal, name: EntryName) -> Entry | None:
        try:
            return journal.read(name)
        except (StoreDamaged, OSError) as error:
            self.note(Part.JOURNAL, name.number, str(error))
            return None

    def _pack(self, pack: PackName) -> str | None:
        path = pack_path(self._room.packs.folder, pack.sha256)
        try:
            found = file_sha256(path)
        except OSError as error:
            return f"{path} cannot be read ({error.strerror}); restore it from a copy"
        return None if found == pack.sha256 else f"{path} is damaged; restore it from a copy"

    def _rows(self, task: "_Task") -> tuple[int, list[Problem]]:
        problems = []
        places = self._places.sequences[task.first : task.first + len(task.rows)].tolist()
        for row, place in zip(task.rows, places, strict=True):
            if place[0] == GONE:
                continue
            pack = self._places.packs[place[0]].sha256
            if pack in self._dropped:
                continue
            sentence = self._row(task.entry, row, (pack, place[1], place[2]))
            if sentence:
                name = str(_digest(task.entry, row))
                problems.append(Problem(Part.SEQUENCE, name, sentence, pack))
        return len(task.rows), problems

    def _row(self, entry: Entry, row: int, place: tuple[str, int, int]) -> str | None:
        columns, digest = entry.sequences, _digest(entry, row)
        number, length = columns.dictionaries[row], columns.lengths[row]
        try:
            record = self._room.packs.record(*place)
            dictionary = self._dictionary(number) if number else None
            opened = open_record(columns.encodings[row], record, length, dictionary)
            residues = opened.residues(0, length)
        except (HoldfastError, ValueError, IndexError, OverflowError) as error:
            return f"the sequence {digest} cannot be read: {error}"
        found = Digests.of(residues)
        md5, sha1 = (
            column[width * row : width * row + width]
            for column, width in ((columns.md5, 16), (columns.sha1, 20))
        )
        told = md5, sha1, columns.letters[row]
        if found.ga4gh != digest:
            return f"the sequence {digest} is damaged: its residues have the digest {found.ga4gh}"
        if (found.md5, found.sha1, long_letter_set(residues)) != told:
            return f"the journal tells something else of {digest} than its residues do"
        return None

    def _dictionary(self, number: int) -> zstandard.ZstdCompressionDict:
        found = self._dictionaries.get(number)
        if found is None:
            kept = self._places.dictionaries[number - 1]
            pack = self._places.packs[kept.pack].sha256
            content = bytes(self._room.packs.record(pack, kept.offset, kept.size))
            found = self._dictionaries[number] = zstandard.ZstdCompressionDict(content)
        return found

    def _compare_index(self) -> None:
        index = self._room.index
        broken = index.ask("PRAGMA integrity_check(1)")[0][0]
        if broken != "ok":
            self.note(Part.INDEX, "", f"the index is damaged ({broken}){MEND}")
            return
        with tempfile.TemporaryDirectory(prefix="holdfast-check-") as folder:
            fresh = Index(Path(folder) / "index.sqlite")
            fresh.make()
            with Comparison(index.path, fresh.path) as comparison:
                if comparison.reached > len(self._room.journal.names()):
                    self.note(
                        Part.JOURNAL,
                        comparison.reached,
                        f"the journal ends before the entry {comparison.reached}, which the index "
                        "knows; restore it from a copy (holdfast seq check --repair --from PLACE), "
                        "or do without what is missing: holdfast seq reindex",
                    )
                    fresh.close()
                    return
                for name in self._names_to(comparison.reached):
                    fresh.apply(self._room.journal.read(name), name)
                fresh.close()
                found = comparison.differences()
        for difference in found:
            self.note(Part.INDEX, "", f"{difference}{MEND}")

    def _names_to(self, reached: int) -> list[EntryName]:
        """The entries up to `reached`: also those committed since we began."""
        later = self._room.journal.names()[self._listed :]
        return [*self._names, *later][:reached]


#: What mends whatever is made from the journal.
MEND = "; run: holdfast seq reindex"


@dataclass(frozen=True, slots=True)
class _Task:
    """Some sequences of one entry; `first` is the number of the first."""

    entry: Entry
    rows: range
    first: int


def _tasks(entry: Entry, first: int) -> Iterator[_Task]:
    for start in range(0, len(entry.sequences), ROWS):
        rows = range(start, min(start + ROWS, len(entry.sequences)))
        yield _Task(entry, rows, first + start)


def _digest(entry: Entry, row: int) -> Digest:
    return Digest(entry.sequences.digests[24 * row : 24 * row + 24])
