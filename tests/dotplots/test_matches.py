"""Lines of an alignment become matches of two genomes, and only of these."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dotplots.examples import genome, matches_in
from holdfast.dotplots.matches import covered
from holdfast.errors import ContigUnknown

TARGET, QUERY = genome("t", T=100, U=100), genome("q", a=50, b=50)


def test_contigs_become_places_in_the_genomes() -> None:
    matches = matches_in(
        """b 50 0 10 + U 100 0 10 10 10 60
           a 50 5 10 - T 100 3 8 5 5 0""",
        TARGET,
        QUERY,
    )
    assert (matches.query.tolist(), matches.target.tolist()) == ([1, 0], [1, 0])
    assert matches.strand.tolist() == [1, -1]
    assert matches[matches.mapq > 0].query.tolist() == [1]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("zz 50 0 10 + T 100 0 10 10 10 60", "query contig 'zz', which q lacks"),
        ("a 50 0 10 + a 50 0 10 10 10 60", "target contig 'a', which t lacks.*swapped"),
        ("a 49 0 10 + T 100 0 10 10 10 60", "49 bases in the alignment and 50 in q"),
    ],
)
def test_a_contig_the_genome_lacks_is_named(line: str, problem: str) -> None:
    with pytest.raises(ContigUnknown, match=problem):
        matches_in(line, TARGET, QUERY)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), max_size=12))
def test_covered_bases_are_counted_once(intervals: list[list[int]]) -> None:
    starts, ends = np.array(intervals, dtype=np.int64).reshape(-1, 2).T
    expected = set().union(*(range(start, end) for start, end in intervals))
    assert covered(starts, ends) == len(expected)
