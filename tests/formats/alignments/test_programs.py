"""What the programs themselves write is read, and they agree with one another."""

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from holdfast.formats.alignments.interface import Lengths
from holdfast.formats.alignments.reading import format_of, paf_lines
from thoroughness import thorough

#: Of the one alignment there is: a substitution, three bases more and ten less in the query.
PLACES = {
    "q": "q\t2493\t0\t2493\t+\tt\t3000\t0\t2500",
    "r": "r\t2493\t0\t2493\t-\tt\t3000\t0\t2500",
}
COUNTS = ("2489", "2503")


@pytest.fixture(scope="module")
def genomes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with t.fa and q.fa: one contig, as it is and turned."""
    folder = tmp_path_factory.mktemp("genomes")
    rng = random.Random(1)
    target = "".join(rng.choice("ACGT") for _ in range(3000))
    other = {"A": "C", "C": "A", "G": "T", "T": "G"}[target[300]]
    query = target[:300] + other + target[301:1000] + "ACG" + target[1000:1500] + target[1510:2500]
    turned = query[::-1].translate(str.maketrans("ACGT", "TGCA"))
    (folder / "t.fa").write_text(f">t one\n{target}\n")
    (folder / "q.fa").write_text(f">q a\n{query}\n>r b\n{turned}\n")
    return folder


def read(genomes: Path, command: Sequence[str], name: str, output: str | None = None) -> list[str]:
    """What a program writes, as PAF."""
    done = subprocess.run(command, cwd=genomes, check=True, capture_output=True, timeout=100)
    file = genomes / (output or "output")
    if output is None:
        file.write_bytes(done.stdout)
    assert format_of(file).name == name
    known = Lengths({"t": 3000}, {"q": 2493, "r": 2493})
    return b"".join(paf_lines(file, None, known)).decode().splitlines()


def check(lines: Sequence[str], counts: tuple[str, str] | None = COUNTS) -> None:
    assert len(lines) == len(PLACES)
    for line in lines:
        words = line.split("\t")
        assert "\t".join(words[:9]) == PLACES[words[0]]
        assert counts is None or tuple(words[9:11]) == counts


@pytest.mark.service("nucmer", "show-coords")
def test_mummer(genomes: Path) -> None:
    lines = read(genomes, ["nucmer", "-p", "x", "t.fa", "q.fa"], "delta", "x.delta")
    check(lines)
    assert all("\tNM:i:14\t" in line for line in lines)
    for options in ("", "-T", "-Tlc", "-TH", "-lc", "-H", "-Tdlo"):
        table = ["show-coords", *([options] if options else []), "x.delta"]
        check(read(genomes, table, "coords"), None)


@pytest.mark.service("lastdb", "lastal", "maf-convert")
def test_last_and_what_it_is_converted_to(genomes: Path) -> None:
    subprocess.run(["lastdb", "db", "t.fa"], cwd=genomes, check=True, timeout=100)
    check(read(genomes, ["lastal", "db", "q.fa"], "maf"))
    (genomes / "x.maf").write_bytes((genomes / "output").read_bytes())
    check(read(genomes, ["lastal", "-f", "TAB", "db", "q.fa"], "last-tab"), ("2490", "2503"))
    check(read(genomes, ["maf-convert", "axt", "x.maf"], "axt"))
    check(read(genomes, ["maf-convert", "chain", "x.maf"], "chain"), ("2490", "2503"))


@pytest.mark.service("blastn")
def test_blast(genomes: Path) -> None:
    for form in ("6", "7"):
        command = ["blastn", "-subject", "t.fa", "-query", "q.fa", "-outfmt", form]
        check(read(genomes, command, f"blast{form}"))


@thorough
@pytest.mark.service("minimap2")
def test_two_yeasts_are_the_same_in_sam_and_in_paf(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "yeast" / "genomes"
    genomes = [str(folder / f"{name}.genome.fa.gz") for name in ("S288C", "UWOPS034614")]
    paf = read(tmp_path, ["minimap2", "-cx", "asm10", *genomes], "paf")
    sam = read(tmp_path, ["minimap2", "-ax", "asm10", *genomes], "sam")
    assert len(sam) > 200
    assert sorted(map(_told_by_both, sam)) == sorted(map(_told_by_both, paf))


def _told_by_both(line: str) -> list[str]:
    words = line.split("\t")
    return words[:12] + [word for word in words[12:] if word[:5] in ("NM:i:", "de:f:", "cg:Z:")]


@pytest.mark.service("minimap2", "samtools")
def test_minimap2_tells_the_same_in_every_form(genomes: Path) -> None:
    paf = read(genomes, ["minimap2", "-c", "t.fa", "q.fa"], "paf")
    sam = read(genomes, ["minimap2", "-a", "t.fa", "q.fa"], "sam")
    (genomes / "x.sam").write_bytes((genomes / "output").read_bytes())
    bam = read(genomes, ["samtools", "view", "-b", "x.sam"], "bam")
    check(sam)
    assert sam == bam
    told = ("NM:i:", "tp:A:", "de:f:", "cg:Z:")
    for ours, theirs in zip(sam, paf, strict=True):
        words = theirs.split("\t")
        assert ours.split("\t") == words[:12] + [each for each in words[12:] if each[:5] in told]
