"""
Names of sequences, as SeqRepo's ``SeqAliasDB`` answers for them.

A record is a dictionary of six keys; a stored name is followed at once by what it is also shown as
(``NCBI`` by ``refseq``, ``VMC`` by ``sha512t24u`` and ``ga4gh``). What is asked for may be exact
or, with ``%`` in it, a pattern of SQL's LIKE.
"""

from collections.abc import Iterator
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

from holdfast.compat.seqrepo.shelf import Shelved, open_shelf
from holdfast.sequences.seqrepo import AliasRow, Question
from holdfast.sequences.seqrepo.naming import stored_name, synonyms

__all__ = ["SeqAliasDB"]


class SeqAliasDB(Shelved):
    """The names of a store, or of an instance; `db_path` is its ``aliases.sqlite3``, or its folder.

    The arguments after `writeable` are taken and mean nothing: any thread may read.
    """

    def __init__(
        self,
        db_path: str | PathLike[str],
        writeable: bool = False,
        translate_ncbi_namespace: bool | None = None,
        check_same_thread: bool = True,
    ) -> None:
        path = Path(db_path)
        folder = path.parent if path.name == "aliases.sqlite3" else path
        self._shelf = open_shelf(folder, writeable)

    def __contains__(self, seq_id: str) -> bool:
        return next(self._shelf.rows.alias_rows(Question(seq_id=seq_id)), None) is not None

    def find_aliases(
        self,
        seq_id: str | None = None,
        namespace: str | None = None,
        alias: str | None = None,
        current_only: bool = True,
        translate_ncbi_namespace: bool | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The records that match, by sequence, stored namespace and alias, read as they are taken.

        Each has `seqalias_id`, `seq_id`, `alias`, `added` (UTC, without a zone), `is_current` and
        `namespace`.
        """
        for row in self.rows(seq_id, namespace, alias, current_only):
            yield _record(row, row.namespace, row.alias)
            for shown, text in synonyms(row.namespace, row.alias):
                yield _record(row, shown, text)

    def rows(
        self,
        seq_id: str | None = None,
        namespace: str | None = None,
        alias: str | None = None,
        current_only: bool = True,
    ) -> Iterator[AliasRow]:
        """The stored rows that match, each of which may be several records."""
        if namespace is not None:
            namespace, alias = stored_name(namespace, alias)
        return self._shelf.rows.alias_rows(Question(seq_id, namespace, alias, current_only))

    def fetch_aliases(
        self, seq_id: str, current_only: bool = True, translate_ncbi_namespace: bool | None = None
    ) -> list[dict[str, Any]]:
        """The records of a sequence, as a list."""
        return list(self.find_aliases(seq_id=seq_id, current_only=current_only))

    def store_alias(self, seq_id: str, namespace: str, alias: str) -> int:
        """Name a sequence; the number of the record. A name that another had is taken from it.

        Raises
        ------
        RuntimeError
            This was opened to be read.
        KeyError
            There is no such sequence.
        ValueError
            The name cannot be one.
        """
        return self._shelf.pending.give(namespace, alias, seq_id)

    def stats(self) -> dict[str, Any]:
        """Counts of stored records, and the times of the first and the last as text."""
        totals = self._shelf.rows.alias_totals()
        return {
            "n_aliases": totals.aliases,
            "n_current": totals.current,
            "n_sequences": totals.sequences,
            "n_namespaces": totals.namespaces,
            "min_ts": totals.earliest,
            "max_ts": totals.latest,
        }


def _record(row: AliasRow, namespace: str, alias: str) -> dict[str, Any]:
    return {
        "seqalias_id": row.seqalias_id,
        "seq_id": row.seq_id,
        "alias": alias,
        "added": datetime.fromisoformat(row.added),
        "is_current": row.is_current,
        "namespace": namespace,
    }
