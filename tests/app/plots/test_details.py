"""A plot is looked at from near: its alignments, and the bases where they can be had."""

import json
import shutil
from pathlib import Path

import pytest

from app.plots.compared import fasta, random_bases
from app.plots.drawn import drawn_plot
from holdfast.accounts.people import GUEST, Person
from holdfast.app.container import Container
from holdfast.app.plots.details import plot_bases, plot_details
from holdfast.app.plots.folders import PLOT_FILE
from holdfast.app.plots.marks import PlotMark, PlotVisibility, mark_plot
from holdfast.app.plots.near import Near
from holdfast.app.plots.receiving import complete, receiving
from holdfast.app.plots.uploads import begin_upload
from holdfast.app.sequences.load import load_sequences
from holdfast.dotplots.details import Alignment, Place
from holdfast.dotplots.genome import Contig, Genome, read_genome
from holdfast.errors import ContigUnknown, PlotError, PlotNotFound, UsageError
from holdfast.settings import Settings

LINE = "one 3000 100 200 {strand} two 2000 50 160 100 110 60 cg:Z:40M10D60M"


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return Container(Settings(home=tmp_path / "home"))


@pytest.fixture
def plotted(tmp_path: Path, container: Container) -> Path:
    """A plot of two files, which are there."""
    query = fasta(tmp_path / "query.fa", one=random_bases(3000, 1))
    target = fasta(tmp_path / "target.fa", two=random_bases(2000, 2))
    folder = drawn_plot(
        container, "near", read_genome(target), read_genome(query), LINE.format(strand="-")
    )
    document = json.loads((folder / PLOT_FILE).read_text())
    for side, file in (("target", target), ("query", query)):
        document[side]["provenance"] = {"path": str(file)}
    (folder / PLOT_FILE).write_text(json.dumps(document))
    return tmp_path


def bases(container: Container, side: str, contig: str, start: int, end: int) -> str:
    return plot_bases(container, "near", side, contig, (start, end), Near())


def test_an_alignment_is_told_between_places(container: Container, plotted: Path) -> None:
    near = Near()
    told = plot_details(container, "near", ["two:55-60"], ["one:0-3000"], near)
    whole = (Place("two", 50, 160), Place("one", 100, 200), -1)
    assert told.alignments == (Alignment(*whole, "40M", (50, 200)),)
    behind = plot_details(container, "near", ["two:0-2000"], ["one:110-120"], near)
    assert behind.alignments == (Alignment(*whole, "60M", (100, 160)),)
    assert plot_details(container, "near", [], [], near).alignments == ()


def test_of_a_genome_and_itself_the_mirror_images_are_told_too(container: Container) -> None:
    genome = Genome("self", (Contig("one", 3000), Contig("two", 2000)))
    drawn_plot(container, "self", genome, genome, LINE.format(strand="+"), alone=True)
    told = plot_details(container, "self", ["one:0-3000"], ["two:0-2000"], Near())
    assert [(each.cigar, each.begin) for each in told.alignments] == [("40M10I60M", (100, 50))]


@pytest.mark.parametrize("place", ["two", "two:5", "two:-5-9", "two:a-b", ":1-2", "two:1-²"])
def test_what_is_no_place_is_refused(container: Container, plotted: Path, place: str) -> None:
    with pytest.raises(UsageError, match="is not a place"):
        plot_details(container, "near", [place], ["one:0-10"], Near())
    with pytest.raises(UsageError, match="51 places at once"):
        plot_details(container, "near", ["two:0-1"] * 51, [], Near())


def test_bases_are_read_from_the_file_that_was_compared(
    container: Container, plotted: Path
) -> None:
    whole = random_bases(3000, 1)
    assert bases(container, "query", "one", 1200, 1260) == whole[1200:1260]
    assert bases(container, "query", "one", 5, 5) == ""


def test_bases_are_read_from_the_store_when_the_file_is_gone(
    container: Container, plotted: Path
) -> None:
    moved = (plotted / "query.fa").rename(plotted / "elsewhere.fa")
    with pytest.raises(PlotError, match="no longer here"):
        bases(container, "query", "one", 0, 10)
    with container:
        load_sequences(container, [str(moved)], "lab")
        whole = random_bases(3000, 1)
        assert bases(container, "query", "one", 2990, 3000) == whole[2990:]


def test_a_file_that_has_changed_is_not_believed(container: Container, plotted: Path) -> None:
    fasta(plotted / "query.fa", one=random_bases(3000, 7))
    with pytest.raises(PlotError, match="not what was compared any more"):
        bases(container, "query", "one", 0, 10)
    shutil.copy(plotted / "target.fa", plotted / "query.fa")
    with pytest.raises(PlotError, match="not what was compared any more"):
        bases(container, "query", "one", 0, 10)


def test_what_is_no_slice_of_a_contig_is_refused(container: Container, plotted: Path) -> None:
    with pytest.raises(UsageError, match="no slice of one"):
        bases(container, "query", "one", 0, 3001)
    with pytest.raises(UsageError, match="no side"):
        bases(container, "both", "one", 0, 1)
    with pytest.raises(ContigUnknown, match="no contig 'ones'; did you mean one"):
        bases(container, "query", "ones", 0, 1)
    long = Genome("long", (Contig("one", 9000),))
    drawn_plot(container, "long", long, long, "")
    with pytest.raises(UsageError, match="5,000 at most"):
        plot_bases(container, "long", "query", "one", (0, 5001), Near())


def test_of_a_private_plot_strangers_see_nothing(container: Container, plotted: Path) -> None:
    with container:
        mark_plot(container, "near", PlotMark("ann", PlotVisibility.PRIVATE, "ann"))
        guest, near = container.asked_by(GUEST), Near()
        with pytest.raises(PlotNotFound):
            plot_details(guest, "near", ["two:55-60"], ["one:0-3000"], near)
        with pytest.raises(PlotNotFound):
            plot_bases(guest, "near", "query", "one", (0, 10), near)
        # What was held ready for others is held back too.
        assert plot_bases(container, "near", "query", "one", (0, 10), near)
        with pytest.raises(PlotNotFound):
            plot_bases(guest, "near", "query", "one", (0, 10), near)


def came_from(container: Container, **provenance: object) -> None:
    """Let the plot's query have come from somewhere else."""
    file = container.settings.plots / "near" / PLOT_FILE
    document = json.loads(file.read_text())
    document["query"]["provenance"] = provenance
    file.write_text(json.dumps(document))


def test_bases_of_an_upload_are_for_who_sent_it(container: Container, plotted: Path) -> None:
    content = (plotted / "query.fa").read_bytes()
    with container:
        anna = container.asked_by(Person("anna"))
        begun = begin_upload(anna, "query.fa", len(content))
        with receiving(anna, begun.id, 0) as file:
            file.write(content)
        came_from(container, file="query.fa", sha256=complete(anna, begun.id).sha256)
        assert bases(anna, "query", "one", 0, 10) == random_bases(3000, 1)[:10]
        with pytest.raises(PlotError, match="no longer here"):
            bases(container.asked_by(Person("boris")), "query", "one", 0, 10)


def test_bases_of_an_example_are_for_everybody(plotted: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", examples={"mine": plotted / "query.fa"})
    with Container(settings) as container:
        came_from(container, example="example:mine")
        assert bases(container, "query", "one", 0, 10) == random_bases(3000, 1)[:10]
