"""
An instance of SeqRepo, open as it is: read-only, by the questions a store answers.

A name is resolved as a store resolves it: a digest in any of its forms, ``namespace:alias`` under
either of a namespace's names, or a bare alias. An alias's `added` is the number of its row, for
rows are numbered in the order in which they came; its `retired` is the number of the row that took
its name over, or its own when nothing did. There are no collections. An instance may be used by
many threads at once, and after a fork.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

from holdfast.base.closing import Closes
from holdfast.base.digests import Digest, Digests
from holdfast.errors import (
    AliasAmbiguous,
    AliasNotFound,
    CollectionNotFound,
    SequenceNotFound,
    StoreError,
)
from holdfast.formats.residues import alphabet, letter_set, long_letter_set
from holdfast.sequences.collections.collection import Collection, CollectionRecord
from holdfast.sequences.naming.alias import Alias, AliasRecord
from holdfast.sequences.naming.names import is_known
from holdfast.sequences.reading.sequence import PlainRecord, Sequence
from holdfast.sequences.reading.slices import out_of_order
from holdfast.sequences.seqrepo.databases import (
    ALIAS_COLUMNS,
    ALIASES,
    SEQUENCE_COLUMNS,
    SEQUENCES,
    Database,
)
from holdfast.sequences.seqrepo.files import OPEN_FILES, FastaFiles
from holdfast.sequences.seqrepo.naming import (
    DIGEST_SPACES,
    digest_of,
    our_alias,
    raw_digest,
    seq_id_of,
    stored_name,
)
from holdfast.sequences.seqrepo.rows import (
    AliasRow,
    AliasTotals,
    Question,
    SequenceRow,
    SequenceTotals,
    is_exact,
)
from holdfast.sequences.storage.codecs import Record
from holdfast.sequences.view import SequenceInfo

ENCODING = "bgzf"  #: what `info` says of every sequence
_PLAIN = re.compile(r"[A-Z]*", re.ASCII)
_HEX = {32: "MD5", 40: "SHA1"}
#: Digests as our stores name them, in any case, and where SeqRepo keeps them.
_DIGEST_NAMES = {"md5": "MD5", "sha1": "SHA1", "seguid": "SEGUID"}


class _PackedRecord:
    """A sequence of an instance, read slice by slice."""

    __slots__ = ("_files", "_row", "length")

    def __init__(self, files: FastaFiles, row: SequenceRow) -> None:
        self._files, self._row, self.length = files, row, row.length

    def residues(self, start: int, end: int) -> bytes:
        """The residues from `start` to before `end`."""
        if start >= end:
            return b""
        with self._files.open(self._row.relpath) as file:
            return file.residues(self._row.seq_id, start, end)

    def text(self, start: int, end: int) -> str:
        """The same as text."""
        return self.residues(start, end).decode("ascii")


class SeqRepoInstance(Closes):
    """An instance of SeqRepo, open for reading."""

    def __init__(
        self, folder: Path, aliases: Database, sequences: Database, files: FastaFiles
    ) -> None:
        self.folder = folder
        self.alias_database, self.sequence_database, self.files = aliases, sequences, files

    @classmethod
    def open(cls, folder: Path | str, open_files: int = OPEN_FILES) -> "SeqRepoInstance":
        """Open the instance in `folder`, which holds ``aliases.sqlite3`` and ``sequences``.

        Raises
        ------
        StoreError
            There is none, or one of another schema version.
        """
        folder = Path(folder)
        if not is_instance(folder):
            raise StoreError(
                f"there is no SeqRepo instance in {folder}: it would hold {ALIASES} and "
                f"{SEQUENCES}{_instances_below(folder)}"
            )
        aliases = Database(folder / ALIASES)
        try:
            sequences = Database(folder / SEQUENCES)
        except BaseException:
            aliases.close()
            raise
        return cls(folder, aliases, sequences, FastaFiles(folder / "sequences", open_files))

    def close(self) -> None:
        """Let go of files."""
        self.alias_database.close()
        self.sequence_database.close()
        self.files.close()

    # As a view of a store answers

    def fetch(self, name: str | Digest, start: int | None = None, end: int | None = None) -> str:
        """The residues of `name` from `start` to before `end`, as a view of a store gives them."""
        record = self._record(name)
        start = start or 0
        end = record.length if end is None else min(end, record.length)
        if 0 <= start <= end:
            return record.text(start, end)
        return out_of_order(start, end, record.length)

    def residues(self, name: str | Digest) -> bytes:
        """All residues of `name`, as bytes."""
        record = self._record(name)
        return record.residues(0, record.length)

    def __getitem__(self, name: str | Digest) -> Sequence:
        digest = self.resolve(name)
        return Sequence(digest, self._record(digest))

    def __contains__(self, name: object) -> bool:
        return is_known(self.resolve, name)

    def resolve(self, name: str | Digest) -> Digest:
        """The digest of `name`.

        Raises
        ------
        SequenceNotFound, AliasNotFound, AliasAmbiguous
            Nothing, or more than one thing, has this name.
        """
        digest = name if isinstance(name, Digest) else _as_digest(name)
        if digest is not None:
            if self.sequence_row(seq_id_of(digest)) is None:
                raise SequenceNotFound(f"{self.folder} has no sequence {digest}")
            return digest
        found = {row.seq_id: row for row in self._named(str(name))}
        if not found:
            raise AliasNotFound(f"no sequence of {self.folder} has the name {str(name)!r}")
        if len(found) > 1:
            spaces = ", ".join(sorted({row.namespace for row in found.values()}))
            raise AliasAmbiguous(
                f"{str(name)!r} names different sequences in {spaces}; write namespace:{name}"
            )
        (seq_id,) = found
        digest = digest_of(seq_id)
        if digest is None:
            raise SequenceNotFound(f"{str(name)!r} is kept under {seq_id}, which is no digest")
        return digest

    def info(self, name: str | Digest) -> SequenceInfo:
        """What is known of `name`. How many bytes it takes is not known, so `size` is 0."""
        digest = self.resolve(name)
        row = self._present(digest)
        record = self._open(row)
        named = dict(self._digest_rows(row.seq_id))
        md5, sha1 = named.get("MD5"), named.get("SHA1")
        if md5 is None or sha1 is None:
            digests = Digests.of(record.residues(0, record.length))
            md5, sha1 = digests.md5.hex(), digests.sha1.hex()
        return SequenceInfo(
            digest=digest,
            length=record.length,
            md5=md5,
            sha1=sha1,
            seguid=b64encode(bytes.fromhex(sha1)).decode().rstrip("="),
            trunc512=digest.trunc512,
            alphabet=alphabet(_letters(row, record)),
            encoding=ENCODING,
            size=0,
            pack=row.relpath,
        )

    def aliases(self, name: str | Digest, history: bool = False) -> list[AliasRecord]:
        """The aliases that `name` has; with `history`, also those it had, and whose they are now.

        Digests, and what no alias of ours can be (a whole definition line), are left out.
        """
        seq_id = seq_id_of(self.resolve(name))
        rows = self.alias_rows(Question(seq_id=seq_id, current_only=not history))
        names = sorted({(row.namespace, row.alias) for row in rows})
        records: list[AliasRecord] = []
        for namespace, text in names:
            alias = our_alias(namespace, text)
            if alias is not None and namespace not in DIGEST_SPACES:
                records += self._records_of(alias, namespace, text)
        if history:
            return records
        digest = self.resolve(name)
        return [each for each in records if each.retired is None and each.digest == digest]

    def collections(self) -> list[CollectionRecord]:
        """None: an instance knows no collections."""
        return []

    def collection(self, name: str) -> Collection:
        """Raises CollectionNotFound: an instance knows no collections."""
        raise CollectionNotFound(
            f"an instance of SeqRepo has no collections, so none is called {name!r}"
        )

    # As SeqRepo's tables answer

    def alias_rows(self, question: Question) -> Iterator[AliasRow]:
        """The rows that answer, by (seq_id, namespace, alias), read as they are taken."""
        clauses, values = ["is_current = 1"] if question.current_only else ["1"], []
        for column in ("seq_id", "namespace", "alias"):
            text = getattr(question, column)
            if text is not None:
                clauses.append(f"{column} = ?" if is_exact(text) else f"{column} LIKE ?")
                values.append(text)
        sql = (
            f"SELECT {ALIAS_COLUMNS} FROM seqalias WHERE {' AND '.join(clauses)}"
            " ORDER BY seq_id, namespace, alias, seqalias_id"
        )
        few = is_exact(question.seq_id) or is_exact(question.alias)
        rows = self.alias_database.ask(sql, values) if few else None
        for row in self.alias_database.stream(sql, values) if rows is None else rows:
            yield AliasRow(*row)

    def length(self, seq_id: str) -> int | None:
        """A sequence's length in residues, or None when it is not there."""
        row = self.sequence_row(seq_id)
        return None if row is None else self._open(row).length

    def sequence_row(self, seq_id: str) -> SequenceRow | None:
        """What is known of a sequence, or None when it is not there."""
        rows = self.sequence_database.ask(
            f"SELECT {SEQUENCE_COLUMNS} FROM seqinfo WHERE seq_id = ?", (seq_id,)
        )
        return SequenceRow(*rows[0]) if rows else None

    def seq_ids(self) -> Iterator[str]:
        """The keys of all sequences, in order."""
        rows = self.sequence_database.stream("SELECT seq_id FROM seqinfo ORDER BY seq_id")
        return (str(seq_id) for (seq_id,) in rows)

    def text(self, seq_id: str, start: int, end: int) -> str:
        """The residues of a sequence that is there, from `start` to before `end`."""
        row = self.sequence_row(seq_id)
        if row is None:
            raise SequenceNotFound(f"{self.folder} has no sequence {seq_id}")
        return self._open(row).text(start, end)

    def alias_totals(self) -> AliasTotals:
        """Counts of alias rows."""
        rows = self.alias_database.ask(
            "SELECT count(*), ifnull(sum(is_current), 0), count(DISTINCT seq_id),"
            " count(DISTINCT namespace), min(added), max(added) FROM seqalias"
        )
        return AliasTotals(*rows[0])

    def sequence_totals(self) -> SequenceTotals:
        """Counts of sequence rows."""
        rows = self.sequence_database.ask(
            "SELECT count(DISTINCT seq_id), sum(len), count(DISTINCT relpath), min(added),"
            " max(added) FROM seqinfo"
        )
        return SequenceTotals(*rows[0])

    # Inside

    def _present(self, digest: Digest) -> SequenceRow:
        row = self.sequence_row(seq_id_of(digest))
        if row is None:
            raise SequenceNotFound(f"{self.folder} has no sequence {digest}")
        return row

    def _record(self, name: str | Digest) -> Record:
        return self._open(self._present(self.resolve(name)))

    def _open(self, row: SequenceRow) -> Record:
        if _PLAIN.fullmatch(row.alpha):
            return _PackedRecord(self.files, row)
        with self.files.open(row.relpath) as file:
            return PlainRecord(file.whole(row.seq_id))

    def _named(self, name: str) -> list[AliasRow]:
        """The current rows of what a person calls `name`."""
        namespace, colon, text = name.partition(":")
        if colon:
            stored, alias = stored_name(namespace, text)
            kind = _DIGEST_NAMES.get(namespace.lower())
            if kind:
                stored, alias = kind, text if kind == "SEGUID" else text.lower()
            found = self._exactly(stored, alias)
            if found:
                return found
        found = self._exactly(None, name)
        kind = _HEX.get(len(name), "")
        return found or (self._exactly(kind, name.lower()) if kind else [])

    def _exactly(self, namespace: str | None, alias: str | None) -> list[AliasRow]:
        """The current rows of one name; a ``%`` in it is a letter like any other."""
        within, values = ("", (alias,)) if namespace is None else (" AND namespace = ?",
                                                                   (alias, namespace))  # fmt: skip
        rows = self.alias_database.ask(
            f"SELECT {ALIAS_COLUMNS} FROM seqalias WHERE alias = ?{within} AND is_current = 1",
            values,
        )
        return [AliasRow(*row) for row in rows]

    def _digest_rows(self, seq_id: str) -> Iterator[tuple[str, str]]:
        """The namespaces and texts of a sequence's digests."""
        for row in self.alias_rows(Question(seq_id=seq_id)):
            if row.namespace in DIGEST_SPACES and raw_digest(row.namespace, row.alias) is not None:
                yield row.namespace, row.alias

    def _records_of(self, alias: Alias, namespace: str, text: str) -> list[AliasRecord]:
        """The history of one name, oldest first."""
        rows = self.alias_database.ask(
            f"SELECT {ALIAS_COLUMNS} FROM seqalias WHERE alias = ? AND namespace = ?"
            " ORDER BY seqalias_id",
            (text, namespace),
        )
        found = [AliasRow(*row) for row in rows]
        after = [row.seqalias_id for row in found[1:]]
        ends = [*after, found[-1].seqalias_id] if found else []
        return [
            AliasRecord(alias, digest, row.seqalias_id, None if row.is_current else end)
            for row, end in zip(found, ends, strict=True)
            if (digest := digest_of(row.seq_id)) is not None
        ]


def is_instance(folder: Path) -> bool:
    """Whether `folder` holds the two databases of an instance."""
    return (folder / ALIASES).is_file() and (folder / SEQUENCES).is_file()


def _instances_below(folder: Path) -> str:
    """A clause naming an instance in the folder, when it is the folder of several."""
    try:
        below = sorted(path.name for path in folder.iterdir() if is_instance(path))
    except OSError:
        return ""
    return f"; there are instances in it, name one: {', '.join(below[:5])}" if below else ""


def _as_digest(name: str) -> Digest | None:
    """The digest that a name writes by itself: ``SQ.…``, ``ga4gh:``, ``sha512t24u:``, ``VMC:``."""
    for prefix in ("ga4gh:SQ.", "SQ.", "sha512t24u:", "VMC:GS_", "refget:SQ."):
        if name.startswith(prefix):
            return digest_of(name.removeprefix(prefix))
    return None


def _letters(row: SequenceRow, record: Record) -> int:
    """The letter set of a sequence: the database has it, unless its text was not the residues."""
    if isinstance(record, PlainRecord):
        return long_letter_set(record.residues(0, record.length))
    return letter_set(row.alpha)
