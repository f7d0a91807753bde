"""
Loading FASTA into a store: one chromosome of 100 Mbp, 100,000 proteins, and the real yeast data.

Beside Holdfast stand the bound, which is the sum of the digests alone (SHA-512, MD5 and SHA-1 of
the same residues in memory, in one thread), gtars' RefgetStore, biocommons.seqrepo loading the same
files as its own loader does (with bgzip), and pyfaidx, which only writes an index. Each run is a
process of its own; each figure is the best of ``--runs``. MB are 10^6 residues or bytes; memory is
the most a run had, less what the process had before it.

The yeast data are loaded twice: as plain text in one commit, as the digests alone have them in
memory; and as they come, packed by gzip and each release for itself.

With ``--genome`` a genome of 3 Gbp, soft-masked and with runs of N, comes from a pipe instead.
"""

import hashlib
import io
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import store_data
from benchmarks.report import Row, arguments, show
from isal import igzip

from holdfast.formats.compression import BUFFER, open_content
from holdfast.formats.fasta import read_fasta
from holdfast.sequences import SequenceStore
from holdfast.sequences.writing.loading import Source, load

MEGA = 1e6
DATA = Path(__file__).parent.parent.parent / "shared" / "data"
Load = Callable[[Sequence[Path], Path], None]
Ready = Callable[[Path], None]  # what is timed: it is given a folder


@dataclass(frozen=True, slots=True)
class Run:
    """What one load took: seconds, MB of memory, MB of files."""

    seconds: float
    memory: float
    stored: float


def hash_all(paths: Sequence[Path]) -> Ready:
    """The bound: every digest of every sequence, which is in memory already."""
    sequences = [record.residues for path in paths for record in read_fasta(path)]

    def hashing(_: Path) -> None:
        for residues in sequences:
            hashlib.sha512(residues).digest()
            hashlib.md5(residues, usedforsecurity=False).digest()
            hashlib.sha1(residues, usedforsecurity=False).digest()

    return hashing


def load_holdfast(paths: Sequence[Path], folder: Path) -> None:
    """Load each file in a commit of its own."""
    with SequenceStore.create(folder / "store") as store:
        for path in paths:
            store.load(path, path.name.split(".")[0], str(path.name), reassign=True)


def imported(load: Load, paths: Sequence[Path]) -> Ready:
    """The load, in a process that has imported what it takes; that is not timed of peers either."""
    with tempfile.TemporaryDirectory() as name, SequenceStore.create(Path(name) / "store") as store:
        store.load(io.BytesIO(b">a\nMKV\n"), "first")
    return partial(load, paths)


def unpack_and_hash(paths: Sequence[Path]) -> Ready:
    """The bound of packed files: unpacking them is not to be had for nothing either."""
    hashing = hash_all(paths)

    def both(folder: Path) -> None:
        for path in paths:
            with igzip.open(path) as content:
                while content.read(BUFFER):
                    pass
        hashing(folder)

    return both


def load_together(paths: Sequence[Path], folder: Path) -> None:
    """Load all files in one commit."""
    with SequenceStore.create(folder / "store") as store, store.write() as batch:
        for path in paths:
            load(batch, store, Source(path, path.name.split(".")[0], path.name), reassign=True)
        batch.commit()


def load_gtars(paths: Sequence[Path], folder: Path) -> None:
    """Load each file as a collection. The files are copied: it leaves others beside them."""
    from gtars.refget import RefgetStore  # noqa: PLC0415 - it may not be installed

    store = RefgetStore.on_disk(str(folder / "refget"))
    store.set_quiet(True)
    for path in paths:
        beside = Path(shutil.copy(path, folder))
        store.add_sequence_collection_from_fasta(str(beside))
        for left in folder.glob(f"{path.name.split('.')[0]}*"):
            left.unlink()


def load_seqrepo(paths: Sequence[Path], folder: Path) -> None:
    """Load all records of all files, then commit."""
    from biocommons.seqrepo import SeqRepo  # noqa: PLC0415 - as above

    repo = SeqRepo(f"{folder}/instance", writeable=True)
    for path in paths:
        for record in read_fasta(path):
            namespace = path.name.split(".")[0]
            repo.store(
                record.residues.decode(),
                [{"namespace": namespace, "alias": record.heading.name}],
            )
    repo.commit()


def index_pyfaidx(paths: Sequence[Path], folder: Path) -> None:
    """Write an index beside each file, which must be plain."""
    from pyfaidx import Faidx  # noqa: PLC0415 - as above

    for path in paths:
        Faidx(str(path), indexname=str(folder / f"{path.name}.fai"), rebuild=True).close()


def run(ready: Callable[[], Ready], near: Path) -> Run:
    """Load in a process of its own, into a folder beside `near`.

    That is forked while this process is still small: what is shared with a large one is copied page
    by page when it is first written to, and would be timed too. `ready` is not timed.
    """
    with tempfile.TemporaryDirectory(dir=near) as name:
        folder = Path(name)
        hears, told = os.pipe()
        child = os.fork()
        if child == 0:
            load = ready()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            started = time.perf_counter()
            load(folder)
            seconds = time.perf_counter() - started
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            os.write(told, f"{seconds} {most * 1024 / MEGA}".encode())
            os._exit(0)
        os.close(told)
        with os.fdopen(hears) as answer:
            said = answer.read().split()
        os.waitpid(child, 0)
        if not said:
            raise SystemExit("a load failed; its words are above")
        stored = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MEGA
        return Run(float(said[0]), float(said[1]), stored)


