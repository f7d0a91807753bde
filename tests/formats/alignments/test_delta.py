"""MUMmer's delta files, and the tables of show-coords."""

import pytest

from formats.alignments.reading import lines_of, refused
from holdfast.formats.alignments.interface import Lengths

DELTA = "/t.fa /q.fa\nNUCMER\n>t q 3000 2493\n11 20 29 20 4 4 0\n3\n-2\n0\n"


def test_gaps_become_a_cigar_along_the_target() -> None:
    (line,) = lines_of("delta", DELTA)
    place = "q\t2493\t19\t29\t-\tt\t3000\t10\t20"
    assert line == f"{place}\t7\t11\t255\tNM:i:4\tcg:Z:2M1D1M1I6M"


def test_names_with_blanks_are_told_apart_by_what_is_known() -> None:
    text = DELTA.replace(">t q ", ">chr 1 b my query ")
    known = Lengths({"chr 1 b": 3000, "chr": 1}, {"my query": 2493, "query": 3})
    (line,) = lines_of("delta", text, known)
    assert line.split("\t")[0::5][:2] == ["my query", "chr 1 b"]
    refused("delta", text, "not clear which two names", 3)


def test_a_file_without_alignments_is_empty() -> None:
    assert lines_of("delta", "a b\nNUCMER\n") == []


def test_of_promer_the_intervals_are_read() -> None:
    text = "a b\nPROMER\n>t q 3000 2493\n300 1 1 300 10 5 1\n3\n0\n"
    assert lines_of("delta", text) == ["q\t2493\t0\t300\t-\tt\t3000\t0\t300\t270\t300\t255"]


@pytest.mark.parametrize(
    ("old", "new", "problem", "line"),
    [
        ("NUCMER", "BLASTN", "second line is NUCMER or PROMER", 2),
        (">t q 3000 2493\n", "", "begins with 7 numbers", 3),
        (">t q 3000 2493", ">t q 3000", "the length is not a whole number", 3),
        ("11 20", "0 20", "count from 1", 4),
        ("11 20", "11 3001", "gaps do not fit the intervals", 4),
        ("29 20", "29 21", "gaps do not fit the intervals", 4),
        ("\n0\n", "\n", "a list of gaps ends with 0", 6),
        ("-2\n", "x\n", "distance to a gap is not a whole number", 6),
        ("-2\n", "-0\n", "distance to a gap is -0", 6),
        ("-2\n", "40\n", "gaps do not fit", 4),
        ("4 4 0", "1 4 0", "1 errors in 11 columns, 2 of them gaps", 4),
        ("4 4 0", "12 4 0", "12 errors in 11 columns", 4),
    ],
)
def test_what_is_no_delta_is_refused(old: str, new: str, problem: str, line: int) -> None:
    refused("delta", DELTA.replace(old, new, 1), problem, line)


# -- show-coords -----------------------------------------------------------------------------------

KNOWN = Lengths({"t": 3000}, {"q": 2493})
LINE = "q\t2493\t0\t2493\t-\tt\t3000\t0\t2500\t2486\t2500\t255"
TABLES = {
    "for people": (
        "/t.fa /q.fa\nNUCMER\n\n"
        "    [S1]     [E1]  |     [S2]     [E2]  |  [LEN 1]  [LEN 2]  |  [% IDY]  | [TAGS]\n"
        "=====================================================================================\n"
        "       1     2500  |     2493        1  |     2500     2493  |    99.44  | t\tq\n"
    ),
    "with tabs, lengths, coverage and frames": (
        "/t.fa /q.fa\nNUCMER\n\n[S1]\t[E1]\t[S2]\t[E2]\t[LEN 1]\t[LEN 2]\t[% IDY]\t[LEN R]\t"
        "[LEN Q]\t[COV R]\t[COV Q]\t[FRM]\t[TAGS]\n"
        "1\t2500\t2493\t1\t2500\t2493\t99.44\t3000\t2493\t83.33\t100.00\t1\t-1\tt\tq\t[CONTAINS]\n"
    ),
    "without heading, for people": (
        "       1     2500  |     2493        1  |     2500     2493  |    99.44  | t\tq\n"
    ),
    "without heading, lengths": "1\t2500\t2493\t1\t2500\t2493\t99.44\t3000\t2493\tt\tq\n",
    "without heading, coverage": "1\t2500\t2493\t1\t2500\t2493\t99.44\t83.33\t100.00\tt\tq\n",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_of_show_coords_is_read(table: str) -> None:
    assert lines_of("coords", table, KNOWN) == [LINE]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("99.44", "101", "identity in percent is not a number from 0 to 100"),
        ("99.44", "nan", "identity in percent|is no row"),
        ("1\t2500\t2493", "1\t3001\t2493", "ends beyond the target's length"),
        ("1\t2500\t2493", "0\t2500\t2493", "count from 1"),
        ("2493\t1\t", "2493\t\t", "is no row of show-coords"),
        ("\tt\tq", "\tt\t", "a name is missing"),
        ("\t3000\t2493\tt", "\t3000\tt", "is no row|is not among"),
    ],
)
def test_what_is_no_row_of_coords_is_refused(old: str, new: str, problem: str) -> None:
    text = TABLES["without heading, lengths"].replace(old, new, 1)
    refused("coords", text, problem, 1, KNOWN)
