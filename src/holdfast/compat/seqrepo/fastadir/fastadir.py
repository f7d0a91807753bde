"""
Sequences by their keys, as SeqRepo's ``FastaDir`` answers for them.

A key is the GA4GH digest without ``SQ.``; nothing else can be one here, for a store keeps no text
under a name that is not its own.
"""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

from holdfast.base.digests import sha512t24u
from holdfast.compat.seqrepo.coordinates import checked
from holdfast.compat.seqrepo.shelf import Shelved, open_shelf
from holdfast.formats.residues import FOREIGN, letter_set, normalise
from holdfast.sequences.seqrepo import SequenceRow

__all__ = ["FastaDir"]


class FastaDir(Shelved):
    """The sequences of a store, or of an instance; `root_dir` is its ``sequences``, or its folder.

    `check_same_thread` and `fd_cache_size` are taken and mean nothing: any thread may read, and a
    few files stay open.
    """

    def __init__(
        self,
        root_dir: str | PathLike[str],
        writeable: bool = False,
        check_same_thread: bool = True,
        fd_cache_size: int | None = 0,
    ) -> None:
        path = Path(root_dir)
        folder = path.parent if path.name == "sequences" else path
        self._shelf = open_shelf(folder, writeable)

    def __contains__(self, seq_id: str) -> bool:
        return self._shelf.rows.sequence_row(seq_id) is not None

    def __getitem__(self, seq_id: str) -> str:
        return self.fetch(seq_id)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for seq_id in self._shelf.rows.seq_ids():
            yield self.fetch_seqinfo(seq_id) | {"seq": self.fetch(seq_id)}

    def __len__(self) -> int:
        return self._shelf.rows.sequence_totals().sequences

    def fetch(self, seq_id: str, start: int | None = None, end: int | None = None) -> str:
        """A sequence, or a slice of it, cut at the sequence's end.

        Raises
        ------
        KeyError
            There is no such sequence.
        ValueError
            The slice begins before the sequence or after its own end.
        """
        length = self._shelf.rows.length(seq_id)
        if length is None:
            raise KeyError(seq_id)
        first, last = checked(start, end, length)
        return self._shelf.rows.text(seq_id, first, last)

    def fetch_seqinfo(self, seq_id: str) -> dict[str, Any]:
        """What is known of a sequence: `seq_id`, `len`, `alpha`, `added` (UTC), `relpath`.

        Raises
        ------
        KeyError
            There is no such sequence.
        """
        row = self._row(seq_id)
        return {
            "seq_id": row.seq_id,
            "len": row.length,
            "alpha": row.alpha,
            "added": datetime.fromisoformat(row.added),
            "relpath": row.relpath,
        }

    def store(self, seq_id: str, seq: str) -> str:
        """Store a sequence under its key, which is given back.

        Raises
        ------
        RuntimeError
            This was opened to be read.
        sqlite3.IntegrityError
            The key is there already.
        ValueError
            The key is not that of this sequence.
        """
        pending = self._shelf.pending
        if seq_id in self:
            raise sqlite3.IntegrityError(f"UNIQUE constraint failed: seqinfo.seq_id ({seq_id})")
        residues = plain(seq)
        if key_of(residues) != seq_id:
            raise ValueError(f"{seq_id} is not the key of this sequence: {key_of(residues)} is")
        return pending.add_sequence(residues)

    def stats(self) -> dict[str, Any]:
        """Counts, and the times of the first and the last sequence as text; files are packs."""
        totals = self._shelf.rows.sequence_totals()
        return {
            "n_sequences": totals.sequences,
            "tot_length": totals.residues,
            "min_ts": totals.earliest,
            "max_ts": totals.latest,
            "n_files": totals.files,
        }

    def _row(self, seq_id: str) -> SequenceRow:
        row = self._shelf.rows.sequence_row(seq_id)
        if row is None:
            raise KeyError(seq_id)
        return row


def plain(seq: str) -> bytes:
    """The residues of a text: blanks and ``*`` are removed, letters made capitals.

    Raises
    ------
    RuntimeError
        There is something else in it.
    ValueError
        Nothing is left.
    """
    residues = normalise("".join(seq.split()).encode())
    if letter_set(residues) & FOREIGN:
        raise RuntimeError("Normalized sequence contains non-alphabetic characters")
    if not residues:
        raise ValueError("a sequence must have at least one residue")
    return residues


def key_of(residues: bytes) -> str:
    """The key of normalised residues."""
    return sha512t24u(residues)
