"""Genomes are found however they are named, also twice, and also far away."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from zstandard import compress as zstd

from app.banks.bank_world import Databank, QuickContainer, contents
from app.plots.compared import FILES, description, fasta, random_bases
from holdfast.app.banks.updating.update import update_bank
from holdfast.app.plots import compare
from holdfast.app.plots import folders as plots
from holdfast.app.plots.compare import Comparison, compare_genomes
from holdfast.app.plots.genomes import estimated_bases, genome_found
from holdfast.app.plots.opened import open_plot
from holdfast.dotplots.aligners.interface import Question
from holdfast.dotplots.aligners.mappy_aligner import MappyAligner
from holdfast.dotplots.layout.arrangement import Layout
from holdfast.errors import AlignmentFailed, UsageError
from holdfast.formats.paf import read_paf
from holdfast.sequences import Origin

pytestmark = pytest.mark.usefixtures("_page")


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


def test_two_who_want_the_same_two_urls_do_not_wait_for_each_other(
    container: QuickContainer, databank: Databank, old: Path, new: Path
) -> None:
    databank.publish("1", {"old.fa": old.read_bytes(), "new.fa": new.read_bytes()})
    one, other = databank.url + "1/old.fa", databank.url + "1/new.fa"
    with genome_found(container, one) as here, genome_found(container, other):
        with genome_found(container, one) as there:
            assert there.content == here.content
            assert there.file != here.file
        assert here.file is not None
        assert here.file.exists()
    assert list((container.settings.home / "incoming").glob("*")) == []


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


def test_a_url_of_a_file_here_is_the_file(
    container: QuickContainer, question: Comparison, old: Path
) -> None:
    plot = compare_genomes(container, replace(question, target=old.as_uri()))
    assert description(plot)["target"]["provenance"]["path"] == str(old)


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
