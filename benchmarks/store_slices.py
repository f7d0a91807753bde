"""
Slices of a chromosome, one call each and many at once, warm and cold, and all of it at once.

Beside Holdfast stand biocommons.seqrepo (with its file handles kept open), pysam.FastaFile,
pyfaidx, py2bit, RefgetStore of gtars, and the bound, which is a bare NumPy memory-map of 2-bit data
decoded with a lookup table. Every answer is compared with the FASTA. Peers that are not installed
are left out, and named (``scripts/set-up test,check,bench`` installs them).
"""

import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import numpy as np
from benchmarks import store_data
from benchmarks.report import Row, arguments, best, show
from benchmarks.store_readers import BOUND, HOLDFAST, NAME, READERS, Fetch, Reader

from holdfast.sequences import SequenceStore

WIDTHS = (50, 1000)
CHECKED = 1000  #: slices of each reader that are compared with the FASTA
COLD_SLICES = 100
MICRO = 1e6

COLD = """
import json, sys, time
from pathlib import Path
from benchmarks.store_readers import READERS
reader = READERS[int(sys.argv[1])]
folder, starts, width = Path(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4])
if reader.library:
    __import__(reader.library)  # imports are no part of reading
from holdfast.sequences import SequenceStore
print("ready", flush=True)
sys.stdin.readline()
begin = time.perf_counter()
fetch = reader.open(folder)
fetch(starts[0], starts[0] + width)
first = time.perf_counter()
for start in starts[1:]:
    fetch(start, start + width)
print(json.dumps([first - begin, (time.perf_counter() - first) / (len(starts) - 1)]))
"""


def per_slice(fetch: Fetch, starts: Sequence[int], width: int, runs: int) -> float:
    """Microseconds a slice: the best of some runs over all starts."""
    times = []
    for _ in range(runs):
        gc.collect()
        begin = time.perf_counter()
        for start in starts:
            fetch(start, start + width)
        times.append(time.perf_counter() - begin)
    return min(times) / len(starts) * MICRO


def installed(*, peers: bool) -> list[Reader]:
    """The readers whose libraries are there; the others are named."""
    found = []
    for reader in READERS:
        if reader.library and not peers:
            continue
        try:
            import_module(reader.library or "holdfast")
        except ImportError:
            print(f"left out, because it is not installed: {reader.name}")
        else:
            found.append(reader)
    return found


def singles(readers: list[Reader], folder: Path, text: str, starts: list[int]) -> list[list[Row]]:
    """One table for each width: microseconds a slice, one call each, everything in memory."""
    tables = []
    for width in WIDTHS:
        rows: list[Row] = []
        bound = ours = 0.0
        for reader in readers:
            fetch = reader.open(folder)
            wrong = sum(fetch(at, at + width) != text[at : at + width] for at in starts[:CHECKED])
            if wrong and reader is not BOUND:  # the bound knows no N
                raise SystemExit(f"{reader.name}: {wrong} of {CHECKED} slices are wrong")
            took = per_slice(fetch, starts[:CHECKED], width, 2)
            if took < 20:
                took = per_slice(fetch, starts, width, 5)
            bound = took if reader is BOUND else bound
            ours = took if reader is HOLDFAST else ours
            rows.append(Row(reader.name, took, "µs", _ratio(reader, took, bound, ours)))
        tables.append(rows)
    return tables


def _ratio(reader: Reader, took: float, bound: float, ours: float) -> str:
    if reader is BOUND:
        return ""
    if reader.name.startswith("holdfast"):
        return f"{took / bound:.2f} x the bound"
    return f"holdfast by digest is {took / ours:.1f} x as fast"


