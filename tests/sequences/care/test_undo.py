"""A commit is reversed by another; names mean again what they meant, and history keeps both."""

import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.errors import (
    AliasNotFound,
    CollectionNotFound,
    SnapshotNotFound,
    StoreError,
    UsageError,
)
from holdfast.sequences import Alias, SequenceStore


def load(store: SequenceStore, text: bytes, name: str = "file") -> None:
    store.load(io.BytesIO(text), "lab", name, reassign=True)


def meanings(store: SequenceStore, at: int | None = None) -> dict[str, str]:
    """What every name means: aliases and collections."""
    view = store if at is None else store.at(at)
    named = {f"collection {each.name}": each.digest for each in view.collections()}
    for namespace, text in store.room.index.ask(
        "SELECT DISTINCT s.name, a.alias FROM aliases a JOIN namespaces s ON s.id = a.namespace"
    ):
        with suppress(AliasNotFound):
            named[f"{namespace}:{text}"] = view.fetch(f"{namespace}:{text}")
    return named


def test_aliases_that_a_commit_added_are_retired(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    undone = store.undo()
    assert (undone.position, undone.undoes) == (2, (1,))
    assert (undone.aliases_retired, undone.sequences_brought) == (1, 1)
    with pytest.raises(AliasNotFound):
        store.fetch("lab:a")
    with pytest.raises(CollectionNotFound):
        store.collection("file")
    assert store.at(1).fetch("lab:a") == "ACGT"
    assert store.check().problems == ()


def test_a_name_that_moved_comes_back_to_what_it_named(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n>b\nGG\n")
    load(store, b">a\nTTTT\n>c\nCC\n")
    undone = store.undo()
    assert (undone.aliases_retired, undone.aliases_restored) == (2, 1)
    assert meanings(store) == meanings(store, 1)
    assert [each.name for each in store.collection("file").members] == ["a", "b"]
    assert undone.collections_restored == ("file",)


def test_an_alias_that_was_retired_comes_back(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    store.retire_alias(Alias("lab", "a"))
    store.undo()
    assert store.fetch("lab:a") == "ACGT"
    history = store.aliases("lab:a", history=True)
    assert [(each.added, each.retired) for each in history] == [(1, 2), (3, None)]


def test_undoing_again_reverses_the_commit_before(store: SequenceStore) -> None:
    for text in (b">a\nA\n", b">a\nC\n", b">a\nG\n"):
        load(store, text)
    seen = []
    for _ in range(3):
        seen.append(store.undo().undoes)
        seen.append(meanings(store).get("lab:a"))
    assert seen == [(3,), "C", (2,), "A", (1,), None]
    with pytest.raises(UsageError, match="nothing to undo"):
        store.undo()
    assert [each.undone_by for each in store.log()] == [None, None, None, 4, 5, 6]


def test_a_later_alias_to_a_sequence_that_an_undone_commit_brought_is_kept(
    store: SequenceStore,
) -> None:
    load(store, b">a\nACGT\n")
    store.add_alias(Alias("my", "own"), "lab:a")
    store.undo(1)
    assert store.fetch("my:own") == "ACGT"
    with pytest.raises(AliasNotFound):
        store.fetch("lab:a")


def test_undoing_an_earlier_commit_is_refused_when_its_names_moved_since(
    store: SequenceStore,
) -> None:
    load(store, b">a\nACGT\n", "one")
    load(store, b">a\nTTTT\n", "two")
    before = meanings(store)
    with pytest.raises(StoreError, match=r"lab:a.*--to 0"):
        store.undo(1)
    load(store, b">b\nGG\n", "one")
    with pytest.raises(StoreError, match="another meaning"):
        store.undo(1)
    store.undo()
    assert meanings(store) == before


def test_undoing_to_a_position_gives_all_names_their_meaning_then(store: SequenceStore) -> None:
    load(store, b">a\nA\n", "one")
    load(store, b">a\nC\n>b\nCC\n", "two")
    store.undo()
    store.retire_alias(Alias("lab", "a"))
    undone = store.undo_to(2)
    assert undone.undoes == (4, 3)  # 3 had undone 2, which holds again
    assert meanings(store) == meanings(store, 2)
    assert store.undo_to(0).undoes == (2, 1)
    assert meanings(store) == {}
    assert {each.number: each.undone_by for each in store.log()} == {
        1: 6, 2: 6, 3: 5, 4: 5, 5: None, 6: None
    }  # fmt: skip
    with pytest.raises(UsageError, match="nothing to undo after the position 6"):
        store.undo_to(6)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(0, "no commit 0"), (9, "no commit 9"), (2, "undone already, by 3"), (3, "itself an undo")],
)
def test_what_cannot_be_undone_is_said(store: SequenceStore, number: int, sentence: str) -> None:
    load(store, b">a\nA\n")
    load(store, b">b\nC\n")
    store.undo()
    with pytest.raises(StoreError if sentence.startswith("no") else UsageError, match=sentence):
        store.undo(number)
    assert store.status().position == 3


def test_a_namespace_is_retired_in_one_commit_and_its_history_stays(store: SequenceStore) -> None:
    store.load(io.BytesIO(b">a\nACGT\n>b\nGG\n"), "old", "file")
    store.add_alias(Alias("new", "a"), "old:a")
    assert store.retire_namespace("old") == 2
    assert meanings(store).keys() == {"new:a", "collection file"}
    assert store.at(2).fetch("old:b") == "GG"
    with pytest.raises(AliasNotFound, match="namespace 'old'"):
        store.retire_namespace("old")
    store.undo()
    assert store.fetch("old:b") == "GG"


def test_a_namespace_is_retired_by_any_of_its_names(store: SequenceStore) -> None:
    store.load(io.BytesIO(b">NM_000551.4\nACGT\n"), "refseq", "file")
    assert store.retire_namespace("NCBI") == 1
    with pytest.raises(AliasNotFound):
        store.fetch("refseq:NM_000551.4")


def test_a_collection_is_retired_and_still_found_by_its_digest(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    digest = store.collection("file").digest
    store.retire_collection("file")
    with pytest.raises(CollectionNotFound):
        store.collection("file")
    assert store.collection(digest).members[0].name == "a"
    assert [each.name for each in store.at(1).collections()] == ["file"]
    with pytest.raises(CollectionNotFound, match="named 'file'"):
        store.retire_collection("file")
    store.undo()
    assert store.collection("file").digest == digest


def test_who_made_a_commit_is_in_the_log(store: SequenceStore) -> None:
    with SequenceStore.open(store.folder, who="ada") as hers:
        load(hers, b">a\nACGT\n")
        hers.undo()
        assert [(each.number, each.who) for each in hers.log()] == [(2, "ada"), (1, "ada")]
    load(store, b">a\nGG\n")
    assert store.log(limit=1)[0].who == ""


def test_the_log_says_what_each_commit_did(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n>b\nGG\n", "one")
    load(store, b">a\nTTT\n", "two")
    store.retire_collection("one")
    newest, second, first = store.log()
    assert newest.collections_retired == ("one",)
    assert (second.sequences, second.residues) == (1, 3)
    assert (second.aliases_added, second.aliases_retired) == (1, 1)
    (collection,) = first.collections
    assert (collection.name, collection.origin.sha256 is not None) == ("one", True)
    assert [each.number for each in store.log(limit=2, before=3)] == [2, 1]
    assert store.log(before=1) == []


@pytest.mark.parametrize(
    ("text", "position"),
    [("0", 0), ("1", 1), ("2", 2), ("snap", 1), ("1999-01-01", 0), ("2999-01-01T00:00", 2)],
)
def test_a_position_is_named_by_snapshot_number_or_time(
    store: SequenceStore, text: str, position: int
) -> None:
    load(store, b">a\nACGT\n")
    store.snapshot("snap")
    load(store, b">a\nGG\n")
    assert store.position_of(text) == position
    assert store.position_of(store.log()[0].time) == 2


@pytest.mark.parametrize(
    "text", ["3", "9" * 5000, "never", "", "²", "2026-13-01", "../store", "-1"]
)
def test_what_names_no_position_is_said(store: SequenceStore, text: str) -> None:
    load(store, b">a\nACGT\n")
    with pytest.raises(SnapshotNotFound, match=r"no snapshot|no journal position"):
        store.position_of(text)


def test_a_removed_snapshot_is_gone_and_its_name_is_free(store: SequenceStore) -> None:
    load(store, b">a\nACGT\n")
    store.snapshot("then")
    store.remove_snapshot("then")
    assert store.snapshots() == []
    assert (store.folder / "snapshots" / "LIST").read_bytes() == b""
    with pytest.raises(SnapshotNotFound):
        store.remove_snapshot("then")
    store.snapshot("then")


STEPS = st.lists(
    st.tuples(st.sampled_from("load retire undo drop".split()), st.sampled_from("abc"),
              st.sampled_from(["A", "C", "GG"])),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=40)
@given(STEPS, st.data())
def test_undoing_to_any_position_brings_its_names_back(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    with SequenceStore.create(tmp_path_factory.mktemp("undo") / "store") as store:
        for step, name, residues in steps:
            try:
                take(store, step, name, residues)
            except (AliasNotFound, CollectionNotFound, UsageError):
                continue
        last = store.status().position
        position = data.draw(st.integers(0, last))
        then = meanings(store, position)
        if position < last:
            try:
                store.undo_to(position)
            except UsageError:
                assert meanings(store) == then  # commits and their undos only
        assert meanings(store) == then
        assert store.check().problems == ()


def take(store: SequenceStore, step: str, name: str, residues: str) -> None:
    match step:
        case "load":
            load(store, f">{name}\n{residues}\n".encode(), f"file {name}")
        case "retire":
            store.retire_alias(Alias("lab", name))
        case "undo":
            store.undo()
        case "drop":
            store.retire_collection(f"file {name}")
