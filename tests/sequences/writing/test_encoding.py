"""Blocks are encoded beside the coming work, and come out in their order."""

import numpy as np
import pytest
import zstandard

from holdfast.formats.residues import letter_sets
from holdfast.sequences.storage import codecs
from holdfast.sequences.storage.codecs import Encoding
from holdfast.sequences.writing.encoding import FIRST, Encoder

RNG = np.random.default_rng(5)
AMINO = np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", np.uint8)
PROTEINS = [RNG.choice(AMINO, length).tobytes() for length in RNG.integers(60, 900, 400)]
BASES = [b"ACGT" * 50] * 300


@pytest.mark.parametrize("told", [False, True])
def test_a_dictionary_is_learnt_from_the_first_block_that_can_teach_one(told: bool) -> None:
    encoder = Encoder(None, 2)
    blocks = [BASES, PROTEINS, PROTEINS[:3]]
    for block in blocks:
        encoder.put(block, letter_sets(block).tolist() if told else None)
    assert len(encoder) == len(blocks)
    found = [encoder.take() for _ in blocks]
    encoder.close()
    assert [each.trained is not None for each in found] == [False, True, False]
    numbers = [set(each.records.dictionaries.tolist()) for each in found]
    assert numbers == [{0}, {FIRST}, {FIRST}]
    assert set(found[0].records.encodings.tolist()) == {Encoding.TWO_BITS}
    assert [each.letters.tolist() for each in found] == [letter_sets(b).tolist() for b in blocks]


def test_records_are_those_of_the_dictionary_that_came_with_them() -> None:
    encoder = Encoder(None, 1)
    encoder.put(PROTEINS, None)
    block = encoder.take()
    encoder.close()
    assert block.trained is not None
    dictionary = zstandard.ZstdCompressionDict(block.trained)
    start = 0
    for residues, size in zip(PROTEINS, block.records.sizes.tolist(), strict=True):
        record = memoryview(block.records.content)[start : start + size]
        opened = codecs.open_record(Encoding.ZSTD, record, len(residues), dictionary)
        assert opened.residues(0, len(residues)) == residues
        start += size
    assert start == len(block.records.content)


def test_what_cannot_be_encoded_is_said_when_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(codecs, "encode", fails)
    encoder = Encoder(None, 1)
    encoder.put(BASES, None)
    with pytest.raises(MemoryError, match="no room"):
        encoder.take()
    encoder.close()
