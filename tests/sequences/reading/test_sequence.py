"""A sequence behaves as the text of its residues; hypothesis looks for where it does not."""

import collections.abc
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.digests import Digests
from holdfast.errors import UsageError
from holdfast.formats.residues import reverse_complement
from holdfast.sequences import Alias, Sequence, SequenceStore
from holdfast.sequences.reading import sequence as module
from holdfast.sequences.reading.sequence import PlainRecord

TEXT = "ACGTTGCAAACCNNNNGT"
residues = st.text("ACGT", max_size=40)
places = st.none() | st.integers(-50, 50)


def sequence(text: str) -> Sequence:
    return Sequence(Digests.of(text.encode()).ga4gh, PlainRecord(text.encode()))


@pytest.fixture(params=[1, 3, 1 << 20], autouse=True)
def _pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs with pieces of one residue, of three, and with one piece."""
    monkeypatch.setattr(module, "PIECE", request.param)


@pytest.fixture(params=["2 bits", "zstd", "blocks"])
def stored(request: pytest.FixtureRequest, store: SequenceStore) -> tuple[Sequence, str]:
    """A sequence of a store and its text, in each encoding."""
    text = {
        "2 bits": TEXT * 30,
        "zstd": "MKVLAW" * 30,
        "blocks": "MKVLAWWW" * 9000,
    }[request.param]
    with store.write() as batch:
        batch.add(text, [Alias("lab", "it")])
        batch.commit()
    return store["lab:it"], text


def test_it_is_a_sequence_in_pythons_sense() -> None:
    assert isinstance(sequence(TEXT), collections.abc.Sequence)


@given(residues, st.slices(40))
def test_a_slice_is_that_of_the_text(text: str, key: slice) -> None:
    assert sequence(text)[key] == text[key]


@given(residues, st.integers(-50, 50))
def test_a_place_is_that_of_the_text(text: str, place: int) -> None:
    if -len(text) <= place < len(text):
        assert sequence(text)[place] == text[place]
    else:
        with pytest.raises(IndexError):
            sequence(text)[place]


@given(residues, residues | st.text(max_size=3), st.integers(-50, 50), places)
def test_finding_and_counting_are_those_of_the_text(
    text: str, sought: str, start: int, end: int | None
) -> None:
    it = sequence(text)
    assert it.find(sought, start, end) == text.find(sought, start, end)
    assert it.count(sought, start, end) == text.count(sought, start, end)
    assert (sought in it) == (sought in text)
    if sought in text:
        assert it.index(sought) == text.index(sought)
    else:
        with pytest.raises(ValueError, match="is not in"):
            it.index(sought)


@given(st.text("AC", max_size=60), st.text("AC", min_size=1, max_size=4))
def test_repeats_are_counted_without_overlaps(text: str, sought: str) -> None:
    assert sequence(text).count(sought) == text.count(sought)


def test_every_encoding_gives_the_same_text(stored: tuple[Sequence, str]) -> None:
    it, text = stored
    assert str(it) == text
    assert len(it) == len(text)
    assert bytes(it) == text.encode()
    assert it[5:-5:7] == text[5:-5:7]
    assert it[::-1] == text[::-1]
    assert it[-1] == text[-1]
    assert it.find(text[-20:]) == text.find(text[-20:])


def test_iteration_goes_through_all_residues_and_back() -> None:
    assert list(sequence(TEXT)) == list(TEXT)
    assert list(reversed(sequence(TEXT))) == list(reversed(TEXT))
    assert list(sequence("")) == []


def test_a_key_of_numpy_is_a_place_and_other_keys_are_refused() -> None:
    assert sequence(TEXT)[np.int64(3)] == TEXT[3]
    with pytest.raises(TypeError):
        sequence(TEXT)["3"]  # type: ignore[call-overload]  # that is the mistake
    with pytest.raises(TypeError):
        sequence(TEXT)[1.0]  # type: ignore[call-overload]  # that is the mistake


def test_only_what_is_asked_for_is_read() -> None:
    asked: list[tuple[int, int]] = []

    class Watched(PlainRecord):
        __slots__ = ()

        def text(self, start: int, end: int) -> str:
            asked.append((start, end))
            return super().text(start, end)

    it = Sequence(Digests.of(b"A").ga4gh, Watched(b"ACGT" * 1000))
    assert (it[10:20:3], it[20:10:-3], it[7], it[5:5]) == ("GCAT", "ACGT", "T", "")
    assert asked == [(10, 20), (11, 21), (7, 8)]


def test_it_is_equal_to_its_text_and_to_itself_and_hashes_so() -> None:
    it = sequence(TEXT)
    assert it == TEXT
    assert it == sequence(TEXT)
    assert it != TEXT + "A"
    assert it != sequence(TEXT + "A")
    assert it != 5
    assert {it, TEXT, sequence(TEXT)} == {TEXT}
    assert it
    assert not sequence("")


def test_residues_are_seen_as_an_array_that_cannot_be_written() -> None:
    it = sequence(TEXT)
    codes = it.as_array()
    assert codes.dtype == np.uint8
    assert codes.tobytes() == TEXT.encode()
    assert not codes.flags.writeable
    assert it.as_array(2, 6).tobytes() == TEXT[2:6].encode()
    assert it.as_array(-3).tobytes() == TEXT[-3:].encode()
    assert it.as_array(9, 3).tobytes() == b""
    assert np.asarray(it).dtype == np.uint8
    assert np.array(it, np.int32).tolist() == list(TEXT.encode())
    assert "".join(np.asarray(it, "U1")) == TEXT
    assert np.asarray(it, "S1").tobytes() == TEXT.encode()
    copied = np.array(it)
    copied[0] = 0
    assert str(it) == TEXT


def test_pickled_it_needs_no_store(store: SequenceStore) -> None:
    with store.write() as batch:
        digest = batch.add(TEXT)
        batch.commit()
    it = store[digest]
    again = pickle.loads(pickle.dumps(it))
    store.close()
    assert again == it
    assert str(again) == TEXT
    assert again.digest == digest
    assert pickle.loads(pickle.dumps(again))[3:5] == TEXT[3:5]


def test_the_other_strand_is_read_from_its_own_beginning() -> None:
    assert sequence("ACGTN").reverse_complement() == "NACGT"
    assert sequence("ACGTN").reverse_complement(1, 3) == "CG"
    assert sequence("ACGTN").reverse_complement(3, 1) == ""
    assert sequence("ACGU").reverse_complement() == "ACGT"


def test_what_is_no_nucleotide_has_no_other_strand() -> None:
    with pytest.raises(UsageError, match="'L' is no nucleotide"):
        sequence("MKVL").reverse_complement()


@given(st.text("ACGTRYKMSWBVDHNX"))
def test_the_other_strand_of_the_other_strand_is_the_first(text: str) -> None:
    assert reverse_complement(reverse_complement(text.encode())) == text.encode()


def test_it_says_what_it_is_without_showing_its_residues() -> None:
    shown = repr(sequence(TEXT * 1000))
    assert shown.startswith("<Sequence SQ.")
    assert "18000 residues" in shown


def test_a_closed_store_leaves_open_sequences_readable(tmp_path: Path) -> None:
    with SequenceStore.create(tmp_path / "s") as store:
        with store.write() as batch:
            digest = batch.add(TEXT)
            batch.commit()
        it = store[digest]
    assert it[2:9] == TEXT[2:9]


@pytest.mark.parametrize("length", [131_069, 131_072, 131_073, 262_150, 300_001])
def test_long_slices_are_unpacked_exactly_from_any_place(store: SequenceStore, length: int) -> None:
    bases = np.frombuffer(b"ACGT", np.uint8)[np.random.default_rng(3).integers(0, 4, length)]
    bases[[0, 5, length // 2, -1]] = ord("R")
    bases[1000:90_000] = ord("N")
    text = bases.tobytes().decode()
    with store.write() as batch:
        it = batch.add(text)
        batch.commit()
    for start, end in (
        (0, length),
        (1, length),
        (2, length - 1),
        (3, length - 3),
        (89_999, length),
    ):
        assert store[it][start:end] == text[start:end]
        assert store[it].as_array(start, end).tobytes() == text[start:end].encode()
        assert store.residues(it, start, end) == text[start:end].encode()
        assert store.slices(it, [start], [end])[0] == text[start:end]
