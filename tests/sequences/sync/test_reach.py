"""How far a copy must follow so that every pack it needs is still to be had."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.sequences.sync.reach import PackChange, least_whole


def needed(changes: list[PackChange]) -> set[str]:
    """The packs that are needed after `changes`."""
    packs: set[str] = set()
    for change in changes:
        packs = packs - change.dropped | change.named
    return packs


names = st.frozensets(st.sampled_from("abcdef"), max_size=3)
changes = st.lists(
    st.builds(lambda named, dropped: PackChange(named, dropped - named), names, names), max_size=8
)


@given(changes, st.data(), names)
def test_it_is_the_least_at_which_no_pack_is_gone(
    history: list[PackChange], data: st.DataObject, here: frozenset[str]
) -> None:
    wanted = data.draw(st.integers(0, len(history)))
    found = least_whole(history, wanted, here)
    there = needed(history) | here
    assert found >= wanted
    assert needed(history[:found]) <= there
    assert not any(needed(history[:count]) <= there for count in range(wanted, found))
