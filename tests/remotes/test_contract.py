"""Every kind of remote passes the same examination."""

import getpass
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from holdfast.remotes.access import Access, Rule
from holdfast.remotes.interface import Remote, TransferPolicy, open_remote
from holdfast.remotes.memory import MemoryFile, MemoryRemote
from holdfast.remotes.options import Portion, RemoteOptions
from holdfast.testing.remotes import NOON, Place, RemoteContract
from remotes.places import ServedPlace
from servers.depots import rsync_daemon, ssh_files, ssh_server
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


@pytest.mark.service("rsync")
class TestRsyncRemoteOnADaemon(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Iterator[Place]:
        with rsync_daemon(folder) as url:
            yield ServedPlace(folder, url)


@pytest.fixture(scope="module")
def ssh() -> Iterator[tuple[str, Path]]:
    """A server of SSH, and the files that let one in."""
    with ssh_server() as command:
        yield ssh_files(command)


@pytest.mark.service("rsync", "sshd")
class TestRsyncRemoteOverSsh(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path, ssh: tuple[str, Path]) -> Place:
        server, state = ssh
        known = str(state / "known_hosts")
        rule = Rule(server, getpass.getuser(), key=str(state / "me"), known_hosts=known)
        return ServedPlace(folder, f"rsync+ssh://{server}{folder}/", rule)


class ListedPlace(ServedPlace):
    """A folder, and beside it a list of what is in it."""

    def put(self, name: str, content: bytes, modified: datetime) -> None:
        super().put(name, content, modified)
        self._write()

    def remove(self, name: str) -> None:
        super().remove(name)
        self._write()

    def _write(self) -> None:
        lines = ["name\tsize\tmodified"]
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.name != "list of files.tsv":
                found, name = path.stat(), path.relative_to(self.folder).as_posix()
                time = datetime.fromtimestamp(found.st_mtime, UTC).isoformat()
                lines.append(f"{name}\t{found.st_size}\t{time}")
        (self.folder / "list of files.tsv").write_text("\n".join(lines))

    def open(self, policy: TransferPolicy) -> Remote:
        return open_remote(f"list+{self.url}list%20of%20files.tsv", policy)

    def open_nowhere(self, policy: TransferPolicy) -> Remote:
        return open_remote(f"list+{self.url}nowhere.tsv", policy)


class TestListedRemote(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Iterator[Place]:
        with python_server(folder) as url:
            yield ListedPlace(folder, url)


class TestListedRemoteOfThisMachine(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Place:
        return ListedPlace(folder, f"file://{folder}/")


class MultiPlace(ServedPlace):
    """A folder that is one part of several, the others being empty."""

    def open(self, policy: TransferPolicy) -> Remote:
        (self.folder.parent / "empty").mkdir(exist_ok=True)
        empty = Portion(f"file://{self.folder.parent}/empty/")
        options = RemoteOptions(parts=(empty, Portion(self.url)))
        return open_remote("multi://parts/", policy, options)

    def open_nowhere(self, policy: TransferPolicy) -> Remote:
        options = RemoteOptions(parts=(Portion(f"{self.url}nowhere/"),))
        return open_remote("multi://parts/", policy, options)


class TestMultiRemote(RemoteContract):
    @pytest.fixture
    def place(self, folder: Path) -> Place:
        return MultiPlace(folder, f"file://{folder}/")


class BucketPlace:
    """A bucket of moto, in this process: so that an object can have been put long ago."""

    def __init__(self, endpoint: str) -> None:
        self.access = Access((Rule("bank:s3", "key", "secret", endpoint=endpoint),))
        self.bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket("bank", "us-east-1")
        self.put("", b"", NOON)  # as web consoles make a folder

    def put(self, name: str, content: bytes, modified: datetime) -> None:
        backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        key = backend.put_object("bank", f"v 1/{name}", content)
        key.last_modified = modified.replace(tzinfo=None)

    def remove(self, name: str) -> None:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].delete_object("bank", f"v 1/{name}")

    def open(self, policy: TransferPolicy) -> Remote:
        return open_remote("s3://bank/v%201/", replace(policy, access=self.access))

    def open_nowhere(self, policy: TransferPolicy) -> Remote:
        return open_remote("s3://bank/nowhere/", replace(policy, access=self.access))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server that speaks S3."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


class TestBucketRemote(RemoteContract):
    @pytest.fixture
    def place(self, endpoint: str) -> Iterator[Place]:
        s3_backends.reset()
        yield BucketPlace(endpoint)
        s3_backends.reset()
