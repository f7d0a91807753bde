"""The list of plots is filtered and sorted, and a damaged plot hides no other."""

import pytest

from app.banks.bank_world import QuickContainer
from app.plots.finished import finished
from holdfast.app.plots.gallery import add_exhibit
from holdfast.app.plots.listing import Sort, find_plots


@pytest.fixture
def plots(container: QuickContainer) -> QuickContainer:
    finished(container, "b", days=3, identity={"mean": None, "source": "de"})
    finished(container, "A", days=9, matches={"drawn": 7})
    finished(container, "c", days=1, title="Ölbaum: Yeast against yeast")
    (container.settings.plots / "c" / "plot.png").write_bytes(b"x" * 999)
    return container


def names(plots: QuickContainer, *words: str, sort: Sort = Sort.NAME) -> list[str]:
    return [each.plot.name for each in find_plots(plots, words, sort).plots]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("name", "A b c"), ("made", "A b c"), ("matches", "b c A"), ("identity", "b A c")],
)
def test_plots_are_sorted(plots: QuickContainer, sort: str, expected: str) -> None:
    assert names(plots, sort=Sort(sort)) == expected.split()


def test_plots_are_sorted_by_size(plots: QuickContainer) -> None:
    assert names(plots, sort=Sort.SIZE)[-1] == "c"
    assert find_plots(plots, ["c"]).plots[-1].size > 999


@pytest.mark.parametrize(
    ("words", "expected"),
    [("yeast", "c"), ("ÖLBAUM AGAINST", "c"), ("2026-02-26", "b"), ("mappy", "A b c"), ("x y", "")],
)
def test_all_words_must_be_said_of_a_plot(plots: QuickContainer, words: str, expected: str) -> None:
    assert names(plots, *words.split()) == expected.split()


def test_a_damaged_plot_hides_no_other(plots: QuickContainer) -> None:
    (plots.settings.plots / "b" / "plot.json").write_text("{}")
    found = find_plots(plots)
    assert [each.plot.name for each in found.plots] == ["A", "c"]
    assert len(found.damaged) == 1
    assert "b/plot.json is damaged" in found.damaged[0]


def test_the_gallery_is_marked(plots: QuickContainer) -> None:
    add_exhibit(plots, "c")
    assert [each.in_gallery for each in find_plots(plots).plots] == [False, False, True]
