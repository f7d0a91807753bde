"""Two genomes, however they are named, become a plot that is there whole or not at all."""

import bz2
import gzip
import io
import json
import lzma
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from zstandard import compress as zstd

from app.banks.bank_world import Databank, QuickContainer, contents
from holdfast.app.banks.updating.update import update_bank
from holdfast.app.plots import compare, making
from holdfast.app.plots import folders as plots
from holdfast.app.plots.compare import Comparison, compare_genomes
from holdfast.app.plots.folders import list_plots, show_plot
from holdfast.app.plots.genomes import estimated_bases
from holdfast.app.plots.opened import open_plot
from holdfast.app.tasks import align, draw
from holdfast.base.digests import file_sha256
from holdfast.dotplots.aligners.interface import Question
from holdfast.dotplots.aligners.mappy_aligner import MappyAligner
from holdfast.dotplots.drawing import Drawing
from holdfast.dotplots.layout.arrangement import Layout
from holdfast.dotplots.layout.choosing import Order
from holdfast.dotplots.pictures import pictures
from holdfast.dotplots.pictures.look import Look
from holdfast.dotplots.scene import read_scene
from holdfast.errors import AlignmentFailed, PlanInvalid, PlotError, UsageError
from holdfast.formats.paf import read_paf
from holdfast.sequences import Origin

PAGE = (
    b"<html><head><title>Plot</title></head>"
    b'<body><script id="holdfast-scene" type="application/gzip+base64"></script></body></html>'
)
COMPLEMENT = str.maketrans("ACGT", "TGCA")
FILES = ["alignment.paf", "plot.html", "plot.json", "plot.png", "plot.svg", "scene.arrow"]


def random_bases(count: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), count))


def fasta(path: Path, **contigs: str) -> Path:
    path.write_text("".join(f">{name}\n{residues}\n" for name, residues in contigs.items()))
    return path


@pytest.fixture(autouse=True)
def _page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is built; the real one is examined by the browser's tests."""
    for part in (making, draw):
        monkeypatch.setattr(part, "template", lambda: PAGE)
    monkeypatch.setattr(draw, "pictures", lambda _, kinds: (b"a picture",) * len(kinds))


@pytest.fixture
def _pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures that are drawn, small ones."""
    monkeypatch.setattr(draw, "pictures", partial(pictures, look=Look(width=80, dpi=50)))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return fasta(tmp_path / "old.fa", one=random_bases(20_000, 1), two=random_bases(12_000, 2))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The same in other order, the second turned, and something new between them."""
    two = random_bases(12_000, 2).translate(COMPLEMENT)[::-1]
    news = random_bases(3_000, 3)
    return fasta(tmp_path / "new.fa", b=two, c=news, a=random_bases(20_000, 1))


@pytest.fixture
def question(old: Path, new: Path) -> Comparison:
    return Comparison(str(old), str(new))


def description(plot: plots.Plot) -> dict:
    return json.loads((plot.folder / "plot.json").read_text())


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


@pytest.mark.usefixtures("_pictures")
@pytest.mark.parametrize("again", [False, True])
def test_the_same_question_gives_the_same_bytes_and_replaces_the_plot(
    container: QuickContainer, question: Comparison, again: bool
) -> None:
    first = contents(compare_genomes(container, question).folder)
    if not again:  # as if it were of another question: it is made again, of what is kept
        (container.settings.plots / "new-against-old" / "plot.png").write_bytes(b"damaged")
    second = contents(compare_genomes(container, replace(question, again=again)).folder)
    assert sorted(second) == FILES
    told = [json.loads(each.pop("plot.json")) for each in (first, second)]
    assert [each.pop("made")["kept"]["contigs"] for each in told] == [0, 0 if again else 1]
    for each in told:
        assert each.pop("created")
        assert each.pop("question")
    assert told[0] == told[1]
    assert first == second
    assert [each.name for each in container.settings.plots.iterdir() if each.name[0] != "."] == [
        "new-against-old"
    ]


