"""rsync: what it prints is read whatever it is, what it is told passes no shell, and kills."""

import getpass
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import FetchFailed, ListingFailed, UsageError
from holdfast.remotes import rsyncing
from holdfast.remotes.access import Access, Rule
from holdfast.remotes.interface import Everything, Remote, open_remote
from holdfast.remotes.reach import Reach
from holdfast.remotes.rows import Kind
from holdfast.remotes.rsynclines import read_rsync
from holdfast.testing.remotes import HASTE, LARGE, contents_of
from servers.depots import rsync_daemon, ssh_files, ssh_server

LISTING = rb"""
drwxr-xr-x          4,096 2026/11/21 09:42:00 .
-rw-r--r--      3,000,000 2026/01/02 12:00:34 sub/two words.gz
-rw-r--r--+             1 2026/11/21 09:42:00 back\#134slash
-rw-r--r--              1 2026/11/21 09:42:00 new\#012line
-rw-r--r--              1 2026/11/21 09:42:00 ../../etc/passwd
-rw-r--r--              1 2026/11/21 09:42:00 /etc/passwd
-rw-r--r--              1 2026/99/21 09:42:00 when
lrwxrwxrwx              3 2026/11/21 09:42:00 latest -> v1 -> v2
crw-rw-rw-              0 2026/11/21 09:42:00 null
rsync: some words
-rwsr-sr-t              1 2026/11/21 09:42:00 bad\#777name
"""


def test_what_rsync_lists_is_read() -> None:
    rows = [(line.name, line.kind, line.size) for line in read_rsync(LISTING)]
    assert rows == [
        ("sub/two words.gz", Kind.FILE, 3_000_000),
        ("latest -> v1", Kind.LINK, None),
    ]


@given(st.binary())
def test_whatever_rsync_prints_names_are_safe(noise: bytes) -> None:
    lead = b"-rw-r--r--   1 2026/11/21 09:42:00 "
    for line in read_rsync(noise + b"\n" + lead + noise):
        assert not line.name.startswith("/")
        assert not {"..", "."} & set(line.name.split("/"))


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to be served."""
    folder = tmp_path_factory.mktemp("served") / "root"
    (folder / "v1").mkdir(parents=True)
    (folder / "v1" / "a.fa").write_bytes(b"a")
    return folder


@pytest.fixture
def daemon(folder: Path) -> Iterator[str]:
    """The URL of a daemon's module on it."""
    with rsync_daemon(folder) as url:
        yield url


@pytest.mark.service("rsync")
def test_links_are_followed_but_not_in_a_circle(daemon: str, folder: Path) -> None:
    links = {"latest": "v1", "a.fa": "v1/a.fa", "broken": "nowhere", "v1/self": "../v1"}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    remote = open_remote(daemon, HASTE)
    names = [file.name for file in remote.list(Everything()).files]
    assert [name for name in names if "self" not in name] == ["a.fa", "latest/a.fa", "v1/a.fa"]
    assert len(names) <= 5
    assert remote.folders() == ("latest", "v1")


@pytest.mark.service("rsync")
def test_a_private_address_is_not_reached(daemon: str) -> None:
    policy = replace(HASTE, access=Access(reach=Reach(())))
    with pytest.raises(ListingFailed, match="no public address"):
        open_remote(daemon, policy).list(Everything())


@pytest.mark.service("rsync")
def test_an_interrupted_fetch_goes_on(
    daemon: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "large").write_bytes(LARGE * 4)
    slow = replace(HASTE, retries=0, timeout=30, rate=2_000_000)
    files = open_remote(daemon, slow).list(Everything()).files
    begun = time.monotonic()

    def cut(progress: object) -> None:
        if time.monotonic() - begun > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_remote(daemon, slow).fetch(files, tmp_path, cut)
    assert not (tmp_path / "large").exists()
    left = sum((tmp_path / name).stat().st_size for name in contents_of(tmp_path))
    assert left > 0
    arrivals = open_remote(daemon, HASTE).fetch(files, tmp_path)
    assert [one.size for one in arrivals] == [len(LARGE) * 4, 1]
    assert (tmp_path / "large").read_bytes() == LARGE * 4
    assert contents_of(tmp_path) == {"large", "v1/a.fa"}


