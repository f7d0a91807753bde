"""Sequences from paths, standard input and URLs, over real servers on loopback."""

import gzip
import hashlib
import os
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from holdfast.app.container import Container
from holdfast.app.sequences.care import tidy
from holdfast.app.sequences.inputs import INCOMING, opened
from holdfast.app.sequences.load import Loaded, load_sequences
from holdfast.base.locks import exclusive
from holdfast.base.progress import ignore
from holdfast.errors import FetchFailed, FormatError, HoldfastError, StoreBusy, UsageError
from holdfast.settings import Settings
from servers.scripted import CutAfter, Document, Endless, ScriptedServer, Status
from servers.served import ftp_server, python_server

TEXT = b">a first\nACGT\n>b\nMKVL\n"


@pytest.fixture
def container(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    """This test's home, hasty with servers."""
    monkeypatch.setenv("HOLDFAST_RETRIES", "1")
    monkeypatch.setenv("HOLDFAST_BACKOFF", "0.01")
    with Container(Settings.read(home)) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the servers serve."""
    made = tmp_path / "served"
    made.mkdir()
    (made / "some genome.fa.gz").write_bytes(gzip.compress(TEXT))
    return made


def load(container: Container, *given: str) -> Loaded:
    return load_sequences(container, given, "lab")


@pytest.mark.parametrize("server", [python_server, ftp_server])
def test_a_url_is_loaded_with_where_it_came_from(
    server,
    container: Container,
    folder: Path,  # type: ignore[no-untyped-def]  # two of served's
) -> None:
    with server(folder) as root:
        url = f"{root}some%20genome.fa.gz"
        (report,) = load(container, url).files
    assert report.collection == "some genome.fa.gz"
    origin = container.store.collection("some genome.fa.gz").origin
    assert (origin.url, origin.file) == (url, "some genome.fa.gz")
    sha256 = hashlib.sha256((folder / "some genome.fa.gz").read_bytes()).hexdigest()
    assert origin.sha256 == sha256
    assert not [path for path in (container.settings.home / INCOMING).iterdir() if path.is_dir()]


def test_a_url_without_an_end_is_given_up(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_UNANNOUNCED_LIMIT", "1000000")
    with Container(Settings.read(container.settings.home)) as careful, ScriptedServer() as server:
        server.forever["/x.fa"] = Endless()
        with pytest.raises(FetchFailed, match="more than 1,000,000 bytes came"):
            load(careful, f"{server.url}x.fa")


def test_user_name_password_and_fragment_are_not_written_down(container: Container) -> None:
    with ScriptedServer() as server:
        server.documents["/x.fa"] = Document(TEXT)
        load(container, server.url.replace("//", "//me:secret@") + "x.fa#here")
    assert "secret" not in str(container.store.collection("x.fa").origin)


class Asked(BaseHTTPRequestHandler):
    """Answers one question, as a service by accession does."""

    def do_GET(self) -> None:
        found = self.path == "/efetch.fcgi?db=nuccore&id=X%201"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_a_url_with_a_question_is_asked_as_it_is(container: Container) -> None:
    with HTTPServer(("127.0.0.1", 0), Asked) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        root = f"http://127.0.0.1:{server.server_address[1]}/"
        try:
            (report,) = load(container, f"{root}efetch.fcgi?db=nuccore&id=X%201").files
        finally:
            server.shutdown()
            thread.join()
    assert (report.collection, report.sequences_new) == ("efetch.fcgi", 2)


def test_a_file_url_is_read_where_it_is(container: Container, folder: Path) -> None:
    url = (folder / "some genome.fa.gz").as_uri()
    load(container, url)
    assert container.store.collection("some genome.fa.gz").origin.url == url
    assert not (container.settings.home / INCOMING).exists()


def test_errors_name_the_url_and_the_line(container: Container) -> None:
    with ScriptedServer() as server:
        server.documents["/x.fa"] = Document(b">a\nAC-T\n")
        with pytest.raises(FormatError, match=rf"{server.url}x\.fa:2: '-' is not a residue"):
            load(container, f"{server.url}x.fa")
    assert not list((container.settings.home / INCOMING).glob("*/*"))


def test_a_page_instead_of_the_file_is_named(container: Container) -> None:
    with ScriptedServer() as server:
        server.documents["/x.fa"] = Document(b"<!DOCTYPE html>\n<html>Log in first</html>")
        with pytest.raises(FormatError, match=r"this is HTML, not sequences: the server may have"):
            load(container, f"{server.url}x.fa")


def test_what_came_before_a_break_is_kept_for_the_next_time(container: Container) -> None:
    large = b">a\n" + b"ACGTTGCA" * 250_000 + b"\n"
    with ScriptedServer() as server:
        server.documents["/x.fa"] = Document(large, etag='"v1"')
        server.script("/x.fa", [CutAfter(1_500_000), Status(503), Status(503)])
        with pytest.raises(FetchFailed):
            load(container, f"{server.url}x.fa")
        server.scripts["/x.fa"].clear()
        server.requests.clear()
        load(container, f"{server.url}x.fa")
        asked = [request.headers.get("Range") for request in server.requests]
    assert any(asked), "it went on from where it was"
    assert len(container.store["lab:a"]) == 2_000_000


@pytest.mark.parametrize(
    ("url", "error", "problem"),
    [
        ("http://127.0.0.1:1/x.fa", FetchFailed, "127.0.0.1"),
        ("gopher://example.org/x.fa", UsageError, "gopher"),
        ("file://elsewhere/x.fa", UsageError, "another machine"),
        ("file:///nowhere/at/all.fa", FormatError, "cannot be opened"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(
    url: str, error: type[HoldfastError], problem: str, container: Container
) -> None:
    with pytest.raises(error, match=problem):
        load(container, url)


@pytest.mark.parametrize("path", ["..%2F..%2Fpasswd", "%2Fetc%2Fpasswd", "", "a%00b", "x" * 300])
def test_no_name_of_a_server_leaves_the_folder(path: str, container: Container) -> None:
    with ScriptedServer() as server:
        server.documents[f"/{path}"] = server.documents["/" + path.replace("%2F", "/")] = Document(
            TEXT
        )
        try:
            load(container, f"{server.url}{path}")
        except FetchFailed:
            return  # the server does not know it by this name, and nothing was written
    assert container.store.collections()[0].name == "download"


def test_one_url_is_fetched_by_one_process_at_a_time(container: Container) -> None:
    url = "http://127.0.0.1:1/x.fa"
    folder = container.settings.home / INCOMING / hashlib.sha256(url.encode()).hexdigest()[:24]
    folder.mkdir(parents=True)
    with (
        exclusive(folder.with_suffix(".lock")),
        pytest.raises(StoreBusy, match="is being fetched by process"),
        opened(container, url, ignore),
    ):
        pass


def test_the_files_before_a_broken_one_are_stored(container: Container, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.fa", tmp_path / "bad.fa"
    good.write_bytes(TEXT)
    bad.write_bytes(b"@read\nACGT\n+\nIIII\n")
    with pytest.raises(FormatError, match=r"FASTQ.*; the file before it, good\.fa, is stored"):
        load(container, str(good), str(bad))
    assert container.store.fetch("lab:a") == "ACGT"


def left_behind(container: Container, name: str, days: float) -> Path:
    """What an interrupted fetch left so many days ago."""
    folder = container.settings.home / INCOMING / name
    folder.mkdir(parents=True)
    (folder / "x.fa.part").write_bytes(TEXT)
    folder.with_suffix(".lock").touch()
    when = time.time() - days * 86_400
    for path in (folder / "x.fa.part", folder, folder.with_suffix(".lock")):
        os.utime(path, (when, when))
    return folder


def test_what_nobody_went_on_with_for_a_day_is_tidied_away(
    container: Container, folder: Path
) -> None:
    load(container, str(folder / "some genome.fa.gz"))
    old, new = left_behind(container, "a" * 24, 1.1), left_behind(container, "b" * 24, 0.9)
    held = left_behind(container, "c" * 24, 3)
    other = container.settings.home / INCOMING / "mine"
    other.mkdir()
    with exclusive(held.with_suffix(".lock")):
        os.utime(held.with_suffix(".lock"), (0, 0))
        assert [each.folder for each in tidy(container, 0.5, dry_run=True).abandoned] == [old, held]
        (removed,) = tidy(container, 0.5).abandoned
    assert (removed.folder, removed.size > len(TEXT)) == (old, True)
    assert not old.exists()
    assert not old.with_suffix(".lock").exists()
    assert new.exists()
    assert held.exists()
    assert other.exists()


def test_a_fetch_leaves_no_lock_behind(container: Container) -> None:
    with ScriptedServer() as server:
        server.documents["/x.fa"] = Document(TEXT)
        load(container, f"{server.url}x.fa")
    assert list((container.settings.home / INCOMING).iterdir()) == []
