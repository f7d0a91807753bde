"""
10,000 random slices of 50 bases by digest from a 50 Mbp chromosome, one call each.

Beside Holdfast stand the bound, which is a bare NumPy memory-map of 2-bit data decoded with a
lookup table, and biocommons.seqrepo with its file handles kept open (fewer slices; it is slower).
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from benchmarks import store_data
from benchmarks.report import Row, arguments, show

from holdfast.sequences import SequenceStore

WIDTH = 50
MICRO = 1e6


def per_slice(fetch: Callable[[int], object], starts: Sequence[int], runs: int) -> float:
    """Microseconds a slice: the best of some runs over all starts."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        for start in starts:
            fetch(start)
        times.append(time.perf_counter() - begin)
    return min(times) / len(starts) * MICRO


def bare_reader(path: Path, residues: bytes) -> Callable[[int], str]:
    """The bound: bases in 2 bits, mapped into memory and decoded by a table."""
    codes = np.zeros(256, np.uint8)
    codes[list(b"ACGT")] = range(4)
    quads = codes[np.frombuffer(residues, np.uint8)].reshape(-1, 4)
    (quads << np.array([0, 2, 4, 6], np.uint8)).sum(1, dtype=np.uint8).tofile(path)
    packed = np.memmap(path, np.uint8, "r").view(np.ndarray)
    letters = np.frombuffer(b"ACGT", np.uint8)
    bytes_ = np.arange(256)[:, None] >> np.array([0, 2, 4, 6]) & 3
    table = np.ascontiguousarray(letters[bytes_]).view(np.uint32).ravel()

    def fetch(start: int) -> str:
        first = start >> 2
        text = table[packed[first : start + WIDTH + 3 >> 2]].tobytes()
        return text[start - 4 * first : start - 4 * first + WIDTH].decode()

    return fetch


def seqrepo_reader(folder: Path, residues: bytes) -> Callable[[int], str]:
    """The peer, over the same chromosome."""
    from biocommons.seqrepo import SeqRepo  # noqa: PLC0415 - it may not be installed

    repo = SeqRepo(str(folder / "instance"), writeable=True)
    repo.store(residues.decode(), [{"namespace": "made", "alias": "chr1"}])
    repo.commit()
    opened = SeqRepo(str(folder / "instance"), fd_cache_size=16)
    seq_id = opened.translate_alias("chr1", "made", ["sha512t24u"])[0].split(":")[1]
    return lambda start: opened.sequences.fetch(seq_id, start, start + WIDTH)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", help="not used: the sequences are made")
    parser.add_argument("--bases", type=int, default=50_000_000)
    parser.add_argument("--slices", type=int, default=10_000)
    parser.add_argument("--no-peer", action="store_true", help="leave out biocommons.seqrepo")
    asked = parser.parse_args()
    residues = store_data.chromosome(asked.bases - asked.bases % 4)
    chooser = random.Random(7)
    starts = [chooser.randrange(len(residues) - WIDTH) for _ in range(asked.slices)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store_data.write_fasta(folder / "made.fa", [("chr1", residues)])
        with SequenceStore.create(folder / "store") as store:
            store.load(folder / "made.fa", "made")
            digest = str(store.resolve("made:chr1"))
            bare = bare_reader(folder / "bare", residues)
            bound = per_slice(bare, starts, 5)
            ours = per_slice(lambda at: store.fetch(digest, at, at + WIDTH), starts, 5)
            by_alias = per_slice(lambda at: store.fetch("made:chr1", at, at + WIDTH), starts, 1)
            same = all(
                store.fetch(digest, at, at + WIDTH).encode() == residues[at : at + WIDTH]
                for at in starts
            )
        rows = [
            Row("memory-map decode with NumPy (bound)", bound, "µs"),
            Row("holdfast, by digest", ours, "µs", f"{ours / bound:.2f} x the bound"),
            Row("holdfast, by alias", by_alias, "µs", f"{by_alias / bound:.2f} x the bound"),
        ]
        if not asked.no_peer:
            peer = per_slice(seqrepo_reader(folder, residues), starts[:1000], 1)
            times = f"holdfast by digest is {peer / ours:.0f} x as fast"
            rows.append(Row("biocommons.seqrepo, by digest", peer, "µs", times))
    show(f"Slices of {WIDTH} bases (all as in the FASTA: {same})", rows, asked.json)


if __name__ == "__main__":
    sys.exit(main())
