"""Several remotes as one."""

from dataclasses import dataclass
from pathlib import Path
from threading import Barrier, get_ident

import pytest

from holdfast.base.progress import Progress
from holdfast.errors import FetchFailed, ListingFailed, UsageError
from holdfast.remotes.interface import Everything, Remote, RemoteFile, open_remote
from holdfast.remotes.options import Portion, RemoteOptions
from holdfast.testing.remotes import HASTE, Only, contents_of
from servers.scripted import Document, Fault, Handler, ScriptedServer, Status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of this machine."""
    (tmp_path / "local" / "sub").mkdir(parents=True)
    (tmp_path / "local" / "a.fa").write_bytes(b"local a")
    (tmp_path / "local" / "sub" / "b.fa").write_bytes(b"local b")
    return tmp_path / "local"


def multi(*parts: Portion) -> Remote:
    return open_remote("multi://parts/", HASTE, RemoteOptions(parts=parts))


def test_files_come_from_the_part_they_are_of(folder: Path, tmp_path: Path) -> None:
    with ScriptedServer() as server:
        server.documents["/x/a.fa"] = Document(b"from afar")
        server.documents["/get"] = Document(b"direct")
        remote = multi(
            Portion(f"file://{folder}/"),
            Portion(f"{server.url}x/", into="afar"),
            Portion(f"direct+{server.url}get?q=1", options=RemoteOptions(name="c.fa")),
        )
        files = remote.list(Everything()).files
        names = ["a.fa", "afar/a.fa", "c.fa", "sub/b.fa"]
        assert [file.name for file in files] == names
        assert remote.folders() == ("afar", "sub")
        heard: list[Progress] = []
        arrivals = remote.fetch(files, tmp_path / "here", heard.append)
        assert remote.read("afar/a.fa", 100) == b"from afar"
        assert remote.read("sub/b.fa", 100) == b"local b"
    contents = [b"local a", b"from afar", b"direct", b"local b"]
    assert [one.path.read_bytes() for one in arrivals] == contents
    assert contents_of(tmp_path / "here") == set(names)
    assert heard[-1] in (Progress("fetching", 4, 4, "files"), Progress("fetching", 29, 29, "bytes"))
    assert all(each.total is None or each.done <= each.total for each in heard)


def test_parts_are_asked_at_once_and_share_the_transfers(tmp_path: Path) -> None:
    meeting = Barrier(2, timeout=10)
    with ScriptedServer() as one, ScriptedServer() as other:
        for server in (one, other):
            server.documents |= {f"/{number}": Document(b"abc") for number in range(4)}
            server.forever["/0"] = Meet(meeting)
        parts = [Portion(f"{server.url}", into=f"{server.server_port}") for server in (one, other)]
        remote = multi(*parts)
        files = remote.list(Everything()).files
        me = get_ident()
        told: set[int] = set()
        arrivals = remote.fetch(
            files,
            tmp_path / "here",
            lambda _: told.add(get_ident()),
            lambda _: told.add(get_ident()),
        )
    assert len(arrivals) == 8  # neither came to its end before the other had begun
    assert told == {me}  # listeners are told in the thread that asked


@dataclass(frozen=True)
class Meet(Fault):
    """Answer a question for the bytes when another server is asked for some too."""

    barrier: Barrier
    refused: bool = False

    def answer(self, handler: Handler, document: Document | None) -> None:
        assert document is not None
        if handler.command == "GET":
            self.barrier.wait()
        if self.refused:
            Status(403).answer(handler, document)
        else:
            handler.serve(document)


def test_a_part_that_fails_does_not_lose_what_another_brought(tmp_path: Path) -> None:
    with ScriptedServer() as good, ScriptedServer() as bad:
        good.documents["/a"] = Document(b"abc")
        bad.documents["/b"] = Document(b"abc")
        remote = multi(Portion(good.url, into="good"), Portion(bad.url, into="bad"))
        files = remote.list(Everything()).files
        meeting = Barrier(2, timeout=10)  # what has not begun when one fails is given up
        good.forever["/a"] = Meet(meeting)
        bad.forever["/b"] = Meet(meeting, refused=True)
        told: list[str] = []
        with pytest.raises(FetchFailed, match="403"):
            remote.fetch(files, tmp_path, arrived=lambda one: told.append(one.file.name))
    assert told == ["good/a"]
    assert (tmp_path / "good" / "a").read_bytes() == b"abc"


def test_two_files_of_one_name_are_an_error(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.fa").write_bytes(b"x")
    parts = Portion(f"file://{folder}/"), Portion(f"file://{tmp_path}/other/")
    with pytest.raises(ListingFailed, match=r"are both a\.fa; give one of the parts"):
        multi(*parts).list(Everything())
    assert len(multi(*parts).list(Only("sub/b.fa")).files) == 1


def test_a_part_whose_folder_nobody_wants_is_not_asked(folder: Path) -> None:
    nowhere = Portion("file:///nowhere/at/all/", into="deep/er")
    files = multi(Portion(f"file://{folder}/"), nowhere).list(Only("a.fa")).files
    assert [file.name for file in files] == ["a.fa"]


@pytest.mark.parametrize("into", ["..", "/etc", "a/../b"])
def test_no_part_leaves_the_folder(folder: Path, into: str) -> None:
    with pytest.raises(Exception, match="would leave"):
        multi(Portion(f"file://{folder}/", into=into))


def test_several_need_parts() -> None:
    with pytest.raises(UsageError, match="needs parts"):
        open_remote("multi://parts/", HASTE)


def test_nothing_comes_from_nowhere(tmp_path: Path) -> None:
    remote = open_remote("none://", HASTE)
    assert (remote.list(Everything()).files, remote.folders()) == ((), ())
    assert remote.fetch([], tmp_path) == ()
    with pytest.raises(FetchFailed):
        remote.read("a", 1)
    with pytest.raises(FetchFailed):
        remote.fetch([RemoteFile("a", "none://a", 1, None)], tmp_path)
