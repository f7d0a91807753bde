"""One store follows another: what moves, what is refused, and that it is all or nothing."""

import io
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from holdfast.errors import (
    FetchFailed,
    SnapshotExists,
    SnapshotNotFound,
    StoreBusy,
    StoreError,
    StoresDiverged,
)
from holdfast.remotes.interface import TransferPolicy
from holdfast.sequences import Alias, SequenceStore
from holdfast.sequences.care.gc import Wish
from holdfast.sequences.storage.lists import entries_match
from holdfast.sequences.sync import open_depot
from holdfast.sequences.sync.folder import FolderDepot
from holdfast.sequences.sync.memory import MemoryDepot

POLICY = TransferPolicy(parallel=2, retries=1, backoff=0.01, timeout=5, connect_timeout=5)


def load(store: SequenceStore, name: str, text: str) -> None:
    store.load(io.BytesIO(text.encode()), "lab", name, reassign=True)


def follower(store: SequenceStore, folder: Path) -> SequenceStore:
    """A clone of `store` that has nothing yet."""
    return SequenceStore.create(folder, store.id)


def depot(store: SequenceStore) -> FolderDepot:
    return FolderDepot(str(store.folder), POLICY)


def names_of(store: SequenceStore) -> set[str]:
    return {
        str(path.relative_to(store.folder))
        for part in ("journal", "packs", "snapshots")
        for path in (store.folder / part).rglob("*")
        if path.is_file()
    }


@pytest.fixture
def source(store: SequenceStore) -> SequenceStore:
    """A store of three commits and two snapshots."""
    load(store, "one", ">a\nACGT\n>b\nMKVL\n")
    store.snapshot("first")
    load(store, "two", ">a\nGGGG\n>c\n" + "ACGTN" * 100 + "\n")
    store.snapshot("second")
    store.add_alias(Alias("other", "x"), "lab:c")
    return store


@pytest.fixture
def clone(source: SequenceStore, tmp_path: Path) -> Iterator[SequenceStore]:
    with follower(source, tmp_path / "clone") as made:
        yield made


@pytest.fixture
def clone_of(store: SequenceStore, tmp_path: Path) -> Iterator[Callable[[], SequenceStore]]:
    """Makes a follower of the store that has nothing yet."""
    with ExitStack() as made:
        yield lambda: made.enter_context(follower(store, tmp_path / "follower"))


def test_a_clone_is_the_same_store(source: SequenceStore, clone: SequenceStore) -> None:
    report = clone.pull(depot(source))
    assert (report.before, report.after, report.entries, report.packs) == (0, 3, 3, 2)
    assert report.snapshots == ("first", "second")
    assert names_of(clone) == names_of(source)
    assert (clone.fetch("lab:a"), clone.fetch("other:x")) == ("GGGG", source.fetch("lab:c"))
    assert clone.at("first").fetch("a") == "ACGT"
    assert clone.check().problems == ()
    assert entries_match(clone.folder / "journal")
    assert not (clone.folder / "incoming").exists()


@pytest.mark.parametrize("text", [">a\n>b\nA\n", ">b\n" + "ACGT" * 5000 + "\n>a\n>c\nA\n"])
def test_a_sequence_without_residues_is_pulled_too(
    source: SequenceStore, clone: SequenceStore, text: str
) -> None:
    load(source, "with an empty one", text)
    clone.pull(depot(source))
    assert clone.fetch("lab:a") == ""
    assert clone.resolve("lab:a") == source.resolve("lab:a")
    assert not clone.check().problems


def test_only_what_is_missing_moves(source: SequenceStore, clone: SequenceStore) -> None:
    clone.pull(depot(source))
    load(source, "three", ">d\nTTTTT\n")
    entry, pack = source.status().position, source.info("lab:d").pack
    report = clone.pull(depot(source))
    assert (report.before, report.after, report.packs) == (3, 4, 1)
    sizes = sum(
        path.stat().st_size
        for path in source.folder.rglob("*")
        if path.name.startswith(f"{entry:08d}") or path.name == f"{pack}.pack"
    )
    lists = 2 * 96 + (source.folder / "snapshots" / "LIST").stat().st_size
    assert report.bytes == sizes + lists
    assert clone.fetch("d") == "TTTTT"


def test_pulling_again_moves_nothing(source: SequenceStore, clone: SequenceStore) -> None:
    clone.pull(depot(source))
    before = names_of(clone)
    report = clone.pull(depot(source))
    assert (report.entries, report.packs, report.snapshots) == (0, 0, ())
    assert names_of(clone) == before
    assert clone.status().position == 3


def test_a_snapshot_is_pulled_with_those_before_it(
    source: SequenceStore, clone: SequenceStore
) -> None:
    report = clone.pull(depot(source), "first")
    assert (report.after, report.snapshots) == (1, ("first",))
    assert clone.fetch("a") == "ACGT"
    report = clone.pull(depot(source), "second")
    assert (report.before, report.after, report.snapshots) == (1, 2, ("second",))
    assert clone.fetch("a") == "GGGG"
    assert clone.check().problems == ()


