"""Folders read by regular expressions of a recipe, as BioMAJ's http.parse keys say them."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.remotes.interface import Everything, open_remote
from holdfast.remotes.options import PagePattern, RemoteOptions
from holdfast.remotes.pagepatterns import read_by_pattern
from holdfast.remotes.rows import Kind
from holdfast.testing.remotes import HASTE
from servers.scripted import Document, ScriptedServer

#: a page that no other reader understands: its names are no links
ODD = b"""<ul>
<li data-kind="dir"><b>v1</b> 02-Jan-2026 12:00</li>
<li data-kind="file"><b>a.fa</b> [3] 2026.01.02 12:00:34</li>
<li data-kind="file"><b>b%20c.fa</b> [1.2K] never</li>
<li data-kind="file"><b>../../etc/passwd</b> [3] 2026.01.02 12:00:34</li>
</ul>"""
PATTERN = PagePattern(
    re.compile(r'data-kind="file"><b>([^<]*)</b> \[([^\]]*)\] ([^<]*)<'),
    re.compile(r'data-kind="dir"><b>([^<]*)</b>'),
    size=2,
    date=3,
    date_format="%Y.%m.%d %H:%M:%S",
)


def test_a_page_of_ones_own_form_is_read() -> None:
    rows = read_by_pattern(ODD, PATTERN)
    assert [(row.name, row.kind, row.size, row.href) for row in rows] == [
        ("a.fa", Kind.FILE, 3, "a.fa"),
        ("b c.fa", Kind.FILE, None, "b%20c.fa"),
        ("v1", Kind.FOLDER, None, "v1"),
    ]
    assert str(rows[0].modified) == "2026-01-02 12:00:34+00:00"
    assert rows[1].modified is None


def test_what_the_page_does_not_tell_is_said_so() -> None:
    pattern = PagePattern(re.compile("<b>(a.fa)"), date=0, size=-1)
    (row,) = read_by_pattern(ODD, pattern)
    assert (row.size, row.modified) == (None, None)


@pytest.mark.parametrize("form", ["02-Jan-2026 12:00", "02-01-2026 12:00", "2026-01-02 12:00"])
def test_usual_dates_need_no_form(form: str) -> None:
    pattern = PagePattern(re.compile("(a) ([^|]*)[|](3)"))
    (row,) = read_by_pattern(f"a {form}|3".encode(), pattern)
    assert str(row.modified) == "2026-01-02 12:00:00+00:00"


@given(st.binary())
def test_whatever_comes_rows_are_safe(page: bytes) -> None:
    pattern = PagePattern(re.compile("(?s)(.*?)[<>](.?)"), re.compile("(.)/"))
    for row in read_by_pattern(page, pattern):
        assert "/" not in row.name
        assert row.name not in ("", ".", "..")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server of that page."""
    with ScriptedServer() as server:
        server.pages["/bank/"] = ODD
        server.pages["/bank/v1/"] = b""
        server.documents["/bank/a.fa"] = Document(b"abc")
        server.documents["/bank/b c.fa"] = Document(b"bc")
        yield server


def test_a_remote_with_a_pattern_lists_what_else_none_would(server: ScriptedServer) -> None:
    url = f"{server.url}bank/"
    assert open_remote(url, HASTE).list(Everything()).files == ()
    files = open_remote(url, HASTE, RemoteOptions(page=PATTERN)).list(Everything()).files
    assert [(file.name, file.size) for file in files] == [("a.fa", 3), ("b c.fa", 2)]
