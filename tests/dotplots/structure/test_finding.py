"""Each kind of event is told where it is, once, and nothing is told where nothing differs."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotplots.examples import genome, matches_in, random_matches
from dotplots.structure.woven import Piece, told, woven
from holdfast.dotplots.matches import Matches
from holdfast.dotplots.structure.accounts import Sizes
from holdfast.dotplots.structure.events import EventKind, largest
from holdfast.dotplots.structure.finding import structure_of
from holdfast.formats.paf_gaps import Gaps

ALL_U: Sequence[Piece] = [("U", 0, 200, "+")]


@pytest.mark.parametrize(
    ("contigs", "expected"),
    [
        pytest.param([[("T", 0, 200, "+")], ALL_U], [], id="nothing"),
        pytest.param([[("T", 0, 200, "-")], ALL_U], [], id="a whole contig turned"),
        pytest.param(
            [
                [("T", 90, 200, "-")],
                [("U", 0, 70, "+")],
                [("T", 0, 90, "+")],
                [("U", 70, 200, "-")],
            ],
            [],
            id="contigs in any order and direction",
        ),
        pytest.param(
            [[("T", 0, 80, "+"), ("T", 80, 100, "-"), ("T", 100, 200, "+")], ALL_U],
            ["inversion T80-100 a80-100"],
            id="inversion",
        ),
        pytest.param(
            [[("T", 100, 200, "-"), ("T", 80, 100, "+"), ("T", 0, 80, "-")], ALL_U],
            ["inversion T80-100 a100-120"],
            id="inversion on a contig that is turned",
        ),
        pytest.param(
            [[("T", 0, 60, "+"), 40, ("T", 90, 96, "-"), ("T", 150, 200, "+")], ALL_U],
            [
                "unaligned target T60-90",
                "inverted translocation T90-96 a100-106",
                "unaligned target T96-150",
                "unaligned query a60-100",
            ],
            id="turned, but not in its place",
        ),
        pytest.param(
            [
                [
                    ("T", 0, 80, "+"),
                    ("T", 92, 100, "-"),
                    1,
                    ("T", 80, 92, "-"),
                    ("T", 100, 200, "+"),
                ],
                ALL_U,
            ],
            ["inversion T80-100 a80-101", "insertion T92-92 a88-89"],
            id="insertion in an inversion",
        ),
        pytest.param(
            [
                [("T", 0, 50, "+"), ("T", 60, 120, "+"), ("T", 50, 60, "+"), ("T", 120, 200, "+")],
                ALL_U,
            ],
            ["translocation T50-60 a110-120"],
            id="translocation within a contig",
        ),
        pytest.param(
            [
                [("T", 0, 80, "+"), ("U", 100, 120, "+"), ("T", 80, 200, "+")],
                [("U", 0, 100, "+"), ("U", 120, 200, "+")],
            ],
            ["translocation U100-120 a80-100"],
            id="translocation to another contig",
        ),
        pytest.param(
            [
                [("T", 0, 80, "+"), ("U", 100, 120, "-"), ("T", 80, 200, "+")],
                [("U", 0, 100, "+"), ("U", 120, 200, "+")],
            ],
            ["inverted translocation U100-120 a80-100"],
            id="inverted translocation",
        ),
        pytest.param(
            [
                [("T", 0, 120, "+"), ("U", 120, 200, "+")],
                [("U", 0, 120, "+"), ("T", 120, 200, "+")],
            ],
            ["translocation T120-200 b120-200", "translocation U120-200 a120-200"],
            id="reciprocal translocation",
        ),
        pytest.param(
            [[("T", 0, 80, "+"), ("U", 20, 30, "+"), ("T", 80, 200, "+")], ALL_U],
            ["duplication U20-30 a80-90"],
            id="duplication",
        ),
        pytest.param(
            [[("T", 0, 80, "+"), ("U", 20, 30, "-"), ("T", 80, 200, "+")], ALL_U],
            ["inverted duplication U20-30 a80-90"],
            id="inverted duplication",
        ),
        pytest.param(
            [[("T", 0, 100, "+"), ("T", 90, 200, "+")], ALL_U],
            ["duplication T90-100 a100-110"],
            id="duplication in tandem",
        ),
        pytest.param(
            [
                [("T", 0, 95, "+"), ("T", 95, 100, "+"), ("T", 90, 95, "+"), ("T", 95, 200, "+")],
                ALL_U,
            ],
            ["duplication T90-100 a100-110"],
            id="duplication in tandem, in pieces",
        ),
        pytest.param(
            [[("T", 0, 200, "+")], ALL_U, [("T", 30, 90, "+")]],
            ["duplication T30-90 c0-60"],
            id="a contig that is there already",
        ),
        pytest.param(
            [[("T", 0, 100, "+"), 5, ("T", 100, 200, "+")], ALL_U],
            ["insertion T100-100 a100-105"],
            id="insertion",
        ),
        pytest.param(
            [[("T", 0, 100, "+"), ("T", 106, 200, "+")], ALL_U],
            ["deletion T100-106 a100-100"],
            id="deletion",
        ),
        pytest.param(
            [[("T", 0, 80, "+"), 20, ("T", 100, 200, "+")], ALL_U],
            ["unaligned target T80-100", "unaligned query a80-100"],
            id="replaced",
        ),
        pytest.param(
            [[3, ("T", 5, 200, "+")], [("U", 0, 100, "+")], [2]],
            [
                "unaligned target T0-5",
                "unaligned target U100-200",
                "unaligned query a0-3",
                "unaligned query c0-2",
            ],
            id="ends, and a contig without any match",
        ),
    ],
)
def test_what_differs_is_told(contigs: list[Sequence[Piece]], expected: list[str]) -> None:
    matches, target, query = woven(*contigs)
    assert told(structure_of(matches, target, query), query) == expected


def test_an_event_tells_its_evidence() -> None:
    matches, target, query = woven(
        [("T", 0, 80, "+"), ("T", 80, 100, "-"), ("T", 100, 200, "+")], ALL_U
    )
    (event,) = structure_of(matches, target, query)
    assert (event.strand, event.identity, event.matches, event.bases) == (-1, 0.99, 1, 19_800)
    assert event.size == 20_000


def test_gaps_inside_a_match_are_insertions_and_deletions() -> None:
    target, query = genome("t", T=10_000), genome("q", a=10_040)
    matches = matches_in("a 10040 0 10040 - T 10000 0 10000 9000 10100 60", target, query)
    gaps = Gaps(
        *(np.array(each) for each in ([0, 0], [100, 5060], [160, 5060], [100, 5000], [100, 5100]))
    )
    events = structure_of(matches, target, query, gaps)
    assert [(e.kind, e.target and (e.target.start, e.target.end)) for e in events] == [
        (EventKind.DELETION, (100, 160)),
        (EventKind.INSERTION, (5060, 5060)),
    ]
    assert [e.query and (e.query.start, e.query.end) for e in events] == [
        (9940, 9940),
        (4940, 5040),
    ]
    larger = structure_of(matches, target, query, gaps, Sizes(least=80))
    assert [event.kind for event in larger] == [EventKind.INSERTION]


def test_what_is_moved_out_of_a_gap_is_no_deletion_and_into_one_no_insertion() -> None:
    matches, target, query = woven(
        [("T", 0, 50, "+"), ("T", 60, 120, "+"), ("T", 50, 60, "-"), 2, ("T", 120, 200, "+")], ALL_U
    )
    assert told(structure_of(matches, target, query), query) == [
        "inverted translocation T50-60 a110-120",
        "insertion T120-120 a120-122",
    ]


def test_genomes_without_matches_are_unaligned() -> None:
    matches, target, query = woven([7])
    assert told(structure_of(matches, target, query), query) == [
        "unaligned target T0-200",
        "unaligned target U0-200",
        "unaligned query a0-7",
    ]


def some_gaps(matches: Matches, seed: int) -> Gaps:
    """A gap of 50 bases in the middle of some of the matches, on either side."""
    spans = [matches.target_end - matches.target_start, matches.query_end - matches.query_start]
    line = np.flatnonzero(np.minimum(*spans) > 60)[::3]
    half, other = (span[line] // 2 - 25 for span in spans)
    added = 50 * (np.random.default_rng(seed).random(len(line)) < 0.5)
    return Gaps(line, half, half + 50 - added, other, other + added)


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(0, 80))
def test_the_order_of_matches_changes_nothing_and_no_event_leaves_its_contig(
    seed: int, count: int
) -> None:
    target = genome("t", T=10_000, U=6_000)
    query = genome("q", **{f"c{n}": 1_000 + 900 * n for n in range(4)})
    matches = random_matches(target, query, count, seed)
    gaps = some_gaps(matches, seed)
    events = structure_of(matches, target, query, gaps)
    order = np.random.default_rng(seed).permutation(len(matches))
    moved = replace(gaps, line=np.argsort(order)[gaps.line])
    assert structure_of(matches[order], target, query, moved) == events
    for event in events:
        for place, of in ((event.target, target), (event.query, query)):
            if place is not None:
                assert 0 <= place.start <= place.end <= of.contigs[place.contig].length


@settings(max_examples=60)
@given(st.permutations(range(8)), st.lists(st.booleans(), min_size=8, max_size=8), st.data())
def test_what_is_only_in_another_order_is_neither_lacking_nor_twice(
    order: list[int], turned: list[bool], data: st.DataObject
) -> None:
    cuts = [0, *sorted(data.draw(st.sets(st.integers(1, 199), min_size=7, max_size=7))), 200]
    pieces: list[Piece] = [
        ("T", cuts[place], cuts[place + 1], "-" if turn else "+")
        for place, turn in zip(order, turned, strict=True)
    ]
    matches, target, query = woven(pieces, ALL_U)
    events = structure_of(matches, target, query)
    assert {event.kind for event in events} <= {
        EventKind.INVERSION,
        EventKind.TRANSLOCATION,
        EventKind.INVERTED_TRANSLOCATION,
    }


def test_the_largest_events_stay_in_their_order() -> None:
    matches, target, query = woven(
        [("T", 0, 50, "+"), ("T", 52, 90, "+"), ("T", 95, 130, "+"), 3, ("T", 130, 200, "+")], ALL_U
    )
    events = structure_of(matches, target, query)
    assert [event.size for event in events] == [2000, 5000, 3000]
    assert [event.size for event in largest(events, 2)] == [5000, 3000]
    assert largest(events, 3) == events
