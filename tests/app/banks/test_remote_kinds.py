"""A bank can be mirrored from every kind of remote, from the recipe to the published release."""

import getpass
import os
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from app.banks.bank_world import QuickContainer
from holdfast import plugins
from holdfast.app.banks.updating.report import UpdateState
from holdfast.app.banks.updating.update import preview_update, update_bank
from holdfast.base.progress import Listener, ignore
from holdfast.errors import ListingFailed, RecipeError
from holdfast.remotes.interface import (
    Arrived,
    Listing,
    Remote,
    RemoteFile,
    TransferPolicy,
    Wanted,
    unheard,
)
from holdfast.remotes.memory import MemoryFile, MemoryRemote
from holdfast.remotes.options import RemoteOptions
from holdfast.settings import Settings
from servers.certificates import loopback_certificate
from servers.depots import rsync_daemon, ssh_files, ssh_server
from servers.scripted import NOON, Document, ScriptedServer
from servers.served import FtpThenTls, ftp_server, python_server

RELEASE = "2026-01-02"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A remote's folder with two files."""
    for name in ("a.fa", "sub/b c.fa"):
        path = tmp_path / "remote" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f">{name}\nACGT\n")
        os.utime(path, (NOON.timestamp(),) * 2)
    return tmp_path / "remote"


def add(container: QuickContainer, remote: str, more: str = "") -> None:
    """Give the container a recipe for the bank ``x``; `more` may begin a table."""
    container.settings.recipes.mkdir(parents=True, exist_ok=True)
    (container.settings.recipes / "x.toml").write_text(
        f'name = "x"\n[remote]\n{remote}\n{more or "[release]"}\n'
    )


def mirrored(container: QuickContainer) -> dict[str, str]:
    """Update the bank twice; what the first release has, by name. The second has nothing to do."""
    first = update_bank(container, "x")
    assert update_bank(container, "x").state is UpdateState.UP_TO_DATE
    flat = container.settings.banks / "x" / f"x_{first.release}" / "flat"
    files = [path for path in flat.rglob("*") if path.is_file()]
    return {path.relative_to(flat).as_posix(): path.read_text() for path in files}


BOTH = {"a.fa": ">a.fa\nACGT\n", "sub/b c.fa": ">sub/b c.fa\nACGT\n"}


@pytest.mark.service("rsync")
def test_a_bank_behind_rsync_is_mirrored(container: QuickContainer, folder: Path) -> None:
    with rsync_daemon(folder) as url:
        add(container, f'url = "{url}"')
        assert preview_update(container, "x").release == RELEASE
        assert mirrored(container) == BOTH


@pytest.fixture
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody has signed."""
    return loopback_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def secured(home: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that trust the certificate, in the home's file where tasks read them too."""
    (home / "holdfast.toml").write_text(f'[servers."127.0.0.1"]\nca_file = "{certificate}"\n')
    monkeypatch.setenv("HOLDFAST_RETRIES", "1")
    return Settings.read()


@pytest.mark.service("openssl")
def test_a_bank_behind_ftp_with_tls_is_mirrored(
    secured: Settings, folder: Path, certificate: Path
) -> None:
    kind = type("Handler", (FtpThenTls,), {"certfile": str(certificate), "ssl_context": None})
    with QuickContainer(secured) as container, ftp_server(folder, kind, "ftpes") as url:
        add(container, f'url = "{url}"')
        assert mirrored(container) == BOTH


@pytest.mark.service("sshd")
def test_a_bank_behind_sftp_is_mirrored(home: Path, folder: Path) -> None:
    with ssh_server() as command:
        server, state = ssh_files(command)
        (home / "holdfast.toml").write_text(
            f'[servers."{server}"]\nuser = "{getpass.getuser()}"\nkey = "{state}/me"\n'
            f'known_hosts = "{state}/known_hosts"\n'
        )
        with QuickContainer(Settings.read()) as container:
            add(container, f'url = "sftp://{server}{folder}/"')
            assert mirrored(container) == BOTH


def test_a_bank_in_a_bucket_is_mirrored(home: Path) -> None:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    backend.create_bucket("genomes", "us-east-1")
    for name, content in BOTH.items():
        backend.put_object("genomes", f"v1/{name}", content.encode())
    address = "http://{}:{}".format(*server.get_host_and_port())
    (home / "holdfast.toml").write_text(
        f'[servers."genomes:s3"]\nendpoint = "{address}"\nuser = "key"\npassword = "secret"\n'
    )
    try:
        with QuickContainer(Settings.read()) as container:
            add(container, 'url = "s3://genomes/v1/"', '[release]\nfrom = "listing"')
            assert mirrored(container) == BOTH
    finally:
        server.stop()
        s3_backends.reset()


def test_one_file_behind_one_url_is_a_bank(container: QuickContainer) -> None:
    with ScriptedServer() as server:
        server.documents["/get"] = Document(b">a\nACGT\n")
        add(container, f'url = "direct+{server.url}get?format=fa"\nname = "all.fa"')
        assert mirrored(container) == {"all.fa": ">a\nACGT\n"}


def test_what_a_list_names_is_a_bank(container: QuickContainer, folder: Path) -> None:
    lines = ["name\tsize", *(f"{name}\t{len(content)}" for name, content in BOTH.items())]
    (folder / "files.tsv").write_text("\n".join(lines))
    with python_server(folder) as url:
        add(container, f'url = "list+{url}files.tsv"')
        assert mirrored(container) == BOTH


