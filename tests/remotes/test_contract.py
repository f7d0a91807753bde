"""Every kind of remote passes the same examination."""

import getpass
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from holdfast.remotes.access import Rule
from holdfast.remotes.interface import Remote, TransferPolicy
from holdfast.remotes.memory import MemoryFile, MemoryRemote
from holdfast.testing.remotes import Place, RemoteContract
from remotes.places import ServedPlace
from servers.depots import ssh_files, ssh_server
from servers.served import (
    FtpInTls,
    FtpThenTls,
    OldFtp,
    apache_server,
    caddy_server,
    ftp_server,
    lighttpd_server,
    nginx_server,
    python_server,
)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder to serve."""
    folder = tmp_path_factory.mktemp("served") / "root"
    folder.mkdir()
    folder.parent.chmod(0o755)
    return folder


class TestLocalRemote(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Place:
        return ServedPlace(folder, f"file://{folder}/")


class MemoryPlace:
    def __init__(self) -> None:
        self.remote = MemoryRemote()

    def put(self, name: str, content: bytes, modified: datetime) -> None:
        self.remote.files[name] = MemoryFile(content, modified)

    def remove(self, name: str) -> None:
        del self.remote.files[name]

    def open(self, policy: TransferPolicy) -> Remote:
        return self.remote

    def open_nowhere(self, policy: TransferPolicy) -> None:
        return None


class TestMemoryRemote(RemoteContract):
    @pytest.fixture
    def place(self) -> Place:
        return MemoryPlace()


class TestHttpRemoteOnPythonsServer(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Iterator[Place]:
        with python_server(folder) as url:
            yield ServedPlace(folder, url)


@pytest.mark.service("nginx")
class TestHttpRemoteOnNginx(RemoteContract):
    # nginx shows no names that begin with a dot.
    odd_names = tuple(name for name in RemoteContract.odd_names if name != ".hidden")

    @pytest.fixture
    def place(self, folder: Path) -> Iterator[Place]:
        with nginx_server(folder) as url:
            yield ServedPlace(folder, url)


@pytest.mark.service("apache2")
class TestHttpRemoteOnApache(RemoteContract):
    @pytest.fixture(
        params=["FancyIndexing", "FancyIndexing HTMLTable NameWidth=*", "+ShowForbidden"]
    )
    def place(self, folder: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
        with apache_server(folder, request.param) as url:
            yield ServedPlace(folder, url)


@pytest.mark.service("nginx")
class TestHttpRemoteOnNginxInJson(RemoteContract):
    odd_names = TestHttpRemoteOnNginx.odd_names

    @pytest.fixture
    def place(self, folder: Path) -> Iterator[Place]:
        with nginx_server(folder, "autoindex_format json;") as url:
            yield ServedPlace(folder, url)


@pytest.mark.service("lighttpd")
class TestHttpRemoteOnLighttpd(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Iterator[Place]:
        with lighttpd_server(folder) as url:
            yield ServedPlace(folder, url)


@pytest.mark.service("caddy")
class TestHttpRemoteOnCaddy(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Iterator[Place]:
        with caddy_server(folder) as url:
            yield ServedPlace(folder, url)


class TestFtpRemoteWithMlsd(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Iterator[Place]:
        with ftp_server(folder) as url:
            yield ServedPlace(folder, url)


class TestFtpRemoteWithList(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Iterator[Place]:
        with ftp_server(folder, OldFtp) as url:
            yield ServedPlace(folder, url)


@pytest.mark.service("openssl")
class TestFtpRemoteWithTls(RemoteContract):
    @pytest.fixture(params=[("ftpes", FtpThenTls), ("ftps", FtpInTls)], ids=["ftpes", "ftps"])
    def place(
        self, folder: Path, request: pytest.FixtureRequest, certificate: Path
    ) -> Iterator[Place]:
        scheme, handler = request.param
        # pyftpdlib makes one context for each class, of the first certificate it sees.
        kind = type("Handler", (handler,), {"certfile": str(certificate), "ssl_context": None})
        with ftp_server(folder, kind, scheme) as url:
            yield ServedPlace(folder, url, Rule("127.0.0.1", ca_file=str(certificate)))


@pytest.mark.service("sshd")
class TestSftpRemote(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Iterator[Place]:
        with ssh_server() as command:
            server, state = ssh_files(command)
            known = str(state / "known_hosts")
            rule = Rule(server, getpass.getuser(), key=str(state / "me"), known_hosts=known)
            yield ServedPlace(folder, f"sftp://{server}{folder}/", rule)
