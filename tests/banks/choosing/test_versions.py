"""Versions come in the order in which people would put them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from holdfast.banks.choosing.versions import version_order

PLAIN = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(
    lambda each: ".".join(map(str, each))
)
ENDINGS = st.sampled_from(["", "", "a1", "b2", "rc1", ".dev3", ".post1"])


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("9", "10"),
        ("1.9", "1.10"),
        ("2024-3-7", "2024-11-1"),
        ("1.0rc1", "1.0"),
        ("1.0", "1.0.1"),
        ("r99", "r100"),
        ("2023_05", "2024_01"),
        ("4.1", "4.1a"),  # a letter alone is of a later one
        ("4.1a1", "4.1"),
        ("4.1b2", "4.1rc1"),
    ],
)
def test_versions_are_ordered_as_people_order_them(older: str, newer: str) -> None:
    assert version_order(older) < version_order(newer)


@given(st.lists(st.text(max_size=20)))
def test_ordering_versions_never_fails(names: list[str]) -> None:
    assert len(sorted(names, key=version_order)) == len(names)


@given(PLAIN, ENDINGS, PLAIN, ENDINGS)
def test_versions_of_packages_come_in_their_own_order(
    one: str, ending: str, other: str, another: str
) -> None:
    first, second = one + ending, other + another
    if Version(first).release != Version(second).release and not _padded(one, other):
        assert (version_order(first) < version_order(second)) == (Version(first) < Version(second))


def _padded(one: str, other: str) -> bool:
    """Whether one is the other with more parts: 1.0 and 1.0.0 are one version to packages."""
    return one.startswith(f"{other}.") or other.startswith(f"{one}.")
