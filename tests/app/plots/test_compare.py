"""Two genomes become a plot that says what it shows and where it comes from."""

import gzip
import io
import re
from base64 import b64decode
from pathlib import Path

import pytest

from app.banks.bank_world import QuickContainer
from app.plots.compared import FILES, description, fasta, random_bases
from holdfast.app.plots.compare import Comparison, compare_genomes
from holdfast.app.plots.folders import list_plots, show_plot
from holdfast.base.digests import file_sha256
from holdfast.dotplots.drawing import Drawing
from holdfast.dotplots.layout.choosing import Order
from holdfast.dotplots.scene import read_scene
from holdfast.errors import AlignmentFailed, PlotError, UsageError
from holdfast.formats.paf import read_paf

pytestmark = pytest.mark.usefixtures("_page")


def test_two_files_become_a_plot(container: QuickContainer, question: Comparison) -> None:
    plot = compare_genomes(container, question)
    assert (plot.name, plot.title) == ("new-against-old", "new against old")
    assert sorted(each.name for each in plot.folder.iterdir()) == FILES
    assert plot.folder == container.settings.plots / "new-against-old"
    assert (plot.target.contigs, plot.query.contigs, plot.matches) == (2, 3, 2)
    assert plot.target.aligned > 0.99
    assert plot.query.aligned == pytest.approx(32 / 35, abs=0.01)
    assert (plot.identity, plot.identity_source) == (1.0, "de")


def test_the_scene_is_ordered_and_turned_and_is_inside_the_page(
    container: QuickContainer, question: Comparison
) -> None:
    plot = compare_genomes(container, question)
    written = (plot.folder / "scene.arrow").read_bytes()
    scene = read_scene(io.BytesIO(written))
    drawn = [(contig.name, contig.reversed) for contig in scene.query.contigs]
    assert drawn == [("a", False), ("b", True), ("c", False)]
    packed = re.search(rb'gzip\+base64">([^<]+)<', plot.page.read_bytes())
    assert packed is not None
    assert gzip.decompress(b64decode(packed[1])) == written
    assert b"<title>new against old</title>" in plot.page.read_bytes()
    assert description(plot)["layout"]["query"]["reversed"] == ["b"]


def test_the_description_says_where_everything_came_from(
    container: QuickContainer, question: Comparison, old: Path
) -> None:
    plot = compare_genomes(container, question)
    told = description(plot)
    assert told["target"]["provenance"] == {
        "file": "old.fa",
        "path": str(old),
        "sha256": file_sha256(old),
    }
    assert told["target"]["contigs"][0]["digest"].startswith("SQ.")
    assert told["aligner"]["command"] == "minimap2 -c -x asm20 old.fa new.fa"
    assert told["files"] == {
        name: file_sha256(plot.folder / name) for name in FILES if name != "plot.json"
    }


@pytest.mark.usefixtures("_pictures")
def test_a_plot_that_is_given_away_tells_no_path_of_this_machine(
    container: QuickContainer, question: Comparison, tmp_path: Path
) -> None:
    plot = compare_genomes(container, question)
    for name in ("scene.arrow", "plot.svg", "plot.png", "alignment.paf"):
        assert str(tmp_path).encode() not in (plot.folder / name).read_bytes(), name


def test_order_and_length_are_as_asked(container: QuickContainer, old: Path, new: Path) -> None:
    asked = Comparison(
        str(old), str(new), drawing=Drawing(order=Order.INPUT, min_length=15_000), name="mine"
    )
    plot = compare_genomes(container, asked)
    assert plot.matches == 1
    assert description(plot)["matches"] == {"drawn": 1, "shorter": 1}
    assert description(plot)["layout"]["query"]["contigs"] == ["b", "c", "a"]
    assert len(read_paf(plot.folder / "alignment.paf")) == 2


@pytest.mark.usefixtures("_pictures")
def test_genomes_without_likeness_make_an_empty_plot_that_says_so(
    container: QuickContainer, old: Path, tmp_path: Path
) -> None:
    other = fasta(tmp_path / "other.fa", x=random_bases(9_000, 7))
    plot = compare_genomes(container, Comparison(str(old), str(other)))
    assert (plot.matches, plot.identity, plot.target.aligned) == (0, None, 0)
    assert b"no matches" in (plot.folder / "plot.svg").read_bytes()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"preset": "asm7"}, "not a preset of mappy"),
        ({"drawing": Drawing(min_length=-1)}, "shorter than 0"),
        ({"name": "../../etc"}, "cannot be the name"),
        ({"name": ""}, "cannot be the name"),
        ({"cores": 0}, "without a core"),
        ({"aligner": "mapy"}, "did you mean mappy"),
        ({"options": ("x:y",)}, "not an option of mappy"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_at_once(
    container: QuickContainer, old: Path, new: Path, options: dict, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        compare_genomes(container, Comparison(str(old), str(new), **options))
    assert container.executor.started == []


@pytest.mark.parametrize("content", [b"", b">a\nAC\n>a\nGT\n", b"\x00\x01\x02", b"ACGT\n"])
def test_a_broken_genome_makes_no_plot(
    container: QuickContainer, question: Comparison, new: Path, content: bytes
) -> None:
    new.write_bytes(content)
    with pytest.raises(AlignmentFailed, match=r"new\.fa.*\(log: "):
        compare_genomes(container, question)
    assert list_plots(container) == ()
    assert {each.name for each in container.settings.plots.iterdir()} <= {".locks", ".kept"}


def test_plots_are_listed_and_shown(container: QuickContainer, question: Comparison) -> None:
    assert list_plots(container) == ()
    plot = compare_genomes(container, question)
    assert list_plots(container) == (plot,)
    assert show_plot(container, plot.name) == plot
    with pytest.raises(UsageError, match="did you mean new-against-old"):
        show_plot(container, "new-against-odl")
    with pytest.raises(UsageError, match="cannot be the name"):
        show_plot(container, "../plots/new-against-old")


def test_a_damaged_plot_is_named(container: QuickContainer, question: Comparison) -> None:
    plot = compare_genomes(container, question)
    (plot.folder / "plot.json").write_text("{}")
    with pytest.raises(PlotError, match=r"plot\.json is damaged"):
        show_plot(container, plot.name)


def test_who_wants_structure_has_small_pieces_aligned_unless_told_otherwise(
    container: QuickContainer, old: Path, new: Path
) -> None:
    wanted = Drawing(structure=True)
    usual = compare_genomes(container, Comparison(str(old), str(new), drawing=wanted))
    assert "and what it hides" in description(usual)["aligner"]["command"]
    left = Comparison(str(old), str(new), drawing=wanted, options=("hidden:leave",))
    command = description(compare_genomes(container, left))["aligner"]["command"]
    assert command == "minimap2 -c -x asm20 old.fa new.fa"
