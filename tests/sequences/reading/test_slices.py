"""Batches of slices are exactly what as many fetches would give."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.digests import Digest, Digests
from holdfast.errors import AliasNotFound, SequenceNotFound, StoreDamaged, UsageError
from holdfast.sequences import Alias, SequenceStore, Slices
from holdfast.sequences.reading import slices as module
from holdfast.sequences.reading.slices import SliceReader, gather_bases, write_runs
from holdfast.sequences.storage.codecs import TWO_BITS, ZSTD, BlocksRecord, TwoBitsRecord, two_bits
from holdfast.sequences.storage.packs import MAGIC, Packs, pack_path
from holdfast.sequences.storage.schema import ROW


@pytest.fixture(params=[1, 7, 1 << 16], autouse=True)
def _together(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs with next to no working room, with little, and with what is usual."""
    monkeypatch.setattr(module, "TOGETHER", request.param)
    if request.param != 1 << 16:
        monkeypatch.setattr(module, "LONG", 20)
        monkeypatch.setattr(module, "FEW", 2)


def gathered(text: str, starts: list[int], ends: list[int]) -> list[str]:
    """Slices of a two-bit record of `text`, through the array functions alone."""
    record = TwoBitsRecord(memoryview(two_bits(text.encode(), 1 << 25)), len(text))
    first, last = np.array(starts, np.int64), np.array(ends, np.int64)
    offsets = np.concatenate([[0], np.cumsum(last - first)]).astype(np.int64)
    out = np.full(offsets[-1], ord("?"), np.uint8)
    packed = np.frombuffer(two_bits(text.encode(), 1 << 25), np.uint8)
    gather_bases(packed, first, last - first, offsets[:-1], out)
    write_runs(record, first, last, offsets[:-1], out)
    return Slices(out, offsets).texts()


@st.composite
def batches(draw: st.DrawFn) -> tuple[str, list[int], list[int]]:
    pieces = st.one_of(
        st.text("ACGT", max_size=30),
        st.builds(str.__mul__, st.sampled_from("NRY"), st.integers(0, 40)),
    )
    text = "".join(draw(st.lists(pieces, min_size=1, max_size=8)))
    bounds = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    rows = draw(st.lists(bounds, max_size=12))
    return text, [row[0] for row in rows], [row[1] for row in rows]


@given(batches())
def test_bases_are_gathered_as_the_text_has_them(batch: tuple[str, list[int], list[int]]) -> None:
    text, starts, ends = batch
    assert gathered(text, starts, ends) == [
        text[start:end] for start, end in zip(starts, ends, strict=True)
    ]


TEXTS = {
    "plain": "ACGTTGCA" * 40,
    "gaps": "N" * 30 + "ACGTTGCAR" * 30 + "N" * 50 + "ACG" + "N" * 7,
    "one": "A",
    "protein": "MKVLAWYPQ" * 30,
    "blocks": "MKVLAWYPQRSTE" * 11_000,
}


@pytest.fixture
def filled(store: SequenceStore) -> SequenceStore:
    """A store with sequences of every encoding, in three packs."""
    for names in (("plain", "gaps"), ("one", "protein"), ("blocks",)):
        with store.write() as batch:
            for name in names:
                batch.add(TEXTS[name], [Alias("lab", name)])
            batch.commit()
    return store


def test_slices_of_many_sequences_come_in_the_order_asked_for(filled: SequenceStore) -> None:
    rng = np.random.default_rng(5)
    names = [list(TEXTS)[place] for place in rng.integers(0, len(TEXTS), 400)]
    starts = [int(rng.integers(0, len(TEXTS[name]) + 1)) for name in names]
    ends = [int(rng.integers(start, start + 60)) for start in starts]
    found = filled.slices([f"lab:{name}" for name in names], starts, ends)
    expected = [
        TEXTS[name][start:end] for name, start, end in zip(names, starts, ends, strict=True)
    ]
    assert found.texts() == expected
    assert found.texts() == [
        filled.fetch(f"lab:{name}", start, end)
        for name, start, end in zip(names, starts, ends, strict=True)
    ]


