"""The charts of the store's pages, as numbers."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.app.sequences.beside import Fate, Pair
from holdfast.app.sequences.composition import Composition
from holdfast.app.sequences.contents import MemberShown
from holdfast.web.store_charts import SHARES_HEIGHT, WIDTH, _stacked, shares_chart

shares = st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=40)


def made(gc: list[float | None], unknown: list[float] | None = None) -> Composition:
    return Composition("SQ.x", 100, 100, (), tuple(gc), tuple(unknown or [0.0] * len(gc)))


@given(shares)
def test_every_share_is_within_its_chart(gc: list[float | None]) -> None:
    chart = shares_chart(made(gc))
    assert chart is not None
    assert 0 <= chart.low < chart.high <= 1
    points = [point for line in chart.lines for point in line.split()]
    assert len(points) == 2 * sum(share is not None for share in gc)
    for point in points:
        x, y = map(float, point.split(","))
        assert -0.1 <= x <= WIDTH + 0.1
        assert -0.1 <= y <= SHARES_HEIGHT + 0.1


def test_what_is_not_known_breaks_the_line_and_is_a_box() -> None:
    chart = shares_chart(made([0.4, None, 0.5], [0, 1.0, 0]))
    assert chart is not None
    assert len(chart.lines) == 2
    assert [(box.height, box.words) for box in chart.unknown] == [(SHARES_HEIGHT, "100% N")]


def test_a_protein_has_no_chart() -> None:
    assert shares_chart(Composition("SQ.x", 3, 3, (("M", 1.0),), (), ())) is None


def test_bars_lie_one_beneath_the_other() -> None:
    members = [MemberShown(place, f"c{place}", 10 * place, "SQ.x") for place in (1, 2, 3)]
    pairs = [Pair(Fate.KEPT, each, each) for each in members]
    stacked = list(_stacked(pairs, members, "a", 0.0, 1.0).values())
    ends = [box.y + box.height for box in stacked]
    assert all(box.y > end for box, end in zip(stacked[1:], ends, strict=False))
    assert stacked[0].words == "c1, 10 residues: kept"
