"""What is seen of a plot, from the words of a link."""

import pytest

from holdfast.app.plots.sights import contigs_told, sight_of
from holdfast.dotplots.colours import By
from holdfast.dotplots.drawing import USUAL
from holdfast.dotplots.layout.choosing import Order, Side
from holdfast.dotplots.seen import Sight, Window
from holdfast.dotplots.structure.events import EventKind
from holdfast.errors import UsageError


def test_no_words_show_the_plot_as_it_was_made() -> None:
    assert sight_of({}, USUAL) == Sight(USUAL)


def test_all_words_of_a_link_are_read() -> None:
    words = {
        "x": "10,20.5", "y": "0,5", "colour": "classes", "palette": "dgenies",
        "classes": "0.9,0.95", "identity": "0.8", "length": "1000", "noise": "hidden",
        "events": "inversion,inverted-translocation", "target-order": "name",
        "query-order": "length", "turned": "x3,y0-1", "hidden": "x7", "axes": "swapped",
        "drawn-by": "reference", "drawn-side": "target", "small": "hide",
        "width": "4", "grid": "off", "view": "ribbons", "aspect": "locked",
    }  # fmt: skip
    sight = sight_of(words, USUAL)
    assert (sight.drawing.order, sight.drawing.side) == (Order.REFERENCE, Side.TARGET)
    assert sight.window == Window(10, 20.5, 0, 5)
    assert (sight.colouring.by, sight.colouring.palette) == (By.CLASSES, "dgenies")
    assert sight.kinds == {EventKind.INVERSION, EventKind.INVERTED_TRANSLOCATION}
    assert (sight.turned, sight.hidden) == ({"x3", "y0", "y1"}, {"x7"})
    assert (sight.min_identity, sight.min_length, sight.hide_noise) == (0.8, 1000, True)
    assert (sight.target_order, sight.query_order, sight.swapped) == ("name", "length", True)
    assert sight_of({"events": "none"}, USUAL).kinds == frozenset()


@pytest.mark.parametrize(
    "words",
    [
        {"x": "1", "y": "0,5"},
        {"x": "5,1", "y": "0,5"},
        {"x": "nan,inf", "y": "0,5"},
        {"identity": "2"},
        {"length": "long"},
        {"noise": "perhaps"},
        {"events": "wonder"},
        {"target-order": "chain"},
        {"drawn-by": "mood"},
        {"colour": "pink"},
        {"classes": "5,1"},
        {"palette": "none of ours"},
        {"turned": "z3"},
        {"hidden": "x9-1"},
        {"hidden": "x0-99999999999"},
    ],
)
def test_what_makes_no_sense_is_refused(words: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        sight_of(words, USUAL)


def test_contigs_are_told_one_by_one_or_as_neighbours() -> None:
    assert contigs_told("") == frozenset()
    assert contigs_told("x1,y2-4") == {"x1", "y2", "y3", "y4"}
