"""The query is written as its plot shows it, and never another one's residues."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from app.banks.bank_world import QuickContainer
from app.plots.drawn import drawn_plot
from dotplots.examples import fasta, genome
from holdfast.app.plots import spool
from holdfast.app.plots.fasta import write_query
from holdfast.dotplots.drawing import Drawing
from holdfast.dotplots.genome import Genome, read_genome
from holdfast.dotplots.layout.arrangement import Arrangement, Layout
from holdfast.dotplots.layout.choosing import Order, Side
from holdfast.errors import PlotError, UsageError
from holdfast.formats.compression import open_content
from holdfast.formats.fasta import read_fasta
from holdfast.formats.residues import reverse_complement

TARGET = genome("t", T=1000, U=500)
PAF = """
a 800 0   800 + T 1000 100 900 720 800 60
c 50  0   50  + T 1000 920 970 50  50  60
b 400 100 400 - U 500  0   300 150 300 60
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    lengths = {"b": 400, "a": 800, "none": 100, "c": 50}
    letters = list("ACGTacgtNRYSWKMBDHV")
    contigs = [(name, "".join(random.choice(letters, length))) for name, length in lengths.items()]
    return fasta(tmp_path / "query.fa", contigs)


@pytest.fixture(autouse=True)
def _plot(container: QuickContainer, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "PIECE", 33)
    query = read_genome(source)
    layout = Layout(
        Arrangement.as_given(TARGET), Arrangement((1, 3, 0, 2), (True, False, False, False))
    )
    provenance = {"file": source.name, "path": str(source)}
    drawn_plot(container, "mine", TARGET, query, PAF, layout, provenance=provenance)


def residues(file: Path) -> dict[str, bytes]:
    return {record.heading.name: record.residues for record in read_fasta(file)}


def test_contigs_stand_in_order_and_are_turned(
    container: QuickContainer, source: Path, tmp_path: Path
) -> None:
    written = write_query(container, "mine", tmp_path / "out.fa")
    assert (written.records, written.contigs, written.turned, written.agp) == (4, 4, 1, None)
    given, found = residues(source), residues(tmp_path / "out.fa")
    assert list(found) == ["a", "c", "b", "none"]
    assert found == {**given, "b": reverse_complement(given["b"])}
    assert sorted(each.name for each in tmp_path.glob("*")) == ["out.fa", "query.fa"]


def test_contigs_are_joined_along_the_target(
    container: QuickContainer, source: Path, tmp_path: Path
) -> None:
    written = write_query(container, "mine", tmp_path / "out.fa.gz", as_reference=True)
    given, found = residues(source), residues(tmp_path / "out.fa.gz")
    assert list(found) == ["T", "U", "none_unaligned"]
    assert found["T"] == given["a"] + b"N" * 100 + given["c"]
    assert found["U"] == reverse_complement(given["b"])
    assert (written.joined, written.residues) == (2, 800 + 100 + 50 + 400 + 100)
    assert written.agp == tmp_path / "out.agp"
    assert written.agp.read_text().count("\nT\t") == 3
    assert gzip.decompress((tmp_path / "out.fa.gz").read_bytes()).startswith(b">T\n")


@pytest.mark.parametrize(
    "drawing", [Drawing(order=Order.LENGTH), Drawing(order=Order.CHAIN, side=Side.TARGET)]
)
def test_contigs_that_are_not_drawn_along_the_target_are_joined_along_it(
    container: QuickContainer, source: Path, tmp_path: Path, drawing: Drawing
) -> None:
    query = read_genome(source)
    as_given = Layout.as_given(TARGET, query)
    provenance = {"path": str(source)}
    drawn_plot(container, "other", TARGET, query, PAF, as_given, drawing, provenance=provenance)
    write_query(container, "other", tmp_path / "out.fa", as_reference=True)
    given, found = residues(source), residues(tmp_path / "out.fa")
    assert found["T"] == given["a"] + b"N" * 100 + given["c"]
    assert found["U"] == reverse_complement(given["b"])


@pytest.mark.parametrize("ending", [".zst", ".xz", ".bz2", ".bgz"])
def test_the_ending_says_the_compression(
    container: QuickContainer, source: Path, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"out.fa{ending}"
    write_query(container, "mine", file)
    with open_content(file) as content:
        assert content.kind != "plain"
    assert set(residues(file)) == set(residues(source))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace(">c\n", ">c\nA", 1), "the residues of c in .* have changed"),
        (lambda text: text.replace(">c\n", ">d\n", 1), "has a contig d more"),
        (lambda text: text[: text.index(">c\n")], "has no contig c"),
    ],
)
def test_a_query_that_has_changed_is_refused_and_nothing_is_left(
    container: QuickContainer, source: Path, tmp_path: Path, change: object, sentence: str
) -> None:
    assert callable(change)
    source.write_text(change(source.read_text()))
    with pytest.raises(PlotError, match=sentence):
        write_query(container, "mine", tmp_path / "out.fa", as_reference=True)
    assert [each.name for each in tmp_path.iterdir()] == ["query.fa"]


def test_a_query_that_was_moved_is_named(
    container: QuickContainer, source: Path, tmp_path: Path
) -> None:
    moved = source.rename(tmp_path / "moved.fa")
    with pytest.raises(UsageError, match="is not a file"):
        write_query(container, "mine", tmp_path / "out.fa")
    write_query(container, "mine", tmp_path / "out.fa", query=str(moved))
    assert next(iter(residues(tmp_path / "out.fa"))) == "a"


def test_a_plot_of_an_index_needs_the_residues_named(
    container: QuickContainer, source: Path, tmp_path: Path
) -> None:
    query = read_genome(source)
    drawn_plot(container, "imported", TARGET, query, PAF, kind="alignment")
    with pytest.raises(UsageError, match=r"without the residues of its query; name .* --query"):
        write_query(container, "imported", tmp_path / "out.fa")
    written = write_query(container, "imported", tmp_path / "out.fa", query=str(source))
    assert written.records == 4


def test_contigs_that_an_alignment_did_not_name_are_written_too(
    container: QuickContainer, source: Path, tmp_path: Path
) -> None:
    whole = read_genome(source)
    named = Genome("q", tuple(each for each in whole.contigs if each.name != "none"))
    drawn_plot(container, "imported", TARGET, named, PAF, kind="alignment")
    write_query(container, "imported", tmp_path / "out.fa", query=str(source))
    assert list(residues(tmp_path / "out.fa")) == ["b", "a", "c", "none"]
    joined = write_query(
        container, "imported", tmp_path / "out.fa", query=str(source), as_reference=True
    )
    found = residues(tmp_path / "out.fa")
    assert list(found) == ["T", "U", "none_unaligned"]
    assert found["none_unaligned"] == residues(source)["none"]
    assert joined.agp is not None
    assert joined.agp.read_text().endswith("none_unaligned\t1\t100\t1\tW\tnone\t1\t100\t+\n")


def test_nothing_is_written_over_the_query_or_into_nowhere(
    container: QuickContainer, source: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="is the query itself"):
        write_query(container, "mine", source)
    for place in (tmp_path, tmp_path / "nowhere" / "out.fa"):
        with pytest.raises(UsageError, match="cannot be written"):
            write_query(container, "mine", place)
    with pytest.raises(UsageError, match="would be the AGP file too"):
        write_query(container, "mine", tmp_path / "out.agp", as_reference=True)
