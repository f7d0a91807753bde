"""
What can go wrong on the way from a remote to a published release, each as real as it can be.

After each the published release is what it was, which a deep check says too, and as soon as the
fault is over the next update finishes by itself.
"""

import os
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from acceptance.mirrored import LONG, NEW, OLD, UNPACK, UNPACKED, Mirror
from app.banks.bank_world import QuickContainer, contents
from holdfast.app.banks.check import check_banks
from holdfast.app.banks.updating.report import UpdateState
from servers.scripted import (
    NOON,
    CutAfter,
    Document,
    Endless,
    Fault,
    Handler,
    ScriptedServer,
    Status,
)
from servers.served import FTPHandler, ftp_server
from thoroughness import thorough

# -- connections that are cut ----------------------------------------------------------------------

TENTH = len(LONG) // 10
TENTHS = [part * TENTH for part in range(10)]


def begun_at(server: ScriptedServer) -> list[int]:
    """Where each transfer of the long file began, in bytes."""
    words = [one.headers.get("Range", "bytes=0-") for one in server.asked("GET", "/2/long.bin")]
    return [int(word.removeprefix("bytes=").partition("-")[0]) for word in words]


@pytest.fixture
def _patient(container: QuickContainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_RETRIES", "9")
    monkeypatch.setenv("HOLDFAST_BACKOFF", "0.001")


@pytest.mark.usefixtures("_patient")
def test_a_connection_that_is_cut_at_every_tenth_moves_each_byte_once(mirror: Mirror) -> None:
    mirror.show("2", NEW)
    mirror.server.script("/2/long.bin", [CutAfter(TENTH)] * 9)
    mirror.assert_finishes()
    assert begun_at(mirror.server) == TENTHS


def test_updates_that_are_cut_one_after_another_move_each_byte_once(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_RETRIES", "0")
    mirror.show("2", NEW)
    for tenth in range(1, 10):
        mirror.server.script("/2/long.bin", [CutAfter(TENTH)])
        assert "long.bin: " in mirror.refused()
        assert begun_at(mirror.server) == TENTHS[:tenth]
    mirror.assert_finishes()
    assert begun_at(mirror.server) == TENTHS


class CutFtp(FTPHandler):
    """Sends a tenth of the long file, from where it was asked to, and says that this was all."""

    use_sendfile = False

    def ftp_RETR(self, file: str) -> object:  # noqa: N802 - as pyftpdlib has it
        if not file.endswith("/2/long.bin"):
            return super().ftp_RETR(file)
        start, self._restart_position = self._restart_position, 0
        CUT_AT.append(start)
        self.push_dtp_data(LONG[start : start + TENTH], isproducer=False, cmd="RETR")
        return None


CUT_AT: list[int] = []


@pytest.mark.usefixtures("_patient")
def test_ftp_that_is_cut_at_every_tenth_moves_each_byte_once(
    container: QuickContainer, server: ScriptedServer, tmp_path: Path
) -> None:
    CUT_AT.clear()
    write(tmp_path / "remote" / "1", OLD)
    with ftp_server(tmp_path / "remote", CutFtp) as url:
        mirror = Mirror(container, server)
        recipe = f'name = "x"\n[remote]\nurl = "{url}"\n[release]\nfrom = "folder"\n{UNPACK}'
        (container.settings.recipes / "x.toml").write_text(recipe)
        mirror.update()
        write(tmp_path / "remote" / "2", NEW)
        mirror.assert_finishes()
    assert CUT_AT == TENTHS


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Make `files` below `folder`, at noon."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (NOON.timestamp(),) * 2)


# -- remotes that lie, change their minds, or keep one waiting -------------------------------------


@dataclass(frozen=True)
class Sends(Fault):
    """Send this with the times of the document, whatever was said of it before."""

    content: bytes

    def answer(self, handler: Handler, document: Document | None) -> None:
        handler.serve(Document(self.content), ranges=False)


@dataclass(frozen=True)
class BecomesFirst(Fault):
    """The file is another (none: gone) when it is asked for, and stays so."""

    other: Document | None

    def answer(self, handler: Handler, document: Document | None) -> None:
        if self.other is None:
            handler.server.documents.pop(handler.plain_path(), None)
            Status(404).answer(handler, None)
        else:
            handler.server.documents[handler.plain_path()] = self.other
            handler.serve(self.other)


@dataclass(frozen=True)
class Trickle(Fault):
    """A byte now and then, so that there is always one more to wait for."""

    head: bool = False  #: of the answer's head already

    def answer(self, handler: Handler, document: Document | None) -> None:
        handler.close_connection = True
        if self.head:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        else:
            handler.say(200, {"Content-Length": str(len(LONG))}, b"")
        while not handler.server.stopped:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)


class EndlessHead(Fault):
    """Headers, and no end of them."""

    def answer(self, handler: Handler, document: Document | None) -> None:
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not handler.server.stopped:
            handler.wfile.write(b"X-More: more\r\n" * 1000)


ROUND = Status(302, {"Location": "/2/long.bin"}, b"")
ROUND_LISTING = Status(302, {"Location": "/2/"}, b"")


@pytest.mark.parametrize(
    ("path", "fault", "words"),
    [
        ("/2/long.bin", Sends(LONG[:-1]), "long.bin"),
        ("/2/long.bin", Sends(LONG + b"x"), "long.bin"),
        pytest.param("/2/long.bin", Sends(b""), "long.bin", marks=thorough),
        ("/2/long.bin", Endless(), "long.bin"),
        ("/2/long.bin", ROUND, "more than 5 redirects, one after another"),
        ("/2/", ROUND_LISTING, "more than 5 redirects, one after another"),
        ("/2/long.bin", Status(429), "429 Too Many Requests, tried 2 times"),
        pytest.param("/2/", Status(429), "429 Too Many Requests, tried 2 times", marks=thorough),
        pytest.param(
            "/2/long.bin", Status(503), "503 Service Unavailable, tried 2 times", marks=thorough
        ),
        ("/2/", Status(503), "503 Service Unavailable, tried 2 times"),
        pytest.param("/2/long.bin", Status(403), "403 Forbidden", marks=thorough),
        ("/2/long.bin", Trickle(), "tried 2 times"),
        ("/2/", Trickle(), "tried 2 times"),
        pytest.param("/2/long.bin", Trickle(head=True), "tried 2 times", marks=thorough),
        ("/2/", Trickle(head=True), "tried 2 times"),
        ("/2/long.bin", EndlessHead(), "long.bin"),
        pytest.param("/2/", EndlessHead(), "/2/", marks=thorough),
    ],
)
def test_what_a_remote_does_is_told_and_does_no_harm(
    mirror: Mirror, path: str, fault: Fault, words: str
) -> None:
    mirror.show("2", NEW)
    mirror.server.forever[path] = fault
    mirror.server.heads["/2/long.bin"] = Sends(LONG)  # the listing is honest
    sentence = mirror.refused()
    assert words in sentence
    assert "\n" not in sentence
    mirror.heal()
    mirror.assert_finishes()


@pytest.mark.parametrize("other", [None, Document(b"another"), Document(LONG[::-1])])
def test_what_changes_between_the_listing_and_the_transfer_is_taken_by_the_next_update(
    mirror: Mirror, other: Document | None
) -> None:
    if other is not None:
        other = replace(other, modified=NOON + timedelta(hours=1))
    mirror.show("2", NEW)
    mirror.server.script("/2/long.bin", [BecomesFirst(other)] * 2)
    assert "long.bin" in mirror.refused()
    mirror.heal()
    rest = {name: content for name, content in UNPACKED.items() if name != "long.bin"}
    mirror.assert_finishes(rest if other is None else {**rest, "long.bin": other.content})


@dataclass(frozen=True)
class NextRelease(Fault):
    """While the file is fetched, the remote puts another release in the place of this one."""

    files: dict[str, bytes]

    def answer(self, handler: Handler, document: Document | None) -> None:
        documents = handler.server.documents
        for path in [path for path in documents if path.startswith("/2/")]:
            del documents[path]
        for name, content in self.files.items():
            documents[f"/3/{name}"] = Document(content)
        Status(404).answer(handler, None)


def test_a_release_that_is_replaced_while_it_is_fetched_is_followed_by_the_next(
    mirror: Mirror,
) -> None:
    mirror.show("2", NEW)
    mirror.server.script("/2/long.bin", [NextRelease(NEW)])
    assert "404 Not Found" in mirror.refused()  # for it, or for another file of that release
    report = mirror.update()
    assert (report.state, report.release) == (UpdateState.UPDATED, "3")
    assert contents(mirror.folder / "x_3" / "flat") == UNPACKED
    (found,) = check_banks(mirror.container, deep=True)
    assert (found.problems, found.remarks) == ((), ())


@pytest.mark.parametrize(("path", "code"), [("/2/", 503), ("/2/long.bin", 429)])
def test_a_wait_that_a_server_asks_for_is_kept_within_an_update(
    mirror: Mirror, path: str, code: int
) -> None:
    mirror.show("2", NEW)
    mirror.server.script(path, [Status(code, {"Retry-After": "1"})])
    began = time.monotonic()
    mirror.assert_finishes()
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("asked", ["999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_server_makes_an_update_wait_as_long_as_it_likes(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setattr("holdfast.remotes.faults.LONGEST_PAUSE", 0.2)
    mirror.show("2", NEW)
    mirror.server.forever["/2/long.bin"] = Status(503, {"Retry-After": asked})
    assert "tried 2 times" in mirror.refused()
    mirror.heal()
    mirror.assert_finishes()