def test_several_remotes_are_one_bank(container: QuickContainer, folder: Path) -> None:
    with ScriptedServer() as server:
        server.documents["/get"] = Document(b"direct")
        parts = (
            f'[[remote.parts]]\nurl = "file://{folder}/"\ninto = "here"\n'
            f'[[remote.parts]]\nurl = "direct+{server.url}get"\nname = "one.fa"\n'
        )
        add(container, 'url = "multi://"', parts)
        here = {f"here/{name}": content for name, content in BOTH.items()}
        assert mirrored(container) == {**here, "one.fa": "direct"}


def test_a_page_of_ones_own_form_is_a_bank(container: QuickContainer) -> None:
    with ScriptedServer() as server:
        server.pages["/bank/"] = b"<p>a.fa is here</p>"
        server.documents["/bank/a.fa"] = Document(b"abc")
        more = "[remote.page]\nfile = '<p>(\\S+) is'\ndate = 0\nsize = 0\n"
        add(container, f'url = "{server.url}bank/"', more)
        assert mirrored(container) == {"a.fa": "abc"}


def test_a_bank_without_a_remote_has_what_its_steps_make(
    container: QuickContainer, folder: Path
) -> None:
    more = f'[release]\nfrom = "file name"\nurl = "file://{folder}/"\nmatch = "^(a)[.]fa"\n'
    step = '[[steps]]\nname = "make"\ncommand = ["cp", "/etc/hostname", "made"]\n'
    add(container, 'url = "none://"', f'{more}pattern = "^(a)[.]fa"\n{step}')
    assert mirrored(container) == {}
    release = container.settings.banks / "x" / "x_a"
    assert (release / "make" / "made").exists()


class Strange(Remote):
    """What a stranger's plug-in may be: it says its release itself."""

    twin = MemoryRemote()

    def __init__(self, url: str, policy: TransferPolicy, options: RemoteOptions) -> None:
        self.says = options.arguments.get("says", "")

    def release(self) -> str:
        return self.says

    def list(self, wanted: Wanted) -> Listing:
        return self.twin.list(wanted)

    def folders(self) -> tuple[str, ...]:
        return self.twin.folders()

    def read(self, name: str, limit: int) -> bytes:
        return self.twin.read(name, limit)

    def fetch(
        self,
        files: Sequence[RemoteFile],
        folder: Path,
        listener: Listener = ignore,
        arrived: Callable[[Arrived], None] = unheard,
    ) -> tuple[Arrived, ...]:
        return self.twin.fetch(files, folder, listener, arrived)


@pytest.fixture
def _strange(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plug-in's entry point, as its package would declare it."""
    point = EntryPoint("strange", f"{__name__}:Strange", plugins.Group.REMOTES.value)
    known = plugins.entry_points

    def found(*, group: str, **chosen: str) -> list[EntryPoint]:
        ours = list(known(group=group, **chosen))
        fits = group == point.group and chosen.get("name", point.name) == point.name
        return [*ours, point] if fits else ours

    monkeypatch.setattr(plugins, "entry_points", found)


@pytest.mark.usefixtures("_strange")
def test_a_plug_in_says_release_lists_and_brings(container: QuickContainer) -> None:
    Strange.twin.files = {"a.fa": MemoryFile(b"abc", NOON)}
    release = '[remote.arguments]\nsays = "v7"\n[release]\nfrom = "remote"'
    add(container, 'url = "strange://somewhere/"', release)
    assert mirrored(container) == {"a.fa": "abc"}
    assert (container.settings.banks / "x" / "x_v7").is_dir()


def test_a_remote_that_does_not_say_its_release_is_told(
    container: QuickContainer, folder: Path
) -> None:
    add(container, f'url = "file://{folder}/"', '[release]\nfrom = "remote"')
    with pytest.raises(ListingFailed, match="does not say its release"):
        update_bank(container, "x")


@pytest.mark.parametrize(
    ("remote", "sentence"),
    [
        ('url = "multi://"', "go with the url multi://"),
        ('url = "file:///x"\nparts = [{ url = "file:///y" }]', "go with the url multi://"),
        ('url = "multi://"\nparts = [{ url = "gopher://h/" }]', "no remote for gopher"),
        ('url = "multi://"\nparts = [{ url = "file:///x", into = "../up" }]', "leave its folder"),
        ('url = "rsync:///x"', "names no host"),
        ('url = "http://host:x/"', "write scheme://host:port/"),
        ('url = "http://h/"\nmethod = "POST"', "only one file behind HTTP"),
        ('url = "direct+ftp://h/x"\nmethod = "POST"', "only one file behind HTTP"),
        ('url = "direct+http://h/x"\nform = { a = "b" }', 'write method = "POST" beside it'),
        ('url = "http://h/"\nbase = "http://h/"', "base goes with a list"),
        ('url = "http://h/"\nfetcher = "gopher"', "no such kind of remote"),
        ('url = "http://h/"\ncredentials = "me"', "write credentials as user:password"),
        ('url = "http://h/"\nconnection = { proxy = "h:1" }', "not the URL of a proxy"),
        ('url = "http://h/"\nconnection = { retry = 1 }', "did you mean retries"),
    ],
)
def test_a_remote_that_makes_no_sense_is_refused(
    container: QuickContainer, remote: str, sentence: str
) -> None:
    add(container, remote)
    with pytest.raises(RecipeError, match=sentence):
        container.catalogue.recipe("x")


def test_a_bank_in_a_private_network_is_not_asked_unless_allowed(
    container: QuickContainer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_PRIVATE_NETWORKS", "")
    with python_server(folder) as url, QuickContainer(Settings.read()) as strict:
        add(strict, f'url = "{url}"')
        with pytest.raises(ListingFailed, match=r"private_networks = \[\"127\.0\.0\.1\"\]"):
            update_bank(strict, "x")
