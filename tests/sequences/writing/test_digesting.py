"""Blocks are digested beside the coming work, and come out in their order."""

import hashlib
import io
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
from holdfast.sequences.storage.hashing import LARGE
from holdfast.sequences.writing import loading
from holdfast.sequences.writing.digesting import Digested, Digester, digests_of

BLOCKS = [Joined.of([b"MKV" * nth, b"", b"ACGT", b"A" * (nth * 7 % 90)]) for nth in range(1, 12)]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


def expected(residues: Joined) -> Digested:
    rows = [
        (
            hashlib.sha512(each).digest()[:24],
            hashlib.md5(each).digest(),
            hashlib.sha1(each).digest(),
        )
        for each in residues
    ]
    return Digested(*(b"".join(column) for column in zip(*rows, strict=True)))


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=20), st.data())
def test_a_blocks_digests_are_those_of_each_sequence(
    residues: list[bytes], data: st.DataObject
) -> None:
    with ThreadPoolExecutor(1) as pool:
        found = digests_of(residues, pool)
    assert found == expected(Joined.of(residues))
    assert found.raw() == [hashlib.sha512(each).digest()[:24] for each in residues]
    once, which = found.once()
    assert [residues[place] for place in once] == list(dict.fromkeys(residues))
    assert [residues[once[nth]] for nth in which] == residues
    some = data.draw(st.lists(st.sampled_from(range(len(residues))), min_size=1))
    assert found.part(some) == expected(Joined.of([residues[place] for place in some]))


def test_a_long_sequence_among_short_ones_has_its_digests(pool: ThreadPoolExecutor) -> None:
    block = Joined.of([b"MKV", b"A" * (LARGE + 1), b"", b"ACGT"])
    assert digests_of(block, pool) == expected(block)


@pytest.mark.parametrize("threads", [1, 2])
def test_blocks_come_out_in_their_order(pool: ThreadPoolExecutor, threads: int) -> None:
    digester = Digester(pool, threads)
    for block in BLOCKS:
        digester.put(block)
    assert len(digester) == len(BLOCKS)
    assert digester.ready()
    for block in BLOCKS:
        assert digester.take() == expected(block)
    assert not digester.ready()
    digester.close()


def test_what_is_under_way_is_forgotten_at_the_end(pool: ThreadPoolExecutor) -> None:
    digester = Digester(pool, 2)
    for block in BLOCKS:
        digester.put(block)
    digester.close()
    assert not digester


def fasta(names: range, *more: str) -> bytes:
    lines = [f">p{nth}\n{'MKV' * (nth % 50 + 1)}{'L' * (nth % 7)}\n" for nth in names]
    return "".join([*lines, *more]).encode()


@pytest.mark.parametrize("block", [256, 4000])
def test_a_store_is_the_same_with_one_thread_and_with_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(loading, "open_records", partial(loading.open_records, block=block))
    stored = []
    for threads in (1, 2):
        with SequenceStore.create(tmp_path / str(threads)) as store:
            with store.write() as batch:
                batch.digester = Digester(ThreadPoolExecutor(threads), threads)
                source = loading.Source(io.BytesIO(fasta(range(900))), "lab", "made")
                report = loading.load(batch, store, source)
                batch.commit()
            rows = store._room.index.rows(list(range(report.sequences_new)))
            stored.append((report, [rows[name].tobytes() for name in ("digest", "md5", "sha1")]))
    assert stored[0] == stored[1]
    assert stored[0][0].sequences_new < 900  # some are there twice, also within a block


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
