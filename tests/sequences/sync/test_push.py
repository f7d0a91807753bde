"""A store is pushed to where it is only files, and read from there."""

import io
from pathlib import Path

import pytest

from holdfast.base.progress import Progress
from holdfast.errors import RemoteError, SnapshotExists, SnapshotNotFound, StoreBusy, StoresDiverged
from holdfast.sequences import SequenceStore
from holdfast.sequences.storage.lists import read_entries
from holdfast.sequences.sync import WritableDepot
from holdfast.sequences.sync.memory import MemoryDepot
from holdfast.sequences.sync.throttle import throttled
from holdfast.testing.depots import HASTE, Site


def load(store: SequenceStore, name: str, text: str) -> None:
    store.load(io.BytesIO(text.encode()), "lab", name, reassign=True)


@pytest.fixture
def source(store: SequenceStore) -> SequenceStore:
    """A store of two commits and a snapshot between them."""
    load(store, "one", ">a\nACGT\n")
    store.snapshot("first")
    load(store, "two", ">b\nGGGG\n")
    return store


@pytest.mark.service("rsync")
@pytest.mark.parametrize("kind", ["rsync_site", "s3_site"])
def test_a_store_travels_by_every_kind_of_depot(
    request: pytest.FixtureRequest, source: SequenceStore, tmp_path: Path, kind: str
) -> None:
    site: Site = request.getfixturevalue(kind)
    there = site.open(HASTE)
    assert isinstance(there, WritableDepot)
    assert source.push(there, dry_run=True).entries == 2
    assert site.content("store.toml") is None
    assert source.push(there, "first").after == 1
    with SequenceStore.create(tmp_path / "copy", source.id) as copy:
        assert copy.pull(site.open(HASTE)).after == 1
        assert source.push(there).before == 1
        assert source.push(there).bytes == 0
        report = copy.pull(site.open(HASTE))
        assert (report.before, report.after) == (1, 2)
        assert [each.name for each in copy.snapshots()] == ["first"]
        assert copy.check().problems == ()


def test_a_copy_that_is_further_is_not_pushed_back(source: SequenceStore, tmp_path: Path) -> None:
    memory = MemoryDepot()
    source.push(memory)
    with SequenceStore.create(tmp_path / "copy", source.id) as copy:
        copy.pull(memory, "first")
        with pytest.raises(StoresDiverged, match="up to 2, and this one up to 1; pull them"):
            copy.push(memory)


def test_a_store_with_commits_of_its_own_is_not_pushed(
    source: SequenceStore, tmp_path: Path
) -> None:
    memory = MemoryDepot()
    source.push(memory)
    before = dict(memory.files)
    with SequenceStore.create(tmp_path / "copy", source.id) as copy:
        copy.pull(memory, "first")
        load(copy, "mine", ">m\nAAAA\n")
        load(copy, "more", ">n\nAAAA\n")
        with pytest.raises(StoresDiverged, match="separate ways"):
            copy.push(memory)
    with (
        SequenceStore.create(tmp_path / "another") as another,
        pytest.raises(StoresDiverged, match="another one"),
    ):
        another.push(memory)
    assert memory.files == before


def test_of_two_who_push_at_once_one_is_told(source: SequenceStore, tmp_path: Path) -> None:
    memory = MemoryDepot()
    source.push(memory, "first")
    with SequenceStore.create(tmp_path / "rival", source.id) as rival:
        rival.pull(memory)
        load(rival, "mine", ">m\nAAAA\n")
        put = memory.put

        def slow(*rest: object, **named: object) -> int:
            memory.put = put  # type: ignore[method-assign]  # only the first is slow
            rival.push(memory)
            return put(*rest, **named)  # type: ignore[arg-type]  # passed on as they came

        memory.put = slow  # type: ignore[method-assign]  # the rival comes in between
        with pytest.raises(StoreBusy, match="LIST changed meanwhile"):
            source.push(memory)
        # Who reads by the lists sees the rival's commit, whole.
        with SequenceStore.create(tmp_path / "reader", source.id) as reader:
            assert reader.pull(memory).after == 2
            assert reader.fetch("m") == "AAAA"
            assert reader.check().problems == ()


def test_an_unknown_snapshot_is_not_pushed(source: SequenceStore) -> None:
    memory = MemoryDepot()
    with pytest.raises(SnapshotNotFound):
        source.push(memory, "nope")
    assert memory.files == {}


def test_each_side_keeps_its_own_snapshot_of_a_name(source: SequenceStore, tmp_path: Path) -> None:
    memory = MemoryDepot()
    source.push(memory, "first")
    with SequenceStore.create(tmp_path / "copy", source.id) as copy:
        copy.pull(memory)
        copy.snapshot("same")
        copy.push(memory)
    source.snapshot("same")
    assert source.push(memory).snapshots_kept == ("same",)
    with pytest.raises(SnapshotExists, match="another snapshot same at memory"):
        source.push(memory, "same")


def test_a_push_that_breaks_off_is_ended_by_the_next(source: SequenceStore) -> None:
    memory = MemoryDepot()
    put = memory.put

    def broken(*_: object) -> int:
        raise RemoteError("the line is dead")

    memory.put = broken  # type: ignore[method-assign,assignment]  # the line is dead
    with pytest.raises(RemoteError, match="dead"):
        source.push(memory)
    memory.put = put  # type: ignore[method-assign]  # and works again
    assert "journal/LIST" not in memory.files
    assert source.push(memory).after == 2
    assert len(read_entries(memory.files["journal/LIST"], 1, "x")) == 2


def test_a_rate_is_kept_to(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [0.0], []
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", slept.append)
    heard: list[Progress] = []
    listener = throttled(heard.append, 1000)
    listener(Progress("fetching", 500, 2000, "bytes"))
    now[0] = 5.0
    listener(Progress("fetching", 2000, 2000, "bytes"))
    listener(Progress("fetching", 3, 3, "files"))
    assert slept == [0.5]
    assert len(heard) == 3
    assert throttled(heard.append, 0) == heard.append
