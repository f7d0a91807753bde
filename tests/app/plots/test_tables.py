"""Summaries and associations of a finished plot, and the files they are written to."""

import pytest

from app.banks.bank_world import QuickContainer
from app.plots.drawn import drawn_plot
from dotplots.examples import genome
from holdfast.app.plots.associations import (
    COLUMNS,
    associate,
    associations_as_dgenies,
    associations_table,
)
from holdfast.app.plots.summary import (
    dgenies_summary_table,
    summarise,
    summarise_as_dgenies,
    summary_table,
)
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Side
from holdfast.errors import UsageError

TARGET, QUERY = genome("t", T=1000, U=500), genome("q", b=400, a=800, none=100)
PAF = """
a 800 0   800 + T 1000 100 900 720 800 60
b 400 100 400 - U 500  0   300 150 300 60
"""
TURNED = Layout(Arrangement((0, 1), (False, False)), Arrangement((1, 0, 2), (True, False, False)))


@pytest.fixture(autouse=True)
def _plot(container: QuickContainer) -> None:
    drawn_plot(container, "mine", TARGET, QUERY, PAF, TURNED)


def test_a_summary_tells_both_genomes(container: QuickContainer) -> None:
    found = summarise(container, "mine", (0.5, 0.8))
    assert (found.plot, found.matches, found.noise, found.identity_source) == (
        "mine",
        2,
        0,
        "columns",
    )
    assert [each.bases for each in found.target.identity.classes] == [0, 300, 800]
    assert [each.bases for each in found.query.identity.classes] == [0, 300, 800]
    assert found.query.identity.unmatched == 200
    assert found.target.contiguity.n50 == 1000
    assert found.query.depth.bases == (200, 1100, 0, 0)


def test_a_genome_compared_with_itself_is_told_by_what_is_like_another_place(
    container: QuickContainer,
) -> None:
    paf = """T 1000 0   1000 + T 1000 0   1000 1000 1000 60
             U 500  0   500  + U 500  0   500  500  500  60
             T 1000 100 300  - U 500  50  250  200  200  60"""
    drawn_plot(container, "alone", TARGET, TARGET, paf, alone=True)
    found = summarise(container, "alone")
    assert (found.matches, found.target.depth.bases[1]) == (2, 400)
    best = [each.best and each.best.other for each in associate(container, "alone").associations]
    assert best == ["U", "T"]


def test_a_summary_is_a_table_of_measures(container: QuickContainer) -> None:
    lines = summary_table(summarise(container, "mine")).splitlines()
    rows = [line.split("\t") for line in lines]
    assert rows[0] == ["measure", "target", "query"]
    told = {row[0]: row[1:] for row in rows}
    assert told["n50"] == ["1000", "800"]
    assert told["aligned_share"] == ["0.733333", "0.846154"]
    assert told["usual_depth"] == ["1", "1"]
    assert told["bases_at_depth_3_or_more"] == ["0", "0"]
    assert told["bases_at_identity_0.75-1"] == ["800", "800"]


def test_the_summary_of_dgenies_has_its_categories(container: QuickContainer) -> None:
    text = dgenies_summary_table(summarise_as_dgenies(container, "mine"))
    assert text == "No match\t26.53\n<25%\t0.00\n<50%\t0.00\n<75%\t20.07\n>75%\t53.40\n"


def test_classes_that_make_no_sense_are_refused(container: QuickContainer) -> None:
    with pytest.raises(UsageError, match="must rise"):
        summarise(container, "mine", (0.9, 0.5))


def test_contigs_are_associated_in_the_order_drawn(container: QuickContainer) -> None:
    found = associate(container, "mine")
    assert [(each.contig, each.turned) for each in found.associations] == [
        ("a", False),
        ("b", True),
        ("none", False),
    ]
    assert (found.genome, found.other, found.unassigned) == ("q", "t", ("none",))


def test_targets_have_their_best_query(container: QuickContainer) -> None:
    found = associate(container, "mine", Side.TARGET)
    best = [(each.contig, each.best and each.best.other) for each in found.associations]
    assert best == [("T", "a"), ("U", "b")]
    assert found.unassigned == ()


def test_associations_are_written_in_columns(container: QuickContainer) -> None:
    text = associations_table(associate(container, "mine").associations)
    first, second, third, fourth = (line.split("\t") for line in text.splitlines())
    assert tuple(first) == COLUMNS
    assert {len(row) for row in (first, second, third, fourth)} == {len(COLUMNS)}
    told = dict(zip(COLUMNS, third, strict=True))
    assert (told["contig"], told["best"], told["strand"], told["turned"]) == ("b", "U", "-", "yes")
    assert (told["start"], told["coverage"], told["identity"]) == ("100", "0.750000", "0.500000")
    assert fourth[:2] == ["none", "100"]
    assert set(fourth[6:]) == {""}


def test_associations_of_dgenies_are_those_of_the_turned_contig(container: QuickContainer) -> None:
    lines = associations_as_dgenies(container, "mine").splitlines()
    assert lines[2] == "b\tU\t-\t400\t0\t300\t500\t0\t300"