@pytest.mark.service("rsync")
def test_a_daemons_password_is_in_no_word_and_no_environment(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets"
    secrets.write_text("me:hush hush\n")
    secrets.chmod(0o600)
    told: list[object] = []
    popen = rsyncing.subprocess.Popen

    def watching(words: list[str], **said: object) -> object:
        told.append((words, said.get("env")))
        return popen(words, **said)  # type: ignore[call-overload]  # passed on as it came

    with rsync_daemon(folder, f"auth users = me\nsecrets file = {secrets}") as url:
        with pytest.raises(ListingFailed, match="auth failed"):
            open_remote(url, HASTE).list(Everything())
        monkeypatch.setattr(rsyncing.subprocess, "Popen", watching)
        open_remote(url.replace("//", "//me:hush%20hush@"), HASTE).list(Everything())
        rule = Rule("127.0.0.1", "me", "hush hush")
        open_remote(url, replace(HASTE, access=Access((rule,)))).list(Everything())
        wrong = replace(HASTE, access=Access((replace(rule, password="wrong"),)))
        with pytest.raises(ListingFailed, match="auth failed") as raised:
            open_remote(url, wrong).list(Everything())
    assert told
    assert "hush" not in f"{told}{raised.value}"


@pytest.mark.service("rsync", "sshd")
def test_a_host_whose_key_is_not_known_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "nobody").write_text("")
    with ssh_server() as command:
        server, state = ssh_files(command)
        user, key = getpass.getuser(), str(state / "me")
        rule = Rule(server, user, key=key, known_hosts=str(tmp_path / "nobody"))
        policy = replace(HASTE, access=Access((rule,)))
        with pytest.raises(ListingFailed, match="key is known"):
            open_remote(f"rsync+ssh://{server}{folder}/", policy).list(Everything())


@pytest.mark.parametrize(
    "url", ["rsync://-oProxyCommand=x/m/", "rsync+ssh://-oProxyCommand=x/m/", "rsync+ssh://-x@h/m/"]
)
def test_no_host_or_user_is_taken_for_an_option(url: str) -> None:
    with pytest.raises(UsageError, match="hyphen"):
        open_remote(url, HASTE)


@pytest.mark.service("rsync")
def test_names_of_keys_that_rsync_would_cut_are_refused() -> None:
    policy = replace(HASTE, access=Access((Rule("h.example", key="/my keys/me"),)))
    with pytest.raises(UsageError, match="takes no such characters"):
        open_remote("rsync+ssh://h.example/x/", policy).list(Everything())


@pytest.mark.service("rsync")
def test_a_module_that_is_not_there_is_told(daemon: str) -> None:
    with pytest.raises(ListingFailed, match="Unknown module"):
        open_remote(daemon.replace("/stores/", "/none/"), HASTE).list(Everything())


def test_without_rsync_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    assert shutil.which("rsync") is None
    with pytest.raises(UsageError, match="needs the program rsync"):
        open_remote("rsync://h/m/", HASTE).list(Everything())


@pytest.mark.service("rsync")
def test_a_file_that_grows_without_end_is_stopped(
    daemon: str, folder: Path, tmp_path: Path
) -> None:
    (folder / "large").write_bytes(b"x")
    remote: Remote = open_remote(daemon, HASTE)
    files = [file for file in remote.list(Everything()).files if file.name == "large"]
    (folder / "large").write_bytes(bytes(40_000_000))
    with pytest.raises(FetchFailed, match="changed"):
        remote.fetch(files, tmp_path)
    assert not (tmp_path / "large").exists()


@pytest.mark.service("rsync")
def test_each_level_of_folders_is_asked_for_once(
    daemon: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "v1" / "deep" / "er").mkdir(parents=True)
    (folder / "v1" / "deep" / "er" / "b.fa").write_bytes(b"b")
    runs: list[bytes] = []
    wait = rsyncing._Run.wait

    def counting(run: rsyncing._Run, *rest: object) -> None:
        runs.append(run._names)
        wait(run, *rest)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(rsyncing._Run, "wait", counting)
    files = open_remote(daemon, HASTE).list(Everything()).files
    assert [file.name for file in files] == ["v1/a.fa", "v1/deep/er/b.fa"]
    assert runs == [b"./\0", b"v1/\0", b"v1/deep/\0", b"v1/deep/er/\0"]
