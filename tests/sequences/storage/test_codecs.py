import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import StoreDamaged
from holdfast.formats.residues import letter_set
from holdfast.sequences.storage import codecs
from holdfast.sequences.storage.codecs import Encoding

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Nucleotides with runs of other letters, as genomes have them.
WITH_RUNS = st.lists(
    st.one_of(
        st.text("ACGT", max_size=60),
        st.builds(
            lambda letter, count: letter * count, st.sampled_from("NRYKM"), st.integers(1, 90)
        ),
    ),
    max_size=8,
).map("".join)


def opened(residues: str, dictionary: zstandard.ZstdCompressionDict | None = None) -> codecs.Record:
    """`residues`, encoded as the store chooses to and open for reading."""
    raw = residues.encode()
    known = (1, dictionary) if dictionary else None
    encoded = codecs.encode([raw], [letter_set(raw)], known, 2)
    assert encoded.sizes == [len(encoded.content)]
    used = dictionary if encoded.dictionaries == [1] else None
    return codecs.open_record(encoded.encodings[0], memoryview(encoded.content), len(raw), used)


@given(st.one_of(WITH_RUNS, st.text(LETTERS), st.text("ACGT")), st.data())
def test_what_is_encoded_is_decoded(residues: str, data: st.DataObject) -> None:
    if not residues:
        return
    record = opened(residues)
    start = data.draw(st.integers(0, len(residues)))
    end = data.draw(st.integers(start, len(residues)))
    assert record.text(start, end) == residues[start:end]
    assert record.residues(start, end) == residues[start:end].encode()
    assert record.text(0, len(residues)) == residues


@given(st.lists(st.text(LETTERS, min_size=1), min_size=1), st.integers(0, 2))
def test_two_bits_hold_any_letters_in_any_pieces(pieces: list[str], seed: int) -> None:
    encoder = codecs.TwoBitsEncoder()
    record = b"".join(encoder.update(piece.encode()) for piece in pieces) + encoder.finish()
    whole = "".join(pieces)
    opened_ = codecs.TwoBitsRecord(memoryview(record), len(whole))
    assert opened_.residues(0, len(whole)) == whole.encode()
    assert opened_.text(seed, len(whole)) == whole[seed:]


def test_a_long_slice_is_the_same_as_many_short_ones() -> None:
    rng = np.random.default_rng(1)
    residues = "".join(rng.choice(list("ACGTN"), 5000, p=[0.24, 0.25, 0.25, 0.25, 0.01]))
    record = opened(residues)
    assert record.text(1, 4999) == "".join(record.text(i, i + 1) for i in range(1, 4999))


@pytest.mark.parametrize("length", [codecs.BLOCK, codecs.BLOCK + 1, 3 * codecs.BLOCK, 150_000])
def test_large_proteins_decode_block_by_block(length: int) -> None:
    rng = np.random.default_rng(length)
    residues = "".join(rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), length))
    record = opened(residues)
    assert record.text(0, length) == residues
    for start, end in [(0, 0), (0, 1), (length - 1, length), (65_530, 65_536), (60_000, length)]:
        assert record.text(start, end) == residues[start:end]


def test_bases_take_a_quarter_of_a_byte() -> None:
    raw = b"ACGT" * 1000 + b"A"
    encoded = codecs.encode([raw], [letter_set(raw)], None, 1)
    assert encoded.encodings == [Encoding.TWO_BITS]
    assert encoded.sizes == [1001]


@pytest.mark.parametrize(
    ("residues", "encoding"),
    [
        ("A", Encoding.TWO_BITS),
        ("N" * 900, Encoding.TWO_BITS),
        ("MKVLLEDI", Encoding.ZSTD),
        ("NANCNGNT" * 50, Encoding.ZSTD),  # a run every other base would cost more than letters
        ("ACGU" * 50, Encoding.ZSTD),
        ("MKV" * 30_000, Encoding.BLOCKS),
    ],
)
def test_the_encoding_is_chosen_by_the_letters(residues: str, encoding: Encoding) -> None:
    raw = residues.encode()
    assert codecs.choose(raw, letter_set(raw)) == encoding


def test_a_dictionary_makes_short_proteins_shorter() -> None:
    rng = np.random.default_rng(3)
    proteins = [
        "".join(rng.choice(list("AACDEEFGHIKLLLMNPQRSSTVVWY"), 120)).encode() for _ in range(400)
    ]
    trained = codecs.train(proteins)
    assert trained is not None
    assert codecs.train(proteins) == trained
    letters = [letter_set(each) for each in proteins]
    dictionary = zstandard.ZstdCompressionDict(trained)
    without = codecs.encode(proteins, letters, None, 2)
    with_it = codecs.encode(proteins, letters, (1, dictionary), 2)
    assert sum(with_it.sizes) < 0.9 * sum(without.sizes)
    assert opened(proteins[0].decode(), dictionary).text(0, 120) == proteins[0].decode()


def test_too_few_sequences_train_no_dictionary() -> None:
    assert codecs.train([b"MKV"] * 10) is None


@given(st.binary(max_size=120), st.integers(1, 200), st.sampled_from(list(Encoding)))
def test_any_bytes_decode_to_residues_or_are_damage(
    record: bytes, length: int, encoding: Encoding
) -> None:
    try:
        found = codecs.open_record(encoding, memoryview(record), length, None)
        assert len(found.residues(0, length)) == length
    except StoreDamaged:
        return


def test_an_unknown_encoding_is_damage() -> None:
    with pytest.raises(StoreDamaged, match="unknown"):
        codecs.open_record(99, memoryview(b""), 1, None)
