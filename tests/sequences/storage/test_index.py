import io
from pathlib import Path

import pytest

from holdfast.sequences import SequenceStore
from holdfast.sequences.storage.comparison import Comparison
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import Entry, EntryName, Moved, SequenceColumns
from holdfast.sequences.storage.opening import FrozenConnection
from holdfast.sequences.storage.packs import PackName
from holdfast.sequences.writing import batch


def rows(first: int, count: int) -> SequenceColumns:
    """The columns of made-up sequences whose digests count from `first`."""
    numbers = range(first, first + count)
    return SequenceColumns(
        digests=b"".join(number.to_bytes(24, "little") for number in numbers),
        md5=b"".join(number.to_bytes(16, "little") for number in numbers),
        sha1=b"".join(number.to_bytes(20, "little") for number in numbers),
        lengths=[10] * count,
        letters=[1] * count,
        packs=[0] * count,
        offsets=[16 + 3 * number for number in numbers],
        sizes=[3] * count,
        encodings=[1] * count,
        dictionaries=[0] * count,
    )


def entry(number: int, pack: str, columns: SequenceColumns) -> Entry:
    return Entry(number, "", "", packs=[PackName(pack, 99)], sequences=columns)


@pytest.fixture
def made(tmp_path: Path) -> Index:
    index = Index(tmp_path / "made.sqlite")
    index.make()
    return index


@pytest.mark.parametrize("pack", ["new", "old"])
def test_rows_taken_before_their_entry_are_as_those_applied_with_it(
    made: Index, tmp_path: Path, pack: str
) -> None:
    plain = Index(tmp_path / "plain.sqlite")
    plain.make()
    first, second = entry(1, "old", rows(0, 3)), entry(2, pack, rows(3, 5))
    made.apply(first, EntryName(1, "a"))
    made.take(second.sequences.part(0, 2), 3)
    made.take(second.sequences.part(2, 4), 5)
    made.prepare(second)
    made.settle(second, EntryName(2, "b"))
    plain.apply(first, EntryName(1, "a"))
    plain.apply(second, EntryName(2, "b"))
    made.close()
    plain.close()
    with Comparison(made.path, plain.path) as comparison:
        assert comparison.differences() == []


def test_rows_taken_and_abandoned_leave_nothing(made: Index) -> None:
    made.take(rows(0, 3), 0)
    made.abandon()
    assert made.known([bytes(24)]) == {}
    made.apply(entry(1, "new", rows(0, 2)), EntryName(1, "a"))
    assert made.position().sequences == 2
    made.close()


def fail_after_staging(store: SequenceStore) -> None:
    with store.write() as staged:
        for number in range(9):
            staged.add(b"ACGT" * (number + 1))
        raise RuntimeError


def test_a_load_that_fails_after_rows_were_taken_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "INDEXED_TOGETHER", 1)
    with SequenceStore.create(tmp_path / "store") as store:
        with pytest.raises(RuntimeError):
            fail_after_staging(store)
        assert store.status().sequences == 0
        store.load(io.BytesIO(b">a\nACGT\n>b\nMKVL\n"), "lab", "kept")
        assert (store.fetch("a"), store.check().problems) == ("ACGT", ())


def test_a_later_entry_says_where_sequences_are_now_and_which_are_gone(made: Index) -> None:
    made.apply(entry(1, "old", rows(0, 3)), EntryName(1, "a"))
    moved = Moved(sequences=[0, 2], packs=[0, 0], offsets=[16, 40], sizes=[3, 3])
    later = Entry(
        2, "a", "", packs=[PackName("new", 99)], moved=moved, dropped=[1], dropped_packs=["old"]
    )
    made.apply(later, EntryName(2, "b"))
    digests = [number.to_bytes(24, "little") for number in range(3)]
    first, gone, last = (made.find("digest", digest) for digest in digests)
    assert first is not None
    assert gone is not None
    assert last is not None
    assert (first.pack, first.offset, last.pack, last.offset) == ("new", 16, "new", 40)
    assert (gone.pack, gone.offset) == ("", 2)
    assert made.known(digests) == {digests[0]: 0, digests[2]: 2}
    assert made.ask("SELECT sha256 FROM packs WHERE size > 0") == [("new",)]


def test_what_was_dropped_and_came_back_is_found_where_it_is_now(made: Index) -> None:
    made.apply(entry(1, "old", rows(0, 1)), EntryName(1, "a"))
    made.apply(Entry(2, "a", "", dropped=[0], dropped_packs=["old"]), EntryName(2, "b"))
    made.apply(entry(3, "again", rows(0, 1)), EntryName(3, "c"))
    found = made.find("md5", bytes(16))
    assert found is not None
    assert (found.id, found.pack) == (1, "again")


def test_who_opened_the_index_while_its_log_was_empty_sees_what_is_written_there(
    made: Index,
) -> None:
    log = made.path.with_name(made.path.name + "-wal")
    log.write_bytes(b"")  # as a writer leaves it who has opened the index and written nothing yet
    stamp = FrozenConnection.mark(made.path)
    assert stamp == FrozenConnection.mark(made.path)
    log.write_bytes(bytes(32))
    assert stamp != FrozenConnection.mark(made.path)
    log.unlink()
    assert stamp != FrozenConnection.mark(made.path)
