"""BLAST's tables: strands, columns by their titles, names and lengths."""

import pytest

from formats.alignments.reading import lines_of, refused
from holdfast.formats.alignments.interface import Lengths

KNOWN = Lengths({"t": 3000}, {"q": 2493})
ROW = "q\tt\t99.441\t2503\t1\t2\t1\t2493\t2500\t1\t0.0\t4532\n"
LINE = "q\t2493\t0\t2493\t-\tt\t3000\t0\t2500\t2489\t2503\t255\tNM:i:14\tde:f:0.00120385"


def test_edits_and_divergence_follow_from_the_usual_columns() -> None:
    assert lines_of("blast6", ROW, KNOWN) == [LINE]


def test_a_query_told_backwards_is_the_same_alignment() -> None:
    turned = ROW.replace("1\t2493\t2500\t1", "2493\t1\t1\t2500")
    assert lines_of("blast6", turned, KNOWN) == [LINE]


@pytest.mark.parametrize("name", ["lcl|t", "ref|t|", "gnl|x|t"])
def test_names_are_found_as_the_fasta_file_has_them(name: str) -> None:
    assert lines_of("blast6", ROW.replace("\tt\t", f"\t{name}\t"), KNOWN) == [LINE]


def test_columns_are_taken_by_their_titles_and_lengths_where_they_are_told() -> None:
    text = (
        "# BLASTN 2.12.0+\n# Query: q\n# Fields: subject id, s. end, s. start, query id, q. start, "
        "q. end, query length, subject length, % identity\n# 1 hits found\n"
        "t\t2500\t1\tq\t1\t2493\t2493\t3000\t50.00\n# BLAST processed 1 queries\n"
    )
    assert lines_of("blast7", text) == ["q\t2493\t0\t2493\t+\tt\t3000\t0\t2500\t1250\t2500\t255"]


def test_a_table_without_hits_is_empty() -> None:
    assert lines_of("blast7", "# BLASTN 2.12.0+\n# Query: q\n# 0 hits found\n") == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("\t4532", "", "11 columns where there are to be 12"),
        ("2503", "2493x", "alignment length is not a whole number"),
        ("\t1\t2493", "\t0\t2493", "count from 1"),
        ("\t2493\t", "\t2494\t", "ends beyond the query's length"),
        ("\t2503\t1\t", "\t2000\t1\t", "cannot be an alignment of these places"),
        ("\t2503\t1\t", "\t2503\t2491\t", "cannot be an alignment of these places"),
        ("\t1\t2\t1\t", "\t1\t14\t1\t", "cannot be an alignment of these places"),
        ("q\tt", "q\tu", "'u' is not among the 1 contigs"),
    ],
)
def test_what_is_no_row_is_refused(old: str, new: str, problem: str) -> None:
    refused("blast6", ROW + ROW.replace(old, new, 1), problem, 2, KNOWN)


def test_fields_that_lack_places_are_refused() -> None:
    text = "# BLASTN 2\n# Fields: query id, subject id, q. start, q. end\n"
    refused("blast7", text, r"the fields lack s\. start, s\. end", 2)
