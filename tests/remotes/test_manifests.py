"""Lists of files, in all their forms; and remotes made of them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import DigestMismatch, FetchFailed, FormatError, ListingFailed, UsageError
from holdfast.remotes.interface import Everything, RemoteFile, open_remote
from holdfast.remotes.manifests import COLUMNS, read_manifest
from holdfast.testing.remotes import HASTE
from servers.scripted import Document, ScriptedServer

BASE = "https://host/bank/"
MD5 = "900150983cd24fb0d6963f7d28e17f72"  #: of abc


def read(text: str) -> list[RemoteFile]:
    return list(read_manifest(text, "list.tsv", BASE))


def test_a_table_says_what_its_columns_are() -> None:
    text = (
        "# release 7\n"
        f"name\tsize\tmd5\tmodified\turl\n"
        f"a.fa\t3\t{MD5}\t2026-01-02T12:00:34Z\t\n"
        "\n"
        f"sub/b.fa\t-\t-\t\thttps://other/x%20y?z=1\n"
        "#1.fa\t7\n"
    )
    one, first, sub = read(text)
    assert (first.name, first.url, first.size) == ("a.fa", f"{BASE}a.fa", 3)
    assert (first.digest, str(first.modified)) == (f"md5:{MD5}", "2026-01-02 12:00:34+00:00")
    assert (sub.name, sub.url, sub.size, sub.digest) == (
        "sub/b.fa", "https://other/x%20y?z=1", None, None,
    )  # fmt: skip
    assert (one.name, one.url, one.size) == ("#1.fa", f"{BASE}%231.fa", 7)


def test_a_manifest_of_digests_is_a_list() -> None:
    sha256 = "ab" * 32
    files = read(f"{MD5}  a.fa\n{sha256} *./sub/b c.fa\n# done\n")
    assert [(file.name, file.digest) for file in files] == [
        ("a.fa", f"md5:{MD5}"),
        ("sub/b c.fa", f"sha256:{sha256}"),
    ]


def test_names_and_urls_alone_are_a_list() -> None:
    files = read("b.fa\nftp://ftp.example.org/pub/a%20b.fa\n")
    assert [(file.name, file.url) for file in files] == [
        ("a b.fa", "ftp://ftp.example.org/pub/a%20b.fa"),
        ("b.fa", f"{BASE}b.fa"),
    ]


def test_biomajs_form_is_read() -> None:
    entries = [
        {"name": "/a.fa", "size": 3, "hash": MD5, "year": 2026, "month": 1, "day": 2},
        {"name": "x y.fa", "root": "https://other/pub", "save_as": "b.fa", "hash": None},
        {"name": "c.fa", "year": "", "permissions": "-rw-r--r--"},
    ]
    first, second, third = read(json.dumps(entries))
    assert (first.name, first.url, first.digest) == ("a.fa", f"{BASE}a.fa", f"md5:{MD5}")
    assert str(first.modified) == "2026-01-02 00:00:00+00:00"
    assert (second.name, second.url) == ("b.fa", "https://other/pub/x%20y.fa")
    assert (third.name, third.modified) == ("c.fa", None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("../x\n", "list.tsv:1"),
        ("a\n/etc/passwd\n", "list.tsv:2"),
        ("a//b\n", "list.tsv:1: .* is not written as a plain path"),
        ("name\tsize\na\tmany\n", "list.tsv:2: 'many' is not a number of bytes"),
        ("name\tsize\na\t-1\n", "list.tsv:2"),
        ("name\tmodified\na\tyesterday\n", "list.tsv:2: 'yesterday' is not a time"),
        ("name\tmd5\na\tabc\n", "list.tsv:2: 'abc' is not a md5"),
        ("name\tsize\na\t1\na\t2\n", "list.tsv:3: 'a' is there twice"),
        ("http://me:secret@host/a\n", "list.tsv:1"),
        ("http://[::1/a\n", "list.tsv:1"),
        ("[{]", "list.tsv:1: it is not JSON"),
        ("[7]", "entry 1 is no object"),
        ("[" * 100_000, "it is not JSON"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(FormatError, match=sentence):
        read(text)


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(st.lists(st.lists(words | st.sampled_from(COLUMNS), max_size=4)))
def test_whatever_comes_names_are_safe_or_it_is_refused(lines: list[list[str]]) -> None:
    try:
        files = read("\n".join("\t".join(line) for line in lines))
    except FormatError:
        return
    for file in files:
        assert not file.name.startswith("/")
        assert ".." not in file.name.split("/")


@given(
    st.recursive(
        st.none() | words | st.integers(), lambda x: st.dictionaries(words, x), max_leaves=8
    )
)
def test_whatever_json_comes_it_is_read_or_refused(entry: object) -> None:
    try:
        read(json.dumps([entry, {"name": entry}, {"name": "a", "root": entry, "year": entry}]))
    except FormatError:
        return


@given(st.lists(st.text(st.sampled_from("abc .#-%é"), min_size=1).filter(str.strip), unique=True))
def test_what_is_written_is_read(names: list[str]) -> None:
    plain = [name for name in names if name == name.strip() and set(name) - {"."}]
    files = read("name\tsize\n" + "".join(f"{name}\t1\n" for name in plain))
    assert [file.name for file in files] == sorted(plain)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server of a list and its files."""
    with ScriptedServer() as server:
        server.documents["/bank/a.fa"] = Document(b"abc")
        server.documents["/other/b.fa"] = Document(b"bcd")
        yield server


