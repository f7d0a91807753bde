"""Answers to MLSD and LIST as servers give them, and as somebody hostile would."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.base.files import safe_name
from holdfast.remotes.ftplines import read_list, read_mlsd
from holdfast.remotes.rows import Kind, Row

FILE, FOLDER, LINK = Kind.FILE, Kind.FOLDER, Kind.LINK


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("-r--r--r--   1 ftp  anonymous 24465 Nov 26  2003 alu.n.gz", Row("alu.n.gz", FILE, 24465)),
        ("-rw-r--r--   1 ftp  ftp  12 Dec 30 12:00 f", Row("f", FILE, 12)),
        ("-rw-r--r--   1 ftp  ftp  12 Dec  3 02:00 two  words", Row("two  words", FILE, 12)),
        ("-rw-r--r--   1 ftp  ftp  12 Dec  3 02:00  leading", Row(" leading", FILE, 12)),
        ("-rw-r--r--   1 1000 1000 0 Jan  1 1970 2024 01", Row("2024 01", FILE, 0)),
        ("-rw-r--r--   1 ftp  12 Dec  3 02:00 no-group", Row("no-group", FILE, 12)),
        ("-rw-r--r--+  1 a b 12 2024-02-03 04:05 iso", Row("iso", FILE, 12)),
        ("-rw-r--r--.  1 a b 12 3 Feb 2024 day-first", Row("day-first", FILE, 12)),
        ("drwxr-xr-x   2 ftp  ftp  4096 Jan  1 00:00 old", Row("old", FOLDER)),
        ("drwxrwsr-t   2 ftp  ftp  4096 Jan  1 00:00 sticky", Row("sticky", FOLDER)),
        ("lrwxrwxrwx   1 ftp ftp 9 Jan 1 2020 cur -> release-1/x", Row("cur", LINK)),
        ("lrwxrwxrwx   1 ftp ftp 9 Jan 1 2020 up -> ..", None),
        ("lrwxrwxrwx   1 ftp ftp 9 Jan 1 2020 me -> ./", None),
        ("02-02-24  09:11AM   1234 file.zip", Row("file.zip", FILE, 1234)),
        ("02-02-2024  09:11   <DIR>   a folder", Row("a folder", FOLDER)),
        ("drwxr-xr-x   2 ftp  ftp  4096 Jan  1 00:00 .", None),
        ("drwxr-xr-x   2 ftp  ftp  4096 Jan  1 00:00 ..", None),
        ("-rw-r--r--   1 ftp  ftp  12 Dec  3 02:00 ../x", None),
        ("-rw-r--r--   1 ftp  ftp  12 Dec  3 02:00 a/b", None),
        ("-rw-r--r--   1 ftp  ftp  12 Dec  3 02:00 a\tb", None),
        ("srwxr-xr-x   1 ftp  ftp  0 Dec  3 02:00 socket", None),
        ("total 12", None),
        ("ls: cannot open: Permission denied", None),
        ("", None),
    ],
)
def test_a_line_of_list_is_read(line: str, row: Row | None) -> None:
    read = [replace(each, shown=None) for each in read_list(f"{line}\r\n".encode())]
    assert read == ([row] if row else [])


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (
            "type=file;size=12;modify=20261121024137; two words",
            Row("two words", FILE, 12, datetime(2026, 11, 21, 2, 41, 37, tzinfo=UTC)),
        ),
        (
            "Type=FILE;Size=0;Modify=20261121024137.123;perm=r; x",
            Row("x", FILE, 0, datetime(2026, 11, 21, 2, 41, 37, tzinfo=UTC)),
        ),
        ("type=dir;modify=garbage;size=4096; old", Row("old", FOLDER)),
        ("type=file;size=-1;modify=99999999999999; x", Row("x", FILE)),
        ("type=OS.unix=slink:/a/b;size=3; cur", Row("cur", LINK)),
        ("type=cdir; .", None),
        ("type=cdir; here", None),
        ("type=pdir; ..", None),
        ("type=file;size=1; ../x", None),
        ("type=file;size=1; a/b", None),
        ("type=file;size=1; a\\b", None),
        ("nothing", None),
        ("500 What?", None),
    ],
)
def test_a_line_of_mlsd_is_read(line: str, row: Row | None) -> None:
    assert read_mlsd(f"{line}\r\n".encode()) == ([row] if row else [])


def test_a_name_that_is_not_utf8_is_read_as_latin1() -> None:
    assert read_mlsd(b"type=file;size=1; \xe4\r\n") == [Row("ä", FILE, 1)]


def test_a_name_said_twice_counts_once() -> None:
    assert read_mlsd(b"type=file;size=1; a\ntype=file;size=2; a\n") == [Row("a", FILE, 1)]


WORDS = st.sampled_from(
    "-rw-r--r-- drwxr-xr-x lrwxrwxrwx 1 ftp 12 Nov 26 2003 12:00 -> .. / a b <DIR> 02-02-24 "
    "09:11AM type=file; size=9; modify=20261121024137; \n \r".split(" ")
)


@given(st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=40))
def test_any_answer_gives_safe_names_each_once(words: list[str]) -> None:
    text = " ".join(words).encode("utf-8", "surrogatepass")
    for rows in (read_list(text), read_mlsd(text)):
        assert len({row.name for row in rows}) == len(rows)
        for row in rows:
            assert str(safe_name(row.name)) == row.name
            assert "/" not in row.name


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(text: bytes) -> None:
    read_list(text)
    read_mlsd(text)
