"""The picture of a plan: layers, few crossings, only the needs that are nearest."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.web.pages.graph import HEIGHT, MOST, WIDTH, draw


def test_each_job_is_to_the_right_of_all_it_needs() -> None:
    needs = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c", "a"], "a long name of a job": ["d"]}
    picture = draw(needs)
    assert picture is not None
    x = {node.name: node.x for node in picture.nodes}
    assert x["a"] < x["b"] == x["c"] < x["d"]
    assert {(edge.before, edge.after) for edge in picture.edges} == {
        ("a", "b"),
        ("a", "c"),
        ("b", "d"),
        ("c", "d"),
        ("d", "a long name of a job"),
    }
    assert picture.nodes[-1].label == "a long name o…"


def test_too_many_jobs_are_not_drawn() -> None:
    assert draw({}) is None
    assert draw({str(number): [] for number in range(MOST + 1)}) is None


@given(st.lists(st.sets(st.integers(0, 30), max_size=4), min_size=1, max_size=30))
def test_boxes_never_overlap_and_lie_within_the_picture(wanted: list[set[int]]) -> None:
    needs = {
        str(number): [str(need) for need in some if need < number]
        for number, some in enumerate(wanted)
    }
    picture = draw(needs)
    assert picture is not None
    boxes = [(node.x, node.y) for node in picture.nodes]
    assert len(boxes) == len(needs)
    for nth, (x, y) in enumerate(boxes):
        assert x + WIDTH <= picture.width
        assert y + HEIGHT <= picture.height
        assert all(abs(x - a) >= WIDTH or abs(y - b) >= HEIGHT for a, b in boxes[:nth])
