"""mappy answers as minimap2 does, the same with any number of workers, whole or not at all."""

import io
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard

from dotplots.examples import fasta
from holdfast.base.progress import Progress
from holdfast.dotplots.aligners import mappy_workers
from holdfast.dotplots.aligners.choosing import aligner
from holdfast.dotplots.aligners.interface import Question
from holdfast.dotplots.aligners.mappy_aligner import MappyAligner, chosen_preset
from holdfast.dotplots.genome import read_contigs
from holdfast.dotplots.identity import Estimator, identities
from holdfast.errors import AlignmentFailed, FormatError, UsageError
from holdfast.formats.paf import read_paf
from holdfast.plugins import Group, load
from thoroughness import thorough

COMPLEMENT = str.maketrans("ACGT", "TGCA")


def random_bases(count: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), count))


@pytest.fixture
def genomes(tmp_path: Path) -> tuple[Path, Path]:
    """A target of two contigs; a query that has them in pieces, one turned, and a stranger."""
    one, two = random_bases(30_000, 1), random_bases(20_000, 2)
    target = fasta(tmp_path / "t.fa", [("one", one), ("two", two)])
    pieces = [
        ("tail", one[15_000:]),
        ("stranger", random_bases(5_000, 3)),
        ("turned", two.translate(COMPLEMENT)[::-1]),
        ("head", one[:15_000]),
        ("short", "ACGT"),
    ]
    return target, fasta(tmp_path / "q.fa", pieces)


def aligned(genomes: tuple[Path, Path], folder: Path, **how: Any) -> bytes:
    MappyAligner().align(Question(*genomes, **how), folder / "a.paf")
    return (folder / "a.paf").read_bytes()


def test_pieces_are_found_where_they_come_from(genomes: tuple[Path, Path], tmp_path: Path) -> None:
    table = read_paf(io.BytesIO(aligned(genomes, tmp_path)))
    assert table.query_names == ("tail", "turned", "head")
    assert [table.target_names[code] for code in table.target] == ["one", "two", "one"]
    assert table.strand.tolist() == [1, -1, 1]
    assert table.target_start.tolist() == [15_000, 0, 0]
    assert identities(table)[1] is Estimator.DE


@pytest.mark.parametrize("cores", [2, 5])
def test_the_answer_is_the_same_with_any_number_of_workers(
    genomes: tuple[Path, Path], tmp_path: Path, cores: int
) -> None:
    assert aligned(genomes, tmp_path, cores=cores) == aligned(genomes, tmp_path, cores=1)


def test_the_answer_says_what_was_aligned_and_how(
    genomes: tuple[Path, Path], tmp_path: Path
) -> None:
    answer = MappyAligner().align(Question(*genomes), tmp_path / "a.paf")
    assert [(c.name, c.length) for c in answer.target.contigs] == [("one", 30_000), ("two", 20_000)]
    assert answer.query.name == "q"
    assert (answer.note.name, answer.note.preset) == ("mappy", "asm5")
    assert answer.note.command == "minimap2 -c -x asm5 t.fa q.fa"
    assert answer.divergence == pytest.approx(0, abs=1e-4)  # the query holds all of the target


def test_a_compressed_genome_gives_the_same(genomes: tuple[Path, Path], tmp_path: Path) -> None:
    plain = aligned(genomes, tmp_path)
    packed = tmp_path / "t.fa.zst"
    packed.write_bytes(zstandard.compress(genomes[0].read_bytes()))
    assert aligned((packed, genomes[1]), tmp_path) == plain


def test_genomes_without_likeness_give_an_empty_alignment(tmp_path: Path) -> None:
    strangers = [fasta(tmp_path / f"{i}.fa", [("a", random_bases(9000, i))]) for i in (1, 2)]
    assert aligned((strangers[0], strangers[1]), tmp_path) == b""


def test_progress_counts_the_bases_of_the_query(genomes: tuple[Path, Path], tmp_path: Path) -> None:
    heard: list[Progress] = []
    MappyAligner().align(Question(*genomes, cores=2), tmp_path / "a.paf", heard.append)
    counted = [each for each in heard if each.what == "aligning"]
    assert [each.done for each in counted] == sorted(each.done for each in counted)
    assert counted[-1].done == counted[-1].total == 55_004


