"""
Readers of one chromosome, for the benchmarks of slices: Holdfast, its peers, and the bound.

Each makes its files from the same FASTA file in a folder, and opens them as a program would that
reads many slices: with file handles kept and nothing opened anew per slice.
"""

# ruff: noqa: PLC0415 - a peer may not be installed, and importing it is no part of reading

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Fetch = Callable[[int, int], str]
NAME = "chr1"


@dataclass(frozen=True, slots=True)
class Reader:
    """How a reader makes its files of ``made.fa`` in a folder, and how it opens them."""

    name: str
    make: Callable[[Path], object]
    open: Callable[[Path], Fetch]
    files: tuple[str, ...]  #: patterns of what is read, which may be put out of the page cache
    library: str = ""  #: what a peer needs installed


def make_holdfast(folder: Path) -> None:
    from holdfast.sequences import SequenceStore

    with SequenceStore.create(folder / "store") as store:
        store.load(folder / "made.fa", "made")
        (folder / "digest").write_text(str(store.resolve(f"made:{NAME}")))


def open_holdfast(folder: Path) -> Fetch:
    from holdfast.sequences import SequenceStore

    store, digest = SequenceStore.open(folder / "store"), (folder / "digest").read_text()
    fetch = store.fetch
    return lambda start, end: fetch(digest, start, end)


def open_holdfast_alias(folder: Path) -> Fetch:
    from holdfast.sequences import SequenceStore

    fetch, name = SequenceStore.open(folder / "store").fetch, f"made:{NAME}"
    return lambda start, end: fetch(name, start, end)


def make_bound(folder: Path) -> None:
    text = (folder / "made.fa").read_bytes().partition(b"\n")[2].replace(b"\n", b"")
    codes = np.zeros(256, np.uint8)
    codes[list(b"ACGT")] = range(4)
    quads = codes[np.frombuffer(text, np.uint8)].reshape(-1, 4)
    (quads << np.array([0, 2, 4, 6], np.uint8)).sum(1, dtype=np.uint8).tofile(folder / "bare")


def four_letters() -> npt.NDArray[np.uint32]:
    """Byte -> the four letters it packs."""
    letters = np.frombuffer(b"ACGT", np.uint8)
    codes = np.arange(256)[:, None] >> np.array([0, 2, 4, 6]) & 3
    return np.ascontiguousarray(letters[codes]).view(np.uint32).ravel()


def open_bound(folder: Path) -> Fetch:
    packed = np.memmap(folder / "bare", np.uint8, "r").view(np.ndarray)
    table = four_letters()

    def fetch(start: int, end: int) -> str:
        first = start >> 2
        text = table[packed[first : end + 3 >> 2]].tobytes()
        return text[start - 4 * first : end - 4 * first].decode()

    return fetch


def make_seqrepo(folder: Path) -> None:
    from biocommons.seqrepo import SeqRepo

    text = (folder / "made.fa").read_text().partition("\n")[2].replace("\n", "")
    repo = SeqRepo(str(folder / "seqrepo"), writeable=True)
    repo.store(text, [{"namespace": "made", "alias": NAME}])
    repo.commit()


def open_seqrepo(folder: Path) -> Fetch:
    from biocommons.seqrepo import SeqRepo

    repo = SeqRepo(str(folder / "seqrepo"), fd_cache_size=16)
    seq_id = repo.translate_alias(NAME, "made", ["sha512t24u"])[0].split(":")[1]
    fetch = repo.sequences.fetch
    return lambda start, end: fetch(seq_id, start, end)


def open_seqrepo_alias(folder: Path) -> Fetch:
    from biocommons.seqrepo import SeqRepo

    fetch = SeqRepo(str(folder / "seqrepo"), fd_cache_size=16).fetch
    return lambda start, end: fetch(NAME, start, end, "made")


def make_pysam(folder: Path) -> None:
    import pysam

    pysam.faidx(str(folder / "made.fa"))


def open_pysam(folder: Path) -> Fetch:
    import pysam

    fetch = pysam.FastaFile(str(folder / "made.fa")).fetch
    return lambda start, end: fetch(NAME, start, end)


def make_pyfaidx(folder: Path) -> None:
    import pyfaidx

    os.link(folder / "made.fa", folder / "pyfaidx.fa")
    pyfaidx.Faidx(str(folder / "pyfaidx.fa"))


def open_pyfaidx(folder: Path) -> Fetch:
    import pyfaidx

    record = pyfaidx.Fasta(str(folder / "pyfaidx.fa"), as_raw=True)[NAME]
    return lambda start, end: record[start:end]


def make_py2bit(folder: Path) -> None:
    from holdfast.cli.main import main

    os.environ["HOLDFAST_HOME"] = str(folder)  # whose store Holdfast's reader has made
    asked = ["seq", "export", "made.fa", "--format", "2bit", "--output", str(folder / "made.2bit")]
    if main(asked):
        raise RuntimeError("the 2bit file could not be written")


def open_py2bit(folder: Path) -> Fetch:
    import py2bit

    fetch = py2bit.open(str(folder / "made.2bit")).sequence
    return lambda start, end: fetch(NAME, start, end)


def make_gtars(folder: Path) -> None:
    from gtars.refget import RefgetStore

    store = RefgetStore.on_disk(str(folder / "gtars"))
    store.set_quiet(True)
    store.add_sequence_collection_from_fasta(str(folder / "made.fa"))


def open_gtars(folder: Path) -> Fetch:
    from gtars.refget import RefgetStore

    store = RefgetStore.open_local(str(folder / "gtars"))
    digest = (folder / "digest").read_text().removeprefix("SQ.")
    store.load_sequence(digest)  # as its manual says for who reads many slices
    fetch = store.get_substring
    return lambda start, end: fetch(digest, start, end)


HOLDFAST = Reader("holdfast, by digest", make_holdfast, open_holdfast, ("store/**/*",))
BOUND = Reader("memory-map decode with NumPy (bound)", make_bound, open_bound, ("bare",))
READERS = (
    BOUND,
    HOLDFAST,
    Reader("holdfast, by alias", lambda _: None, open_holdfast_alias, ("store/**/*",)),
    Reader(
        "biocommons.seqrepo, by digest",
        make_seqrepo,
        open_seqrepo,
        ("seqrepo/**/*",),
        "biocommons.seqrepo",
    ),
    Reader(
        "biocommons.seqrepo, by alias",
        lambda _: None,
        open_seqrepo_alias,
        ("seqrepo/**/*",),
        "biocommons.seqrepo",
    ),
    Reader("pysam.FastaFile", make_pysam, open_pysam, ("made.fa*",), "pysam"),
    Reader("pyfaidx", make_pyfaidx, open_pyfaidx, ("pyfaidx.fa*",), "pyfaidx"),
    Reader("py2bit", make_py2bit, open_py2bit, ("made.2bit",), "py2bit"),
    Reader("gtars RefgetStore", make_gtars, open_gtars, ("gtars/**/*",), "gtars.refget"),
)