def batches(folder: Path, text: str, rng: np.random.Generator, *, peers: bool) -> list[Row]:
    """Slices a second, many in one call."""
    rows = []
    digest = (folder / "digest").read_text()
    with SequenceStore.open(folder / "store") as store:
        for width, count in ((50, 1_000_000), (1000, 100_000)):
            starts = rng.integers(0, len(text) - width, count)
            found = store.slices(digest, starts, starts + width)
            for nth in range(0, count, count // CHECKED):
                if found[nth] != text[starts[nth] : starts[nth] + width]:
                    raise SystemExit(f"slice {nth} of the batch is wrong")
            took = best(lambda w=width, s=starts: store.slices(digest, s, s + w), 5)
            rows.append(
                Row(f"holdfast, {count:,} of {width} as an array", count / took, "slices/s")
            )
            took = best(lambda w=width, s=starts: store.slices(digest, s, s + w).texts(), 3)
            rows.append(Row(f"holdfast, {count:,} of {width} as texts", count / took, "slices/s"))
            rows += _gtars_batch(folder, digest, starts, width) if peers else []
    return rows


def _gtars_batch(folder: Path, digest: str, starts: np.ndarray, width: int) -> list[Row]:
    try:
        from gtars.refget import RefgetStore  # noqa: PLC0415 - it may not be installed
    except ImportError:
        return []
    digest = digest.removeprefix("SQ.")
    store = RefgetStore.open_local(str(folder / "gtars"))
    store.load_sequence(digest)
    ranges = [(start, start + width) for start in starts[:100_000].tolist()]
    took = best(lambda: store.get_substrings(digest, ranges), 3)
    name = f"gtars RefgetStore, {len(ranges):,} of {width} as texts"
    return [Row(name, len(ranges) / took, "slices/s")]


def wholes(readers: list[Reader], folder: Path, text: str) -> list[Row]:
    """Megabases a second when the whole chromosome is asked for as text."""
    rows = []
    bound = 0.0
    for reader in readers:
        fetch = reader.open(folder)
        if reader is not BOUND and fetch(0, len(text)) != text:
            raise SystemExit(f"{reader.name}: the whole chromosome is wrong")
        took = best(lambda f=fetch: f(0, len(text)), 3)
        bound = took if reader is BOUND else bound
        rows.append(
            Row(reader.name, len(text) / took / 1e6, "Mb/s", f"{took / bound:.2f} x the bound")
        )
    with SequenceStore.open(folder / "store") as store:
        chromosome = store[f"made:{NAME}"]
        took = best(chromosome.as_array, 3)
        rows.append(
            Row("holdfast, as an array", len(text) / took / 1e6, "Mb/s", f"{took / bound:.2f} x")
        )
    return rows


def forget(folder: Path, reader: Reader) -> None:
    """Put a reader's files out of the page cache, as far as the system does on advice."""
    for pattern in reader.files:
        for path in folder.glob(pattern):
            if path.is_file():
                descriptor = os.open(path, os.O_RDONLY)
                os.fsync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(descriptor)


def cold(readers: list[Reader], folder: Path, starts: list[int]) -> list[Row]:
    """A new process whose files are not in memory: opening with the first slice, then others."""
    rows = []
    gc.collect()  # what this process still maps would stay in memory
    for reader in readers:
        place = str(READERS.index(reader))
        asked = [place, str(folder), json.dumps(starts[:COLD_SLICES]), str(WIDTHS[0])]
        with subprocess.Popen(
            [sys.executable, "-c", COLD, *asked],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdout.readline()
            forget(folder, reader)
            process.stdin.write("go\n")
            process.stdin.flush()
            first, others = json.loads(process.stdout.readline())
        rows.append(Row(f"{reader.name}: open and first", first * MICRO, "µs"))
        rows.append(Row(f"{reader.name}: each other", others * MICRO, "µs"))
    return rows


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", help="not used: the sequences are made")
    parser.add_argument("--bases", type=int, default=50_000_000)
    parser.add_argument("--slices", type=int, default=10_000)
    parser.add_argument("--no-peer", action="store_true", help="leave out all peers")
    asked = parser.parse_args()
    residues = store_data.chromosome(asked.bases - asked.bases % 4)
    text = residues.decode()
    chooser = random.Random(7)
    starts = [chooser.randrange(len(residues) - max(WIDTHS)) for _ in range(asked.slices)]
    readers = installed(peers=not asked.no_peer)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store_data.write_fasta(folder / "made.fa", [(NAME, residues)])
        for reader in readers:
            reader.make(folder)
        for width, rows in zip(WIDTHS, singles(readers, folder, text, starts), strict=True):
            show(f"Random slices of {width} bases, one call each, warm", rows, asked.json)
        rng = np.random.default_rng(7)
        show(
            "Random slices, many in one call",
            batches(folder, text, rng, peers=not asked.no_peer),
            asked.json,
        )
        show("The whole chromosome", wholes(readers, folder, text), asked.json)
        title = f"Random slices of {WIDTHS[0]} bases in a new process, files not in memory"
        show(title, cold(readers, folder, starts), asked.json)


if __name__ == "__main__":
    sys.exit(main())