def test_long_slices_stand_among_short_ones(filled: SequenceStore) -> None:
    whole = len(TEXTS["blocks"])
    starts, ends = [5, 0, 65_530, 70_000, 0], [10, whole, 65_545, 140_000, whole + 5]
    found = filled.slices("lab:blocks", starts, ends)
    text = TEXTS["blocks"]
    assert list(found) == [text[a:b] for a, b in zip(starts, ends, strict=True)]
    whole = len(TEXTS["gaps"])
    found = filled.slices("lab:gaps", [3, 0, 29, whole], [4, whole, 31, whole])
    assert list(found) == [TEXTS["gaps"][3:4], TEXTS["gaps"], "NA", ""]


def test_each_block_is_decoded_once_for_the_slices_that_begin_in_it(
    filled: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = BlocksRecord.residues

    def watched(self: BlocksRecord, start: int, end: int) -> bytes:
        asked.append((start, end))
        return real(self, start, end)

    monkeypatch.setattr(BlocksRecord, "residues", watched)
    starts = np.tile([3, 70_000, 66_000, 10], 50)
    filled.slices("lab:blocks", starts, starts + 20)
    assert sorted(asked) == [(0, 30), (65_536, 70_020)]


def test_many_short_compressed_sequences_are_decoded_together(store: SequenceStore) -> None:
    rng = np.random.default_rng(2)
    letters = np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", np.uint8)
    texts = [letters[rng.integers(0, 20, size)].tobytes() for size in rng.integers(1, 300, 600)]
    for half in (texts[:250], texts[250:]):  # two packs; one has a trained dictionary, one may not
        with store.write() as batch:
            digests = [batch.add(text) for text in half]
            batch.commit()
        assert digests
    table = [store.resolve(str(Digests.of(text).ga4gh)) for text in texts]
    codes = rng.integers(0, 600, 3000)
    starts = np.array([rng.integers(0, len(texts[code]) + 1) for code in codes])
    found = store.slices(codes, starts, starts + 40, table=table)
    expected = [
        texts[code][start : start + 40].decode()
        for code, start in zip(codes.tolist(), starts.tolist(), strict=True)
    ]
    assert found.texts() == expected


def test_a_compressed_sequence_that_was_changed_is_said_to_be(
    store: SequenceStore, tmp_path: Path
) -> None:
    with store.write() as batch:
        digest = batch.add(TEXTS["protein"])
        batch.commit()
    store.close()
    (path,) = tmp_path.glob("store/packs/*/*.pack")
    path.chmod(0o644)
    path.write_bytes(MAGIC + b"no zstd frame at all, whatever the size is said to be")
    with SequenceStore.open(tmp_path / "store") as again, pytest.raises(StoreDamaged):
        again.slices(digest, [0], [5])


@pytest.mark.parametrize(
    "changes",
    [
        {"offset": 1 << 20},
        {"length": 10_000},
        {"encoding": ZSTD, "length": 1 << 40},
        {"encoding": ZSTD, "length": 40},
    ],
)
def test_a_row_that_does_not_fit_its_pack_is_damage(
    tmp_path: Path, changes: dict[str, int]
) -> None:
    row = np.zeros(1, ROW)
    for column, value in {
        "pack": 1,
        "offset": len(MAGIC),
        "encoding": TWO_BITS,
        "length": 40,
        "size": 10,
        **changes,
    }.items():
        row[column] = value
    path = pack_path(tmp_path, "cd" * 32)
    path.parent.mkdir()
    path.write_bytes(MAGIC + b"0123456789")
    reader = SliceReader(Packs(tmp_path), index_of("cd" * 32), row, lambda _: pytest.fail("none"))
    with pytest.raises(StoreDamaged):
        reader.read(np.zeros(1, np.int64), np.array([0]), np.array([4]))


def test_names_may_be_one_or_many_or_places_in_a_table(filled: SequenceStore) -> None:
    digest = filled.resolve("lab:plain")
    text = TEXTS["plain"]
    starts, ends = np.array([1, 9]), np.array([5, 12], np.uint32)
    expected = [text[1:5], text[9:12]]
    assert filled.slices(digest, starts, ends).texts() == expected
    assert filled.slices(str(digest), starts, ends).texts() == expected
    assert filled.slices([digest, "plain"], starts, ends).texts() == expected
    assert filled.slices(np.array(["plain", "lab:plain"]), starts, ends).texts() == expected
    either: list[str | Digest] = ["plain", digest]
    assert filled.slices(iter(either), starts, ends).texts() == expected
    table: list[str | Digest] = [
        "lab:nobody",
        "lab:plain",
        digest,
    ]  # what is not used need not be there
    assert filled.slices([1, 2], starts, ends, table=table).texts() == expected
    assert filled.slices(np.array([2, 1], np.int8), starts, ends, table=table).texts() == expected


def test_an_empty_batch_has_an_empty_answer(filled: SequenceStore) -> None:
    found = filled.slices([], [], [])
    assert len(found) == 0
    assert found.texts() == []
    assert found.as_matrix().shape == (0, 0)
    assert len(filled.slices("lab:plain", [], [])) == 0


def test_a_slice_is_cut_to_its_sequence_as_a_fetch_cuts_it(filled: SequenceStore) -> None:
    for start, end in ((0, 10**9), (5, 2**62), (319, 320), (320, 320), (400, 500), (400, 350)):
        assert filled.slices("lab:plain", [start], [end])[0] == filled.fetch(
            "lab:plain", start, end
        )


@pytest.mark.parametrize(
    ("starts", "ends", "row"),
    [
        ([0, -1, -2], [1, 1, 1], "row 1: -1-1"),
        ([0, 5], [1, 4], "row 1: 5-4"),
        ([3], [-1], "row 0: 3--1"),
        ([0, 0, 330, 330], [1, 1, 340, 10], "row 3: 330-10"),
    ],
)
def test_the_first_row_that_is_no_slice_is_said(
    filled: SequenceStore, starts: list[int], ends: list[int], row: str
) -> None:
    with pytest.raises(UsageError, match=row):
        filled.slices("lab:plain", starts, ends)


@pytest.mark.parametrize(
    ("names", "starts", "ends", "table", "said"),
    [
        ("lab:plain", [0, 1], [1], None, "2 starts and 1 ends"),
        ("lab:plain", [[0]], [[1]], None, "one column"),
        ("lab:plain", [[0], [1, 2]], [1, 2], None, "one column"),
        ("lab:plain", [0.5], [1.0], None, "whole numbers"),
        ("lab:plain", ["a"], ["b"], None, "whole numbers"),
        ("lab:plain", np.array([2**63], np.uint64), [1], None, "too large"),
        (["lab:plain"], [0, 1], [1, 2], None, "1 names for 2 slices"),
        ([7], [0], [1], None, "numbers need a table"),
        ([b"SQ"], [0], [1], None, "numbers need a table"),
        ([["SQ"]], [0], [1], None, "numbers need a table"),
        ([0, 3], [0, 0], [1, 1], ["lab:plain"], "row 1: 3 is no place in a table of 1 names"),
        ([-1], [0], [1], ["lab:plain"], "row 0: -1 is no place"),
        ([0], [0, 0], [1, 1], ["lab:plain"], "1 names for 2 slices"),
        (["plain"], [0], [1], ["lab:plain"], "codes of names"),
    ],
)
def test_a_batch_that_makes_no_sense_is_a_sentence(
    filled: SequenceStore, names: Any, starts: Any, ends: Any, table: Any, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        filled.slices(names, starts, ends, table=table)


def test_an_unknown_name_is_said(filled: SequenceStore) -> None:
    with pytest.raises(AliasNotFound, match="nobody"):
        filled.slices(["lab:plain", "lab:nobody"], [0, 0], [1, 1])
    with pytest.raises(SequenceNotFound):
        filled.slices([Digest(bytes(24))], [0], [1])


def test_a_snapshot_has_slices_of_its_time(filled: SequenceStore) -> None:
    filled.snapshot("then")
    with filled.write() as batch:
        new = batch.add("ACGTA")
        batch.alias(Alias("lab", "plain"), new, reassign=True)
        batch.commit()
    assert filled.slices("lab:plain", [0], [8])[0] == "ACGTA"
    assert filled.at("then").slices("lab:plain", [0], [8])[0] == "ACGTTGCA"
    with pytest.raises(SequenceNotFound):
        filled.at("then").slices(new, [0], [1])


def test_an_answer_is_texts_arrow_and_a_matrix(filled: SequenceStore) -> None:
    found = filled.slices("lab:plain", [0, 4, 7], [4, 7, 7])
    assert found.residues.tobytes() == b"ACGTTGC"
    assert found.offsets.tolist() == [0, 4, 7, 7]
    assert found.lengths.tolist() == [4, 3, 0]
    assert found[1] == "TGC"
    assert found[-1] == ""
    assert found[::2] == ["ACGT", ""]
    with pytest.raises(IndexError):
        found[3]
    arrow = found.to_arrow()
    assert arrow.type == pa.large_string()
    assert arrow.to_pylist() == ["ACGT", "TGC", ""]
    arrow.validate(full=True)
    matrix = found.as_matrix(5, "-")
    assert [bytes(row) for row in matrix] == [b"ACGT-", b"TGC--", b"-----"]
    assert found.as_matrix().shape == (3, 4)
    assert filled.slices("lab:plain", [0, 4], [4, 8]).as_matrix().tolist() == [
        list(b"ACGT"),
        list(b"TGCA"),
    ]


def test_a_matrix_that_cannot_hold_the_slices_is_refused(filled: SequenceStore) -> None:
    found = filled.slices("lab:plain", [0], [4])
    with pytest.raises(UsageError, match="do not fit 3 columns"):
        found.as_matrix(3)
    with pytest.raises(UsageError, match="cannot fill"):
        found.as_matrix(5, "é")
    with pytest.raises(UsageError, match="cannot fill"):
        found.as_matrix(5, "NN")


def test_an_answer_cannot_be_written_to(filled: SequenceStore) -> None:
    found = filled.slices("lab:plain", [0], [4])
    for array in (found.residues, found.offsets, found.as_matrix()):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def index_of(sha256: str) -> Any:
    """What a reader asks of an index that knows one pack."""
    return SimpleNamespace(ask=lambda *_: [(1, sha256)])


def sparse_pack(folder: Path, length: int) -> tuple[str, int]:
    """A pack of `length` bases, all of them A but for a few at known places; mostly a hole."""
    sha256, offset = "ab" * 32, len(MAGIC) + 3
    path = pack_path(folder, sha256)
    path.parent.mkdir(parents=True)
    size = (length + 3) // 4
    with path.open("wb") as file:
        file.write(MAGIC)
        for at in (0, length // 2, length - 8):  # places of whole bytes
            file.seek(offset + at // 4)
            file.write(two_bits(b"ACGTTGCA", 1))
        file.seek(offset + size)
        file.write(np.array([length // 2 + 2], "<u8").tobytes())
        file.write(np.array([length - 6], "<u8").tobytes())
        file.write(b"N")
    return sha256, offset


def test_offsets_beyond_4_gib_are_exact(tmp_path: Path) -> None:
    length = 5 * 2**32 - 8  # 5 GiB of packed bases, in a file with holes
    sha256, offset = sparse_pack(tmp_path, length)
    row = np.zeros(1, ROW)
    row["pack"], row["offset"], row["encoding"] = 1, offset, TWO_BITS
    row["length"], row["size"] = length, (length + 3) // 4 + 17
    reader = SliceReader(Packs(tmp_path), index_of(sha256), row, lambda _: pytest.fail("none"))
    middle = length // 2
    starts = np.array([0, middle - 3, middle + 1, length - 10, length - 6, length], np.int64)
    ends = np.array([9, middle + 4, middle + 5, length, length - 1, length], np.int64)
    found = reader.read(np.zeros(6, np.int64), starts, ends)
    assert found.texts() == ["ACGTTGCAA", "AAAACNN", "CNNN", "NNNNGTTGCA", "GTTGC", ""]