def test_a_plot_that_answers_the_question_is_not_made_again(
    container: QuickContainer, question: Comparison, old: Path
) -> None:
    first = compare_genomes(container, question)
    container.executor.started.clear()
    assert compare_genomes(container, question) == first
    assert container.executor.started == []
    compare_genomes(container, replace(question, drawing=Drawing(min_length=1)))
    assert container.executor.started == ["align"]
    old.write_text(old.read_text().replace("ACGT", "AGCT"))
    compare_genomes(container, question)
    assert container.executor.started == ["align"] * 2


def test_a_genome_is_compared_with_itself_given_once_or_twice(
    container: QuickContainer, tmp_path: Path
) -> None:
    repeat = random_bases(4_000, 4)
    genome = fasta(tmp_path / "g.fa", one=random_bases(9_000, 1) + repeat, two=repeat)
    copy = tmp_path / "copy.fa"
    copy.write_bytes(genome.read_bytes())
    alone = compare_genomes(container, Comparison(str(genome)))
    assert (alone.title, alone.name) == ("g against itself", "g-against-itself")
    table = read_paf(alone.folder / "alignment.paf")
    assert any(table.target_end - table.target_start < 5_000)  # the repeat is found
    opened = open_plot(container, alone.name)
    assert alone.matches == len(opened.matches) == len(table) + 1  # and shown on both sides
    assert opened.layout == Layout.as_given(opened.target, opened.query)
    for query in (genome, copy):
        twice = compare_genomes(container, Comparison(str(genome), str(query), name="twice"))
        assert twice.title == alone.title
        assert contents(twice.folder)["alignment.paf"] == contents(alone.folder)["alignment.paf"]


class Pairwise(MappyAligner):
    """An aligner that cannot align a genome with itself."""

    def check(self, question: Question) -> None:
        if question.query is None:
            raise UsageError("not with itself")


def test_an_aligner_of_pairs_is_not_asked_about_a_genome_and_itself(
    container: QuickContainer, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "chosen_aligner", lambda *_: Pairwise())
    for query in (None, str(old), old.as_uri()):  # as it turns out
        with pytest.raises(UsageError, match="not with itself"):
            compare_genomes(container, Comparison(str(old), query))
    assert container.executor.started == []


def test_a_genome_at_a_url_is_here_only_while_its_plot_is_made(
    container: QuickContainer, databank: Databank, question: Comparison, new: Path
) -> None:
    packed = gzip.compress(new.read_bytes())
    databank.publish("1", {"new.fa.gz": packed})
    given = databank.url.replace("//", "//me:secret@") + "1/new.fa.gz"
    plot = compare_genomes(container, replace(question, query=given))
    told = description(plot)["query"]
    assert told["provenance"] == {
        "file": "new.fa.gz",
        "url": databank.url + "1/new.fa.gz",
        "sha256": sha256(packed).hexdigest(),
    }
    assert description(plot)["aligner"]["command"].endswith("old.fa new.fa.gz")
    assert "secret" not in json.dumps(description(plot))
    assert plot.name == "new-against-old"
    assert list((container.settings.home / "incoming").glob("*")) == []
    assert sorted(each.name for each in plot.folder.iterdir()) == FILES


def test_what_came_from_a_url_goes_when_its_plot_cannot_be_made(
    container: QuickContainer, databank: Databank, question: Comparison
) -> None:
    databank.publish("1", {"broken.fa": b">a\nACGT\n>a\nACGT\n"})
    given = databank.url + "1/broken.fa"
    with pytest.raises(AlignmentFailed, match=r"broken\.fa:3"):
        compare_genomes(container, replace(question, query=given))
    assert list(container.settings.home.rglob("broken.fa")) == []
    databank.publish("1", {"broken.fa": b">a\nACGTACGT\n"}, day=1)
    assert compare_genomes(container, replace(question, query=given)).query.bases == 8


