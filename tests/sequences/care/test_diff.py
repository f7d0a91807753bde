"""What separates two positions: counts, and the rows behind them."""

import io

import pytest

from holdfast.sequences import Alias, Change, SequenceStore


@pytest.fixture
def changed(store: SequenceStore) -> SequenceStore:
    """A store with two snapshots: a stays, b moves, c goes, d comes; e goes and comes back."""
    first = b">a\nA\n>b\nCC\n>c\nGGG\n>e\nTTTT\n"
    store.load(io.BytesIO(first), "lab", "kept")
    store.load(io.BytesIO(b">x\nACAC\n"), "other", "old")
    store.snapshot("before")
    store.load(io.BytesIO(b">b\nCCAA\n>d\nGATT\n"), "lab", "kept", reassign=True)
    store.retire_alias(Alias("lab", "c"))
    store.retire_alias(Alias("lab", "e"))
    store.add_alias(Alias("lab", "e"), store.at("before").resolve("lab:e"))
    store.retire_collection("old")
    store.load(io.BytesIO(b">y\nACAC\n"), "third", "new")
    store.snapshot("after")
    return store


def test_counts_say_how_much_changed(changed: SequenceStore) -> None:
    counts = changed.diff("before", "after").counts()
    assert (counts.before, counts.after) == (2, 8)
    assert (counts.sequences_added, counts.sequences_removed) == (2, 0)
    assert (counts.aliases_added, counts.aliases_removed, counts.aliases_repointed) == (2, 1, 1)
    assert counts.collections_added == counts.collections_removed == 1
    assert counts.collections_repointed == 1
    assert not counts.nothing


def test_an_alias_that_names_another_sequence_is_told_with_both(changed: SequenceStore) -> None:
    diff = changed.diff("before", "after")
    (moved,) = diff.aliases(Change.REPOINTED)
    assert str(moved.alias) == "lab:b"
    assert moved.before == changed.at("before").resolve("lab:b")
    assert moved.after == changed.resolve("lab:b")
    assert [str(each.alias) for each in diff.aliases(Change.ADDED)] == ["lab:d", "third:y"]
    (gone,) = diff.aliases(Change.REMOVED)
    assert (str(gone.alias), gone.after) == ("lab:c", None)
    names = {each.name: (each.before, each.after) for each in diff.collections()}
    assert [(name, *map(bool, pair)) for name, pair in names.items()] == [
        ("kept", True, True),
        ("new", False, True),
        ("old", True, False),
    ]


def test_the_other_way_round_added_is_removed(changed: SequenceStore) -> None:
    there, back = changed.diff("before", "after"), changed.diff("after", "before")
    forward, backward = there.counts(), back.counts()
    assert forward.aliases_added == backward.aliases_removed
    assert forward.aliases_removed == backward.aliases_added
    assert forward.aliases_repointed == backward.aliases_repointed
    assert forward.sequences_added == backward.sequences_removed
    assert list(there.sequences(Change.ADDED)) == list(back.sequences(Change.REMOVED))


def test_no_later_commit_changes_a_difference(changed: SequenceStore) -> None:
    diff = changed.diff("before", "after")
    counts = diff.counts()
    changed.retire_namespace("lab")
    changed.load(io.BytesIO(b">n\nNNAC\n"), "lab", "kept")
    assert diff.counts() == counts
    assert len(list(diff.aliases(Change.ADDED))) == counts.aliases_added


def test_a_position_and_itself_differ_in_nothing(changed: SequenceStore) -> None:
    assert changed.diff("after").counts().nothing
    assert changed.diff(3, 3).counts().nothing


def test_lists_end_at_their_limit(changed: SequenceStore) -> None:
    diff = changed.diff(0)
    assert len(list(diff.aliases(Change.ADDED, 2))) == 2
    assert len(list(diff.sequences(Change.ADDED, 3))) == 3
    assert diff.counts().aliases_added == 6


@pytest.mark.parametrize("pair", [(a, b) for a in range(0, 9, 2) for b in range(9)])
def test_counts_are_those_of_the_views(changed: SequenceStore, pair: tuple[int, int]) -> None:
    """Held against the plain way: both states in dictionaries."""
    index = changed.room.index

    def state(at: int) -> dict[tuple[int, str], int]:
        rows = index.ask(
            "SELECT namespace, alias, sequence FROM aliases"
            " WHERE added <= :at AND (retired IS NULL OR retired > :at)",
            {"at": at},
        )
        return {(namespace, alias): sequence for namespace, alias, sequence in rows}

    before, after = state(pair[0]), state(pair[1])
    counts = changed.diff(*pair).counts()
    assert counts.aliases_added == len(after.keys() - before.keys())
    assert counts.aliases_removed == len(before.keys() - after.keys())
    moved = [name for name in before.keys() & after.keys() if before[name] != after[name]]
    assert counts.aliases_repointed == len(moved)
    diff = changed.diff(*pair)
    assert len(list(diff.aliases(Change.ADDED))) == counts.aliases_added
    assert len(list(diff.aliases(Change.REMOVED))) == counts.aliases_removed
    assert len(list(diff.aliases(Change.REPOINTED))) == counts.aliases_repointed
    assert len(list(diff.sequences(Change.ADDED))) == counts.sequences_added
