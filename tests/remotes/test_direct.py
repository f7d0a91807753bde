"""Direct remotes: one URL is one file, whatever it is called."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import ListingFailed, UsageError
from holdfast.remotes.direct import name_in, name_said
from holdfast.remotes.interface import Everything, open_remote
from holdfast.remotes.options import RemoteOptions
from holdfast.testing.remotes import HASTE, LARGE, Only
from servers.scripted import Document, Fault, Handler, ScriptedServer, Status
from servers.served import ftp_server


@dataclass(frozen=True)
class Called(Fault):
    """Serve the document, and say what it is called."""

    disposition: str

    def answer(self, handler: Handler, document: Document | None) -> None:
        assert document is not None
        length = {"Content-Length": str(len(document.content))}
        headers = {"Content-Disposition": self.disposition, **document.headers(), **length}
        handler.say(200, headers, document.content)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server of one document."""
    with ScriptedServer() as server:
        server.documents["/get"] = Document(LARGE, etag='"1"')
        yield server


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename=genes.fa", "genes.fa"),
        ('attachment; filename="two words.fa"', "two words.fa"),
        (r'attachment; filename="a \"b\".fa"', 'a "b".fa'),
        ("attachment; filename=x; filename*=UTF-8''g%C3%A8nes.fa", "gènes.fa"),
        ("attachment; FILENAME*=iso-8859-1'en'%E8.fa", "è.fa"),
        ("attachment; filename*=no-such-charset''%41; filename=y", "y"),
        ('attachment; filename="../../etc/passwd"', ""),
        ("attachment; filename=/etc/passwd", ""),
        ("attachment; filename=..", ""),
        ('attachment; filename=""', ""),
        ("inline", ""),
        ("", ""),
    ],
)
def test_the_servers_name_is_taken_when_it_is_safe(disposition: str, name: str) -> None:
    assert name_said(disposition) == name


@given(st.text())
def test_whatever_a_server_says_a_name_is_safe(text: str) -> None:
    for name in (name_said(text), name_said(f'a; filename="{text}"'), name_in("http://h/" + text)):
        assert "/" not in name
        assert name not in (".", "..")


def test_a_direct_file_arrives_under_the_name_its_server_says(
    server: ScriptedServer, tmp_path: Path
) -> None:
    server.forever["/get"] = Called("attachment; filename=genes.fa")
    remote = open_remote(f"direct+{server.url}get?id=7&format=fa", HASTE)
    listing = remote.list(Everything())
    assert [(file.name, file.size) for file in listing.files] == [("genes.fa", len(LARGE))]
    assert listing.files[0].url == f"{server.url}get?id=7&format=fa"
    (arrival,) = remote.fetch(listing.files, tmp_path / "here")
    assert arrival.path == tmp_path / "here" / "genes.fa"
    assert arrival.path.read_bytes() == LARGE
    assert remote.folders() == ()


def test_the_recipes_name_comes_first_and_the_urls_last(server: ScriptedServer) -> None:
    url = f"direct+{server.url}get"
    server.forever["/get"] = Called("attachment; filename=said.fa")
    named = open_remote(url, HASTE, RemoteOptions(name="mine.fa")).list(Everything())
    assert [file.name for file in named.files] == ["mine.fa"]
    del server.forever["/get"]
    assert [file.name for file in open_remote(url, HASTE).list(Everything()).files] == ["get"]
    assert open_remote(url, HASTE).list(Only("other")).files == ()


@pytest.mark.parametrize("status", [405, 403, 501])
def test_a_server_that_answers_no_head_is_asked_for_bytes(
    server: ScriptedServer, status: int
) -> None:
    server.heads["/get"] = Status(status)
    (file,) = open_remote(f"direct+{server.url}get", HASTE).list(Everything()).files
    assert (file.size, file.etag) == (len(LARGE), '"1"')


def test_a_url_that_leads_nowhere_is_an_error(server: ScriptedServer) -> None:
    with pytest.raises(ListingFailed, match="404"):
        open_remote(f"direct+{server.url}gone", HASTE).list(Everything())


def test_a_file_nobody_names_needs_a_name(server: ScriptedServer) -> None:
    server.documents["/"] = Document(b"x")
    with pytest.raises(ListingFailed, match="write a name under"):
        open_remote(f"direct+{server.url}", HASTE).list(Everything())
    with pytest.raises(UsageError, match="not the name of one file"):
        open_remote(f"direct+{server.url}", HASTE, RemoteOptions(name="../x"))


def test_a_direct_file_comes_by_ftp_too(tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "a b.fa").write_bytes(b"abc")
    with ftp_server(tmp_path / "served") as url:
        remote = open_remote(f"direct+{url}a%20b.fa", HASTE)
        (file,) = remote.list(Everything()).files
        assert (file.name, file.size) == ("a b.fa", 3)
        (arrival,) = remote.fetch([file], tmp_path / "here")
    assert arrival.path.read_bytes() == b"abc"