def test_an_unknown_snapshot_is_refused(source: SequenceStore, clone: SequenceStore) -> None:
    with pytest.raises(SnapshotNotFound, match=r"firts.*did you mean first"):
        clone.pull(depot(source), "firts")
    assert clone.status().position == 0


def test_a_dry_run_says_the_same_and_does_nothing(
    source: SequenceStore, clone: SequenceStore
) -> None:
    before = set(clone.folder.rglob("*"))
    said = clone.pull(depot(source), dry_run=True)
    assert set(clone.folder.rglob("*")) == before
    done = clone.pull(depot(source))
    assert (said.entries, said.packs, said.after) == (done.entries, done.packs, done.after)
    assert said.dry_run
    assert not done.dry_run


def test_another_store_is_refused(source: SequenceStore, tmp_path: Path) -> None:
    with (
        SequenceStore.create(tmp_path / "another") as another,
        pytest.raises(StoresDiverged, match=r"another one.*store_layers"),
    ):
        another.pull(depot(source))


def test_a_store_with_commits_of_its_own_is_refused(
    source: SequenceStore, clone: SequenceStore
) -> None:
    clone.pull(depot(source), "first")
    load(clone, "mine", ">m\nAAAA\n")
    before = names_of(clone)
    with pytest.raises(StoresDiverged, match=r"separate ways.*nothing was changed.*seq load"):
        clone.pull(depot(source))
    assert names_of(clone) == before


def test_a_store_that_is_behind_has_nothing_to_give(
    source: SequenceStore, clone: SequenceStore, tmp_path: Path
) -> None:
    clone.pull(depot(source))
    with follower(source, tmp_path / "third") as third:
        third.pull(depot(source), "first")
        assert clone.pull(depot(third)).entries == 0


