"""
Importing: an instance becomes commits of a store, with the history of its aliases.

First the sequences, a commit for each file; each is hashed, and one whose residues do not fit its
key is named and left out. Then the aliases, in the order in which SeqRepo recorded them: a commit
for each day on which some came, and one more wherever a name moved to another sequence, so that
each commit is a state in which the instance really was. Digests that SeqRepo keeps as aliases are
compared with those of the residues, and not stored. The time of an entry is that of the import; the
note says when SeqRepo got what is in it.

What cannot be taken in is left out and said, and the rest is taken. Importing again goes on where
it was interrupted, and adds what came since.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from holdfast.base.digests import SHA512T_BYTES, Digest
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import FormatError, StoreDamaged, printable
from holdfast.formats.compression import open_content
from holdfast.formats.fasta import Block, FastaReader, LongRecord
from holdfast.sequences.seqrepo.aliasimport import AliasImport
from holdfast.sequences.seqrepo.instance import SeqRepoInstance
from holdfast.sequences.seqrepo.naming import digest_of, raw_keys, seq_id_of
from holdfast.sequences.seqrepo.problems import Problems
from holdfast.sequences.seqrepo.storerows import StoreRows
from holdfast.sequences.store import SequenceStore
from holdfast.sequences.writing.batch import Batch
from holdfast.sequences.writing.digesting import digests_of

#: The key of a sequence without residues, which SeqRepo takes and our stores do not.
EMPTY = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXc"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an instance held, what of it was new, and what was left out. Lengths in residues."""

    folder: Path
    files: int
    files_read: int  #: the others held nothing new
    sequences_seen: int
    sequences_new: int
    residues_new: int
    aliases_seen: int  #: rows, past ones too, without those of digests
    aliases_added: int
    aliases_retired: int
    digests_checked: int
    commits: int
    problems_seen: int
    problems: tuple[str, ...]  #: a sentence each; the first thousand


@dataclass(slots=True)
class _InstanceFile:
    """A file as the database knows it: the keys of its sequences, and when the first came."""

    relpath: str
    added: str
    digests: bytearray = field(default_factory=bytearray)
    other_keys: list[str] = field(default_factory=list)

    def wanted(self) -> set[bytes]:
        """The digests that its records should have."""
        joined = bytes(self.digests)
        return {joined[at : at + SHA512T_BYTES] for at in range(0, len(joined), SHA512T_BYTES)}


def import_instance(
    store: SequenceStore,
    instance: SeqRepoInstance,
    *,
    reassign: bool = False,
    listener: Listener = ignore,
    threads: int = 1,
) -> ImportReport:
    """Import `instance` into `store`.

    A name that the store gives to another sequence, which the instance's history does not explain,
    stays as it is and is reported, unless `reassign` is said.
    """
    problems = Problems()
    name = printable(instance.folder.absolute().name)
    sequences = _SequenceImport(store, instance, f"import-seqrepo {name}", problems, threads)
    sequences.run(listener)
    aliases = AliasImport(store, instance, f"import-seqrepo {name}", problems, reassign)
    aliases.run(listener)
    return ImportReport(
        folder=instance.folder,
        files=sequences.files,
        files_read=sequences.files_read,
        sequences_seen=sequences.seen,
        sequences_new=sequences.new,
        residues_new=sequences.residues,
        aliases_seen=aliases.seen,
        aliases_added=aliases.commits.added,
        aliases_retired=aliases.commits.retired,
        digests_checked=aliases.digests,
        commits=sequences.commits + aliases.commits.count,
        problems_seen=problems.count,
        problems=tuple(problems.sentences),
    )


class _SequenceImport:
    """The sequences of an instance on their way into a store, file by file."""

    def __init__(
        self,
        store: SequenceStore,
        instance: SeqRepoInstance,
        note: str,
        problems: Problems,
        threads: int,
    ) -> None:
        self._store, self._instance, self._note = store, instance, note
        self._problems, self._threads = problems, threads
        self.files = self.files_read = self.seen = self.new = self.residues = self.commits = 0

    def run(self, listener: Listener) -> None:
        """Import every file that holds something new, in the order in which they were made."""
        files = _files_of(self._instance)
        total = self._instance.sequence_totals().sequences
        for file in files:
            self.files += 1
            wanted = file.wanted()
            self.seen += len(wanted) + len(file.other_keys)
            for key in file.other_keys:
                why = "has no residues" if key == EMPTY else "has a key that is no digest"
                self._problems.say(f"{key}: this sequence {why}; left out")
            if wanted - StoreRows(self._store).numbers_of(list(wanted)).keys():
                self._import(file, wanted)
            listener(Progress("importing sequences", self.seen, total, "sequences"))

    def _import(self, file: _InstanceFile, wanted: set[bytes]) -> None:
        self.files_read += 1
        with (
            self._store.write() as batch,
            ThreadPoolExecutor(self._threads) as pool,
        ):
            reading = _Reading(batch, pool, wanted, self._problems)
            try:
                path = self._instance.files.path(file.relpath)
                with _records(path, empty=EMPTY in file.other_keys) as reader:
                    for item in reader.blocks():
                        reading.take(item)
            except (FormatError, StoreDamaged) as error:
                # What was read before the break fits its keys, so it is kept.
                self._problems.say(str(error))
            reading.report_missing(file.relpath)
            self.new += batch.sequences_staged
            self.residues += batch.residues_staged
            note = f"{self._note}: {printable(file.relpath)}, added {printable(file.added)}"
            self.commits += batch.commit(note) is not None


