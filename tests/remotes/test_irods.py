"""Remotes in iRODS, on a twin of the client's session."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from irods.exception import NetworkException

from holdfast.errors import ListingFailed, UsageError
from holdfast.remotes import irods
from holdfast.remotes.access import Access, Credentials
from holdfast.remotes.interface import Everything, Remote, TransferPolicy, open_remote
from holdfast.remotes.options import RemoteOptions
from holdfast.remotes.parts import SMALL
from holdfast.remotes.reach import Reach
from holdfast.testing.remotes import HASTE, NOON, Place, RemoteContract
from remotes.irods_twin import FolderSession
from remotes.places import ServedPlace

ME = RemoteOptions(login=Credentials("me", "secret"))


@pytest.fixture
def zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that is the zone."""
    return tmp_path_factory.mktemp("zone")


@pytest.fixture
def sessions(zone: Path, monkeypatch: pytest.MonkeyPatch) -> list[FolderSession]:
    """The sessions that are made, all of the zone."""
    made: list[FolderSession] = []

    def connect(**options: Any) -> FolderSession:
        made.append(FolderSession(zone, **options))
        return made[-1]

    monkeypatch.setattr(irods, "connect", connect)
    return made


class IrodsPlace(ServedPlace):
    """A folder that is a zone."""

    def open(self, policy: TransferPolicy) -> Remote:
        return open_remote(self.url, policy, ME)

    def open_nowhere(self, policy: TransferPolicy) -> Remote:
        return open_remote(f"{self.url}nowhere/", policy, ME)


class TestIrodsRemote(RemoteContract):
    @pytest.fixture
    def place(self, sessions: list[FolderSession], zone: Path) -> Place:
        (zone / "in" / "v 1").mkdir(parents=True)
        return IrodsPlace(zone / "in" / "v 1", "irods://irods.example.org/zone/in/v%201/")


def test_a_session_is_that_of_the_recipes_user(sessions: list[FolderSession]) -> None:
    login = RemoteOptions(login=Credentials("me#other", "secret"))
    open_remote("irods://irods.example.org:1300/zone/", HASTE, login).list(Everything())
    (session,) = sessions
    assert session.options == {
        "host": "irods.example.org",
        "port": 1300,
        "user": "me",
        "password": "secret",
        "zone": "other",
        "connection_timeout": 2,
    }
    open_remote("irods://irods.example.org/zone/", HASTE, ME).folders()
    assert (sessions[1].options["zone"], sessions[1].options["port"]) == ("zone", 1247)


@pytest.mark.usefixtures("sessions")
def test_a_checksum_of_irods_is_a_promise(zone: Path) -> None:
    (zone / "a.fa").write_bytes(b"abc")
    (file,) = open_remote("irods://h/zone/", HASTE, ME).list(Everything()).files
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file.digest == f"sha256:{digest}"


@pytest.mark.parametrize("text", ["", None, "sha2:x", "sha2:YWJj", "adler32:1", "zz" * 16, "1:2:3"])
def test_a_checksum_we_cannot_keep_to_is_none(text: object) -> None:
    assert irods.digest_of(text) is None


@pytest.mark.usefixtures("sessions")
def test_what_an_interrupted_transfer_left_is_gone_on_with(zone: Path, tmp_path: Path) -> None:
    content = bytes(range(256)) * (SMALL // 128)
    path = zone / "a.fa"
    path.write_bytes(content)
    os.utime(path, (NOON.timestamp(),) * 2)
    remote = open_remote("irods://h/zone/", HASTE, ME)
    files = remote.list(Everything()).files
    half = _Halting(len(content) // 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(irods, "_opened", half.opened)
        with pytest.raises(KeyboardInterrupt):
            remote.fetch(files, tmp_path / "here")
    left = (tmp_path / "here" / "a.fa.part").stat().st_size
    assert left >= SMALL
    whole = _Halting(len(content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(irods, "_opened", whole.opened)
        (arrival,) = remote.fetch(files, tmp_path / "here")
    assert whole.offsets == [left]
    assert arrival.path.read_bytes() == content


class _Halting:
    """Opens objects, and stops the whole program when so many bytes were read."""

    def __init__(self, most: int) -> None:
        self._most, self.offsets = most, list[int]()
        self._opened = irods._opened

    def opened(self, session: Any, path: str, offset: int) -> Any:
        self.offsets.append(offset)
        content = session.path(path).read_bytes()
        return _Reader(content, offset, self._most)


class _Reader:
    def __init__(self, content: bytes, at: int, most: int) -> None:
        self._content, self._at, self._most = content, at, most

    def __enter__(self) -> "_Reader":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def read(self, _size: int) -> bytes:
        if self._at >= self._most < len(self._content):
            raise KeyboardInterrupt
        chunk = self._content[self._at : self._at + 65536]
        self._at += len(chunk)
        return chunk


@pytest.mark.usefixtures("sessions")
def test_what_the_client_complains_of_is_told() -> None:
    wrong = RemoteOptions(login=Credentials("me", "wrong"))
    with pytest.raises(ListingFailed, match=r"CAT_INVALID_AUTHENTICATION.*check user, password"):
        open_remote("irods://h/zone/", HASTE, wrong).list(Everything())
    with pytest.raises(UsageError, match=r"needs a user; write one into the settings"):
        open_remote("irods://h/zone/", HASTE).list(Everything())
    with pytest.raises(UsageError, match="names no zone"):
        open_remote("irods://h/", HASTE)


def test_a_server_that_is_not_reached_or_may_not_be_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def connect(**_: Any) -> Any:
        raise NetworkException("no route")

    monkeypatch.setattr(irods, "connect", connect)
    with pytest.raises(ListingFailed, match=r"NetworkException no route.*try again later"):
        open_remote("irods://h/zone/", HASTE, ME).list(Everything())
    strict = replace(HASTE, access=Access(reach=Reach(())))
    with pytest.raises(UsageError, match="no public address"):
        open_remote("irods://127.0.0.1/zone/", strict, ME).folders()


def test_without_the_client_the_optional_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(module: str) -> Any:
        raise ImportError(module)

    monkeypatch.setattr(irods, "import_module", absent)
    with pytest.raises(UsageError, match=r"pip install 'holdfast\[irods\]'"):
        open_remote("irods://h/zone/", HASTE, ME).list(Everything())


def test_times_without_a_zone_are_utc() -> None:
    plain = datetime(2026, 1, 2, 12, 0, 34, 5)  # noqa: DTZ001 - as older clients have them
    assert irods._time(plain) == datetime(2026, 1, 2, 12, 0, 34, tzinfo=UTC)
