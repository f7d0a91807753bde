"""
Rows as SeqRepo's two tables have them, whoever answers: an old instance or a store of ours.

SeqRepo's programs ask for rows: aliases that match a sequence, a namespace, a text, each exactly or
as a pattern; and what is known of a sequence. :class:`Rows` is what is owed by whoever answers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

SCHEMA_VERSION = 1  #: of both databases, as SeqRepo counts them


class AliasRow(NamedTuple):
    """A row of `seqalias`: under a stored name. `added` is UTC, ``YYYY-MM-DD HH:MM:SS``.

    (A named tuple because there are millions, and it is made in a third of the time.)
    """

    seqalias_id: int
    seq_id: str
    namespace: str
    alias: str
    added: str
    is_current: int


@dataclass(frozen=True, slots=True)
class SequenceRow:
    """A row of `seqinfo`. `length` in residues; `alpha` the letters that occur, in order."""

    seq_id: str
    length: int
    alpha: str
    added: str
    relpath: str


@dataclass(frozen=True, slots=True)
class AliasTotals:
    """Counts of alias rows, and the earliest and the latest time (None when there are no rows)."""

    aliases: int
    current: int
    sequences: int
    namespaces: int
    earliest: str | None
    latest: str | None


@dataclass(frozen=True, slots=True)
class SequenceTotals:
    """Counts of sequence rows; `residues` is None when there are none, as SQL's sum is."""

    sequences: int
    residues: int | None
    files: int
    earliest: str | None
    latest: str | None


@dataclass(frozen=True)
class Question:
    """Which alias rows are wanted. None is any; what holds ``%`` is a pattern of SQL's LIKE."""

    seq_id: str | None = None
    namespace: str | None = None
    alias: str | None = None
    current_only: bool = True

    def matches(self, row: AliasRow) -> bool:
        """Whether a row is an answer."""
        return (
            (row.is_current == 1 or not self.current_only)
            and (self.seq_id in (None, row.seq_id) or _fits(self._seq_id, row.seq_id))
            and (self.namespace in (None, row.namespace) or _fits(self._namespace, row.namespace))
            and (self.alias in (None, row.alias) or _fits(self._alias, row.alias))
        )

    @cached_property
    def _seq_id(self) -> "Wanted":
        return wanted(self.seq_id)

    @cached_property
    def _namespace(self) -> "Wanted":
        return wanted(self.namespace)

    @cached_property
    def _alias(self) -> "Wanted":
        return wanted(self.alias)


Wanted = str | re.Pattern[str] | None


def is_exact(text: str | None) -> bool:
    """Whether a part of a question is one text and no pattern."""
    return text is not None and "%" not in text


def wanted(text: str | None) -> Wanted:
    """What a part of a question asks for: a text, a pattern, or anything.

    SQLite's LIKE knows ``%`` and ``_`` and takes ASCII capitals and small letters for the same.
    """
    if text is None or is_exact(text):
        return text
    places = {"%": ".*", "_": "."}
    pattern = "".join(places.get(letter) or re.escape(letter) for letter in text)
    return re.compile(pattern, re.IGNORECASE | re.ASCII | re.DOTALL)


def _fits(what: Wanted, text: str) -> bool:
    if isinstance(what, re.Pattern):
        return what.fullmatch(text) is not None
    return what is None or what == text


class Rows(Protocol):
    """What answers in SeqRepo's rows."""

    def alias_rows(self, question: Question) -> Iterator[AliasRow]:
        """The rows that answer, by (seq_id, namespace, alias), read as they are taken."""

    def sequence_row(self, seq_id: str) -> SequenceRow | None:
        """What is known of a sequence, or None when it is not there."""

    def length(self, seq_id: str) -> int | None:
        """A sequence's length in residues, or None when it is not there."""

    def seq_ids(self) -> Iterator[str]:
        """The keys of all sequences, in order."""

    def text(self, seq_id: str, start: int, end: int) -> str:
        """The residues of a sequence that is there, from `start` to before `end`."""

    def alias_totals(self) -> AliasTotals:
        """Counts of alias rows."""

    def sequence_totals(self) -> SequenceTotals:
        """Counts of sequence rows."""

    def close(self) -> None:
        """Let go of files."""