def test_a_place_without_a_store_is_refused(clone: SequenceStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no store at .*nowhere"):
        clone.pull(open_depot(str(tmp_path / "nowhere"), POLICY))


def test_each_side_keeps_its_own_snapshot_of_a_name(
    source: SequenceStore, clone: SequenceStore
) -> None:
    clone.pull(depot(source))
    clone.snapshot("mine")
    load(source, "three", ">d\nTTTTT\n")
    source.snapshot("mine")
    report = clone.pull(depot(source))
    assert (report.entries, report.snapshots_kept) == (1, ("mine",))
    with pytest.raises(SnapshotExists, match="another snapshot mine here"):
        clone.pull(depot(source), "mine")


def test_a_commit_made_while_pulling_waits_for_the_next_pull(
    source: SequenceStore, clone: SequenceStore
) -> None:
    class Written(FolderDepot):
        """A source that is written to as soon as its list was read."""

        def fetch(self, *rest: object, **named: object) -> None:
            if source.status().position == 3:
                load(source, "late", ">late\nCCCCC\n")
            super().fetch(*rest, **named)  # type: ignore[arg-type]  # passed on as they came

    assert clone.pull(Written(str(source.folder), POLICY)).after == 3
    assert clone.pull(depot(source)).after == 4
    assert clone.fetch("late") == "CCCCC"


def test_a_store_in_memory_is_pushed_and_pulled(
    source: SequenceStore, clone: SequenceStore
) -> None:
    memory = MemoryDepot()
    pushed = source.push(memory)
    assert (pushed.before, pushed.after, pushed.packs) == (0, 3, 2)
    assert set(memory.files) == names_of(source) | {"store.toml"}
    clone.pull(memory)
    assert names_of(clone) == names_of(source)
    assert source.push(memory).bytes == 0


# Stores that were tidied


def tidied(store: SequenceStore) -> None:
    """Three commits, the garbage of which is collected and the packs joined."""
    load(store, "one", ">a\nACGT\n>b\nMKVL\n")
    load(store, "two", ">c\n" + "ACGTN" * 100 + "\n")
    load(store, "three", ">a\nGGGGG\n>d\n" + "MKLVFED" * 20 + "\n")
    store.gc(Wish(compact=True))
    load(store, "four", ">e\nTTTTT\n")


def test_packs_that_were_tidied_away_are_not_missed(store: SequenceStore, tmp_path: Path) -> None:
    with follower(store, tmp_path / "clone") as clone:
        load(store, "zero", ">z\nCCCC\n")
        clone.pull(depot(store))
        tidied(store)
        report = clone.pull(depot(store))
        assert clone.check().problems == ()
        assert {name: clone.fetch(name) for name in "abcdez"} == {
            name: store.fetch(name) for name in "abcdez"
        }
        assert report.packs < report.entries
        clone.gc()
        assert clone.check().problems == ()


@pytest.mark.parametrize("action", ["pull", "push"])
def test_a_tidied_store_is_cloned(store: SequenceStore, tmp_path: Path, action: str) -> None:
    tidied(store)
    memory = MemoryDepot()
    source = depot(store)
    if action == "push":
        store.push(memory)
        source = memory  # type: ignore[assignment]  # one depot or the other
    with follower(store, tmp_path / "clone") as clone:
        assert clone.pull(source).packs == 2
        assert clone.check().problems == ()
        assert clone.fetch("c") == store.fetch("c")


@pytest.mark.parametrize("action", ["pull", "push"])
def test_a_snapshot_from_before_tidying_comes_with_the_commits_up_to_it(
    store: SequenceStore, tmp_path: Path, action: str
) -> None:
    load(store, "one", ">a\nACGT\n")
    store.snapshot("before")
    tidied(store)  # the load after it need not come
    with follower(store, tmp_path / "clone") as clone:
        if action == "pull":
            said = clone.pull(depot(store), "before", dry_run=True)
            done = clone.pull(depot(store), "before")
        else:
            there = MemoryDepot()
            said = store.push(there, "before", dry_run=True)
            done = store.push(there, "before")
            clone.pull(there)
        assert (done.after, done.further, done.snapshots) == (5, 4, ("before",))
        assert (said.after, said.further, said.packs) == (5, 4, done.packs)
        assert clone.at("before").fetch("a") == "ACGT"
        assert clone.check().problems == ()
        clone.pull(depot(store))
        assert clone.fetch("e") == "TTTTT"


def test_a_snapshot_whose_packs_are_there_comes_alone_from_a_tidied_store(
    store: SequenceStore, tmp_path: Path
) -> None:
    load(store, "one", ">a\n" + "ACGT" * 100 + "\n")
    store.snapshot("before")
    load(store, "two", ">b\nMKVL\n")
    load(store, "three", ">b\nMKVLAW\n")
    store.retire_collection("two")
    assert store.gc(Wish(fraction=0)).dropped == 1
    with follower(store, tmp_path / "clone") as clone:
        report = clone.pull(depot(store), "before")
        assert (report.after, report.further, report.packs) == (1, 0, 1)
    assert store.push(MemoryDepot(), "before").after == 1


def test_a_pack_that_is_lost_there_is_told_and_nothing_taken(
    store: SequenceStore, clone_of: Callable[[], SequenceStore]
) -> None:
    load(store, "one", ">a\nACGT\n")
    store.snapshot("before")
    load(store, "two", ">b\nMKVL\n")
    (lost,) = store.entry(1).packs
    next(store.folder.glob(f"packs/*/{lost.sha256}.pack")).unlink()
    clone = clone_of()
    with pytest.raises(FetchFailed, match=lost.sha256):
        clone.pull(depot(store), "before")
    assert clone.status().position == 0
    with pytest.raises(StoreError, match=f"{lost.sha256} is missing here"):
        store.push(MemoryDepot(), "before")


def test_readers_of_the_clone_see_all_commits_of_a_pull_or_none(
    source: SequenceStore, clone: SequenceStore
) -> None:
    clone.pull(depot(source), "first")
    seen: set[tuple[int, str]] = set()

    class Watched(FolderDepot):
        """Looks at the clone, as another process would, whenever something has come."""

        def fetch(self, *rest: object, **named: object) -> None:
            super().fetch(*rest, **named)  # type: ignore[arg-type]  # passed on as they came
            with SequenceStore.open(clone.folder) as reader:
                seen.add((reader.status().position, reader.fetch("a")))

    clone.pull(Watched(str(source.folder), POLICY))
    with SequenceStore.open(clone.folder) as reader:
        seen.add((reader.status().position, reader.fetch("a")))
    assert seen == {(1, "ACGT"), (3, "GGGG")}


def test_a_writer_is_told_that_a_pull_goes_on(source: SequenceStore, clone: SequenceStore) -> None:
    class Written(FolderDepot):
        """Somebody wants to write while the pull goes on."""

        def fetch(self, *rest: object, **named: object) -> None:
            with SequenceStore.open(clone.folder) as other, pytest.raises(StoreBusy):
                load(other, "mine", ">m\nAAAA\n")
            super().fetch(*rest, **named)  # type: ignore[arg-type]  # passed on as they came

    assert clone.pull(Written(str(source.folder), POLICY)).after == 3


def test_a_full_disk_is_told_before_anything_moves(
    source: SequenceStore, clone: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(clone.folder)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(StoreError, match=r"1,000 are free .*make room and pull again"):
        clone.pull(depot(source))


def test_one_percent_more_moves_about_one_percent(store: SequenceStore, tmp_path: Path) -> None:
    rng = random.Random(7)
    text = "".join(f">s{n}\n{''.join(rng.choices('ACGT', k=2000))}\n" for n in range(200))
    more = "".join(f">t{n}\n{''.join(rng.choices('ACGT', k=2000))}\n" for n in range(2))
    load(store, "base", text)
    with follower(store, tmp_path / "clone") as clone:
        whole = clone.pull(depot(store)).bytes
        load(store, "delta", more)
        moved = clone.pull(depot(store)).bytes
    bases = 2000 * 2 // 4
    assert bases < moved < bases + 1500  # the entry and the tail of the list
    assert moved < whole / 50