@pytest.mark.parametrize("packed", [bytes, gzip.compress, bz2.compress, lzma.compress, zstd])
def test_a_genome_is_thought_somewhat_larger_than_it_is(
    tmp_path: Path, packed: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / "x"
    file.write_bytes(packed(b">a\n" + random_bases(100_000, 1).encode() + b"\n"))
    assert 100_000 <= estimated_bases(file) < 150_000


def test_what_no_machine_has_is_refused_with_a_way_out(
    container: QuickContainer, question: Comparison
) -> None:
    with pytest.raises(PlanInvalid, match="--memory say"):
        compare_genomes(container, replace(question, cores=10_000))


def test_a_url_of_a_file_here_is_the_file(
    container: QuickContainer, question: Comparison, old: Path
) -> None:
    plot = compare_genomes(container, replace(question, target=old.as_uri()))
    assert description(plot)["target"]["provenance"]["path"] == str(old)


def test_a_job_asks_for_what_the_aligner_needs(
    container: QuickContainer, question: Comparison
) -> None:
    usual, own = question, replace(question, cores=1, memory=5 << 30)
    for asked, cores, memory in (
        (usual, container.settings.processors, 1 << 30),
        (own, 1, 5 << 30),
    ):
        compare_genomes(container, replace(asked, again=True))
        newest = max(run.run for run in container.ledger.runs())
        (job,) = container.ledger.plan(newest).jobs
        assert (job.label, job.cores) == ("align", cores)
        assert job.memory >= memory
        assert job.inputs == (Path(question.target), Path(question.query))


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


def test_the_plot_stands_where_it_is_wanted(
    container: QuickContainer, old: Path, new: Path, tmp_path: Path
) -> None:
    place = tmp_path / "deep" / "plot"
    for _ in range(2):
        plot = compare_genomes(container, Comparison(str(old), str(new), output=place))
        assert plot.folder == place
        assert sorted(each.name for each in place.iterdir()) == FILES
        assert [each.name for each in place.parent.iterdir()] == ["plot"]


def test_a_folder_that_is_no_plot_is_never_replaced(
    container: QuickContainer, old: Path, new: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="is not a plot"):
        compare_genomes(container, Comparison(str(old), str(new), output=tmp_path))
    assert old.exists()


def test_a_collection_of_the_store_is_a_genome(
    container: QuickContainer, old: Path, new: Path
) -> None:
    origin = Origin(url="http://example.org/old.fa", file="old.fa", release="x:1")
    with container.store_made_if_absent() as store:
        store.load(old, "x", collection="x:1:old.fa", origin=origin)
        container.__dict__.pop("store", None)
    from_store = compare_genomes(container, Comparison("x:1:old.fa", str(new), name="store"))
    from_file = compare_genomes(container, Comparison(str(old), str(new), name="file"))
    assert (
        contents(from_store.folder)["alignment.paf"] == contents(from_file.folder)["alignment.paf"]
    )
    told = description(from_store)["target"]
    assert told["name"] == "old"
    assert told["provenance"]["url"] == "http://example.org/old.fa"
    assert told["provenance"]["collection"] == "x:1:old.fa"


@pytest.fixture
def mirrored(container: QuickContainer, databank: Databank, old: Path, new: Path) -> None:
    """A bank with two files in its one release."""
    files = {"old.fa": old.read_bytes(), "new.fa": new.read_bytes()}
    databank.publish("1", files)
    container.settings.recipes.mkdir(parents=True, exist_ok=True)
    recipe = f'name = "x"\n[remote]\nurl = "{databank.url}"\n[release]\nfrom = "folder"\n'
    (container.settings.recipes / "x.toml").write_text(recipe)
    update_bank(container, "x")


@pytest.mark.usefixtures("mirrored")
def test_files_of_releases_are_genomes(container: QuickContainer, databank: Databank) -> None:
    plot = compare_genomes(container, Comparison("x:1:old.fa", "x:current:new.fa"))
    told = description(plot)
    assert (told["target"]["name"], told["query"]["name"]) == ("old", "new")
    assert told["query"]["provenance"]["release"] == "x:1"
    assert told["query"]["provenance"]["url"].startswith(databank.url)


def made(plot: plots.Plot) -> dict[str, int]:
    """How many contigs came in which way."""
    return {way: tally["contigs"] for way, tally in plot.made.items()}


@pytest.mark.usefixtures("mirrored")
def test_of_a_new_release_or_a_third_genome_only_what_is_new_is_aligned(
    container: QuickContainer, databank: Databank, old: Path, tmp_path: Path
) -> None:
    one, two = random_bases(20_000, 1), random_bases(12_000, 2)
    two = two[:6_000] + random_bases(200, 5) + two[6_000:]
    changed = fasta(tmp_path / "changed.fa", one=one, two=two)
    databank.publish("2", {"old.fa": changed.read_bytes(), "new.fa": old.read_bytes()}, day=1)
    update_bank(container, "x")
    first = compare_genomes(container, Comparison("x:1:old.fa", "x:2:old.fa", name="releases"))
    assert made(first) == {"aligned": 1, "kept": 0, "equal": 1}
    third = fasta(tmp_path / "third.fa", two=two, more=random_bases(3_000, 6))
    asked = Comparison("x:1:old.fa", str(third), preset=first.preset)
    assert made(compare_genomes(container, asked)) == {"aligned": 1, "kept": 1, "equal": 0}


@pytest.mark.usefixtures("mirrored")
@pytest.mark.parametrize(
    ("named", "problem"),
    [
        ("x:1", "has 2 files"),
        ("x:2:old.fa", "no release"),
        ("x:1:odl.fa", "did you mean old.fa"),
        ("y:1:old.fa", "is not a file, not a bank:release:file and not a collection"),
        ("nobody", "is not a file"),
        ("-", "cannot come from standard input"),
        ("", "is a folder"),
        (".", "is a folder"),
    ],
)
def test_a_genome_nobody_has_is_a_wrong_question(
    container: QuickContainer, new: Path, named: str, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        compare_genomes(container, Comparison(named, str(new)))


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


@pytest.mark.parametrize(("small", "jobs"), [(10**9, ["align"]), (0, ["align", "draw"])])
def test_a_failed_drawing_is_not_aligned_again(
    container: QuickContainer,
    question: Comparison,
    monkeypatch: pytest.MonkeyPatch,
    small: int,
    jobs: list[str],
) -> None:
    monkeypatch.setattr(compare, "SMALL", small)
    with monkeypatch.context() as broken:
        broken.setattr(draw, "pictures", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            compare_genomes(container, question)
    assert container.executor.started == jobs
    container.executor.started.clear()
    monkeypatch.setattr(align, "align", lambda *_: 1 / 0)
    compare_genomes(container, question)
    assert container.executor.started == jobs[-1:]
    leftovers = [each for each in container.settings.plots.iterdir() if "tmp" in each.name]
    assert leftovers == []


def test_what_an_older_question_left_is_removed(
    container: QuickContainer, question: Comparison, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(align, "align", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            compare_genomes(container, question)
    old.write_text(old.read_text().replace("ACGT", "AGCT"))
    compare_genomes(container, question)
    assert [each for each in container.settings.plots.iterdir() if "tmp" in each.name] == []


def test_a_plot_that_is_being_made_is_not_made_twice(
    container: QuickContainer, question: Comparison
) -> None:
    place = container.settings.plots / "new-against-old"
    with plots.being_made(container, place), pytest.raises(PlotError, match="is being made by"):
        compare_genomes(container, question)


def test_where_folders_cannot_be_exchanged_they_are_moved(
    container: QuickContainer, question: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare_genomes(container, question)
    monkeypatch.setattr(plots.ctypes, "CDLL", lambda *_, **__: object())
    plot = compare_genomes(container, question)
    assert sorted(each.name for each in plot.folder.iterdir()) == FILES
    assert [each for each in plot.folder.parent.iterdir() if "tmp" in each.name] == []


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