@pytest.mark.parametrize("content", [b"", b">a\nAC\n>a\nGT\n", b"junk"])
@pytest.mark.parametrize("side", [0, 1])
def test_a_broken_genome_is_refused_and_nothing_is_left(
    genomes: tuple[Path, Path], tmp_path: Path, content: bytes, side: int
) -> None:
    genomes[side].write_bytes(content)
    with pytest.raises(FormatError, match=genomes[side].name):
        aligned(genomes, tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["q.fa", "t.fa"]


def test_an_unknown_preset_is_refused(genomes: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean asm10"):
        aligned(genomes, tmp_path, preset="asm100")


def _killed(*_: object) -> Iterator[str]:
    yield "half a line"
    os.kill(os.getpid(), signal.SIGKILL)


def _out_of_memory(*_: object) -> Iterator[str]:
    raise MemoryError("no more")


@pytest.mark.parametrize(
    ("failure", "words"),
    [(_killed, "exit code -9: it said nothing"), (_out_of_memory, "exit code 1: MemoryError: no")],
)
def test_a_dying_worker_fails_the_alignment_and_leaves_nothing(
    genomes: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: Any,
    words: str,
) -> None:
    monkeypatch.setattr(mappy_workers, "paf_lines", failure)
    with pytest.raises(AlignmentFailed, match=words):
        aligned(genomes, tmp_path, cores=2)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["q.fa", "t.fa"]


@pytest.mark.parametrize(
    ("apart", "preset"),
    [
        (0.0, "asm5"),
        (0.003, "asm5"),
        (0.01, "asm10"),
        (0.2, "asm20"),
        (1, "asm20"),
        (None, "asm20"),
    ],
)
def test_the_preset_follows_the_divergence(apart: float | None, preset: str) -> None:
    assert chosen_preset(apart) == preset


def test_mappy_is_found_as_a_plug_in() -> None:
    assert load(Group.ALIGNERS, "mappy") is MappyAligner


def _lines(paf: bytes) -> dict[tuple[str, ...], int]:
    """The twelve columns and the tags NM, nn, de, cg of each line, with its matching bases."""
    rows = [line.split("\t") for line in paf.decode().splitlines()]
    wanted = ("NM:", "nn:", "de:", "cg:")
    return {
        (*row[:12], *sorted(tag for tag in row[12:] if tag.startswith(wanted))): int(row[9])
        for row in rows
    }


@pytest.mark.service("minimap2")
def test_lines_are_those_of_minimap2(genomes: tuple[Path, Path], tmp_path: Path) -> None:
    command = ["minimap2", "-c", "-x", "asm10", *map(str, genomes)]
    theirs = subprocess.run(command, capture_output=True, check=True).stdout
    assert _lines(aligned(genomes, tmp_path, preset="asm10")) == _lines(theirs)


@thorough
@pytest.mark.service("minimap2")
def test_real_genomes_align_as_with_minimap2(real_data: Path, tmp_path: Path) -> None:
    """The library may be another version: it may see other repeats, not other genomes.

    The query is every third chromosome of a distant strain, some of them rearranged.
    """
    folder = real_data / "yeast" / "genomes"
    chosen = list(read_contigs(folder / "UWOPS034614.genome.fa.gz"))[::3]
    query = fasta(tmp_path / "q.fa", [(contig.name, bases.decode()) for contig, bases in chosen])
    pair = (folder / "S288C.genome.fa.gz", query)
    ours = _lines(aligned(pair, tmp_path, preset="asm10", cores=2))
    command = ["minimap2", "-c", "-x", "asm10", "-t2", *map(str, pair)]
    theirs = _lines(subprocess.run(command, capture_output=True, check=True).stdout)
    same = set(ours) & set(theirs)
    assert len(same) >= 0.97 * len(ours)
    assert sum(ours[line] for line in same) >= 0.999 * sum(ours.values())
    trusted = {line: bases for line, bases in theirs.items() if int(line[11]) > 0}
    found = sum(bases for line, bases in trusted.items() if line in same)
    assert found >= 0.999 * sum(trusted.values())


def test_secondary_alignments_can_be_left_out(tmp_path: Path) -> None:
    repeat = random_bases(6000, 4)
    target = fasta(tmp_path / "t.fa", [("one", repeat), ("two", repeat + random_bases(500, 5))])
    query = fasta(tmp_path / "q.fa", [("q", repeat)])
    kept = aligned((target, query), tmp_path, options=("secondary:keep",))
    assert (kept.count(b"tp:A:P"), kept.count(b"tp:A:S")) == (1, 1)
    dropped = aligned((target, query), tmp_path, options=("secondary:drop",))
    assert [line for line in kept.splitlines() if b"tp:A:P" in line] == dropped.splitlines()
    question = Question(target, query, preset="asm5", options=("secondary:drop",))
    assert MappyAligner().note(question).command == ("minimap2 -c -x asm5 --secondary=no t.fa q.fa")


@pytest.mark.service("minimap2")
def test_a_genome_is_compared_with_itself_as_by_minimap2(tmp_path: Path) -> None:
    repeat = random_bases(4000, 5)
    contigs = [
        ("b", random_bases(3000, 6) + repeat + random_bases(3000, 7)),
        ("a", repeat.translate(COMPLEMENT)[::-1] + random_bases(9000, 8) + repeat),
    ]
    genome = fasta(tmp_path / "g.fa", contigs)
    output = tmp_path / "a.paf"
    answer = MappyAligner().align(Question(genome, None, cores=2), output)
    assert answer.note.command == "minimap2 -c -x asm20 -X g.fa g.fa"
    command = ["minimap2", "-c", "-X", "-x", "asm20", str(genome), str(genome)]
    theirs = subprocess.run(command, capture_output=True, check=True).stdout
    assert len(_lines(theirs)) >= 3
    assert _lines(output.read_bytes()) == _lines(theirs)


@pytest.mark.service("minimap2")
@pytest.mark.parametrize("name", ["mappy", "minimap2"])
def test_a_real_chromosome_aligns_exactly_as_with_minimap2(
    real_data: Path, tmp_path: Path, name: str
) -> None:
    pair = []
    for strain in ("S288C", "SK1"):
        contig, bases = next(read_contigs(real_data / f"yeast/genomes/{strain}.genome.fa.gz"))
        pair.append(fasta(tmp_path / f"{strain}.fa", [(contig.name, bases.decode())]))
    question = Question(*pair, preset="asm10", cores=2)
    aligner(name).align(question, tmp_path / "a.paf")
    command = ["minimap2", "-c", "-x", "asm10", *map(str, pair)]
    theirs = subprocess.run(command, capture_output=True, check=True).stdout
    assert _lines((tmp_path / "a.paf").read_bytes()) == _lines(theirs)
