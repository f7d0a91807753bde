"""Sequences are read from where an index says they are; what is wrong is told of each alone."""

import io
import tempfile
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.errors import HoldfastError
from holdfast.sequences import SequenceStore
from holdfast.sequences.reading.verifying import OTHERS, SHORT, Verifier, in_tasks

LONG = b"ACGTN" * (SHORT // 4)


@pytest.fixture
def filled(store: SequenceStore) -> SequenceStore:
    """A store of short sequences, long ones, an empty one, one commit each."""
    store.load(io.BytesIO(b">a\nACGT\n>empty\n>p\nMKVLAW\n>b\nGGGG\n"), "lab", "short")
    store.load(io.BytesIO(b">l\n" + LONG + b"\n>lp\n" + b"MKVL" * SHORT + b"\n"), "lab", "long")
    return store


def everything(store: SequenceStore) -> Verifier:
    return Verifier(store.room.index, store.room.packs)


def test_what_is_as_it_was_written_has_no_faults(filled: SequenceStore) -> None:
    verifier = everything(filled)
    (rows,) = verifier.rows(range(6))
    assert len(rows) == 6
    assert verifier.faults(rows) == []
    assert [len(each) for each in in_tasks(rows)] == [6]


@pytest.mark.parametrize("field", ["md5", "sha1", "letters"])
@pytest.mark.parametrize("name", ["lab:p", "lab:l"])
def test_a_row_that_tells_something_else_is_named(
    filled: SequenceStore, field: str, name: str
) -> None:
    verifier, info = everything(filled), filled.info(name)
    (rows,) = verifier.rows(range(6))
    rows = rows.copy()
    (nth,) = np.flatnonzero(rows["digest"] == np.frombuffer(info.digest.raw, "V24"))
    rows[field][nth] = rows[field][(nth + 1) % 6]
    (fault,) = verifier.faults(rows)
    assert (fault.digest, fault.clause, fault.pack) == (info.digest, OTHERS, info.pack)


@settings(max_examples=25)
@given(st.data())
def test_a_flipped_bit_is_told_of_those_sequences_that_read_otherwise(data: st.DataObject) -> None:
    texts = data.draw(
        st.lists(st.text("ACGTNKM", min_size=1, max_size=60), min_size=1, unique=True)
    )
    fasta = "".join(f">s{nth}\n{text}\n" for nth, text in enumerate(texts)).encode()
    with tempfile.TemporaryDirectory() as place:
        with SequenceStore.create(Path(place, "store")) as store:
            store.load(io.BytesIO(fasta), "lab", "all")
        (pack,) = Path(place).rglob("*.pack")
        content = bytearray(pack.read_bytes())
        at = data.draw(st.integers(16, len(content) - 1))
        content[at] ^= 1 << data.draw(st.integers(0, 7))
        pack.chmod(0o644)
        pack.write_bytes(content)
        with SequenceStore.open(Path(place, "store")) as store:
            verifier = everything(store)
            rows = verifier.rows(range(store.status().sequences))
            told = {each.digest for each in chain.from_iterable(map(verifier.faults, rows))}
            for nth, text in enumerate(texts):
                try:
                    right = store.fetch(f"lab:s{nth}") == text
                except (HoldfastError, ValueError):
                    right = False
                assert right == (store.resolve(f"lab:s{nth}") not in told)
