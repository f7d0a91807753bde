"""Where everything is, as a fold over journal entries."""

from array import array
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import StoreDamaged
from holdfast.sequences.care.places import GONE, Places
from holdfast.sequences.storage.journal import (
    Dictionary,
    Entry,
    LayoutPlace,
    Moved,
    NamedCollection,
    Origin,
    SequenceColumns,
)
from holdfast.sequences.storage.packs import PackName

FIRST, SECOND = PackName("a" * 64, 100), PackName("b" * 64, 90)


def columns(*places: tuple[int, int, int]) -> SequenceColumns:
    """New sequences at these places: pack, offset, size."""
    count = len(places)
    packs, offsets, sizes = zip(*places, strict=True) if places else ((), (), ())
    return SequenceColumns(
        bytes(24 * count), bytes(16 * count), bytes(20 * count),
        array("Q", [4] * count), array("I", [1] * count), array("I", packs), array("Q", offsets),
        array("Q", sizes), array("B", [1] * count), array("I", [0] * count),
    )  # fmt: skip


@pytest.fixture
def taken() -> Places:
    """Two sequences, a dictionary and a layout in one pack."""
    places = Places()
    layout = LayoutPlace(0, 40, 5, "c" * 64)
    collection = NamedCollection("x", "d", Origin(), layout=layout, sequences=[0, 1])
    places.take(
        Entry(
            1, "", "", packs=[FIRST], sequences=columns((0, 16, 4), (0, 20, 6)),
            dictionaries=[Dictionary(0, 30, 8)], collections=[collection],
        )
    )  # fmt: skip
    return places


def test_what_an_entry_brings_is_in_its_packs(taken: Places) -> None:
    assert taken.sequences.tolist() == [(0, 16, 4), (0, 20, 6)]
    assert taken.needed() == [0]
    assert taken.is_needed(FIRST.sha256)
    assert (taken.dictionaries[0].offset, taken.layouts[1, 0].offset) == (30, 40)


def test_what_moved_is_elsewhere_and_what_was_dropped_is_gone(taken: Places) -> None:
    moved = Moved([0], [0], [16], [4], [(1, Dictionary(0, 20, 8))], [])
    taken.take(
        Entry(2, "", "", packs=[SECOND], moved=moved, dropped=[1], dropped_packs=[FIRST.sha256])
    )
    assert taken.sequences[0].tolist() == (1, 16, 4)
    assert taken.sequences[1]["pack"] == GONE
    assert (taken.needed(), taken.is_needed(FIRST.sha256)) == ([1], False)
    assert taken.dictionaries[0].pack == 1
    assert taken.layouts == {}, "it did not move, so it went with its pack"


def test_a_pack_that_comes_again_is_needed_again(taken: Places) -> None:
    taken.take(Entry(2, "", "", dropped=[0, 1], dropped_packs=[FIRST.sha256]))
    assert taken.needed() == []
    taken.take(Entry(3, "", "", packs=[FIRST], sequences=columns((0, 16, 4))))
    assert taken.needed() == [0]
    assert taken.sequences[2].tolist() == (0, 16, 4)


@pytest.mark.parametrize(
    "entry",
    [
        Entry(2, "", "", sequences=columns((0, 1, 1))),
        Entry(2, "", "", packs=[SECOND], sequences=columns((3, 1, 1))),
        Entry(2, "", "", packs=[SECOND], moved=Moved([7], [0], [1], [1])),
        Entry(2, "", "", packs=[SECOND], moved=Moved([-1], [0], [1], [1])),
        Entry(2, "", "", packs=[SECOND], moved=Moved([0], [-1], [1], [1])),
        Entry(2, "", "", packs=[SECOND], moved=Moved(dictionaries=[(9, Dictionary(0, 1, 1))])),
        Entry(2, "", "", packs=[SECOND], moved=Moved(dictionaries=[(0, Dictionary(0, 1, 1))])),
        Entry(2, "", "", dropped=[2]),
        Entry(2, "", "", dropped=[-2]),
        Entry(2, "", "", dropped_packs=["e" * 64]),
    ],
)
def test_an_entry_that_speaks_of_what_there_is_not_is_damage(taken: Places, entry: Entry) -> None:
    with pytest.raises(StoreDamaged, match="entry 2 speaks of what there is not"):
        taken.take(entry)


@given(st.lists(st.lists(st.tuples(st.integers(0, 1), st.integers(16, 9**9), st.integers(0, 99)))))
def test_many_entries_are_laid_end_to_end(entries: list[list[tuple[int, int, int]]]) -> None:
    places = Places()
    for number, rows in enumerate(entries, 1):
        packs = [replace(FIRST, sha256=f"{number}a"), replace(SECOND, sha256=f"{number}b")]
        places.take(Entry(number, "", "", packs=packs, sequences=columns(*rows)))
    told = [
        (2 * nth + pack, offset, size)
        for nth, rows in enumerate(entries)
        for pack, offset, size in rows
    ]
    assert places.sequences.tolist() == told
