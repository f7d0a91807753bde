"""The LIST files say what is in the journal and the snapshots, and mend themselves."""

import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import StoreDamaged
from holdfast.sequences import SequenceStore
from holdfast.sequences.storage.lists import (
    WIDTH,
    ListedEntry,
    ListedSnapshot,
    entries_match,
    listed_entries,
    read_entries,
    read_snapshots,
    snapshots_match,
)

hashes = st.text("0123456789abcdef", min_size=64, max_size=64)


def load(store: SequenceStore, *names: str) -> None:
    for nth, name in enumerate(names):
        store.load(io.BytesIO(f">{name}\nACGT{'A' * nth}\n".encode()), "lab", name)


@given(st.lists(st.tuples(hashes, st.integers(0, 10**20)), max_size=5), st.integers(1, 10**6))
def test_what_is_written_is_read(rows: list[tuple[str, int]], first: int) -> None:
    entries = [ListedEntry(first + nth, *row) for nth, row in enumerate(rows)]
    lines = [entry.line() for entry in entries]
    assert {len(line) for line in lines} <= {WIDTH}
    assert read_entries(b"".join(lines), first, "x") == entries


@given(st.binary(max_size=300))
def test_whatever_is_there_is_read_or_refused(content: bytes) -> None:
    for read in (lambda: read_entries(content, 1, "x"), lambda: read_snapshots(content, "x")):
        with suppress(StoreDamaged):
            assert read() is not None


def test_a_last_line_that_is_not_whole_is_passed_over() -> None:
    one, two = ListedEntry(1, "a" * 64, 5), ListedEntry(2, "b" * 64, 6)
    assert read_entries(one.line() + two.line()[:-1], 1, "x") == [one]
    snapshot = ListedSnapshot(0, "", "empty")
    assert read_snapshots(snapshot.line() + b"00000001-", "x") == [snapshot]


@pytest.mark.parametrize("content", [b"\0" * WIDTH, ListedEntry(3, "a" * 64, 5).line()])
def test_a_list_of_other_entries_is_refused(content: bytes) -> None:
    with pytest.raises(StoreDamaged, match="damaged at the entry 2"):
        read_entries(content, 2, "x")


def test_each_commit_adds_its_line(store: SequenceStore) -> None:
    assert (store.folder / "journal" / "LIST").read_bytes() == b""
    load(store, "a", "b")
    journal = store.folder / "journal"
    found = read_entries((journal / "LIST").read_bytes(), 1, "LIST")
    assert found == listed_entries(journal)
    assert [entry.number for entry in found] == [1, 2]
    assert [(journal / entry.file).stat().st_size for entry in found] == [e.size for e in found]


def test_each_snapshot_adds_its_line_oldest_first(store: SequenceStore) -> None:
    store.snapshot("z-first")
    load(store, "a")
    store.snapshot("second")
    found = read_snapshots((store.folder / "snapshots" / "LIST").read_bytes(), "LIST")
    assert [(each.position, each.name) for each in found] == [(0, "z-first"), (1, "second")]
    assert [each.hash for each in found] == [each.hash for each in store.snapshots()]


@pytest.mark.parametrize("damage", ["gone", "behind", "ahead", "torn", "other", "zeros"])
def test_a_list_that_does_not_match_is_made_anew_by_the_next_commit(
    store: SequenceStore, damage: str
) -> None:
    load(store, "a", "b")
    file = store.folder / "journal" / "LIST"
    whole = file.read_bytes()
    file.unlink()
    if damage != "gone":
        file.write_bytes(
            {
                "behind": whole[:WIDTH],
                "ahead": whole + ListedEntry(3, "a" * 64, 5).line(),
                "torn": whole[:-7],
                "other": whole[:WIDTH] + ListedEntry(2, "a" * 64, 5).line(),
                "zeros": whole[:WIDTH] + bytes(WIDTH),
            }[damage]
        )
    load(store, "c", "d", "e")
    assert entries_match(store.folder / "journal")


def test_a_list_that_lost_its_last_line_is_mended_when_the_index_catches_up(
    store: SequenceStore, tmp_path: Path
) -> None:
    load(store, "a")
    list_file = store.folder / "journal" / "LIST"
    list_file.write_bytes(b"")
    store.close()
    for path in store.folder.glob("index.sqlite*"):
        path.unlink()
    with SequenceStore.open(store.folder):
        assert entries_match(store.folder / "journal")


def test_reindex_makes_the_lists_anew(store: SequenceStore) -> None:
    load(store, "a", "b")
    store.snapshot("s")
    (store.folder / "journal" / "LIST").unlink()
    (store.folder / "snapshots" / "LIST").unlink()
    assert store.reindex() == 2
    assert entries_match(store.folder / "journal")
    assert snapshots_match(
        store.folder / "snapshots", [ListedSnapshot(2, store.snapshots()[0].hash, "s")]
    )


def test_a_list_that_cannot_be_written_stops_no_commit(store: SequenceStore) -> None:
    list_file = store.folder / "journal" / "LIST"
    list_file.unlink()
    list_file.mkdir()
    load(store, "a")
    assert store.fetch("a") == "ACGT"
