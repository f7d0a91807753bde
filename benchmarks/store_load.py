"""
Loading FASTA into a store: one chromosome of 50 Mbp, and 50,000 proteins.

Beside Holdfast stand the bound, which is the sum of the digests alone (SHA-512, MD5 and SHA-1 of
the same residues in memory, in one thread), and biocommons.seqrepo loading the same file (with
bgzip).
Each is the best of a few runs. MB are 10^6 residues.
"""

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import store_data
from benchmarks.report import Row, arguments, show

from holdfast.sequences import SequenceStore

MEGA = 1e6


def best(runs: int, work: Callable[[], object]) -> float:
    """The shortest wall time of `work`, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def hash_all(sequences: list[bytes]) -> None:
    """The bound: every digest of every sequence."""
    for residues in sequences:
        hashlib.sha512(residues).digest()
        hashlib.md5(residues, usedforsecurity=False).digest()
        hashlib.sha1(residues, usedforsecurity=False).digest()


def load_holdfast(path: Path) -> None:
    """Load `path` into a new store, commit and all."""
    with (
        tempfile.TemporaryDirectory(dir=path.parent) as folder,
        SequenceStore.create(Path(folder) / "store") as store,
    ):
        store.load(path, "made")


def load_seqrepo(path: Path) -> None:
    """Load `path` into a new SeqRepo, as its own loader does: a record at a time, then commit."""
    from biocommons.seqrepo import SeqRepo  # noqa: PLC0415 - it may not be installed
    from biocommons.seqrepo.fastaiter import FastaIter  # noqa: PLC0415 - as above

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        repo = SeqRepo(f"{folder}/instance", writeable=True)
        with path.open() as file:
            for record in FastaIter(file):
                name = record[0].split()[0]
                repo.store(record[1], [{"namespace": "made", "alias": name}])
        repo.commit()


def measure(title: str, named: list[tuple[str, bytes]], runs: int, peer: bool) -> list[Row]:
    """The figures for one set of sequences."""
    sequences = [residues for _, residues in named]
    mega = sum(map(len, sequences)) / MEGA
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.fa"
        store_data.write_fasta(path, named)
        bound = best(runs, lambda: hash_all(sequences))
        ours = best(runs, lambda: load_holdfast(path))
        rows = [
            Row(f"{title}: hashing alone, 1 thread (bound)", mega / bound, "MB/s"),
            Row(f"{title}: holdfast", mega / ours, "MB/s", f"{ours / bound:.2f} x hashing's time"),
        ]
        if peer:
            theirs = best(1, lambda: load_seqrepo(path))
            times = f"holdfast is {theirs / ours:.1f} x as fast"
            rows.append(Row(f"{title}: biocommons.seqrepo", mega / theirs, "MB/s", times))
    return rows


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", help="not used: the sequences are made")
    parser.add_argument("--bases", type=int, default=50_000_000)
    parser.add_argument("--proteins", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true", help="leave out biocommons.seqrepo")
    asked = parser.parse_args()
    chromosome = [("chr1", store_data.chromosome(asked.bases))]
    made = store_data.proteins(asked.proteins)
    proteins = [(f"PROT_{number:06d}.1", residues) for number, residues in enumerate(made)]
    peer = not asked.no_peer
    rows = measure(f"{asked.bases / MEGA:g} Mbp chromosome", chromosome, asked.runs, peer)
    rows += measure(f"{asked.proteins:,} proteins", proteins, asked.runs, peer)
    show("Loading FASTA", rows, asked.json)


if __name__ == "__main__":
    sys.exit(main())
