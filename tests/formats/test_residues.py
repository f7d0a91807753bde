"""Residues of many sequences at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfast.formats.residues import Joined, letter_set, letter_sets

PARTS = st.lists(st.binary(max_size=20), max_size=10)


@given(PARTS)
def test_sequences_cut_of_one_run_are_those_that_were_joined(parts: list[bytes]) -> None:
    joined = Joined.of(parts)
    cut = Joined(joined.whole, joined.lengths)
    assert joined.whole == b"".join(parts)
    for each in (joined, cut):
        assert list(each) == parts
        assert len(each) == len(parts)
        assert [each[place] for place in range(len(parts))] == parts
        assert list(each[1:-1]) == parts[1:-1]
        assert each.longest == max(map(len, parts), default=0)


def test_they_are_cut_once_and_only_when_somebody_asks_for_one() -> None:
    cut = Joined(b"ACGT", np.array([1, 3]))
    assert (len(cut), cut.longest, cut.are_letters()) == (2, 3, True)
    assert letter_sets(cut).tolist() == [letter_set("A"), letter_set("CGT")]
    assert cut._parts is None
    assert cut[1] is cut[1]


def test_what_is_joined_stays_so() -> None:
    joined = Joined.of([b"A"])
    assert Joined.of(joined) is joined


@given(PARTS)
def test_all_are_letters_or_one_s_set_tells(parts: list[bytes]) -> None:
    foreign = [letters >> 31 for letters in letter_sets(parts).tolist()]
    assert Joined.of(parts).are_letters() == (not any(foreign))
