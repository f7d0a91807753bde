"""A plot whose genome came from a release offers that release's annotation."""

import json
from pathlib import Path

import pytest

from app.banks.release_world import add_bank, add_release
from app.plots.drawn import drawn_plot
from dotplots.examples import matches_in, scene
from holdfast.accounts.people import GUEST
from holdfast.app.container import Container
from holdfast.app.plots.folders import PLOT_FILE
from holdfast.app.plots.near import Near
from holdfast.app.plots.tracks import picture_tracks, plot_track, plot_tracks, seen_tracks
from holdfast.dotplots.genome import Contig, Genome
from holdfast.errors import (
    BankNotFound,
    FormatError,
    PlotNotFound,
    ReleaseNotFound,
    UsageError,
)
from holdfast.settings import Settings

GENE = b"1\t.\tgene\t5\t10\t.\t-\t.\tName=abc\n"
FILES = {"a.fa": b">chr1\nACGT\n", "genes.gff3": GENE, "more/m.bed": b"x\t1\n"}


@pytest.fixture
def container(tmp_path: Path) -> Container:
    container = Container(Settings(home=tmp_path / "home"))
    add_bank(container)
    add_release(container, "1", FILES)
    genome = Genome("a", (Contig("chr1", 100),))
    folder = drawn_plot(container, "p", genome, genome, "")
    document = json.loads((folder / PLOT_FILE).read_text())
    document["target"]["provenance"] = {"release": "x:1"}
    document["query"]["provenance"] = {"release": "gone:7"}
    (folder / PLOT_FILE).write_text(json.dumps(document))
    return container


def test_the_release_of_a_genome_offers_its_annotation(container: Container) -> None:
    near = Near()
    found = plot_tracks(container, "p", near)
    assert [(each.id, each.side, each.name, each.origin) for each in found] == [
        ("target:x:1:genes.gff3", "target", "genes.gff3", "x:1"),
        ("target:x:1:more/m.bed", "target", "m.bed", "x:1"),
    ]
    document = plot_track(container, "p", "target:x:1:genes.gff3", near)
    assert b"abc" in document
    assert plot_track(container, "p", "target:x:1:genes.gff3", near) is document
    with pytest.raises(FormatError, match=r"m\.bed:1: a line of BED has at least three columns"):
        plot_track(container, "p", "target:x:1:more/m.bed", near)


@pytest.mark.parametrize("track", ["query:x:1:genes.gff3", "target:x:1:a.fa", "target:x:1:../a"])
def test_what_is_not_offered_is_not_given(container: Container, track: str) -> None:
    with pytest.raises(ReleaseNotFound, match="no track"):
        plot_track(container, "p", track, Near())


def test_a_private_bank_tells_strangers_nothing_through_a_plot(container: Container) -> None:
    guest = container.asked_by(GUEST)
    with guest.ledger:
        near = Near()
        assert len(plot_tracks(guest, "p", near)) == 2
        add_bank(container, 'visibility = "private"')
        assert plot_tracks(guest, "p", near) == ()
        with pytest.raises(ReleaseNotFound, match="no track"):
            plot_track(guest, "p", "target:x:1:genes.gff3", near)
        with pytest.raises((PlotNotFound, BankNotFound)):
            plot_tracks(guest, "none", near)


def test_a_picture_has_the_tracks_it_is_asked_for(container: Container, tmp_path: Path) -> None:
    target, query = Genome("t", (Contig("chr1", 100),)), Genome("q", (Contig("tig", 100),))
    drawn = scene(target, query, matches_in("", target, query))
    (tmp_path / "own.bed").write_text("tig\t1\t5\nchr1\t1\t5\ntig\t7\t9\n")
    own = str(tmp_path / "own.bed")
    wishes = ["x:1:genes.gff3", own, f"target:{own}"]
    on_target, on_query = picture_tracks(container, drawn, wishes)
    assert [(each.title, len(each)) for each in on_target] == [("genes.gff3", 1), ("own.bed", 1)]
    assert [(each.title, len(each)) for each in on_query] == [("own.bed", 2)]
    with pytest.raises(UsageError, match="6 tracks along the query"):
        picture_tracks(container, drawn, [own] * 6)


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        ("none.bed", "there is no file none.bed"),
        ("x:1:none.bed", "is no file and of no release: x:1 has no file 'none.bed'"),
        ("query:x:1:genes.gff3", "nothing in genes.gff3 is on a contig of q"),
    ],
)
def test_a_track_that_cannot_be_is_refused(container: Container, wish: str, problem: str) -> None:
    target, query = Genome("t", (Contig("chr1", 100),)), Genome("q", (Contig("tig", 100),))
    with pytest.raises(UsageError, match=problem):
        picture_tracks(container, scene(target, query, matches_in("", target, query)), [wish])


@pytest.mark.parametrize("swapped", [False, True])
def test_a_picture_of_what_is_seen_has_the_tracks_of_its_link(
    container: Container, swapped: bool
) -> None:
    genome = Genome("a", (Contig("chr1", 100),))
    drawn = scene(genome, genome, matches_in("", genome, genome))
    wanted = ["target:x:1:genes.gff3", "target:x:1:genes.gff3", "query:gone"]
    found = seen_tracks(container, "p", wanted, drawn, Near(), swapped)
    assert [len(each) for each in found] == ([0, 1] if swapped else [1, 0])
    assert found[swapped][0].names == ("abc",)
