"""Indexes of contigs: two columns or three, and what is refused with its line."""

import gzip
import io
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import FormatError
from holdfast.formats.contig_index import IndexRow, index_text, read_index

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\t\n\r"), min_size=1, max_size=8)
TITLES = NAMES.filter(lambda text: text.split()).map(lambda text: " ".join(text.split()))


def read(text: str) -> tuple[str, list[IndexRow]]:
    return read_index(io.BytesIO(text.encode()), "x.idx")


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_contigs_are_read_in_order(end: str) -> None:
    title, rows = read(f"my genome{end or chr(10)}b\t6\t1{end or chr(10)}a a\t5{end}")
    assert (title, rows) == ("my genome", [IndexRow("b", 6, True), IndexRow("a a", 5)])


@given(TITLES, st.dictionaries(NAMES, st.tuples(st.integers(1, 10**14), st.booleans())))
def test_what_is_written_reads_back_the_same(
    title: str, contigs: dict[str, tuple[int, bool]]
) -> None:
    rows = [IndexRow(name, length, turned) for name, (length, turned) in contigs.items()]
    turned_too = read_index(io.BytesIO(index_text(title, rows, turned=True)))
    assert turned_too == (title, rows)
    plain = read_index(io.BytesIO(index_text(title, rows)))
    assert plain == (title, [row._replace(reversed=False) for row in rows])


def test_a_title_that_cannot_be_one_is_made_one() -> None:
    assert index_text("a\tb\n", []) == b"a b\n"
    assert index_text(" ", []) == b"genome\n"


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("", "is empty", None),
        ("a\t5\n", "begins with the name of the genome", 1),
        (" \na\t5\n", "begins with the name of the genome", 1),
        ("x\na\t5\n\nb\t6\n", "an empty line", 3),
        ("x\na\t5.0\n", "'5.0' is not a whole number above 0", 2),
        ("x\na\t-5\n", "'-5' is not a whole number above 0", 2),
        ("x\na\t0\n", "'0' is not a whole number above 0", 2),
        ("x\na\t" + "9" * 30 + "\n", "is not a whole number above 0", 2),
        ("x\na\t٣\n", "is not a whole number above 0", 2),
        ("x\na\n", "a contig is a name and a length", 2),
        ("x\na\t1\t0\t0\n", "a contig is a name and a length", 2),
        ("x\n\t1\n", "a contig is a name and a length", 2),
        ("x\na\t1\t2\n", "the third column is 0 or 1", 2),
        ("x\na\t1\nb\t2\na\t3\n", "a second contig is called a", 4),
    ],
)
def test_what_is_no_index_is_refused(text: str, problem: str, line: int | None) -> None:
    with pytest.raises(FormatError, match=problem) as caught:
        read(text)
    assert (caught.value.file, caught.value.line) == ("x.idx", line)


def test_what_is_no_text_is_refused_with_its_line() -> None:
    with pytest.raises(FormatError, match="is not text") as caught:
        read_index(io.BytesIO(b"x\na\t1\n\xff\t2\n"), "x.idx")
    assert caught.value.line == 3


@given(st.binary(max_size=60) | st.text("ab\t\n019-", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(FormatError):
        read_index(io.BytesIO(content))


def test_the_conformance_files_are_judged_as_expected(real_data: Path) -> None:
    folder = real_data / "dotplots" / "validators"
    expected = json.loads((folder / "expected.json").read_text())
    # We take the third column that sorting writes, and no index that names nothing at all.
    expected |= {"three.idx": True, "empty.idx": False}
    for name, good in expected.items():
        if name.endswith(".idx"):
            assert _is_index(folder / name) == good, name


def _is_index(file: Path) -> bool:
    try:
        read_index(file)
    except FormatError:
        return False
    return True


def test_a_compressed_index_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.idx.gz").write_bytes(gzip.compress(b"x\na\t1\n"))
    assert read_index(tmp_path / "x.idx.gz") == ("x", [IndexRow("a", 1)])
