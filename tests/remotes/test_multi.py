"""Several remotes as one."""

from pathlib import Path

import pytest

from holdfast.base.progress import Progress
from holdfast.errors import FetchFailed, ListingFailed, UsageError
from holdfast.remotes.interface import Everything, Remote, RemoteFile, open_remote
from holdfast.remotes.options import Portion, RemoteOptions
from holdfast.testing.remotes import HASTE, Only, contents_of
from servers.scripted import Document, ScriptedServer


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
