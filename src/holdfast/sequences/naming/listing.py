"""
Lists of aliases: how many each namespace has, and all of them, in blocks of columns.

A list shows one position of the journal from its first block to its last, whatever is committed
meanwhile. Aliases come in the index's own order (by text, namespace, and when they were added), so
no list is ever sorted or held in memory.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import BinaryIO

from holdfast.base.digests import PREFIX
from holdfast.sequences.collections.collection import DIGEST_LETTERS
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.schema import NOW

TOGETHER = 1 << 15  #: aliases of one block
HEADING = b"namespace\talias\tdigest\n"
HISTORY_HEADING = b"namespace\talias\tdigest\tadded\tretired\n"


@dataclass(frozen=True, slots=True)
class NamespaceRecord:
    """A namespace of a store, and how many aliases it has."""

    namespace: str
    aliases: int


@dataclass(frozen=True, slots=True)
class AliasColumns:
    """Some aliases, in columns. `digests` are joined, 24 bytes each; times are positions."""

    namespaces: Sequence[str]
    texts: Sequence[str]
    digests: bytes
    added: Sequence[int]
    retired: Sequence[int | None]


def namespaces(
    index: Index, at: int = NOW, hidden: frozenset[str] = frozenset()
) -> list[NamespaceRecord]:
    """The namespaces that have aliases as of `at`, by name. Every alias is looked at."""
    rows = index.ask(
        "SELECT s.name, c.aliases FROM (SELECT namespace, count(*) AS aliases FROM aliases"
        " WHERE added <= :at AND (retired IS NULL OR retired > :at) GROUP BY namespace) c"
        " JOIN namespaces s ON s.id = c.namespace ORDER BY s.name",
        {"at": at},
    )
    return [NamespaceRecord(name, aliases) for name, aliases in rows if name not in hidden]


def blocks(
    index: Index,
    at: int = NOW,
    *,
    namespace: str | None = None,
    history: bool = False,
    hidden: frozenset[str] = frozenset(),
    together: int = TOGETHER,
) -> Iterator[AliasColumns]:
    """All aliases as of `at`, of one namespace or of all; with `history` the retired ones too."""
    at = min(at, index.position().number)
    names = dict(index.ask("SELECT id, name FROM namespaces"))
    wanted = {
        number for number, name in names.items() if name not in hidden and namespace in (None, name)
    }
    within = f" AND namespace IN ({', '.join(map(str, sorted(wanted)))})"
    there = "" if history else " AND (retired IS NULL OR retired > :at)"
    asked = {"at": at, "together": together, "text": "", "namespace": 0, "added": 0}
    while rows := index.ask(
        "SELECT alias, namespace, added, CASE WHEN retired <= :at THEN retired END, sequence"
        " FROM aliases WHERE (alias, namespace, added) > (:text, :namespace, :added)"
        f" AND added <= :at{there}{within} ORDER BY alias, namespace, added LIMIT :together",
        asked,
    ):
        texts, spaces, added, retired, sequences = zip(*rows, strict=True)
        yield AliasColumns(
            [names[space] for space in spaces], texts, index.digests_of(sequences), added, retired
        )
        asked |= {"text": texts[-1], "namespace": spaces[-1], "added": added[-1]}


def write_table(file: BinaryIO, listed: Iterator[AliasColumns], *, history: bool = False) -> int:
    """Write aliases as a table that can be loaded again; how many they are."""
    file.write(HISTORY_HEADING if history else HEADING)
    written = 0
    for columns in listed:
        file.write("".join(_lines(columns, history=history)).encode())
        written += len(columns.texts)
    return written


def _lines(columns: AliasColumns, *, history: bool) -> Iterator[str]:
    letters = urlsafe_b64encode(columns.digests).decode()
    places = range(0, len(letters), DIGEST_LETTERS)
    digests = (letters[at : at + DIGEST_LETTERS] for at in places)
    ends: Iterator[str] = repeat("\n")
    if history:
        ends = (
            f"\t{added}\t{'' if retired is None else retired}\n"
            for added, retired in zip(columns.added, columns.retired, strict=True)
        )
    each = zip(columns.namespaces, columns.texts, digests, ends, strict=False)
    return (f"{space}\t{text}\t{PREFIX}{digest}{end}" for space, text, digest, end in each)
