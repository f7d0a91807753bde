"""
Checking: everything on disk is read and compared with what was written.

The journal is read once, entry by entry, and each is hashed against its name and its chain. What it
says goes into an index made afresh in a temporary folder; with that the store's index is compared,
packs are hashed against the names it has, and each sequence is decoded where it says, and hashed
against its digests, as are layouts. Snapshots and lists are compared with the journal. What a later
entry dropped need not be there. Temporary files of an interrupted writer are no problem: the next
writer removes them. So memory grows with the largest commit and not with the store.
"""

import sqlite3
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from itertools import chain
from pathlib import Path

from holdfast.base.digests import file_sha256
from holdfast.base.progress import Listener, Progress
from holdfast.errors import HoldfastError, StoreDamaged, StoreError
from holdfast.sequences.reading.verifying import Verifier, in_tasks
from holdfast.sequences.storage import lists
from holdfast.sequences.storage.comparison import Comparison
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import Entry, EntryName
from holdfast.sequences.storage.packs import pack_path
from holdfast.sequences.storage.snapshots import Snapshots
from holdfast.sequences.view import Room

ROWS = 1 << 17  #: sequences that the fresh index takes in at once
#: What an entry that speaks of what there is not makes the index raise.
MISSHAPEN = (sqlite3.Error, TypeError, ValueError, KeyError, IndexError, OverflowError)


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
    with tempfile.TemporaryDirectory(prefix="holdfast-check-") as beside:
        fresh = Index(Path(beside) / "index.sqlite", lasting=False)
        fresh.make()
        try:
            return _look(_Checking(room, fresh, threads, listener), folder, snapshots)
        finally:
            fresh.close()


def _look(checking: "_Checking", folder: Path, snapshots: Snapshots) -> CheckReport:
    # A writer may go on meanwhile. Snapshots follow the journal, so they are listed before it.
    names = snapshots.names()
    checking.lists(folder)
    entries = checking.journal()
    packs = checking.packs()
    sequences = checking.sequences()
    checking.layouts()
    checking.snapshots(snapshots, names)
    found = checking.confirmed()
    sentences = tuple(problem.sentence for problem in found)
    return CheckReport(packs, entries, sequences, len(names), sentences, found)