class _Reading:
    """The records of one file, each held against its key."""

    def __init__(
        self, batch: Batch, pool: ThreadPoolExecutor, wanted: set[bytes], problems: Problems
    ) -> None:
        self._batch, self._pool, self._wanted, self._problems = batch, pool, wanted, problems
        self._found: set[bytes] = set()

    def take(self, item: Block | LongRecord) -> None:
        """Stage the next records."""
        if isinstance(item, LongRecord):
            self._take_long(item)
            return
        keys = raw_keys(item.names)
        digested = digests_of(item.residues, self._pool)
        digests = digested.raw()
        if keys == digests and self._wanted.issuperset(keys):
            self._batch.add_digested(item.residues, digested, item.letters)
            self._found.update(digests)
            return
        right = [
            place
            for place, (key, digest) in enumerate(zip(keys, digests, strict=True))
            if self._fits(item.names[place], key, digest)
        ]
        if right:
            residues = [item.residues[place] for place in right]
            self._batch.add_digested(residues, digested.part(right))
            self._found.update(digests[place] for place in right)

    def report_missing(self, relpath: str) -> None:
        """Say which sequences the file should have had."""
        for raw in sorted(self._wanted - self._found):
            self._problems.say(f"{relpath}: the sequence {seq_id_of(Digest(raw))} is not in it")

    def _take_long(self, item: LongRecord) -> None:
        name = item.heading.name
        digest = digest_of(name)
        if digest is None or digest.raw not in self._wanted:
            deque(item.pieces, 0)
            return
        try:
            self._batch.add_long(item.pieces, digest.raw)
        except StoreDamaged as error:
            self._wanted.discard(digest.raw)
            self._problems.say(f"{name}: {error}; it was left out")
        else:
            self._found.add(digest.raw)

    def _fits(self, name: str, key: bytes, digest: bytes) -> bool:
        """Whether a record is what its key says; what the database does not know is passed over."""
        if key not in self._wanted:
            return False
        if key != digest:
            self._wanted.discard(key)
            self._problems.say(
                f"{name}: the residues are not those of {Digest(key)} but of {Digest(digest)}; "
                "it was left out"
            )
        return key == digest


def _files_of(instance: SeqRepoInstance) -> list[_InstanceFile]:
    """The files that the database names, in the order of their first sequences."""
    files: dict[str, _InstanceFile] = {}
    rows = instance.sequence_database.stream(
        "SELECT seq_id, relpath, added FROM seqinfo ORDER BY rowid"
    )
    for seq_id, relpath, added in rows:
        file = files.get(relpath)
        if file is None:
            file = files[relpath] = _InstanceFile(str(relpath), str(added))
        digest = digest_of(str(seq_id))
        if digest is None or seq_id == EMPTY:
            file.other_keys.append(str(seq_id))
        else:
            file.digests += digest.raw
    return list(files.values())


@contextmanager
def _records(path: Path, *, empty: bool) -> Iterator[FastaReader]:
    """A reader of the file at `path`, which passes over a record without residues if one is there.

    Raises FormatError when the file cannot be read.
    """
    with open_content(path) as content:
        if not empty:
            yield FastaReader(content)
            return
        source = _WithoutEmpty(cast("BinaryIO", content))
        with open_content(cast("BinaryIO", source), str(path)) as filtered:
            yield FastaReader(filtered)


class _WithoutEmpty:
    """A FASTA text without the record of the empty sequence, line by line: it is rarely there."""

    def __init__(self, text: BinaryIO) -> None:
        self._text = text
        self._rest = b""
        self._kept = b""  # what is yet to be given out
        self._skipping = self._ended = False

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end."""
        if not self._kept:
            self._kept = self._next(size)
        part, self._kept = self._kept[:size], self._kept[size:]
        return part

    def _next(self, size: int) -> bytes:
        """Some more whole lines: about `size` bytes, or a line that began before."""
        while not self._ended:
            part = self._text.read(max(size, 1))
            self._ended = not part
            end = len(self._rest + part) if self._ended else (self._rest + part).rfind(b"\n") + 1
            whole, self._rest = (self._rest + part)[:end], (self._rest + part)[end:]
            kept = b"".join([line for line in whole.splitlines(True) if self._is_kept(line)])
            if kept:
                return kept
        return b""

    def _is_kept(self, line: bytes) -> bool:
        if line.startswith(b">"):
            self._skipping = line[1:].strip() == EMPTY.encode()
        return not self._skipping
