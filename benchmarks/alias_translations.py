"""
Aliases a second: loaded from a table, translated to digests and back, searched, written out.

The store is made: a quarter of the aliases come with the sequences, the others from a table. Beside
Holdfast stands biocommons.seqrepo with the same aliases, or the first of them (its part is made one
alias at a time, which is slow); no name is asked for twice, so its caches do not answer. The bound
is a bare SQLite table of the same texts, asked by its primary key.
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from benchmarks.report import Row, arguments, show

from holdfast.sequences import SequenceStore
from holdfast.sequences.naming.listing import write_table

LENGTH = 40
SPACES = ("ensembl", "lab", "hgnc")


def per_second(work: Callable[[], object], count: int) -> float:
    """How many of `count` things `work` does in a second of processor time."""
    begin = time.process_time()
    work()
    return count / max(time.process_time() - begin, 1e-9)


def name(number: int) -> str:
    """The name of a made sequence."""
    return f"NM_{number:09d}.1"


def write_made(folder: Path, sequences: int) -> tuple[Path, Path]:
    """The sequences as FASTA, and three more names of each as a table."""
    letters = np.random.default_rng(7).choice(np.frombuffer(b"ACGT", np.uint8), (sequences, LENGTH))
    fasta, table = folder / "made.fa", folder / "made.tsv"
    with fasta.open("wb") as file:
        for number in range(sequences):
            file.write(b">%s made up\n%s\n" % (name(number).encode(), letters[number].tobytes()))
    with table.open("w") as file:
        for number in range(sequences):
            file.writelines(f"{each}\t{each}{number}\t{name(number)}\n" for each in SPACES)
    return fasta, table


def bound_rate(folder: Path, sequences: int, names: Sequence[str]) -> float:
    """Texts a second found by the primary key of a bare table."""
    with sqlite3.connect(folder / "bare.sqlite") as bare:
        bare.execute("CREATE TABLE t (alias TEXT PRIMARY KEY, digest BLOB) WITHOUT ROWID")
        rows = ((name(number), bytes(24)) for number in range(sequences))
        bare.executemany("INSERT INTO t VALUES (?, ?)", rows)
    question = "SELECT digest FROM t WHERE alias = ?"
    rate = per_second(
        lambda: [bare.execute(question, (each,)).fetchone() for each in names], len(names)
    )
    bare.close()
    return rate


def peer_rates(folder: Path, sequences: int, asked: int) -> tuple[float, float]:
    """Aliases a second that biocommons.seqrepo translates to digests and to all other names."""
    from biocommons.seqrepo import SeqRepo  # noqa: PLC0415 - it may not be installed

    repo = SeqRepo(str(folder / "instance"), writeable=True)
    for number in range(sequences):
        repo.aliases.store_alias(f"digest{number}", "VMC", f"GS_{number:032d}")
        repo.aliases.store_alias(f"digest{number}", "NCBI", name(number))
        for each in SPACES:
            repo.aliases.store_alias(f"digest{number}", each, f"{each}{number}")
    repo.commit()
    opened = SeqRepo(str(folder / "instance"))
    numbers = random.Random(7).sample(range(sequences), 2 * asked)
    first = [name(number) for number in numbers[:asked]]
    other = [name(number) for number in numbers[asked:]]
    one = per_second(
        lambda: [opened.translate_alias(each, "NCBI", ["sha512t24u"]) for each in first], asked
    )
    every = per_second(lambda: [opened.translate_alias(each, "NCBI") for each in other], asked)
    return one, every


def our_rows(folder: Path, sequences: int, asked: int) -> list[Row]:
    """What Holdfast does, by name."""
    fasta, table = write_made(folder, sequences)
    names = [name(number) for number in random.Random(7).sample(range(sequences), asked)]
    full = [f"refseq:{each}" for each in names]
    rows = []
    with SequenceStore.create(folder / "store") as store:
        store.load(fasta, "refseq")

        def rate(what: str, work: Callable[[], object], count: int) -> None:
            rows.append(Row(f"holdfast, {what}", per_second(work, count), "/s"))

        rate("aliases loaded from a table", lambda: store.load_aliases(table), 3 * sequences)
        rate("alias to digest, one by one", lambda: [store.resolve(each) for each in full], asked)
        rate("bare alias to digest", lambda: [store.resolve(each) for each in names], asked)
        rate("alias to digest, all at once", lambda: store.resolve_all(full), asked)
        rate("alias to all aliases", lambda: [store.aliases(each) for each in full], asked)
        rate("alias to all aliases, all at once", lambda: store.aliases_all(full), asked)
        some = names[: asked // 10]
        rate(
            "searches by the beginning",
            lambda: [store.search(each[:11], prefix=True, limit=20) for each in some],
            len(some),
        )
        with (folder / "out.tsv").open("wb") as file:
            rate(
                "aliases written out",
                lambda: write_table(file, store.alias_blocks()),
                4 * sequences,
            )
        rate("aliases taken into the words", lambda: store.search("made"), 4 * sequences)
    bound = bound_rate(folder, sequences, names)
    rows.insert(0, Row("a bare SQLite table (bound)", bound, "/s"))
    return rows


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", help="not used: the sequences are made")
    parser.add_argument("--aliases", type=int, default=400_000)
    parser.add_argument("--asked", type=int, default=10_000)
    parser.add_argument("--peer-aliases", type=int, default=100_000)
    parser.add_argument("--no-peer", action="store_true", help="leave out biocommons.seqrepo")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        rows = our_rows(folder, asked.aliases // 4, asked.asked)
        if not asked.no_peer:
            ours = {row.name: row.value for row in rows}
            one, every = peer_rates(folder, asked.peer_aliases // 5, asked.asked // 2)
            single = ours["holdfast, alias to digest, one by one"] / one
            many = ours["holdfast, alias to all aliases"] / every
            ratio = "holdfast is {:.1f} x as fast".format
            rows.append(Row("biocommons.seqrepo, alias to digest", one, "/s", ratio(single)))
            rows.append(Row("biocommons.seqrepo, alias to all aliases", every, "/s", ratio(many)))
    show(f"Aliases, {asked.aliases:,} of {asked.aliases // 4:,} sequences", rows, asked.json)


if __name__ == "__main__":
    sys.exit(main())