class _Checking:
    """One look at a store, collecting problems; `fresh` is an empty index."""

    def __init__(self, room: Room, fresh: Index, threads: int, listener: Listener) -> None:
        self._room, self._fresh = room, fresh
        self._threads, self._listener = threads, listener
        self._problems: list[Problem] = []
        self._previous = room.journal.store_id  # what the next entry must say of the one before it
        self._listed = 0
        self._dropped: frozenset[str] = frozenset()  # packs that need not be there after all

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
        """Read the entries in order, as far as they can be read; how many.

        The index is compared when what it has taken in has been read.
        """
        try:
            names = self._room.journal.names()
        except StoreDamaged as error:
            self.note(Part.JOURNAL, "", str(error))
            return 0
        self._listed = len(names)
        with ExitStack() as stack:
            comparison = self._comparison(stack)
            read = self._read(names, comparison)
            if comparison and read == len(names):
                self._compare_later(comparison, read)
        self._dropped = self._dropped_later(names[read:])
        return read

    def _comparison(self, stack: ExitStack) -> Comparison | None:
        """The index as it is now, to be compared; none if it cannot be."""
        try:
            broken = self._room.index.ask("PRAGMA integrity_check(1)")[0][0]
            if broken == "ok":
                return stack.enter_context(Comparison(self._room.index.path, self._fresh.path))
            self.note(Part.INDEX, "", f"the index is damaged ({broken}){MEND}")
        except StoreDamaged as error:
            self.note(Part.INDEX, "", str(error))
        return None

    def _read(self, names: Sequence[EntryName], comparison: Comparison | None) -> int:
        """Take in the entries `names`; how many could be read. What follows counts on them."""
        for done, name in enumerate(names):
            self._listener(Progress("checking the journal", done, len(names), "entries"))
            if comparison and comparison.reached == done:
                self._compare(comparison)
            if not self._take(name):
                return done
        if comparison and comparison.reached == len(names):
            self._compare(comparison)
        return len(names)

    def _take(self, name: EntryName) -> bool:
        """Let the fresh index take in an entry; whether it could be read."""
        try:
            entry = self._room.journal.read(name)
        except (StoreDamaged, OSError) as error:
            self.note(Part.JOURNAL, name.number, str(error))
            return False
        if entry.previous != self._previous:
            sentence = f"the journal entry {name.number} does not follow the one before it"
            self.note(Part.JOURNAL, name.number, sentence)
        try:
            self._apply(entry, name)
        except (sqlite3.OperationalError, OSError) as error:
            raise StoreError(f"the index cannot be made afresh to check it: {error}") from error
        except StoreDamaged as error:
            self.note(Part.JOURNAL, name.number, str(error))
            return False
        except MISSHAPEN as error:
            sentence = f"the journal entry {name.number} speaks of what there is not ({error})"
            self.note(Part.JOURNAL, name.number, f"{sentence}; restore the journal from a copy")
            return False
        self._previous = name.sha256
        return True

    def _apply(self, entry: Entry, name: EntryName) -> None:
        """Let the fresh index take in an entry, its sequences not all at once: that takes less."""
        before = self._fresh.position().sequences
        try:
            if len(entry.packs) == 1:
                for start in range(0, len(entry.sequences) - ROWS, ROWS):
                    part = entry.sequences.part(start, start + ROWS)
                    self._fresh.take(part, before + start)
            self._fresh.apply(entry, name)
        except BaseException:
            self._fresh.abandon()
            raise

    def _compare(self, comparison: Comparison) -> None:
        for difference in comparison.differences():
            self.note(Part.INDEX, "", f"{difference}{MEND}")

    def _compare_later(self, comparison: Comparison, read: int) -> None:
        """Compare an index that knows more than was listed: entries committed since, or lost."""
        if comparison.reached <= read:
            return
        later = self._room.journal.names()[read : comparison.reached]
        if read + len(later) < comparison.reached:
            self.note(
                Part.JOURNAL,
                comparison.reached,
                f"the journal ends before the entry {comparison.reached}, which the index knows; "
                "restore it from a copy (holdfast seq check --repair --from PLACE), or do without "
                "what is missing: holdfast seq reindex",
            )
        elif all(map(self._take, later)):
            self._compare(comparison)

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
        known = self._fresh.ask("SELECT sha256 FROM packs WHERE size > 0 ORDER BY id")
        needed = [sha256 for (sha256,) in known if sha256 not in self._dropped]
        with ThreadPoolExecutor(self._threads) as pool:
            for done, (pack, problem) in enumerate(
                zip(needed, pool.map(self._pack, needed), strict=True), 1
            ):
                self._listener(Progress("checking packs", done, len(needed), "packs"))
                if problem:
                    self.note(Part.PACK, pack, problem, pack)
        return len(needed)

    def sequences(self) -> int:
        """Decode and hash every sequence; how many."""
        total, done = self._fresh.position().sequences, 0
        verifier = Verifier(self._fresh, self._room.packs, self._dropped)
        with ThreadPoolExecutor(self._threads) as pool:
            for rows in verifier.rows(range(total)):
                for fault in chain.from_iterable(pool.map(verifier.faults, in_tasks(rows))):
                    sentence = f"the sequence {fault.digest} {fault.clause}"
                    self.note(Part.SEQUENCE, fault.digest, sentence, fault.pack)
                done += len(rows)
                self._listener(Progress("checking sequences", done, total, "sequences"))
        return total

    def layouts(self) -> None:
        """Hash every layout."""
        for entry, place, told, pack, offset, size in self._fresh.each(LAYOUTS, {}):
            if pack in self._dropped:
                continue
            try:
                content = self._room.packs.record(pack, offset, size)
            except HoldfastError as error:
                problem = str(error)
            else:
                right = sha256(content).hexdigest() == told
                problem = "" if right else "it is not what was written; restore it from a copy"
            if problem:
                which = f"the layout of the collection {place} of the journal entry {entry}"
                self.note(Part.LAYOUT, f"{entry}/{place}", f"{which}: {problem}", pack)

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

    def _pack(self, pack: str) -> str | None:
        path = pack_path(self._room.packs.folder, pack)
        try:
            found = file_sha256(path)
        except OSError as error:
            return f"{path} cannot be read ({error.strerror}); restore it from a copy"
        return None if found == pack else f"{path} is damaged; restore it from a copy"


#: What mends whatever is made from the journal.
MEND = "; run: holdfast seq reindex"
#: Where the layouts of texts are.
LAYOUTS = """
SELECT c.entry, c.place, c.layout, p.sha256, c."offset", c.size
FROM contents c JOIN packs p ON p.id = c.pack WHERE c.layout IS NOT NULL ORDER BY c.entry, c.place
"""
