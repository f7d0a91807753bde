"""
A store of many short sequences: 1,000,000 (or what ``--sequences`` says), of 50 residues each.

They are made up, and loaded in commits of ``--commit`` each, from a pipe. Then the store is opened
in a process of its own for every other question, so that nothing is in memory but what the system
keeps of its files. MB are 10^6 bytes; times are wall times, but for the memory all of one run.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from benchmarks.report import Row, arguments, show

from holdfast.sequences import SequenceStore

LENGTH = 50
AT_ONCE = 20_000
ASKED = 500
LETTERS = np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", np.uint8)
MICRO, MILLI, MEGA = 1e6, 1e3, 1e6


def records(first: int, last: int) -> bytes:
    """FASTA records of the sequences numbered from `first` to before `last`."""
    joined = np.random.default_rng(first).choice(LETTERS, (last - first) * LENGTH).tobytes()
    return b"".join(
        b">S%09d made up\n%s\n" % (first + nth, joined[nth * LENGTH : (nth + 1) * LENGTH])
        for nth in range(last - first)
    )


def feed(first: int, last: int) -> None:
    """Write all those records to standard output."""
    for start in range(first, last, AT_ONCE):
        sys.stdout.buffer.write(records(start, min(start + AT_ONCE, last)))


def load(folder: Path, first: int, last: int) -> tuple[float, float]:
    """Load them in one commit, in this process: seconds, and the most memory so far in MB."""
    command = [sys.executable, "-m", "benchmarks.store_many", "--feed", f"{first}:{last}"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as maker,
        SequenceStore.open(folder) as store,
    ):
        started = time.perf_counter()
        store.load(maker.stdout, "made", f"from {first}")
        return time.perf_counter() - started, memory()


def memory() -> float:
    """The most memory this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGA


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Seconds that `work` takes."""
    started = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - started) / times


def questions(folder: Path, sequences: int) -> list[Row]:
    """What asking costs, of a store nobody has asked yet."""
    started = time.perf_counter()
    store = SequenceStore.open(folder)
    opening = time.perf_counter() - started
    rng = random.Random(7)
    names = [f"made:S{rng.randrange(sequences):09d}" for _ in range(2 * ASKED)]
    asked = iter(names[:ASKED])
    by_alias = timed(lambda: store.fetch(next(asked)), ASKED)
    known = [store.info(name) for name in names[ASKED:]]
    digests, md5s = iter(known[: ASKED // 2]), iter(known[ASKED // 2 :])
    store.close()
    store = SequenceStore.open(folder)
    by_digest = timed(lambda: store.fetch(next(digests).digest), ASKED // 2)
    by_md5 = timed(lambda: store.fetch(f"md5:{next(md5s).md5}"), ASKED // 2)
    counting = timed(store.status)
    snapshot = timed(lambda: store.snapshot("all"))
    (file,) = (folder / "snapshots").glob("all.json")
    return [
        Row("open", opening * MILLI, "ms"),
        Row("a sequence by alias, each asked for once", by_alias * MICRO, "µs"),
        Row("a sequence by digest, the same", by_digest * MICRO, "µs"),
        Row("a sequence by MD5, the same", by_md5 * MICRO, "µs"),
        Row("status", counting * MILLI, "ms"),
        Row("snapshot", snapshot * MILLI, "ms"),
        Row("snapshot", file.stat().st_size, "B"),
        Row("memory of a process that asks", memory(), "MB"),
    ]


def upkeep(folder: Path) -> list[Row]:
    """What it costs to make the index anew, and to check everything."""
    with SequenceStore.open(folder) as store:
        indexing = timed(store.reindex)
        rows = [Row("make the index anew", indexing, "s"), Row("memory of that", memory(), "MB")]
        started = time.perf_counter()
        problems = store.check().problems
        rows += [Row("check", time.perf_counter() - started, "s", f"{len(problems)} problems")]
        status = store.status()
    each = [status.pack_bytes, status.journal_bytes, status.index_bytes]
    kinds = ("packs", "journal", "index")
    return [
        *rows,
        Row("memory of both", memory(), "MB"),
        *(
            Row(f"{kind}, a sequence", size / status.sequences, "B")
            for kind, size in zip(kinds, each, strict=True)
        ),
    ]


def in_child(work: Callable[[], list[Row]]) -> list[Row]:
    """The rows of `work`, done in a process of its own."""
    hears, told = os.pipe()
    if os.fork() == 0:
        with os.fdopen(told, "w") as file:
            for row in work():
                file.write(f"{row.name}\t{row.value}\t{row.unit}\t{row.ratio}\n")
        os._exit(0)
    os.close(told)
    with os.fdopen(hears) as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    os.wait()
    return [Row(name, float(value), unit, ratio) for name, value, unit, ratio in lines]


def loaded(folder: Path, sequences: int, commit: int) -> list[Row]:
    """Load all, a commit after another; the rows of the first, of the last and of all together."""

    def one(first: int) -> list[Row]:
        seconds, most = load(folder, first, min(first + commit, sequences))
        return [Row("", seconds, ""), Row("", most, "")]

    commits = [in_child(lambda first=first: one(first)) for first in range(0, sequences, commit)]
    seconds = [rows[0].value for rows in commits]
    each = min(commit, sequences)
    return [
        Row(f"load, {len(commits)} commits", sequences / sum(seconds), "1/s"),
        Row("the first of them", each / seconds[0], "1/s"),
        Row("the last of them", each / seconds[-1], "1/s"),
        Row("most memory of a load", max(rows[1].value for rows in commits), "MB"),
    ]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", help="not used: the sequences are made")
    parser.add_argument("--sequences", type=int, default=1_000_000)
    parser.add_argument("--commit", type=int, default=1_000_000)
    parser.add_argument("--feed", metavar="FIRST:LAST", help="write these sequences and end")
    asked = parser.parse_args()
    if asked.feed:
        feed(*map(int, asked.feed.split(":")))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        SequenceStore.create(folder).close()
        rows = loaded(folder, asked.sequences, asked.commit)
        rows += in_child(lambda: questions(folder, asked.sequences))
        rows += in_child(lambda: upkeep(folder))
    show(f"A store of {asked.sequences:,} short sequences", rows, asked.json)


if __name__ == "__main__":
    sys.exit(main())
