"""Level 1 of collections is computed once, and what is kept of it is never believed blindly."""

import io
import tempfile
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.sequences import SequenceStore
from holdfast.sequences.collections import seqcol
from holdfast.sequences.collections.levels import FILE, Levels
from holdfast.sequences.collections.seqcol import Columns

COLUMNS = Columns(["chr1", "chr2"], [8, 4], bytes(range(48)))
LEVEL1 = seqcol.level1(COLUMNS)
DIGEST = seqcol.digest(LEVEL1)


def not_again() -> Columns:
    raise AssertionError("it was computed again")


def other(number: int) -> Columns:
    return Columns([f"chr{number}"], [number], bytes([number] * 24))


def test_it_is_computed_once_for_all_processes(tmp_path: Path) -> None:
    levels = Levels(tmp_path)
    assert levels.of(DIGEST, lambda: COLUMNS) == LEVEL1
    assert levels.of(DIGEST, not_again) == LEVEL1
    assert Levels(tmp_path).of(DIGEST, not_again) == LEVEL1


def test_a_line_that_a_crash_cut_hides_no_other(tmp_path: Path) -> None:
    Levels(tmp_path).of(DIGEST, lambda: COLUMNS)
    whole = (tmp_path / FILE).read_bytes()
    for size in range(len(whole)):
        (tmp_path / FILE).write_bytes(whole[:size])
        levels = Levels(tmp_path)
        third = seqcol.digest(seqcol.level1(other(3)))
        assert levels.of(third, lambda: other(3)) == seqcol.level1(other(3))
        assert Levels(tmp_path).of(third, not_again) == seqcol.level1(other(3))


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_never_believed(place: int, change: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Levels(folder).of(DIGEST, lambda: COLUMNS)
        content = bytearray((folder / FILE).read_bytes())
        content[place % len(content)] ^= change
        (folder / FILE).write_bytes(content)
        assert Levels(folder).of(DIGEST, lambda: COLUMNS) == LEVEL1


def test_a_line_of_another_collection_under_this_digest_is_passed_over(tmp_path: Path) -> None:
    Levels(tmp_path)._append(DIGEST, seqcol.level1(other(1)))
    assert Levels(tmp_path).of(DIGEST, lambda: COLUMNS) == LEVEL1


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"[1,2]", b'["x",{}]', b"\xff", b"[[],[]]"])
def test_a_line_that_hashes_and_is_no_collection_is_passed_over(
    tmp_path: Path, text: bytes
) -> None:
    line = sha256(text).hexdigest().encode() + b" " + text
    (tmp_path / FILE).write_bytes(line + b"\n" + line)
    assert Levels(tmp_path).of(DIGEST, lambda: COLUMNS) == LEVEL1


def test_where_nothing_can_be_written_memory_keeps_it(tmp_path: Path) -> None:
    levels = Levels(tmp_path / "no such folder")
    assert levels.of(DIGEST, lambda: COLUMNS) == LEVEL1
    assert levels.of(DIGEST, not_again) == LEVEL1


def test_a_store_reads_no_journal_to_find_what_it_found_before(
    store: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        store.load(io.BytesIO(f">{name}\nACGT\n".encode()), "lab", name)
    lengths = store.level1("one")["lengths"]
    expected = store.find_collections("lengths", lengths)
    assert len(expected) == 2
    with SequenceStore.open(store.folder) as again:
        monkeypatch.setattr(again.room.journal, "read", lambda _: pytest.fail("it was read"))
        assert again.find_collections("lengths", lengths) == expected


def test_the_file_may_be_deleted_and_goes_with_the_index(store: SequenceStore) -> None:
    store.load(io.BytesIO(b">a\nACGT\n"), "lab", "one")
    found = store.level1("one")
    (store.folder / FILE).unlink()
    with SequenceStore.open(store.folder) as again:
        assert again.level1("one") == found
        assert (store.folder / FILE).exists()
        again.reindex()
        assert not (store.folder / FILE).exists()
        assert again.level1("one") == found
    assert store.check().problems == ()
