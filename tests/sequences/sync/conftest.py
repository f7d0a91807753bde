"""Sites of every kind; the servers of a module are shared by its tests."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from sequences.sync.sites import BucketSite, ServedSite
from servers.depots import rsync_daemon, s3_server, ssh_server
from servers.served import nginx_server

_numbers = count()


@pytest.fixture(scope="session")
def rsync_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder and the URL of the rsync module on it."""
    folder = tmp_path_factory.mktemp("rsync")
    with rsync_daemon(folder) as url:
        yield folder, url


@pytest.fixture(scope="session")
def ssh_shell() -> Iterator[str]:
    """The command that gets to the host ``store.example`` of an SSH server."""
    with ssh_server() as command:
        yield command


@pytest.fixture(scope="session")
def nginx_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder and the URL of nginx on it."""
    folder = tmp_path_factory.mktemp("nginx")
    with nginx_server(folder) as url:
        yield folder, url


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """An S3 server with the bucket ``stores``."""
    with s3_server("stores") as endpoint:
        yield endpoint


def below(root: tuple[Path, str]) -> ServedSite:
    """An empty folder of its own below a served one."""
    name = f"site-{next(_numbers)}"
    folder = root[0] / name
    folder.mkdir()
    return ServedSite(folder, f"{root[1]}{name}/")


@pytest.fixture
def rsync_site(rsync_root: tuple[Path, str]) -> ServedSite:
    """An empty folder behind an rsync daemon."""
    return below(rsync_root)


@pytest.fixture
def ssh_site(ssh_shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServedSite:
    """An empty folder behind rsync over ssh."""
    monkeypatch.setenv("RSYNC_RSH", ssh_shell)
    (tmp_path / "site").mkdir()
    return ServedSite(tmp_path / "site", f"store.example:{tmp_path / 'site'}")


@pytest.fixture
def nginx_site(nginx_root: tuple[Path, str]) -> ServedSite:
    """An empty folder behind nginx."""
    return below(nginx_root)


@pytest.fixture
def s3_site(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> BucketSite:
    """An empty prefix of a bucket."""
    for name, value in {
        "AWS_ENDPOINT_URL": s3_endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    return BucketSite("stores", f"site-{next(_numbers)}")
