"""What a batch takes beside sequences and names."""

from collections.abc import Iterator

import pytest

from holdfast.errors import UsageError
from holdfast.formats.residues import letter_set
from holdfast.sequences import SequenceStore


def test_bytes_appended_between_sequences_are_found_where_it_says(store: SequenceStore) -> None:
    blobs = {}
    with store.write() as batch:
        for number in range(1, 9):
            batch.add(b"MKVL" * number)
            content = bytes([number]) * number
            blobs[batch.append_blob(content)] = content
        batch.commit()
    (pack,) = store.folder.glob("packs/*/*.pack")
    whole = pack.read_bytes()
    assert {place: whole[place.offset :][: place.size] for place in blobs} == blobs
    assert store.check().problems == ()


def test_bytes_cannot_part_the_record_of_a_long_sequence(store: SequenceStore) -> None:
    with store.write() as batch:

        def pieces() -> Iterator[tuple[bytes, int]]:
            yield b"ACGT", letter_set("ACGT")
            batch.append_blob(b"between")

        with pytest.raises(UsageError, match="not between its pieces"):
            batch.add_long(pieces())
