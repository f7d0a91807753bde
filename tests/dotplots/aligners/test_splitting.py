"""Blocks of contigs: cut exactly, folded back exactly, and joined where nothing is between."""

import io
import random as randomness
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.dotplots.aligners.joining import joined, pieces_of
from holdfast.dotplots.aligners.splitting import BLOCK, Block, Blocks, folded
from holdfast.formats.fasta import read_fasta
from holdfast.formats.fasta_writing import FastaWriter
from holdfast.formats.paf import read_paf

SIZE = 10
TOTAL = 57
ON_TARGET = 200


def cut(*contigs: tuple[str, int], size: int = SIZE) -> tuple[Blocks, list[tuple[str, bytes]]]:
    """The blocks of contigs of some lengths, and the records that were written of them."""
    blocks, file = Blocks(size), io.BytesIO()
    writer = FastaWriter(file)
    for name, length in contigs:
        blocks.write(writer, name, (b"ACGT" * length)[:length])
    file.seek(0)
    return blocks, [(record.heading.name, record.residues) for record in read_fasta(file)]


WHOLE, _ = cut(("t", 9), size=10**9)  #: of a target, whose contigs are never cut


def fold(text: bytes, blocks: Blocks, target: Blocks = WHOLE) -> bytes:
    return folded(np.frombuffer(text, dtype=np.uint8), target, blocks)


