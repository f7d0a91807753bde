"""Plots of which each goes on where the one before ended become one picture."""

from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from app.plots.drawn import drawn_plot
from dotplots.ribbons.test_stack import A_B, B_C, A, B, C
from holdfast.app.plots.ribbons import export_ribbons
from holdfast.dotplots.colours import By
from holdfast.dotplots.pictures import Look
from holdfast.errors import UsageError

LOOK = Look(width=60, dpi=60)


@pytest.fixture(autouse=True)
def _plots(container: QuickContainer) -> None:
    drawn_plot(container, "b-on-a", A, B, A_B)
    drawn_plot(container, "c-on-b", B, C, B_C)


def test_three_genomes_are_drawn_into_a_file(container: QuickContainer, tmp_path: Path) -> None:
    file = tmp_path / "three.svg"
    written = export_ribbons(container, ["b-on-a", "c-on-b"], file, Look(width=180))
    assert written.size == file.stat().st_size
    assert "A – B – C" in file.read_text()
    again = tmp_path / "again"
    export_ribbons(container, ["b-on-a", "c-on-b"], again, Look(width=180), word="svg")
    assert again.read_bytes() == file.read_bytes()


def test_one_plot_has_two_rows(container: QuickContainer, tmp_path: Path) -> None:
    written = export_ribbons(container, ["b-on-a"], tmp_path / "two.png", LOOK, By.STRAND)
    assert written.size > 0


def test_what_does_not_fit_is_told_and_nothing_written(
    container: QuickContainer, tmp_path: Path
) -> None:
    file = tmp_path / "x.png"
    with pytest.raises(UsageError, match="the target of b-on-a is not the query of c-on-b"):
        export_ribbons(container, ["c-on-b", "b-on-a"], file, LOOK)
    with pytest.raises(UsageError, match="ribbons are a picture"):
        export_ribbons(container, ["b-on-a"], tmp_path / "x.tsv", LOOK)
    with pytest.raises(UsageError, match="ribbons tell the contig"):
        export_ribbons(container, ["b-on-a"], file, LOOK, By.CLASSES)
    with pytest.raises(UsageError, match="whole genomes"):
        export_ribbons(container, ["b-on-a"], file, Look(target_regions=("a1",)))
    with pytest.raises(UsageError, match="there is no plot"):
        export_ribbons(container, ["nobody"], file, LOOK)
    assert list(tmp_path.glob("x.*")) == []
