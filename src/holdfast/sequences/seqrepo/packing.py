"""
Packing: sequences of a store go into FASTA files of an instance, and rows say where they are.

Each file is plain FASTA with 100 residues a line in BGZF, with its two indexes beside, read-only,
exactly as SeqRepo leaves them.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from holdfast.base.digests import Digest
from holdfast.base.files import atomic_file, fsync_directory, write_atomic
from holdfast.base.progress import Listener, Progress
from holdfast.formats.bgzf import BgzfWriter
from holdfast.formats.fai import fai_text
from holdfast.formats.fasta_writing import FastaWriter
from holdfast.formats.residues import alphabet
from holdfast.sequences.reading.outgoing import Part, read_parts
from holdfast.sequences.seqrepo.files import FAI, GZI
from holdfast.sequences.seqrepo.storerows import Numbers, StoreRows, seq_ids_of
from holdfast.sequences.storage.schema import DROPPED
from holdfast.sequences.view import View

WIDTH = 100  #: residues a line
FILE_SEQUENCES = 10_000  #: in a file: SeqRepo reads the whole index of a file for each slice
FILE_RESIDUES = 1 << 28  #: after which a file ends
_READ_ONLY = 0o444


class Packing:
    """Sequences on their way into files below `folder`, and their rows into a database."""

    def __init__(
        self, view: View, database: sqlite3.Connection, folder: Path, threads: int
    ) -> None:
        self._view, self._database = view, database
        self._folder, self._threads = folder, threads
        self._rows = StoreRows(view)
        self.files = self.sequences = self.residues = self.bytes = 0

    def run(self, reached: int, listener: Listener) -> None:
        """Write the sequences that came after the journal position `reached`."""
        first, end = self._rows.entries.sequences_at(reached), self._rows.sequence_count()
        for start in range(first, end, FILE_SEQUENCES):
            numbers = np.arange(start, min(start + FILE_SEQUENCES, end), dtype=np.int64)
            for part in self._parts(self._missing(numbers)):
                self._pack(part)
                listener(Progress("exporting", int(part[-1]) + 1 - first, end - first, "sequences"))

    def _missing(self, numbers: Numbers) -> Numbers:
        """Those of the sequences that are kept, and that the instance has not."""
        columns = self._rows.columns_of(numbers)
        seq_ids = seq_ids_of(columns)
        asked = "SELECT s.seq_id FROM json_each(?) j JOIN seqinfo s ON s.seq_id = j.value"
        known = {seq_id for (seq_id,) in self._database.execute(asked, (json.dumps(seq_ids),))}
        fresh = np.array([seq_id not in known for seq_id in seq_ids], bool)
        missing: Numbers = numbers[fresh & (columns["pack"] != DROPPED)]
        return missing

    def _parts(self, numbers: Numbers) -> Iterator[Numbers]:
        """Cut so that no file but one of a single sequence has more than FILE_RESIDUES."""
        lengths = self._rows.columns_of(numbers)["length"].tolist()
        start = total = 0
        for place, length in enumerate(lengths):
            if total and total + length > FILE_RESIDUES:
                yield numbers[start:place]
                start, total = place, 0
            total += length
        if total:
            yield numbers[start:]

    def _pack(self, numbers: Numbers) -> None:
        """Write one file with its indexes, and the rows of its sequences."""
        columns = self._rows.columns_of(numbers)
        seq_ids = seq_ids_of(columns)
        relpath = self._relpath(int(numbers[0]))
        path = self._folder / relpath
        path.parent.mkdir(parents=True, exist_ok=True)
        lengths = columns["length"].tolist()
        with atomic_file(path, _READ_ONLY) as file, BgzfWriter(file, self._threads) as packed:
            fasta = FastaWriter(packed, WIDTH, indexed=True)
            parts = [
                Part(seq_id, "", Digest.parse(seq_id), 0, length)
                for seq_id, length in zip(seq_ids, lengths, strict=True)
            ]
            for part, pieces in read_parts(self._view, parts):
                fasta.write(part.name, pieces)
        for suffix, content in ((GZI, packed.gzi()), (FAI, fai_text(fasta.rows))):
            write_atomic(path.with_name(path.name + suffix), content, _READ_ONLY)
        for folder in (path.parents[1], path.parents[2], self._folder):
            fsync_directory(folder)
        self._database.executemany(
            "INSERT INTO seqinfo VALUES (?, ?, ?, ?, ?)",
            [
                (seq_id, length, alphabet(letters), added, relpath)
                for seq_id, length, letters, added in zip(
                    seq_ids, lengths, columns["letters"].tolist(),
                    map(self._rows.entries.time_of_sequence, numbers.tolist()), strict=True,
                )
            ],
        )  # fmt: skip
        self._count(len(lengths), sum(lengths), path.stat().st_size)

    def _relpath(self, number: int) -> str:
        """Where a file that begins with the sequence `number` is: by the time of its commit."""
        time = datetime.fromisoformat(self._rows.entries.time_of_sequence(number))
        moment = time.replace(tzinfo=UTC)
        return f"{moment:%Y/%m%d/%H%M}/{int(moment.timestamp())}.{number:07d}.fa.bgz"

    def _count(self, sequences: int, residues: int, size: int) -> None:
        self.files += 1
        self.sequences += sequences
        self.residues += residues
        self.bytes += size
