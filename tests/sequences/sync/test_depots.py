"""Every kind of depot is examined; what only one kind can do wrong is below."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.errors import FetchFailed, UsageError
from holdfast.sequences.sync import Depot, open_depot
from holdfast.sequences.sync.depot import kind_of
from holdfast.testing.depots import (
    HASTE,
    LARGE,
    DepotContract,
    Site,
    WritableDepotContract,
    files_of,
    parcel,
)
from sequences.sync.sites import BucketSite, MemorySite, ServedSite
from servers.scripted import CutAfter, Document, Endless, ScriptedServer, WholeAlways
from servers.served import ftp_server, python_server


class TestFolder(DepotContract):
    @pytest.fixture
    def site(self, tmp_path: Path) -> Site:
        (tmp_path / "site").mkdir()
        return ServedSite(tmp_path / "site", str(tmp_path / "site"))


class TestMemory(WritableDepotContract):
    @pytest.fixture
    def site(self) -> Site:
        return MemorySite()


class TestPythonServer(DepotContract):
    """It knows no ranges: everything comes, and what came before is passed over."""

    @pytest.fixture
    def site(self, tmp_path: Path) -> Iterator[Site]:
        (tmp_path / "site").mkdir()
        with python_server(tmp_path / "site") as url:
            yield ServedSite(tmp_path / "site", url)


class TestFtp(DepotContract):
    @pytest.fixture
    def site(self, tmp_path: Path) -> Iterator[Site]:
        (tmp_path / "site").mkdir()
        with ftp_server(tmp_path / "site") as url:
            yield ServedSite(tmp_path / "site", url)


@pytest.mark.service("nginx")
class TestNginx(DepotContract):
    @pytest.fixture
    def site(self, nginx_site: ServedSite) -> Site:
        return nginx_site


@pytest.mark.service("rsync")
class TestRsyncDaemon(WritableDepotContract):
    @pytest.fixture
    def site(self, rsync_site: ServedSite) -> Site:
        return rsync_site


@pytest.mark.service("rsync")
class TestRsyncOverShell(WritableDepotContract):
    """As over ssh, but for the shell: it leaves the host out and runs what it is told to."""

    @pytest.fixture
    def site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
        shell = tmp_path / "shell"
        shell.write_text('#!/bin/sh\nshift\nexec "$@"\n', encoding="utf-8")
        shell.chmod(0o755)
        monkeypatch.setenv("RSYNC_RSH", str(shell))
        (tmp_path / "site").mkdir()
        return ServedSite(tmp_path / "site", f"some.host:{tmp_path / 'site'}")


@pytest.mark.service("rsync", "sshd")
@pytest.mark.xdist_group("ssh")
class TestRsyncOverSsh(WritableDepotContract):
    @pytest.fixture
    def site(self, ssh_site: ServedSite) -> Site:
        return ssh_site


class TestS3(WritableDepotContract):
    @pytest.fixture
    def site(self, s3_site: BucketSite) -> Site:
        return s3_site


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("store", "file"),
        ("/data/a:b", "file"),
        ("file:///data/store", "file"),
        ("HTTPS://example.org/store", "https"),
        ("rsync://example.org/stores/a", "rsync"),
        ("example.org:stores/a", "rsync"),
        ("me@example.org::stores/a", "rsync"),
        ("s3://bucket", "s3"),
    ],
)
def test_a_place_tells_its_kind(place: str, kind: str) -> None:
    assert kind_of(place) == kind


@pytest.mark.parametrize(
    "place", ["gopher://x/y", "http://", "s3://", "s3://b/p?x=1", "-e:x", "a\nb:c", "http://a b/"]
)
def test_a_place_nobody_knows_is_misuse(place: str) -> None:
    with pytest.raises(UsageError):
        open_depot(place, HASTE)


def test_passwords_are_in_no_name() -> None:
    for place in ("https://me:secret@example.org/s", "rsync://me:secret@example.org/m/s"):
        assert "secret" not in open_depot(place, HASTE).url


def test_nothing_is_asked_of_a_depot_that_is_only_opened(unreachable: str) -> None:
    assert isinstance(open_depot(f"http://{unreachable}/", HASTE), Depot)


@pytest.fixture
def unreachable() -> str:
    """A host and port nobody listens on."""
    return "127.0.0.1:9"


def test_a_server_nobody_reaches_is_one_sentence(unreachable: str) -> None:
    with pytest.raises(FetchFailed, match=r"store\.toml.*tried 2 times"):
        open_depot(f"http://{unreachable}/", HASTE).read("store.toml", 10)


@pytest.mark.service("rsync")
def test_what_rsync_says_is_quoted(unreachable: str) -> None:
    with pytest.raises(FetchFailed, match=r"ended with 10 \(.*refused"):
        open_depot(f"rsync://{unreachable}/m", HASTE).read("store.toml", 10)


def test_a_bucket_nobody_reaches_is_one_sentence(
    s3_site: BucketSite, monkeypatch: pytest.MonkeyPatch, unreachable: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{unreachable}")
    with pytest.raises(FetchFailed, match=r"cannot be read.*try again later") as raised:
        s3_site.open(HASTE).read("store.toml", 10)
    assert "\n" not in str(raised.value)


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        server.documents["/list"] = Document(b"0123456789")
        server.documents["/pack"] = Document(LARGE, etag='"v1"')
        yield server


def test_a_list_without_end_is_not_read(scripted: ScriptedServer) -> None:
    scripted.forever["/list"] = Endless()
    with pytest.raises(FetchFailed, match="more than the 1000 bytes"):
        open_depot(scripted.url, HASTE).read("list", 1000, 5)


def test_the_whole_for_a_rest_is_understood(scripted: ScriptedServer) -> None:
    scripted.forever["/list"] = WholeAlways()
    assert open_depot(scripted.url, HASTE).read("list", 3, 7) == b"789"


def test_an_interrupted_pack_is_gone_on_with(scripted: ScriptedServer, tmp_path: Path) -> None:
    half = len(LARGE) // 2
    scripted.script("/pack", [CutAfter(half)])
    with pytest.raises(FetchFailed):
        open_depot(scripted.url, replace(HASTE, retries=0)).fetch([parcel("pack", LARGE)], tmp_path)
    before = len(scripted.requests)
    open_depot(scripted.url, HASTE).fetch([parcel("pack", LARGE)], tmp_path)
    assert scripted.requests[before].headers["Range"] == f"bytes={half}-"
    assert files_of(tmp_path) == {"pack": LARGE}


@pytest.mark.parametrize("kind", ["rsync_site", "s3_site"])
def test_an_interrupted_pack_is_gone_on_with_by_all_kinds(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    site: Site = request.getfixturevalue(kind)
    site.put("packs/aa/one.pack", LARGE)
    part = tmp_path / "packs" / "aa" / ("one.pack.part" if kind == "s3_site" else "one.pack")
    part.parent.mkdir(parents=True)
    part.write_bytes(LARGE[:1_000_000])
    inode = part.stat().st_ino
    site.open(HASTE).fetch([parcel("packs/aa/one.pack", LARGE)], tmp_path)
    assert (tmp_path / "packs/aa/one.pack").read_bytes() == LARGE
    assert (tmp_path / "packs/aa/one.pack").stat().st_ino == inode


def test_a_wrong_beginning_does_no_lasting_harm(s3_site: BucketSite, tmp_path: Path) -> None:
    s3_site.put("x.pack", LARGE)
    for beginning in (b"wrong" * 10, LARGE + b"more"):
        (tmp_path / "x.pack.part").write_bytes(beginning)
        try:
            s3_site.open(HASTE).fetch([parcel("x.pack", LARGE)], tmp_path)
        except FetchFailed:
            assert files_of(tmp_path) == {}
            s3_site.open(HASTE).fetch([parcel("x.pack", LARGE)], tmp_path)
        assert files_of(tmp_path) == {"x.pack": LARGE}
        (tmp_path / "x.pack").unlink()


@pytest.mark.service("rsync")
def test_links_at_an_rsync_place_are_no_files(rsync_site: ServedSite, tmp_path: Path) -> None:
    (rsync_site.folder / "packs").mkdir()
    (rsync_site.folder / "packs" / "link.pack").symlink_to("/etc/passwd")
    content = Path("/etc/passwd").read_bytes()
    with pytest.raises(FetchFailed):
        rsync_site.open(HASTE).fetch([parcel("packs/link.pack", content)], tmp_path)
    assert files_of(tmp_path) == {}


@pytest.mark.service("rsync")
def test_what_is_put_by_rsync_can_be_read_by_others(rsync_site: ServedSite, tmp_path: Path) -> None:
    (tmp_path / "x.pack").write_bytes(b"x")
    (tmp_path / "x.pack").chmod(0o444)
    depot = rsync_site.open(HASTE)
    depot.put([parcel("x.pack", b"x")], tmp_path)  # type: ignore[attr-defined]  # it is writable
    depot.replace("LIST", b"x", None)  # type: ignore[attr-defined]  # it is writable
    for name in ("x.pack", "LIST"):
        mode = stat.S_IMODE((rsync_site.folder / name).stat().st_mode)
        assert mode & 0o444 == 0o444, name