def listing(server: ScriptedServer, text: str) -> str:
    server.documents["/bank/list"] = Document(text.encode())
    return f"list+{server.url}bank/list"


def test_what_a_list_leaves_open_is_asked_for(server: ScriptedServer, tmp_path: Path) -> None:
    text = f"name\turl\tsize\tmd5\na.fa\t\t3\t{MD5}\nb.fa\t../other/b.fa\t\t\n"
    remote = open_remote(listing(server, text), HASTE)
    files = remote.list(Everything()).files
    assert [(file.name, file.size) for file in files] == [("a.fa", 3), ("b.fa", 3)]
    assert not server.asked("HEAD", "/bank/a.fa")
    assert len(server.asked("HEAD", "/other/b.fa")) == 1
    arrivals = remote.fetch(files, tmp_path / "here")
    assert [one.path.read_bytes() for one in arrivals] == [b"abc", b"bcd"]


def test_a_lists_digest_is_a_promise(server: ScriptedServer, tmp_path: Path) -> None:
    server.documents["/bank/a.fa"] = Document(b"xyz")
    remote = open_remote(listing(server, f"{MD5}  a.fa\n"), HASTE)
    with pytest.raises(DigestMismatch):
        remote.fetch(remote.list(Everything()).files, tmp_path / "here")


@pytest.mark.parametrize("text", ["file:///etc/passwd\n", "gopher://h/x\n", "direct+http://h/x\n"])
def test_a_list_from_elsewhere_cannot_name_files_of_this_machine(
    server: ScriptedServer, tmp_path: Path, text: str
) -> None:
    remote = open_remote(listing(server, text), HASTE)
    with pytest.raises(ListingFailed, match="where such a list cannot lead"):
        remote.list(Everything())
    stolen = RemoteFile("passwd", "file:///etc/passwd", None, None)
    with pytest.raises(FetchFailed, match="cannot name"):
        remote.fetch([stolen], tmp_path / "here")


def test_a_list_of_this_machine_can(server: ScriptedServer, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "c.fa").write_bytes(b"cde")
    (tmp_path / "list.tsv").write_text(f"{server.url}bank/a.fa\nfile://{tmp_path}/data/c.fa\n")
    remote = open_remote(f"list+file://{tmp_path}/list.tsv", HASTE)
    files = remote.list(Everything()).files
    assert [(file.name, file.size) for file in files] == [("a.fa", 3), ("c.fa", 3)]
    arrivals = remote.fetch(files, tmp_path / "here")
    assert [one.path.read_bytes() for one in arrivals] == [b"abc", b"cde"]


def test_a_list_that_is_none_is_told(server: ScriptedServer) -> None:
    server.documents["/bank/list"] = Document(b"\xff\xfe")
    with pytest.raises(ListingFailed, match="not UTF-8"):
        open_remote(f"list+{server.url}bank/list", HASTE).list(Everything())
    with pytest.raises(UsageError, match="names no list"):
        open_remote(f"list+{server.url}bank/", HASTE)
