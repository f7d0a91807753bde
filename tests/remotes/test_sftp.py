"""SFTP: keys must be known, links are followed, what was begun is gone on with."""

import getpass
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.errors import FetchFailed, ListingFailed
from holdfast.remotes.access import Access, Rule
from holdfast.remotes.connection import NewHosts
from holdfast.remotes.interface import Everything, Remote, open_remote
from holdfast.remotes.reach import Reach
from holdfast.testing.remotes import HASTE, LARGE, NOON, Only
from remotes.places import ServedPlace
from servers.depots import ssh_files, ssh_server

pytestmark = [pytest.mark.service("sshd"), pytest.mark.xdist_group("sftp")]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Path]]:
    """An SSH server's host and port, and its files."""
    with ssh_server() as command:
        yield ssh_files(command)


@pytest.fixture
def rule(server: tuple[str, Path]) -> Rule:
    """What gets us in."""
    place, state = server
    known = str(state / "known_hosts")
    return Rule(place, getpass.getuser(), key=str(state / "me"), known_hosts=known)


def opened(server: tuple[str, Path], folder: Path, rule: Rule, reach: Reach = Reach()) -> Remote:  # noqa: B008 - a frozen value
    policy = replace(HASTE, retries=0, access=Access((rule,), reach=reach))
    return open_remote(f"sftp://{server[0]}{folder}/", policy)


def test_a_server_whose_key_is_not_known_is_refused(
    server: tuple[str, Path], rule: Rule, tmp_path: Path
) -> None:
    (tmp_path / "nobody").write_text("")
    stranger = replace(rule, known_hosts=str(tmp_path / "nobody"))
    with pytest.raises(ListingFailed, match="is known"):
        opened(server, tmp_path, stranger).list(Everything())
    trusting = replace(stranger, insecure=True)
    assert [file.name for file in opened(server, tmp_path, trusting).list(Everything()).files] == [
        "nobody"
    ]


@pytest.mark.parametrize("new_hosts", [NewHosts.ACCEPT, NewHosts.ADD])
def test_a_server_nobody_knows_yet_is_taken_where_the_bank_says_so(
    server: tuple[str, Path], rule: Rule, tmp_path: Path, new_hosts: NewHosts
) -> None:
    known = tmp_path / "known"
    known.write_text("")
    (tmp_path / "bank").mkdir()
    stranger = replace(rule, known_hosts=str(known), new_hosts=new_hosts)
    assert opened(server, tmp_path / "bank", stranger).list(Everything()).files == ()
    assert bool(known.read_text()) is (new_hosts is NewHosts.ADD)
    if known.read_text():  # now it is known: by this key and no other
        changed = known.read_text().split()
        changed[-1] = changed[-1][:-8] + "AAAAAAA="
        known.write_text(" ".join(changed) + "\n")
        with pytest.raises(ListingFailed):
            opened(server, tmp_path / "bank", stranger).list(Everything())


def test_without_the_right_key_nobody_gets_in(
    server: tuple[str, Path], rule: Rule, tmp_path: Path
) -> None:
    other = replace(rule, key=str(server[1] / "host"))
    with pytest.raises(ListingFailed, match=r"[Aa]uthentication|[Ll]ogin|key"):
        opened(server, tmp_path, other).list(Everything())


def test_a_private_address_is_not_reached_by_ssh_either(
    server: tuple[str, Path], rule: Rule, tmp_path: Path
) -> None:
    with pytest.raises(ListingFailed, match="no public address"):
        opened(server, tmp_path, rule, Reach(())).list(Everything())


def test_links_to_files_and_folders_are_followed_but_not_in_a_circle(
    server: tuple[str, Path], rule: Rule, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    (root / "v1").mkdir(parents=True)
    (root / "v1" / "a.fa").write_bytes(b"a")
    for name, target in {
        "latest": "v1", "a.fa": "v1/a.fa", "broken": "nowhere", "up": "..", "v1/self": "../v1",
    }.items():  # fmt: skip
        (root / name).symlink_to(target)
    names = [file.name for file in opened(server, root, rule).list(Everything()).files]
    assert [name for name in names if "self" not in name] == ["a.fa", "latest/a.fa", "v1/a.fa"]
    assert len(names) <= 4


def test_what_was_begun_is_gone_on_with(
    server: tuple[str, Path], rule: Rule, tmp_path: Path
) -> None:
    root, here = tmp_path / "root", tmp_path / "here"
    root.mkdir()
    place = ServedPlace(root, "", rule)
    place.put("large", LARGE, NOON)
    remote = opened(server, root, rule)
    files = remote.list(Everything()).files
    place.put("large", LARGE[:1_000_000], NOON)  # it is cut short
    with pytest.raises(FetchFailed):
        remote.fetch(files, here)
    place.put("large", LARGE, NOON)
    (arrival,) = remote.fetch(files, here)
    assert arrival.path.read_bytes() == LARGE


def test_another_version_of_the_same_size_is_seen(
    server: tuple[str, Path], rule: Rule, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a").write_bytes(b"one")
    os.utime(root / "a", (1e9, 1e9 + 1))
    remote = opened(server, root, rule)
    files = remote.list(Only("a")).files
    (root / "a").write_bytes(b"two")
    with pytest.raises(FetchFailed, match="modification time"):
        remote.fetch(files, tmp_path / "here")
    assert not (tmp_path / "here" / "a").exists()
