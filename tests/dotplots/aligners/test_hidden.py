"""What was moved within a long gap of an alignment is found when that is asked for."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from dotplots.examples import fasta
from holdfast.dotplots.aligners.hidden import DELETION, INSERTION, MATCH, hidden
from holdfast.dotplots.aligners.interface import Question
from holdfast.dotplots.aligners.mappy_aligner import MappyAligner
from holdfast.formats.paf import read_paf


def hit(start: int, end: int, strand: int, *cigar: tuple[int, int]) -> SimpleNamespace:
    return SimpleNamespace(
        q_st=start, q_en=end, strand=strand, cigar=[list(each) for each in cigar]
    )


@pytest.mark.parametrize(
    ("strand", "expected"),
    [(1, [(0, 500), (800, 1800), (2000, 3000)]), (-1, [(0, 500), (700, 1700), (2000, 3000)])],
)
def test_what_no_alignment_aligns_is_hidden(strand: int, expected: list[tuple[int, int]]) -> None:
    one = hit(
        500,
        2000,
        strand,
        (100, MATCH),
        (40, INSERTION),
        (160, MATCH),
        (900, DELETION),
        (1000, INSERTION),
        (200, MATCH),
    )
    assert hidden([one], 3000) == expected
    assert hidden([one, hit(2100, 3000, 1, (900, MATCH))], 3000) == expected[:-1]


def test_a_contig_that_aligns_nowhere_hides_nothing() -> None:
    assert hidden([], 3000) == []


def test_a_piece_that_was_moved_is_aligned_where_it_is_from(tmp_path: Path) -> None:
    letters = "".join(np.random.default_rng(5).choice(list("ACGT"), 90_000))
    piece = letters[20_000:22_000]
    rest = letters[:20_000] + letters[22_000:]
    target = fasta(tmp_path / "t.fa", [("T", letters)])
    query = fasta(tmp_path / "q.fa", [("a", rest[:60_000] + piece + rest[60_000:])])
    usual, asked = Question(target, query), Question(target, query, options=("hidden:align",))
    MappyAligner().align(usual, tmp_path / "usual.paf")
    answer = MappyAligner().align(asked, tmp_path / "asked.paf")
    assert answer.note.command == "minimap2 -c -x asm5 t.fa q.fa, and what it hides by itself"
    lines = (tmp_path / "asked.paf").read_text().splitlines()
    assert lines[:-1] == (tmp_path / "usual.paf").read_text().splitlines()
    table = read_paf(tmp_path / "asked.paf")
    ends = (
        table.query_start[-1],
        table.query_end[-1],
        table.target_start[-1],
        table.target_end[-1],
    )
    assert np.abs(np.array(ends) - (60_000, 62_000, 20_000, 22_000)).max() < 20
