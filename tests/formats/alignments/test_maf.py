"""MAF: rows on either strand, gaps, cases; and what is refused."""

from pathlib import Path

import pytest

from formats.alignments.reading import lines_of, refused
from holdfast.formats.alignments import cigar

BLOCK = "a score=1\ns t 10 4 + 100 ACGT\ns q 20 4 - 90 ACGA\n\n"


def first_twelve(lines: list[str]) -> list[str]:
    return ["\t".join(line.split("\t")[:12]) for line in lines]


def test_the_conformance_file_is_read_as_expected_but_for_the_length_of_alignments(
    real_data: Path,
) -> None:
    folder = real_data / "dotplots" / "parsers"
    expected = (folder / "in.paf").read_text().splitlines()
    # The length of an alignment counts the columns in which the target has a gap, too.
    expected[1] = expected[1].replace("\t10\t10\t255", "\t10\t12\t255")
    assert first_twelve(lines_of("maf", (folder / "in.maf").read_bytes())) == expected


def test_where_the_conformance_file_shows_accidents_we_are_right(real_data: Path) -> None:
    text = (real_data / "dotplots" / "parsers" / "in2.maf").read_bytes()
    refused("maf", text, "9 bases, and says it has 8", 4)
    found = lines_of("maf", text.replace(b"T 0 8 +", b"T 0 9 +"))
    assert first_twelve(found) == [
        "Q\t100\t90\t99\t+\tT\t100\t0\t9\t8\t10\t255",  # both gaps are columns
        "Q\t100\t20\t24\t-\tT\t100\t86\t90\t4\t4\t255",  # lower case is alike; start before end
        "Q\t100\t76\t80\t+\tT\t100\t86\t90\t4\t4\t255",
    ]


def test_every_further_row_is_a_query_of_the_first() -> None:
    text = BLOCK.rstrip("\n") + "\ns r 0 3 + 50 A-GT\ni r N 0 C 0\n\na\ns t 0 4 + 100 ACGT\n"
    assert [line.split("\t")[0] for line in lines_of("maf", text)] == ["q", "r"]


def test_ambiguous_bases_are_no_matches_and_are_told() -> None:
    (line,) = lines_of("maf", "a\ns t 0 5 + 9 NCRTA\ns q 0 5 + 9 NCRTC\n")
    assert line.endswith("2\t3\t255\tNM:i:3\tnn:i:2\tcg:Z:1X1=1X1=1X")


def test_a_row_of_gaps_alone_is_no_match() -> None:
    assert lines_of("maf", "a\ns t 0 4 + 9 ACGT\ns q 5 0 + 9 ----\n") == []


def test_the_probability_of_a_wrong_place_is_a_mapping_quality() -> None:
    for told, quality in (("1e-05", 50), ("0", 254), ("1", 0), ("1e-99", 254)):
        (line,) = lines_of("maf", BLOCK.replace("score=1", f"score=1 mismap={told}"))
        assert line.split("\t")[11] == str(quality)


def test_long_rows_are_compared_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cigar.of_rows(b"ACGT--ACGTAC" * 9, b"ACGTTTACG-AC" * 9)
    monkeypatch.setattr(cigar, "CHUNK", 5)
    parts = cigar.of_rows(b"ACGT--ACGTAC" * 9, b"ACGTTTACG-AC" * 9)
    assert (parts[0].text(), parts[1]) == (whole[0].text(), whole[1])


@pytest.mark.parametrize(
    ("old", "new", "problem", "line"),
    [
        ("a score=1\n", "", "outside of a block", 1),
        ("t 10 4", "t 10", "has 7 words", 2),
        ("t 10 4", "t 10 5", "4 bases, and says it has 5", 2),
        ("t 10 4", "t -1 4", "the start is not a whole number", 2),
        ("q 20 4", "q 87 4", "starts before its sequence", 3),
        ("t 10 4", "t 97 4", "ends beyond the target's length", 3),
        ("ACGA", "ACGAA", "5 bases, and says it has 4", 3),
        ("ACGA", "AC-GA", "5 columns, and the block's first has 4", 3),
        ("ACGA", "AC.A", "neither bases nor gaps", 3),
        ("4 - 90", "4 * 90", "strand is not", 3),
        ("score=1", "mismap=nan", "mismap is not a number", 1),
        ("a score=1", "track x", "is no line of MAF", 1),
    ],
)
def test_what_is_no_maf_is_refused(old: str, new: str, problem: str, line: int) -> None:
    refused("maf", BLOCK.replace(old, new, 1), problem, line)
