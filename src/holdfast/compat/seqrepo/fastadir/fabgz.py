"""One FASTA file packed with BGZF, read and written as SeqRepo does; no other program is needed."""

import os
from pathlib import Path

from holdfast.base.files import atomic_file, write_atomic
from holdfast.compat.seqrepo.coordinates import checked
from holdfast.errors import FormatError
from holdfast.formats.bgzf import BgzfReader, BgzfWriter
from holdfast.formats.fai import FaiRow, fai_text, read_fai
from holdfast.formats.fasta_writing import FastaWriter
from holdfast.sequences.seqrepo.packing import WIDTH

__all__ = ["FabgzReader", "FabgzWriter"]

_READ_ONLY = 0o444


class FabgzReader:
    """A packed FASTA file with its index; any number of threads may read it.

    Raises
    ------
    OSError
        It, or its ``.fai``, is not there or is no such file.
    """

    def __init__(self, filename: str | os.PathLike[str]) -> None:
        self._path = Path(filename)
        index = self._path.with_name(self._path.name + ".gzi")
        try:
            self._rows = {
                row.name: row for row in read_fai(self._path.with_name(self._path.name + ".fai"))
            }
            self._reader = BgzfReader(self._path, index if index.exists() else None)
        except FormatError as error:
            raise OSError(str(error)) from error

    @property
    def filename(self) -> bytes:
        """Its path; bytes, as it always was."""
        return os.fsencode(self._path)

    def fetch(self, seq_id: str, start: int | None = None, end: int | None = None) -> str:
        """A sequence, or a slice of it, cut at the sequence's end.

        Raises
        ------
        KeyError
            It is not in the file.
        ValueError
            The slice begins before the sequence or after its own end.
        """
        row = self._row(seq_id)
        first, last = checked(start, end, row.length)
        text = self._reader.read(*row.span(first, last))
        return text.replace(b"\n", b"").decode("ascii")

    def keys(self) -> list[str]:
        """The names of all sequences, in their order."""
        return list(self._rows)

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, ac: str) -> str:
        return self.fetch(ac)

    def __enter__(self) -> "FabgzReader":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing: a reader lives longer than one block, as SeqRepo's does."""

    def __del__(self) -> None:
        reader = getattr(self, "_reader", None)
        if reader is not None:
            reader.close()

    def _row(self, seq_id: str) -> FaiRow:
        try:
            return self._rows[seq_id]
        except KeyError:
            raise KeyError(f"sequence '{seq_id}' not present") from None


class FabgzWriter:
    """A packed FASTA file being written; `close` makes it and its indexes, read-only.

    Without `close` there is no file: what is half written is never seen.

    Raises
    ------
    RuntimeError
        The name does not end in ``.bgz``, or the file, or one that belongs to it, is there.
    """

    def __init__(self, filename: str | os.PathLike[str]) -> None:
        self.filename = os.fspath(filename)
        path = self._path = Path(filename)
        if path.suffix != ".bgz":
            raise RuntimeError("Path must end with .bgz")
        files = [path, path.with_name(path.name + ".fai"), path.with_name(path.name + ".gzi"),
                 path.with_suffix("")]  # fmt: skip
        if any(each.exists() for each in files):
            names = ", ".join(map(str, files))
            raise RuntimeError(f"One or more target files already exists ({names})")
        self._opened = atomic_file(path, _READ_ONLY)
        packed = BgzfWriter(self._opened.__enter__())
        self._writer: BgzfWriter | None = packed
        self._fasta = FastaWriter(packed, WIDTH, indexed=True)
        self._added: set[str] = set()

    def store(self, seq_id: str, seq: str) -> str:
        """Write a sequence, unless one of this name was written; its name.

        Raises
        ------
        RuntimeError
            The writer was closed.
        """
        if self._writer is None:
            raise RuntimeError("Writer has already been closed -- create a new FabgzWriter.")
        if seq_id not in self._added:
            self._fasta.write(seq_id, [seq.encode("ascii")])
            self._added.add(seq_id)
        return seq_id

    def close(self) -> None:
        """Finish the file and write its indexes. May be said again."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        writer.close()
        self._opened.__exit__(None, None, None)
        for suffix, content in ((".gzi", writer.gzi()), (".fai", fai_text(self._fasta.rows))):
            write_atomic(self._path.with_name(self._path.name + suffix), content, _READ_ONLY)

    def __del__(self) -> None:
        writer = getattr(self, "_writer", None)
        if writer is not None:
            writer.abandon()
            self._opened.__exit__(GeneratorExit, GeneratorExit(), None)
