"""Blocks are digested here or in another process, and the digests are the same."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import AliasConflict, FormatError
from holdfast.formats.residues import Joined
from holdfast.sequences import SequenceStore
from holdfast.sequences.writing import digest_worker, digesting, loading
from holdfast.sequences.writing.digesting import Digested, Digester

BLOCKS = [Joined.of([b"MKV" * nth, b"", b"ACGT", b"A" * (nth * 7 % 90)]) for nth in range(1, 12)]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


@pytest.fixture
def helped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process is wanted from the first residue on."""
    monkeypatch.setattr(digesting, "AFTER", 0)


def expected(residues: Joined) -> list[tuple[bytes, bytes, bytes]]:
    return [
        (
            hashlib.sha512(each).digest()[:24],
            hashlib.md5(each).digest(),
            hashlib.sha1(each).digest(),
        )
        for each in residues
    ]


def found(digested: Digested) -> list[tuple[bytes, bytes, bytes]]:
    assert digested.others is not None
    md5, sha1 = digested.others
    return [
        (each, md5[16 * nth : 16 * nth + 16], sha1[20 * nth : 20 * nth + 20])
        for nth, each in enumerate(digested.sha512)
    ]


def worker_of(digester: Digester) -> subprocess.Popen[bytes]:
    """The other process, once it has answered."""
    assert digester._worker is not None
    assert digester._worker._process is not None
    return digester._worker._process


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_the_answer_holds_the_digests_of_all_sequences(residues: list[bytes]) -> None:
    joined = Joined.of(residues)
    counts = digest_worker.COUNTS.pack(len(joined), len(joined.whole))
    question = counts + joined.lengths.astype("<u8").tobytes() + joined.whole
    answers = io.BytesIO()
    digest_worker.serve(io.BytesIO(question * 2 + question[:-1]), answers)
    columns = zip(*expected(joined), strict=True) if residues else ()
    once = b"".join(b"".join(column) for column in columns)
    # The last question is not whole, and not answered.
    assert answers.getvalue() == once * 2


@pytest.mark.usefixtures("helped")
def test_blocks_come_out_in_their_order_whoever_digests_them(pool: ThreadPoolExecutor) -> None:
    digester = Digester(pool, 2)
    for block in BLOCKS:  # more than the other process takes, so that some are done here
        digester.put(block)
    assert len(digester) == len(BLOCKS)
    taken = [digester.take() for _ in BLOCKS]
    here = [each for each in taken if each.others is None]
    assert 0 < len(here) < len(taken)
    for block, digested in zip(BLOCKS, taken, strict=True):
        assert list(digested.sha512) == [each for each, _, _ in expected(block)]
        if digested.others is not None:
            assert found(digested) == expected(block)
    process = worker_of(digester)
    digester.close()
    assert process.returncode == 0


@pytest.mark.usefixtures("helped")
def test_one_processor_wants_no_other_process(pool: ThreadPoolExecutor) -> None:
    digester = Digester(pool, 1)
    digester.put(BLOCKS[0])
    assert digester._worker is None
    assert digester.ready()
    digester.close()


def test_a_small_file_wants_no_other_process(pool: ThreadPoolExecutor) -> None:
    digester = Digester(pool, 2)
    for block in BLOCKS:
        digester.put(block)
    assert digester._worker is None
    digester.close()


@pytest.mark.usefixtures("helped")
def test_what_a_killed_process_had_is_digested_here(pool: ThreadPoolExecutor) -> None:
    digester = Digester(pool, 2)
    digester.put(BLOCKS[0])
    digester.take()
    worker_of(digester).kill()
    for block in BLOCKS[1:4]:
        digester.put(block)
        digested = digester.take()
        assert list(digested.sha512) == [each for each, _, _ in expected(block)]
    digester.close()
    assert worker_of(digester).returncode == -signal.SIGKILL


@pytest.mark.usefixtures("helped")
@pytest.mark.parametrize(
    "program",
    [
        "import sys; sys.exit(3)",
        "import sys; sys.stdin.buffer.read(5); sys.stdout.buffer.write(b'x' * 70)",
        None,
    ],
)
def test_a_process_that_cannot_answer_is_done_without(
    pool: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    program: str | None,
) -> None:
    if program is None:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    else:
        (tmp_path / "other.py").write_text(program)
        monkeypatch.setattr(digesting, "WORKER", tmp_path / "other.py")
    digester = Digester(pool, 2)
    digester.put(BLOCKS[0])
    assert found(digester.take()) == expected(BLOCKS[0])
    digester.put(BLOCKS[1])
    assert found(digester.take()) == expected(BLOCKS[1])
    digester.close()


@pytest.mark.usefixtures("helped")
def test_an_interrupt_of_the_terminal_is_for_the_one_who_asks(pool: ThreadPoolExecutor) -> None:
    digester = Digester(pool, 2)
    digester.put(BLOCKS[0])
    digester.take()
    worker_of(digester).send_signal(signal.SIGINT)
    digester.put(BLOCKS[1])
    assert found(digester.take()) == expected(BLOCKS[1])
    assert worker_of(digester).poll() is None
    digester.close()


ASKS = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from holdfast.formats.residues import Joined
from holdfast.sequences.writing import digesting
digesting.AFTER = 0
digester = digesting.Digester(ThreadPoolExecutor(1), 2)
digester.put(Joined.of([b"ACGT"]))
digester.take()
print(digester._worker._process.pid, flush=True)
time.sleep(60)
"""


def test_the_other_process_ends_with_one_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ASKS], stdout=subprocess.PIPE) as asking:
        assert asking.stdout is not None
        worker = int(asking.stdout.readline())
        os.kill(worker, 0)
        asking.kill()
        asking.wait()
    until = time.monotonic() + 10
    while _lives(worker):
        assert time.monotonic() < until, "the other process stays"
        time.sleep(0.01)


def _lives(process: int) -> bool:
    """Whether a process runs; one that nobody waits for does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def fasta(names: range, *more: str) -> bytes:
    lines = [f">p{nth}\n{'MKV' * (nth % 50 + 1)}{'L' * (nth % 7)}\n" for nth in names]
    return "".join([*lines, *more]).encode()


@pytest.mark.usefixtures("helped")
@pytest.mark.parametrize("block", [256, 4000])
def test_a_store_is_the_same_whoever_digested_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(loading, "open_records", partial(loading.open_records, block=block))
    stored = []
    for threads in (1, 2):
        with SequenceStore.create(tmp_path / str(threads)) as store:
            with store.write() as batch:
                batch.digester._helped = threads > 1
                source = loading.Source(io.BytesIO(fasta(range(900))), "lab", "made")
                report = loading.load(batch, store, source)
                assert (batch.digester._worker is not None) == (threads > 1)
                batch.commit()
            rows = store._room.index.rows(list(range(report.sequences_new)))
            stored.append((report, [rows[name].tobytes() for name in ("digest", "md5", "sha1")]))
    assert stored[0] == stored[1]
    assert stored[0][0].sequences_new < 900  # some are there twice, also within a block


@pytest.mark.usefixtures("helped")
def test_what_is_wrong_first_is_said_although_a_later_line_is_read_already(
    store: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "open_records", partial(loading.open_records, block=64))
    store.load(io.BytesIO(b">p3\nACGT\n"), "lab")
    text = fasta(range(12), ">broken\nMK1V\n")
    with pytest.raises(AliasConflict, match="standard input:7: the alias lab:p3"):
        store.load(io.BytesIO(text), "lab")
    with pytest.raises(FormatError, match="'1' is not a residue"):
        store.load(io.BytesIO(text), "lab", reassign=True)
