"""The published rearrangements of the yeast strains are among what is told."""

from pathlib import Path

import pytest

from holdfast.dotplots.aligners.interface import Question
from holdfast.dotplots.aligners.mappy_aligner import MappyAligner
from holdfast.dotplots.genome import Genome, read_contigs
from holdfast.dotplots.matches import matches_of
from holdfast.dotplots.structure.events import Event, EventKind
from holdfast.dotplots.structure.finding import structure_of
from holdfast.formats.paf import read_paf
from holdfast.formats.paf_gaps import read_gaps
from thoroughness import thorough

LARGE = 20_000  #: bases
MOVED = (EventKind.TRANSLOCATION, EventKind.INVERTED_TRANSLOCATION)

#: Yue et al. 2017, doi:10.1038/ng.3847: what is reshuffled in UWOPS03-461.4.
RESHUFFLED = {"chrVII", "chrVIII", "chrX", "chrXI", "chrXIII"}


def compared(target: Path, query: Path, alignment: Path) -> tuple[Genome, list[Event]]:
    """The target, and what is large of what differs in the query."""
    answer = MappyAligner().align(Question(target, query, preset="asm10"), alignment)
    matches, _ = matches_of(read_paf(alignment), answer.target, answer.query)
    events = structure_of(matches, answer.target, answer.query, read_gaps(alignment, 50))
    return answer.target, [event for event in events if event.size >= LARGE]


def genome_file(real_data: Path, strain: str) -> Path:
    return real_data / "yeast" / "genomes" / f"{strain}.genome.fa.gz"


def reshuffled(file: Path, folder: Path) -> Path:
    """Only these five chromosomes of a genome."""
    written = folder / file.name.removesuffix(".gz")
    with written.open("wb") as opened:
        for contig, residues in read_contigs(file):
            if contig.name in RESHUFFLED:
                opened.write(b">" + contig.name.encode() + b"\n" + residues + b"\n")
    return written


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=thorough)])
def test_the_reshuffled_chromosomes_of_a_wild_strain_are_found(
    real_data: Path, tmp_path: Path, whole: bool
) -> None:
    files = [genome_file(real_data, strain) for strain in ("S288C", "UWOPS034614")]
    files = files if whole else [reshuffled(file, tmp_path) for file in files]
    target, events = compared(*files, tmp_path / "x.paf")
    moved = [event.target for event in events if event.kind in MOVED and event.target is not None]
    assert {target.contigs[place.contig].name for place in moved} <= RESHUFFLED
    assert len(moved) == 8
    assert 1_750_000 < sum(place.length for place in moved) < 1_950_000


@thorough
def test_a_strain_that_is_nearly_collinear_has_its_known_inversion(
    real_data: Path, tmp_path: Path
) -> None:
    files = (genome_file(real_data, strain) for strain in ("S288C", "SK1"))
    target, events = compared(*files, tmp_path / "x.paf")
    (turned,) = [event.target for event in events if event.kind is EventKind.INVERSION]
    assert turned is not None
    # The region of 24 kb that is turned time and again, with the repeats of 4 kb at its ends:
    # doi:10.1371/journal.pgen.1010525.
    assert target.contigs[turned.contig].name == "chrXIV"
    assert 563_000 < turned.start < turned.end < 596_000
    lengths = {contig.name: contig.length for contig in target.contigs}
    for event in events:
        if event.kind in MOVED and event.target is not None:
            length = lengths[target.contigs[event.target.contig].name]
            assert event.target.start < 40_000 or event.target.end > length - 40_000