def measure(
    title: str,
    paths: Sequence[Path],
    residues: int,
    runs: int,
    peers: dict[str, Load],
    ours: Load = load_holdfast,
) -> list[Row]:
    """The figures for some files, which have so many residues."""
    with tempfile.TemporaryDirectory() as name:
        near = Path(name)
        mega = residues / MEGA
        bound = _best(partial(hash_all, paths), near, runs).seconds
        rows = [Row(f"{title}: hashing alone, 1 thread (bound)", mega / bound, "MB/s")]
        packed = all(path.suffix == ".gz" for path in paths)
        if packed:
            both = _best(partial(unpack_and_hash, paths), near, runs).seconds
            rows.append(Row("    unpacking and hashing, 1 thread", mega / both, "MB/s"))
        found = _best(partial(imported, ours, paths), near, runs)
        ratio = f"{found.seconds / bound:.2f} x hashing's time"
        if packed:
            ratio += f", {found.seconds / both:.2f} x unpacking's and hashing's"
        rows += _rows(f"{title}: holdfast", found, mega, ratio)
        for peer, load in peers.items():
            theirs = _best(
                lambda load=load: partial(load, paths), near, 1 if "seqrepo" in peer else runs
            )
            ratio = f"holdfast is {theirs.seconds / found.seconds:.1f} x as fast"
            rows += _rows(f"{title}: {peer}", theirs, mega, ratio)
    return rows


def _best(ready: Callable[[], Ready], near: Path, runs: int) -> Run:
    return min((run(ready, near) for _ in range(runs)), key=lambda each: each.seconds)


def _rows(name: str, found: Run, mega: float, ratio: str) -> list[Row]:
    return [
        Row(name, mega / found.seconds, "MB/s", ratio),
        Row("    memory", found.memory, "MB"),
        Row("    stored", found.stored / mega, "B/residue"),
    ]


def genome(bases: int, near: Path) -> list[Row]:
    """The figures for a genome that comes from a pipe."""

    def load(folder: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.store_data", str(bases)]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE) as maker,
            SequenceStore.create(folder / "store") as store,
        ):
            store.load(maker.stdout, "made", "genome")  # type: ignore[arg-type]  # it is a pipe

    return _rows(f"{bases / MEGA:,.0f} Mbp, soft-masked", run(lambda: load, near), bases / MEGA, "")


def residues_of(work: Callable[[], int]) -> int:
    """How many residues `work` says there are; it is done in a process of its own."""
    hears, told = os.pipe()
    if os.fork() == 0:
        os.write(told, str(work()).encode())
        os._exit(0)
    os.close(told)
    with os.fdopen(hears) as answer:
        said = answer.read()
    os.wait()
    if not said:
        raise SystemExit("the sequences could not be made or read; its words are above")
    return int(said)


def make(chromosome: Path, bases: int) -> int:
    """Write a chromosome; its bases."""
    store_data.write_fasta(chromosome, [("chr1", store_data.chromosome(bases))])
    return bases


def make_many(path: Path, count: int) -> int:
    """Write proteins; their residues."""
    made = store_data.proteins(count)
    named = [(f"PROT_{number:06d}.1", residues) for number, residues in enumerate(made)]
    store_data.write_fasta(path, named)
    return sum(map(len, made))


def unpacked(paths: Sequence[Path], folder: Path) -> list[Path]:
    """The files without their compression, each under a name of its own."""
    made = []
    for nth, path in enumerate(paths):
        made.append(folder / f"{nth}-{path.name.removesuffix('.gz')}")
        with open_content(path) as content, made[-1].open("wb") as file:
            while part := content.read(1 << 20):
                file.write(part)
    return made


def count(paths: Sequence[Path]) -> int:
    """The residues of files."""
    return sum(len(record.residues) for path in paths for record in read_fasta(path))


def stores() -> dict[str, Load]:
    """The peers that keep sequences; importing them is no part of their time."""
    import biocommons.seqrepo  # noqa: F401, PLC0415 - it may not be installed
    import gtars.refget  # noqa: F401, PLC0415 - as above
    import pyfaidx  # noqa: F401, PLC0415 - as above

    return {"gtars RefgetStore": load_gtars, "biocommons.seqrepo": load_seqrepo}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of real data")
    parser.add_argument("--bases", type=int, default=100_000_000)
    parser.add_argument("--proteins", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true", help="leave out the other programs")
    parser.add_argument("--genome", action="store_true", help="a genome from a pipe, no peers")
    parser.add_argument("--genome-bases", type=int, default=3_000_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.genome:
            show("Loading a genome", genome(asked.genome_bases, folder), asked.json)
            return
        peers = {} if asked.no_peer else stores()
        both = {**peers, "pyfaidx (an index only)": index_pyfaidx} if peers else {}
        chromosome, proteins = folder / "chromosome.fa", folder / "proteins.fa"
        bases = residues_of(partial(make, chromosome, asked.bases))
        rows = measure(f"{asked.bases / MEGA:g} Mbp", [chromosome], bases, asked.runs, both)
        residues = residues_of(partial(make_many, proteins, asked.proteins))
        rows += measure(f"{asked.proteins:,} proteins", [proteins], residues, asked.runs, both)
        yeast = sorted((asked.data / "yeast").rglob("*.fa.gz"))
        if yeast:
            residues = residues_of(partial(count, yeast))
            title = f"yeast, {len(yeast)} files"
            plain = unpacked(yeast, folder)
            rows += measure(f"{title}, one commit", plain, residues, asked.runs, {}, load_together)
            rows += measure(f"{title} (gzip), a commit each", yeast, residues, asked.runs, peers)
        show("Loading FASTA", rows, asked.json)
        if not yeast:
            print(f"left out, for want of {asked.data / 'yeast'}: the real data")


if __name__ == "__main__":
    sys.exit(main())
