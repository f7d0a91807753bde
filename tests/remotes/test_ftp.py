"""FTP: resumed, refused, logged in to."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from holdfast.errors import FetchFailed, FileChanged, ListingFailed
from holdfast.remotes import parts
from holdfast.remotes.interface import Everything, RemoteFile, open_remote
from holdfast.testing.remotes import HASTE, LARGE, contents_of
from servers.scripted import NOON
from servers.served import AbstractedFS, FTPHandler, OldFtp, ftp_server

HALF = len(LARGE) // 2


class ShortFile:
    """A file that seems to end early, as when the server's disk fails."""

    def __init__(self, file: Any, rest: int) -> None:
        self._file, self._rest = file, rest

    def read(self, size: int) -> Any:
        content = self._file.read(min(size, self._rest))
        self._rest -= len(content)
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class ShortFs(AbstractedFS):
    """Files seem to end early, as often as `cuts` says."""

    cuts: ClassVar[list[int]] = []

    def open(self, filename: str, mode: str) -> Any:
        file = super().open(filename, mode)
        return ShortFile(file, self.cuts.pop()) if self.cuts else file


class CuttingFtp(FTPHandler):
    """Breaks off transfers, and remembers where they were asked to begin."""

    abstracted_fs = ShortFs
    use_sendfile = False
    restarts: ClassVar[list[int]] = []

    def ftp_REST(self, line: str) -> None:  # noqa: N802 - as pyftpdlib has it
        self.restarts.append(int(line))
        super().ftp_REST(line)


class BusyFtp(FTPHandler):
    """Has no place for the first who come."""

    refusals: ClassVar[list[bool]] = []

    def handle(self) -> None:
        if self.refusals:
            self.refusals.pop()
            self.handle_max_cons()
        else:
            super().handle()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to serve, with one large file."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "large").write_bytes(LARGE)
    os.utime(folder / "large", (NOON.timestamp(), NOON.timestamp()))
    CuttingFtp.restarts.clear()
    return folder


def test_a_broken_transfer_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    ShortFs.cuts[:] = [HALF]
    with ftp_server(folder, CuttingFtp) as url:
        remote = open_remote(url, HASTE)
        (arrival,) = remote.fetch(remote.list(Everything()).files, tmp_path / "here")
    assert arrival.path.read_bytes() == LARGE
    assert [restart for restart in CuttingFtp.restarts if restart] == [HALF]
    assert arrival.modified == NOON


class NeverOnFtp(CuttingFtp):
    """Cannot begin in the middle of a file."""

    def ftp_REST(self, line: str) -> None:  # noqa: N802 - as pyftpdlib has it
        self.respond("502 What?")


def test_a_server_that_cannot_send_the_rest_sends_the_whole(folder: Path, tmp_path: Path) -> None:
    ShortFs.cuts[:] = [HALF]
    with ftp_server(folder, NeverOnFtp) as url:
        remote = open_remote(url, HASTE)
        (arrival,) = remote.fetch(remote.list(Everything()).files, tmp_path / "here")
    assert arrival.path.read_bytes() == LARGE


def test_a_part_of_another_version_is_not_gone_on_with(folder: Path, tmp_path: Path) -> None:
    ShortFs.cuts[:] = [HALF]
    with ftp_server(folder, CuttingFtp) as url:
        remote = open_remote(url, replace(HASTE, retries=0))
        with pytest.raises(FetchFailed):
            remote.fetch(remote.list(Everything()).files, tmp_path / "here")
        assert parts.beginning(tmp_path / "here" / "large.part") is not None
        (folder / "large").write_bytes(LARGE[::-1])
        (arrival,) = remote.fetch(remote.list(Everything()).files, tmp_path / "here")
    assert arrival.path.read_bytes() == LARGE[::-1]


def test_a_file_that_changed_since_the_listing_is_refused(folder: Path, tmp_path: Path) -> None:
    later = (NOON + timedelta(days=1)).timestamp()
    with ftp_server(folder, OldFtp) as url:
        remote = open_remote(url, HASTE)
        files = remote.list(Everything()).files
        os.utime(folder / "large", (later, later))
        with pytest.raises(FileChanged, match=r"large: the file changed: modification time"):
            remote.fetch(files, tmp_path / "here")
    assert not contents_of(tmp_path / "here")


def test_a_busy_server_is_asked_again(folder: Path) -> None:
    BusyFtp.refusals[:] = [True, True]
    with ftp_server(folder, BusyFtp) as url:
        assert len(open_remote(url, HASTE).list(Everything()).files) == 1


def test_who_may_not_log_in_is_told_at_once(folder: Path) -> None:
    with ftp_server(folder) as url:
        stranger = url.replace("ftp://", "ftp://me:wrong@")
        with pytest.raises(ListingFailed, match=r"not logged in.*check user name and password"):
            open_remote(stranger, HASTE).list(Everything())


def test_user_and_password_may_hold_odd_characters(folder: Path) -> None:
    with ftp_server(folder) as url:
        known = url.replace("ftp://", "ftp://me:a%40b%3Ac%2Fd@")
        (file,) = open_remote(known, HASTE).list(Everything()).files
    assert file.url == f"{url}large"


def test_a_file_that_is_not_there_is_told_at_once(folder: Path, tmp_path: Path) -> None:
    with ftp_server(folder) as url:
        gone = RemoteFile("gone", f"{url}gone", 4, NOON)
        with pytest.raises(FetchFailed, match=f"{url}gone: the server answered 550"):
            open_remote(url, HASTE).fetch([gone], tmp_path / "here")


@pytest.mark.parametrize("handler", [OldFtp, FTPHandler], ids=["list", "mlsd"])
def test_links_to_folders_are_told_with_their_times(
    tmp_path: Path, handler: type[FTPHandler]
) -> None:
    folder = tmp_path / "served"
    for name, days in (("old", 30), ("new", 3)):
        (folder / f"v_{name}").mkdir(parents=True)
        when = (datetime.now(UTC) - timedelta(days=days)).timestamp()
        os.utime(folder / f"v_{name}", (when, when))
        (folder / f"link_{name}").symlink_to(f"v_{name}")
        os.utime(folder / f"link_{name}", (when, when), follow_symlinks=False)
    with ftp_server(folder, handler) as url:
        dated = open_remote(url, HASTE).dated_folders()
    assert sorted(dated) == ["link_new", "link_old", "v_new", "v_old"]
    times = {name: time for name, time in dated.items() if time is not None}
    assert times["v_old"] < times["v_new"]
    assert times["link_old"] < times["link_new"]
