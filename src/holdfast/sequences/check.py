"""
Checking: everything on disk is read and compared with what was written.

Packs are hashed against their names, the journal against its names and its chain, each sequence is
decoded and hashed against its digest, the index is compared with one made afresh, and snapshots
with the journal. Temporary files of an interrupted writer are no problem: the next writer removes
them.
"""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import zstandard

from holdfast.base.digests import Digest, Digests, file_sha256
from holdfast.base.progress import Listener, Progress
from holdfast.errors import HoldfastError, StoreDamaged
from holdfast.formats.residues import long_letter_set
from holdfast.sequences.codecs import open_record
from holdfast.sequences.index import Comparison, Index
from holdfast.sequences.journal import Entry, EntryName, Journal
from holdfast.sequences.packs import PackName, pack_path
from holdfast.sequences.snapshots import Snapshots
from holdfast.sequences.view import Room

ROWS = 256  # sequences a thread checks in one go


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was looked at, and a sentence for each thing that is not as it was written."""

    packs: int
    entries: int
    sequences: int
    snapshots: int
    problems: tuple[str, ...]


def check(
    folder: Path, room: Room, snapshots: Snapshots, threads: int, listener: Listener
) -> CheckReport:
    """Look at the whole store in `folder`; `threads` sequences at once."""
    checking = _Checking(room, threads, listener)
    # A writer may go on meanwhile. Snapshots follow the journal, so they are listed before it.
    names = snapshots.names()
    entries = checking.journal()
    packs = checking.packs(entries)
    sequences = checking.sequences(entries)
    checking.index(entries)
    checking.snapshots(snapshots, names, {name.number: name.sha256 for name, _ in entries})
    problems = tuple(checking.problems)
    return CheckReport(packs, len(entries), sequences, len(names), problems)


Entries = list[tuple[EntryName, Entry]]


class _Checking:
    """One look at a store, collecting problems."""

    def __init__(self, room: Room, threads: int, listener: Listener) -> None:
        self._room, self._threads, self._listener = room, threads, listener
        self.problems: list[str] = []
        self._listed = 0

    def journal(self) -> Entries:
        """The entries up to where the index is that can be read, in order."""
        journal = self._room.journal
        entries: Entries = []
        previous = journal.store_id
        try:
            names = journal.names()
        except StoreDamaged as error:
            self.problems.append(str(error))
            return []
        self._listed = len(names)
        for name in names:
            entry = self._entry(journal, name)
            if entry is None:
                break  # what follows counts on it
            if entry.previous != previous:
                self.problems.append(
                    f"the journal entry {name.number} does not follow the one before it"
                )
            previous = name.sha256
            entries.append((name, entry))
        return entries

    def packs(self, entries: Entries) -> int:
        """Hash every pack the journal names; how many."""
        named = {pack.sha256: pack for _, entry in entries for pack in entry.packs}
        with ThreadPoolExecutor(self._threads) as pool:
            for done, problem in enumerate(pool.map(self._pack, named.values()), 1):
                self._listener(Progress("checking packs", done, len(named), "packs"))
                if problem:
                    self.problems.append(problem)
        return len(named)

    def sequences(self, entries: Entries) -> int:
        """Decode and hash every sequence; how many."""
        total = sum(len(entry.sequences) for _, entry in entries)
        tasks = list(_tasks(entries))
        done = 0
        with ThreadPoolExecutor(self._threads) as pool:
            for seen, problems in pool.map(self._rows, tasks):
                done += seen
                self._listener(Progress("checking sequences", done, total, "sequences"))
                self.problems.extend(problems)
        return total

    def index(self, entries: Entries) -> None:
        """Compare the index with one made afresh."""
        try:
            self._compare_index(entries)
        except StoreDamaged as error:
            self.problems.append(str(error))

    def snapshots(self, snapshots: Snapshots, names: Sequence[str], hashes: dict[int, str]) -> None:
        """Each snapshot of `names` must be whole and name an entry there is."""
        hashes = {0: "", **hashes}
        for name in names:
            try:
                snapshot = snapshots.read(name)
            except HoldfastError as error:
                self.problems.append(str(error))
                continue
            if hashes.get(snapshot.position) != snapshot.hash:
                self.problems.append(
                    f"the snapshot {name} names the journal entry {snapshot.position}, "
                    "which is not there as it was"
                )

    def _entry(self, journal: Journal, name: EntryName) -> Entry | None:
        try:
            return journal.read(name)
        except (StoreDamaged, OSError) as error:
            self.problems.append(str(error))
            return None

    def _pack(self, pack: PackName) -> str | None:
        path = pack_path(self._room.packs.folder, pack.sha256)
        try:
            found = file_sha256(path)
        except OSError as error:
            return f"{path} cannot be read ({error.strerror}); restore it from a copy"
        return None if found == pack.sha256 else f"{path} is damaged; restore it from a copy"

    def _rows(self, task: "_Task") -> tuple[int, list[str]]:
        problems = [problem for row in task.rows if (problem := self._row(task, row))]
        return len(task.rows), problems

    def _row(self, task: "_Task", row: int) -> str | None:
        columns = task.entry.sequences
        digest = Digest(columns.digests[24 * row : 24 * row + 24])
        try:
            residues = self._residues(task, row)
        except (HoldfastError, ValueError, IndexError, OverflowError) as error:
            return f"the sequence {digest} cannot be read: {error}"
        found = Digests.of(residues)
        told = columns.md5[16 * row :][:16], columns.sha1[20 * row :][:20], columns.letters[row]
        if found.ga4gh != digest:
            return f"the sequence {digest} is damaged: its residues have the digest {found.ga4gh}"
        if (found.md5, found.sha1, long_letter_set(residues)) != told:
            return f"the journal tells something else of {digest} than its residues do"
        return None

    def _residues(self, task: "_Task", row: int) -> bytes:
        columns = task.entry.sequences
        pack = task.entry.packs[columns.packs[row]].sha256
        record = self._room.packs.record(pack, columns.offsets[row], columns.sizes[row])
        number, length = columns.dictionaries[row], columns.lengths[row]
        dictionary = task.dictionaries(self._room)[number - 1] if number else None
        return open_record(columns.encodings[row], record, length, dictionary).residues(0, length)

    def _compare_index(self, entries: Entries) -> None:
        index = self._room.index
        broken = index.ask("PRAGMA integrity_check(1)")[0][0]
        if broken != "ok":
            self.problems.append(f"the index is damaged ({broken}); run: holdfast seq reindex")
            return
        with tempfile.TemporaryDirectory(prefix="holdfast-check-") as folder:
            fresh = Index(Path(folder) / "index.sqlite")
            fresh.make()
            with Comparison(index.path, fresh.path) as comparison:
                for name, entry in self._entries_to(comparison.reached, entries):
                    fresh.apply(entry, name)
                fresh.close()
                found = comparison.differences()
        self.problems.extend(f"{difference}; run: holdfast seq reindex" for difference in found)

    def _entries_to(self, reached: int, entries: Entries) -> Entries:
        """The entries up to `reached`: also those committed since `entries` were read."""
        if len(entries) < self._listed:  # one could not be read, and that is told already
            return entries[:reached]
        journal = self._room.journal
        later = ((name, self._entry(journal, name)) for name in journal.names()[len(entries) :])
        known = [(name, entry) for name, entry in later if entry is not None]
        return [*entries, *known][:reached]


@dataclass(frozen=True, slots=True)
class _Task:
    """Some sequences of one entry, and where the dictionaries of all entries are."""

    entry: Entry
    rows: range
    places: list[tuple[str, int, int]]

    def dictionaries(self, room: Room) -> list[zstandard.ZstdCompressionDict]:
        """All dictionaries, in their order."""
        return [
            zstandard.ZstdCompressionDict(bytes(room.packs.record(*place))) for place in self.places
        ]


def _tasks(entries: Entries) -> Iterator[_Task]:
    places = [
        (entry.packs[each.pack].sha256, each.offset, each.size)
        for _, entry in entries
        for each in entry.dictionaries
    ]
    for _, entry in entries:
        for start in range(0, len(entry.sequences), ROWS):
            yield _Task(entry, range(start, min(start + ROWS, len(entry.sequences))), places)
