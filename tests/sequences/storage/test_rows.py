"""The file of rows: who reads it, how it grows, and that rows change with their commit."""

import errno
import multiprocessing
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from holdfast.errors import StoreDamaged, StoreError
from holdfast.sequences.storage.comparison import Comparison
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.journal import Entry, EntryName, Moved
from holdfast.sequences.storage.packs import PackName
from holdfast.sequences.storage.rows import WIDTH, RowsFile, make_rows, rows_path
from sequences.storage.test_index import entry, rows

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An index that knows five sequences."""
    made = Index(tmp_path / "index.sqlite")
    made.make()
    made.apply(entry(1, "old", rows(0, 5)), EntryName(1, "a"))
    yield made
    made.close()


def digest(number: int) -> bytes:
    return number.to_bytes(24, "little")


def file_of(index: Index) -> Path:
    (path,) = index.path.parent.glob(f"{index.path.stem}-*.rows")
    return path


def tidying(number: int) -> Entry:
    """An entry that moves the sequence 0, drops 1, and brings one more."""
    moved = Moved(sequences=[0], packs=[0], offsets=[77], sizes=[3])
    return Entry(
        number, "", "", packs=[PackName(f"new{number}", 99)], sequences=rows(100 + number, 1),
        moved=moved, dropped=[1],
    )  # fmt: skip


def waiting(index: Index) -> int:
    return int(index.ask("SELECT count(*) FROM rewritten")[0][0])


# The file


def test_each_row_is_at_its_number(index: Index) -> None:
    file = RowsFile(file_of(index))
    assert file.holds(5)
    assert not file.holds(6)
    assert [file.row(n)[:24] for n in range(6)] == [*map(digest, range(5)), b""]
    found = file.many(np.array([3, 0, 3]))["digest"].tobytes()
    assert found == digest(3) + digest(0) + digest(3)
    assert file_of(index).stat().st_size == 5 * WIDTH
    for numbers in ([5], [-1], [0, 9]):
        with pytest.raises(IndexError):
            file.many(np.array(numbers))
    file.close()


@pytest.mark.parametrize("token", ["", "0", "../../aa", "0123456g", "012345678", "ABCDEF01"])
def test_a_name_that_is_none_leads_nowhere(token: str) -> None:
    assert rows_path(Path("index.sqlite"), token) is None


def test_a_row_that_is_there_since_the_file_was_mapped_is_seen(index: Index) -> None:
    other = Index(index.path)
    assert other.digest_of(4).raw == digest(4)
    index.apply(entry(2, "more", rows(5, 3)), EntryName(2, "b"))
    assert other.digest_of(7).raw == digest(7)
    assert other.digests_of([7, 0]) == digest(7) + digest(0)
    other.close()


@pytest.mark.parametrize("number", [-1, 5, 6, 1 << 40])
def test_a_row_that_is_not_there_is_damage(index: Index, number: int) -> None:
    index.take(rows(5, 2), 5)
    index.abandon()  # which leaves rows that mean nothing
    assert file_of(index).stat().st_size == 7 * WIDTH
    with pytest.raises(StoreDamaged):
        index.digest_of(number)
    with pytest.raises(StoreDamaged):
        index.rows([0, number])


@pytest.mark.parametrize("at_once", [1, 3, 1 << 14])
def test_what_an_abandoned_batch_left_is_cleared_and_overwritten(
    index: Index, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("holdfast.sequences.storage.rows.CLEARED", at_once)
    index.take(rows(50, 4), 5)
    assert index.digest_of(8).raw == digest(53)  # who takes rows in sees them
    index.abandon()
    index.apply(entry(2, "new", rows(5, 2)), EntryName(2, "b"))
    assert index.digests_of([5, 6]) == digest(5) + digest(6)
    with pytest.raises(StoreDamaged):
        index.digest_of(7)
    assert file_of(index).read_bytes()[7 * WIDTH :] == bytes(2 * WIDTH)


def test_an_index_made_anew_has_other_rows_and_who_has_the_old_one_open_keeps_them(
    index: Index,
) -> None:
    old = file_of(index)
    reader = Index(index.path)
    assert reader.digest_of(2).raw == digest(2)
    index.make()
    assert file_of(index) != old
    assert reader.digest_of(2).raw == digest(2)  # as long as the new one is behind
    index.apply(entry(1, "old", rows(10, 5)), EntryName(1, "a"))
    assert reader.digest_of(2).raw == digest(12)
    reader.close()


def test_an_index_without_its_rows_or_with_too_few_is_not_whole(index: Index) -> None:
    path = file_of(index)
    assert index.exists()
    content = path.read_bytes()
    os.truncate(path, 5 * WIDTH - 1)
    for harmed in ("short", "missing"):
        fresh = Index(index.path)
        assert not fresh.exists(), harmed
        fresh.close()
        path.unlink(missing_ok=True)
    path.write_bytes(content)
    fresh = Index(index.path)
    assert fresh.exists()
    fresh.close()


def test_rows_that_no_index_names_are_removed_and_others_are_left(index: Index) -> None:
    left = index.path.with_name(f"index-{make_rows(index.path)}.rows")
    foreign = index.path.with_name("other-00000000.rows")
    foreign.write_bytes(b"")
    index.clear_leftovers()
    assert not left.exists()
    assert foreign.exists()
    foreign.unlink()
    assert index.exists()


def test_nothing_is_removed_while_the_index_cannot_say_which_rows_are_its(index: Index) -> None:
    make_rows(index.path)
    index.close()
    index.path.write_bytes(b"no index")
    index.clear_leftovers()
    assert len(list(index.path.parent.glob("*.rows"))) == 2
    index.make()
    assert file_of(index).stat().st_size == 0


def test_a_forked_process_and_threads_read_the_same(index: Index) -> None:
    assert index.digest_of(1).raw == digest(1)
    answers = FORK.SimpleQueue()
    process = FORK.Process(target=lambda: answers.put(index.digest_of(1).raw))
    process.start()
    found: list[bytes] = [answers.get()]
    process.join()
    thread = threading.Thread(target=lambda: found.append(index.digest_of(1).raw))
    thread.start()
    thread.join()
    assert found == [digest(1)] * 2


def test_who_may_not_write_the_rows_reads_them(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def only_read(path: Path, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith(".rows") and flags & os.O_RDWR:
            raise OSError(errno.EROFS, "read-only", str(path))
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", only_read)
    reader = Index(index.path)
    assert reader.digest_of(2).raw == digest(2)
    with pytest.raises(PermissionError):
        reader.take(rows(5, 1), 5)
    reader.abandon()
    reader.close()


@pytest.mark.parametrize("trouble", [errno.EIO, errno.EMFILE])
def test_rows_that_the_system_will_not_let_be_read_are_no_damage(
    index: Index, monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    def refuse(path: Path, *_: object) -> int:
        raise OSError(trouble, os.strerror(trouble), str(path))

    reader = Index(index.path)
    monkeypatch.setattr("holdfast.sequences.storage.rows.os.open", refuse)
    with pytest.raises(StoreError, match="see to the disk") as raised:
        reader.exists()
    assert not isinstance(raised.value, StoreDamaged)
    monkeypatch.undo()
    assert reader.exists()
    reader.close()


# Rows that change


def test_a_row_changes_for_readers_with_the_commit_and_for_the_writer_before(index: Index) -> None:
    reader = Index(index.path)
    later = tidying(2)
    index.prepare(later)
    index.stack(later, EntryName(2, "b"))
    assert index.rows([0, 1, 5])["offset"].tolist() == [77, 2, 16 + 3 * 102]
    assert reader.rows([0, 1])["offset"].tolist() == [16, 19]
    again = tidying(3)
    index.prepare(again)  # sees what the first one changed
    index.stack(again, EntryName(3, "c"))
    assert index.rows([1])["offset"].tolist() == [3]
    index.conclude()
    for each in (index, reader):
        assert each.rows([0, 1])["offset"].tolist() == [77, 3]
        assert each.known([digest(0), digest(1), digest(103)]) == {digest(0): 0, digest(103): 6}
        assert each.dropped(7)[0].tolist() == [1]
    assert waiting(index) == 0
    reader.close()


def test_rows_to_be_changed_are_forgotten_with_their_entry(index: Index) -> None:
    before = file_of(index).read_bytes()
    index.prepare(tidying(2))
    index.abandon()
    assert index.rows([0, 1])["offset"].tolist() == [16, 19]
    assert file_of(index).read_bytes()[: 5 * WIDTH] == before
    assert waiting(index) == 0


def test_a_change_that_did_not_reach_the_file_is_carried_over_by_the_next_writer(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = tidying(2)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    with monkeypatch.context() as patched:
        patched.setattr(RowsFile, "rewrite", refuse)
        index.prepare(later)
        with pytest.raises(OSError, match="broken"):
            index.settle(later, EntryName(2, "b"))
    index.abandon()
    assert index.position().number == 2
    assert waiting(index) == 2
    assert index.rows([0])["offset"].tolist() == [16]  # the old pack is still there
    assert index.dropped(6)[0].tolist() == [1]
    fresh = Index(tmp_path / "fresh.sqlite")
    fresh.make()
    fresh.apply(entry(1, "old", rows(0, 5)), EntryName(1, "a"))
    fresh.apply(later, EntryName(2, "b"))
    with Comparison(index.path, fresh.path) as comparison:
        assert comparison.differences() == []
    following = Index(index.path)
    following.conclude()
    assert waiting(index) == 0
    assert index.rows([0, 1])["offset"].tolist() == [77, 2]
    with Comparison(index.path, fresh.path) as comparison:
        assert comparison.differences() == []
    following.close()
    fresh.close()


def test_what_a_commit_changed_since_is_no_difference_and_damage_is(
    index: Index, tmp_path: Path
) -> None:
    fresh = Index(tmp_path / "fresh.sqlite")
    fresh.make()
    fresh.apply(entry(1, "old", rows(0, 5)), EntryName(1, "a"))
    with Comparison(index.path, fresh.path) as comparison:
        index.apply(tidying(2), EntryName(2, "b"))
        assert comparison.reached == 1
        assert comparison.differences() == []
        with file_of(index).open("r+b") as file:
            file.seek(3 * WIDTH)
            file.write(b"\xff")
        (told,) = comparison.differences()
        assert told == "the index's rows of sequences differ from the journal in 1"
    fresh.close()


def test_what_was_changed_before_the_index_was_made_anew_is_no_difference(
    index: Index, tmp_path: Path
) -> None:
    fresh = Index(tmp_path / "fresh.sqlite")
    fresh.make()
    fresh.apply(entry(1, "old", rows(0, 5)), EntryName(1, "a"))
    with Comparison(index.path, fresh.path) as comparison:
        index.apply(tidying(2), EntryName(2, "b"))
        index.make()
        assert comparison.differences() == []
    fresh.close()


def test_a_row_in_the_very_moment_in_which_it_is_written_is_read_again(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of(index)
    whole = path.read_bytes()
    waits: list[float] = []

    def put(content: bytes) -> None:
        with path.open("r+b") as file:
            file.seek(WIDTH)
            file.write(content)

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            put(whole[WIDTH : 2 * WIDTH])

    monkeypatch.setattr("holdfast.sequences.storage.numbered.time.sleep", wait)
    put(bytes(40))
    assert index.digest_of(1).raw == digest(1)
    assert len(waits) == 2
    put(bytes(40))
    with pytest.raises(StoreDamaged):
        index.rows([0, 1])
    assert sum(waits[2:]) < 0.2  # what is damaged is soon said to be


@pytest.mark.parametrize("number", [-1, 6, 7])
def test_an_entry_that_moves_what_there_is_not_is_refused(index: Index, number: int) -> None:
    index.take(rows(50, 4), 5)
    index.abandon()
    later = tidying(2)
    later.moved.sequences[0] = number
    with pytest.raises(IndexError):
        index.prepare(later)
    assert index.position().number == 1


def test_one_entry_may_move_what_it_brings(index: Index) -> None:
    first, second = entry(2, "gone", rows(5, 2)), tidying(3)
    second.moved.sequences[0] = 6
    for each, name in ((first, "b"), (second, "c")):
        index.prepare(each)
        index.stack(each, EntryName(each.number, name))
    assert waiting(index) == 1  # only the old row has been seen by anybody
    index.conclude()
    assert index.rows([5, 6])["offset"].tolist() == [31, 77]


def test_a_damaged_row_is_not_sealed_again(index: Index) -> None:
    with file_of(index).open("r+b") as file:
        file.write(b"\xff")
    with pytest.raises(StoreDamaged):
        index.apply(tidying(2), EntryName(2, "b"))
