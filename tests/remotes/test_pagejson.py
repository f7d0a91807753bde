"""Folders as JSON: nginx's and caddy's, and whatever else may come."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.remotes.pagejson import is_json_page, read_json
from holdfast.remotes.rows import Kind

NGINX = """[
{ "name":"sub", "type":"directory", "mtime":"Sat, 21 Nov 2026 09:42:03 GMT" },
{ "name":"a.fa", "type":"file", "mtime":"Fri, 02 Jan 2026 12:00:34 GMT", "size":3 },
{ "name":"pipe", "type":"other", "mtime":"Fri, 02 Jan 2026 12:00:34 GMT" }
]"""
CADDY = """[{"name":"sub/","size":4096,"url":"./sub/","mod_time":"2026-11-21T09:42:03.72368395Z",
"mode":2147484141,"is_dir":true,"is_symlink":false},{"name":"a.fa","size":3,"url":"./a.fa",
"mod_time":"2026-01-02T13:00:34+01:00","mode":420,"is_dir":false,"is_symlink":false}]"""


@pytest.mark.parametrize("page", [NGINX, CADDY], ids=["nginx", "caddy"])
def test_both_dialects_are_read(page: str) -> None:
    assert is_json_page(page.encode())
    folder, file = read_json(page.encode())
    assert (folder.name, folder.kind, folder.size) == ("sub", Kind.FOLDER, None)
    assert (file.name, file.kind, file.size) == ("a.fa", Kind.FILE, 3)
    assert str(file.modified) == "2026-01-02 12:00:34+00:00"


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "../x"}, {"name": "a/b"}, {"name": ".."}, {"name": "a\nb"}, {"name": 7},
        {"name": "/etc"}, {"name": "\udcff"}, {}, [], None, {"name": "x", "type": []},
    ],
)  # fmt: skip
def test_what_could_leave_its_folder_is_no_row(entry: object) -> None:
    assert read_json(json.dumps([entry]).encode()) == []


@pytest.mark.parametrize("size", [-1, 1.5, "3", True, None])
def test_a_size_that_is_none_is_unknown(size: object) -> None:
    (row,) = read_json(json.dumps([{"name": "a", "size": size, "mtime": 7}]).encode())
    assert (row.size, row.modified) == (None, None)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
)
names = st.sampled_from(["name", "type", "is_dir", "mtime", "mod_time", "size"])


@given(st.lists(st.dictionaries(names, values)))
def test_whatever_comes_rows_are_safe(entries: list[object]) -> None:
    rows = read_json(json.dumps(entries).encode())
    assert all("/" not in row.name and row.name not in ("", ".", "..") for row in rows)
    assert len({row.name for row in rows}) == len(rows)


@given(st.binary())
def test_noise_has_no_rows_and_does_no_harm(noise: bytes) -> None:
    is_json_page(noise)
    read_json(b"[" + noise)


def test_nesting_without_end_does_no_harm() -> None:
    assert read_json(b"[" * 100_000) == []
