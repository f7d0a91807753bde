"""What is equal is found before anything is aligned, on either strand, however often."""

import io
from pathlib import Path

import numpy as np
import pytest

from dotplots.examples import fasta
from holdfast.dotplots.genome import Contig
from holdfast.dotplots.identity import Estimator, identities
from holdfast.dotplots.survey import Twin, equal_lines, surveyed, surveyed_alone
from holdfast.errors import FormatError
from holdfast.formats.paf import read_paf
from holdfast.formats.residues import reverse_complement


def random_bases(count: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), count))


def turned(residues: str) -> str:
    return reverse_complement(residues.encode()).decode()


ONE, TWO = random_bases(3_000, 1), random_bases(2_000, 2)


def twins_of(tmp_path: Path, target: list[tuple[str, str]], query: list[tuple[str, str]]) -> dict:
    survey = surveyed(fasta(tmp_path / "t.fa", target), fasta(tmp_path / "q.fa", query))
    return {
        contig.name: [(twin.contig.name, twin.strand) for twin in twins]
        for contig, twins in zip(survey.query.contigs, survey.twins, strict=True)
    }


@pytest.mark.parametrize(
    ("residues", "twins"),
    [
        (ONE, [("a", 1)]),
        (ONE.lower(), [("a", 1)]),  # soft-masked is the same sequence
        (turned(ONE), [("a", -1)]),
        (TWO, [("b", 1), ("again", 1)]),
        (turned(TWO), [("b", -1), ("again", -1)]),
        (ONE[:-1], []),
        ("T" + ONE[1:] if ONE[0] != "T" else "A" + ONE[1:], []),
        ("MEEPQSDPSV", []),  # a protein has no other strand
    ],
)
def test_a_contig_knows_its_twins(
    tmp_path: Path, residues: str, twins: list[tuple[str, int]]
) -> None:
    target = [("a", ONE), ("b", TWO), ("again", TWO), ("p", "MEEPQSDPSW")]
    assert twins_of(tmp_path, target, [("x", residues)]) == {"x": twins}


def test_a_palindrome_is_equal_as_it_is(tmp_path: Path) -> None:
    assert twins_of(tmp_path, [("a", "ACGT")], [("x", "ACGT")]) == {"x": [("a", 1)]}


def test_who_wants_all_aligned_gets_no_twins_but_the_distance(tmp_path: Path) -> None:
    target = fasta(tmp_path / "t.fa", [("a", ONE)])
    survey = surveyed(target, target, twins=False)
    assert (survey.twins, survey.divergence) == (((),), 0.0)
    assert survey.unknown == survey.query.contigs
    assert surveyed(target, target, apart=False).divergence is None


def test_the_distance_is_that_of_what_is_not_equal(tmp_path: Path) -> None:
    changed = np.array(list(random_bases(40_000, 5)))
    target = fasta(tmp_path / "t.fa", [("same", ONE), ("changed", "".join(changed))])
    places = np.flatnonzero(np.random.default_rng(6).random(40_000) < 0.02)
    changed[places] = np.where(changed[places] == "A", "C", "A")
    query = fasta(tmp_path / "q.fa", [("same", ONE), ("changed", "".join(changed))])
    assert surveyed(target, query).divergence == pytest.approx(0.02, rel=0.2)


def test_genomes_that_are_equal_are_not_apart(tmp_path: Path) -> None:
    target = fasta(tmp_path / "t.fa", [("a", ONE)])
    query = fasta(tmp_path / "q.fa", [("x", turned(ONE)), ("y", ONE)])
    survey = surveyed(target, query)
    assert (survey.divergence, survey.unknown) == (0, ())


def test_a_genome_alone_is_aligned_though_its_contigs_are_their_own_twins(
    tmp_path: Path,
) -> None:
    survey = surveyed_alone(fasta(tmp_path / "t.fa", [("a", ONE), ("b", ONE)]))
    assert survey.target == survey.query
    assert survey.unknown == survey.target.contigs
    assert [[twin.contig.name for twin in twins] for twins in survey.twins] == [["a"], ["b"]]
    assert survey.divergence is None


def test_a_broken_genome_is_named(tmp_path: Path) -> None:
    good, bad = fasta(tmp_path / "t.fa", [("a", ONE)]), tmp_path / "bad.fa"
    bad.write_text(">a\nACGT\n>a\nACGT\n")
    for pair in ((good, bad), (bad, good)):
        with pytest.raises(FormatError, match=r"bad\.fa:3"):
            surveyed(*pair)
    with pytest.raises(FormatError, match=r"bad\.fa:3"):
        surveyed_alone(bad)


@pytest.mark.parametrize(
    ("tag", "estimator"),
    [
        ("de:f:0.1", Estimator.DE),
        ("NM:i:1\tcg:Z:7M", Estimator.CIGAR),
        ("dv:f:0.1", Estimator.DV),
        ("xx:i:1", Estimator.COLUMNS),
    ],
)
def test_equal_contigs_take_no_part_in_how_identity_is_known(
    tag: str, estimator: Estimator
) -> None:
    equal = b"".join(equal_lines(Contig("x", 7), [Twin(Contig("a", 7), 1)]))
    line = f"y\t7\t0\t7\t+\ta\t7\t0\t7\t6\t7\t60\t{tag}\n".encode()
    assert identities(read_paf(io.BytesIO(equal + line)))[1] is estimator


def test_equal_contigs_match_from_end_to_end() -> None:
    contig = Contig("x", 7)
    once = list(equal_lines(contig, [Twin(Contig("a", 7), -1)]))
    assert once == [
        b"x\t7\t0\t7\t-\ta\t7\t0\t7\t7\t7\t60\tNM:i:0\ttp:A:P\tde:f:0\tdv:f:0\tcg:Z:7M\thf:Z:equal\n"
    ]
    twice = [line.split(b"\t") for line in equal_lines(contig, [Twin(contig, 1)] * 2)]
    assert [(line[5], line[11]) for line in twice] == [(b"x", b"0"), (b"x", b"0")]
    assert list(equal_lines(contig, [])) == []