@pytest.mark.parametrize(
    ("length", "lengths"),
    [
        (BLOCK + BLOCK // 10 - 1, [10_999_999]),
        (BLOCK + BLOCK // 10, [10_000_000, 1_000_000]),
        (2 * BLOCK + 1, [10_000_000, 10_000_000, 1]),
    ],
)
def test_contigs_of_a_tenth_more_than_a_block_are_cut(length: int, lengths: list[int]) -> None:
    blocks, written = cut(("a", length), size=BLOCK)
    assert [len(residues) for _, residues in written] == lengths
    assert list(blocks.lengths.values()) == lengths
    assert b"".join(residues for _, residues in written) == (b"ACGT" * length)[:length]


def test_blocks_are_numbered_from_one() -> None:
    blocks, written = cut(("a", 25), ("b", 10))
    assert [name for name, _ in written] == ["a_###_1", "a_###_2", "a_###_3", "b"]
    assert blocks.by_name["a_###_3"] == Block("a", 20, 5, 25)
    assert not blocks.is_plain


@pytest.mark.parametrize("turned", [False, True])
def test_a_contig_that_is_called_like_a_block_is_not_mistaken_for_one(turned: bool) -> None:
    contigs = [("a", 25), ("a_###_1", 8), ("b_###_7", 9)]
    blocks, written = cut(*(reversed(contigs) if turned else contigs))
    assert len({name for name, _ in written}) == 5
    found = {(block.contig, block.start, block.total) for block in blocks.by_name.values()}
    assert found == {
        ("a", 0, 25),
        ("a", 10, 25),
        ("a", 20, 25),
        ("a_###_1", 0, 8),
        ("b_###_7", 0, 9),
    }


def test_letters_beyond_ascii_are_not_shown_to_a_tool() -> None:
    blocks, written = cut(("ä", 9), ("contig_1", 8), ("ö", 25))
    names = [name for name, _ in written]
    assert all(name.isascii() for name in names)
    assert len(set(names)) == 5
    line = f"{names[3]}\t10\t1\t2\t+\t{names[0]}\t9\t0\t1\t1\t1\t0\n".encode()
    assert fold(line, blocks, blocks).decode() == "ö\t25\t11\t12\t+\tä\t9\t0\t1\t1\t1\t0\n"


def test_lines_are_folded_and_their_other_columns_are_kept() -> None:
    blocks, _ = cut(("a", 25), ("b", 7))
    text = (
        b"a_###_2\t10\t1\t9\t-\tt\t50\t3\t11\t8\t8\t60\tcg:Z:8M\txx:Z:a\tb\n"
        b"b\t7\t0\t7\t+\tt\t50\t0\t7\t7\t7\t0\n"
    )
    assert fold(text, blocks) == (
        b"a\t25\t11\t19\t-\tt\t50\t3\t11\t8\t8\t60\tcg:Z:8M\txx:Z:a\tb\n"
        b"b\t7\t0\t7\t+\tt\t50\t0\t7\t7\t7\t0\n"
    )


def line(query: str, total: int, start: int, target: int, strand: str, columns: str) -> bytes:
    """A line of PAF of an alignment whose columns are letters of a CIGAR, along the target."""
    on_query = sum(letter in "=XI" for letter in columns)
    on_target = sum(letter in "=XD" for letter in columns)
    cigar = "".join(f"{len(list(run))}{letter}" for letter, run in groupby(columns))
    edits = sum(letter != "=" for letter in columns)
    fields = (
        *(query, total, start, start + on_query, strand),
        *("t", ON_TARGET, target, target + on_target, columns.count("="), len(columns), 60),
        *(f"NM:i:{edits}", "tp:A:P", f"cg:Z:{cigar}"),
    )
    return "\t".join(map(str, fields)).encode() + b"\n"


def in_blocks(start: int, target: int, strand: str, columns: str) -> list[bytes]:
    """The lines that a tool would write of that alignment if it saw the query in blocks."""
    along_query = columns if strand == "+" else columns[::-1]
    pieces: list[tuple[int, int, str]] = []  # where each begins on the query, and its columns
    place, since, held = start, start, ""
    for letter in along_query:
        if letter in "=XI" and place % SIZE == 0 and held:
            pieces.append((since, place, held))
            since, held = place, ""
        held += letter
        place += letter in "=XI"
    pieces.append((since, place, held))
    written = []
    passed = 0  # columns of the target, from the end at which the query begins
    whole = sum(letter in "=XD" for letter in columns)
    for begin, _, letters in pieces:
        width = sum(letter in "=XD" for letter in letters)
        at = passed if strand == "+" else whole - passed - width
        block = begin // SIZE
        length = min(SIZE, TOTAL - block * SIZE)
        text = letters if strand == "+" else letters[::-1]
        name = f"q_###_{block + 1}"
        written.append(line(name, length, begin - block * SIZE, target + at, strand, text))
        passed += width
    return written


def joined_again(lines: list[bytes], blocks: Blocks) -> list[bytes]:
    text = fold(b"".join(lines), blocks)
    rows = text.splitlines(keepends=True)
    matches = pieces_of(read_paf(io.BytesIO(text)), blocks)
    taken = {number for match in matches for number in match}
    whole = [joined([rows[number] for number in match]) for match in matches]
    return whole + [row for number, row in enumerate(rows) if number not in taken]


@given(
    st.integers(0, TOTAL - 2),
    st.integers(0, 99),
    st.sampled_from("+-"),
    st.text("=XID", max_size=60),
    st.randoms(),
)
def test_what_was_cut_is_joined_to_what_it_was(
    start: int, target: int, strand: str, middle: str, random: randomness.Random
) -> None:
    columns = f"={middle}="
    while start + sum(letter in "=XI" for letter in columns) > TOTAL:
        columns = f"={columns[2:-1]}="
    blocks, _ = cut(("q", TOTAL))
    lines = in_blocks(start, target, strand, columns)
    random.shuffle(lines)
    assert joined_again(lines, blocks) == [line("q", TOTAL, start, target, strand, columns)]


@pytest.mark.parametrize(
    "second",
    [
        line("q_###_2", SIZE, 0, 21, "+", "=" * 5),  # a base of the target lies between
        line("q_###_2", SIZE, 1, 20, "+", "=" * 5),  # a base of the query
        line("q_###_2", SIZE, 0, 20, "-", "=" * 5),  # it runs back
        line("q_###_3", SIZE, 0, 20, "+", "=" * 5),  # another border
    ],
)
def test_what_does_not_continue_exactly_is_not_joined(second: bytes) -> None:
    blocks, _ = cut(("q", TOTAL))
    first = line("q_###_1", SIZE, 0, 10, "+", "=" * SIZE)
    assert len(joined_again([first, second], blocks)) == 2


def test_a_place_in_a_whole_contig_is_no_border() -> None:
    blocks, _ = cut(("q", TOTAL), ("whole", 10))
    lines = [line("whole", 10, 0, 0, "+", "=" * 10), line("q_###_1", SIZE, 0, 10, "+", "=" * 9)]
    assert len(joined_again(lines, blocks)) == 2


def test_two_of_one_place_are_joined_with_one_each() -> None:
    blocks, _ = cut(("q", TOTAL))
    first = line("q_###_1", SIZE, 0, 10, "+", "=" * SIZE)
    second = line("q_###_2", SIZE, 0, 20, "+", "=" * 5)
    found = joined_again([first, first, second, second], blocks)
    assert found == [line("q", TOTAL, 0, 10, "+", "=" * 15)] * 2


def test_tags_are_added_averaged_kept_or_left_out() -> None:
    columns = b"q\t57\t%d\t%d\t+\tt\t200\t%d\t%d\t%d\t%d\t%d\t"
    tags = b"NM:i:%d\tAS:i:7\tde:f:%s\tcs:Z::%d\ttp:A:P\trl:i:%d\n"
    first = columns % (0, 10, 0, 10, 9, 10, 60) + tags % (1, b"0.1", 10, 1)
    second = columns % (10, 40, 10, 40, 30, 30, 7) + tags % (0, b"0", 30, 2)
    assert joined([first, second]) == (
        b"q\t57\t0\t40\t+\tt\t200\t0\t40\t39\t40\t7\t"
        b"NM:i:1\tAS:i:14\tde:f:0.0250\tcs:Z::10:30\ttp:A:P\n"
    )


def test_folding_writes_as_many_lines_as_it_got(tmp_path: Path) -> None:
    blocks, _ = cut(*((f"c{number}", 5 + number) for number in range(40)))
    random = np.random.default_rng(3)
    names = random.choice(list(blocks.by_name), 5000)
    text = "".join(
        f"{name}\t{blocks.lengths[name]}\t0\t1\t+\tt\t9\t0\t1\t1\t1\t0\n" for name in names
    )
    back = fold(text.encode(), blocks).decode().splitlines()
    assert [row.split("\t")[:4] for row in back] == [
        [block.contig, str(block.total), str(block.start), str(block.start + 1)]
        for block in map(blocks.by_name.__getitem__, names)
    ]
