"""What was found in the index is kept while nothing changes, without asking it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.storage.index import Index
from holdfast.sequences.storage.kept import Kept


@pytest.fixture
def index(store: SequenceStore) -> Index:
    with store.write() as batch:
        batch.add(b"ACGT", [Alias("lab", "a")])
        batch.commit()
    return store.room.index


@contextmanager
def unasked(index: Index, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within the block asking the index anything fails."""
    with monkeypatch.context() as patched:
        patched.setattr(index, "_connection", pytest.fail)
        yield


def test_what_is_kept_is_found_without_asking_the_index(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: Kept[str, int] = Kept(index, 10)
    assert kept.find("a") is None
    kept.now()["a"] = 1
    with unasked(index, monkeypatch):
        assert (kept.find("a"), kept.find("b")) == (1, None)


def test_what_is_kept_is_forgotten_with_the_next_commit(store: SequenceStore, index: Index) -> None:
    kept: Kept[str, int] = Kept(index, 10)
    kept.now()["a"] = 1
    store.add_alias(Alias("lab", "b"), "lab:a")
    assert kept.find("a") is None
    assert kept.now() == {}


def test_what_was_found_before_a_commit_and_put_there_behind_it_is_not_found(
    store: SequenceStore, index: Index
) -> None:
    kept: Kept[str, int] = Kept(index, 10)
    slow = kept.now()
    store.add_alias(Alias("lab", "b"), "lab:a")
    slow["a"] = 1
    assert kept.find("a") is None
    assert kept.now() == {}


def test_no_more_is_kept_than_was_said(index: Index) -> None:
    kept: Kept[int, int] = Kept(index, 10)
    for each in range(25):
        kept.now()[each] = each
    assert sorted(kept.now()) == [20, 21, 22, 23, 24]


def test_what_a_thread_sees_and_has_not_committed_is_not_kept(index: Index) -> None:
    kept: Kept[str, int] = Kept(index, 10)
    assert kept.now() == {}
    connection = index._begun()
    connection.execute("DELETE FROM aliases")
    kept.now()["a"] = 1
    assert kept.find("a") is None
    assert kept.now() == {}
    index.abandon()
    assert kept.now() == {}


def test_each_thread_keeps_its_own(index: Index) -> None:
    kept: Kept[str, int] = Kept(index, 10)
    kept.now()["a"] = 1
    theirs: list[object] = []
    thread = Thread(target=lambda: theirs.extend([kept.find("a"), kept.now()]))
    thread.start()
    thread.join()
    assert theirs == [None, {}]
    assert kept.find("a") == 1


def test_without_an_edition_what_is_kept_holds_as_long_as_the_index_says_so(
    store: SequenceStore, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_away() -> None:
        index.edition.path.unlink(missing_ok=True)
        index.edition.close()

    monkeypatch.setattr("holdfast.sequences.storage.edition.LEASE", 0.0)
    take_away()
    kept: Kept[str, int] = Kept(index, 10)
    kept.now()["a"] = 1
    assert (kept.find("a"), kept.now()) == (None, {"a": 1})
    with SequenceStore.open(store.folder) as other:
        other.add_alias(Alias("lab", "b"), "lab:a")
    take_away()
    assert kept.now() == {}


def test_what_is_kept_is_not_found_while_the_edition_is_odd(
    store: SequenceStore, index: Index
) -> None:
    kept: Kept[str, int] = Kept(index, 10)
    with index.edition.turning():
        kept.now()["a"] = 1
        assert (kept.find("a"), kept.now()) == (None, {"a": 1})
    assert (kept.find("a"), kept.now()) == (None, {"a": 1})
    assert kept.find("a") == 1


def test_a_closed_store_lets_go_of_the_edition(store: SequenceStore, index: Index) -> None:
    def is_mapped() -> bool:
        return str(index.edition.path) in Path("/proc/self/maps").read_text()

    assert store.fetch("lab:a") == store.fetch("lab:a") == "ACGT"
    assert is_mapped()
    store.close()
    assert not is_mapped()
