"""Names and coordinates along an axis: round, apart, of their contig, and within their room."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.dotplots.pictures import letters
from holdfast.dotplots.pictures.edges import edge
from holdfast.dotplots.region import Ruler
from holdfast.dotplots.scene import Axis, AxisContig, Group


def axis(*lengths: int, turned: bool = False) -> Axis:
    contigs = (AxisContig(f"c{place}", length, turned) for place, length in enumerate(lengths))
    return Axis("g", tuple(contigs))


def test_a_single_contig_has_round_coordinates_and_its_name_in_the_label() -> None:
    written = edge(Ruler.of(axis(230_000)), 200, 7, upwards=False)
    assert written.label == "g   (c0, 230.0 kbp, scale in kbp)"
    assert [word for _, word in written.ticks] == ["0", "50", "100", "150", "200"]
    assert written.names == ()


def test_a_region_in_the_middle_of_a_contig_has_its_own_coordinates() -> None:
    ruler = Ruler.of_regions(axis(5_000_000), ["c0:1,234,000-1,236,000"])
    written = edge(ruler, 200, 7, upwards=False)
    assert written.label == "g   c0 (kbp)"
    assert written.ticks == (
        (0, "1,234"),
        (500, "1,234.5"),
        (1000, "1,235"),
        (1500, "1,235.5"),
        (2000, "1,236"),
    )


def test_coordinates_of_a_reversed_contig_run_backwards() -> None:
    ruler = Ruler.of_regions(axis(1000, turned=True), ["c0:100-600"])
    written = edge(ruler, 150, 7, upwards=True)
    assert written.ticks == ((0, "600"), (200, "400"), (400, "200"))
    assert "drawn reversed" in written.label


def test_many_contigs_have_names_and_no_coordinates() -> None:
    written = edge(Ruler.of(axis(*[1000] * 20)), 300, 7, upwards=False)
    assert written.ticks == ()
    assert len(written.names) == 20


def test_a_group_is_named_as_one() -> None:
    grouped = Axis("g", axis(1000, 10, 10, 10).contigs, (Group(1, 3, "3 small"),))
    written = edge(Ruler.of(grouped), 2000, 7, upwards=False)
    assert [word for _, word in written.names] == ["c0", "3 small"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=30), st.booleans())
def test_coordinates_never_touch(lengths: list[int], upwards: bool) -> None:
    ruler = Ruler.of(axis(*lengths))
    points, size = 300.0, 7.0
    written = edge(ruler, points, size, upwards=upwards)
    places = [(at / ruler.length * points, word) for at, word in written.ticks]
    for (one, word), (other, following) in pairwise(places):
        assert one <= other
        widths = [0.0, 0.0] if upwards else [letters.width(w, 6.3) for w in (word, following)]
        assert other - one >= sum(widths) / 2 - 1e-6
    assert len(places) <= points / 5


@pytest.mark.parametrize(("words", "most"), [("contig_with_a_long_name_1234", 60), ("short", 60)])
def test_a_shortened_name_keeps_its_beginning_and_end_and_fits(words: str, most: float) -> None:
    shown = letters.shortened(words, 8, most)
    assert letters.width(shown, 8) <= most
    assert shown[0] == words[0]
    assert shown[-1] == words[-1]
