"""Walking a remote: what is asked, what is believed, and what hostile pages cannot do."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from holdfast.errors import ListingFailed
from holdfast.remotes.interface import Everything, TransferPolicy, open_remote
from holdfast.testing.remotes import HASTE, Only, names
from servers.scripted import NOON, Document, ScriptedServer, StallAfter, Status, Vanish
from servers.served import OldFtp, apache_server, ftp_server, nginx_server, python_server


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server with nothing yet."""
    with ScriptedServer() as server:
        yield server


def listed(server: ScriptedServer, policy: TransferPolicy = HASTE) -> list[str]:
    """The names of everything the server is seen to have."""
    return names(open_remote(server.url, policy).list(Everything()))


def test_only_wanted_files_are_asked_for(server: ScriptedServer) -> None:
    server.documents.update({f"/{name}": Document(b"x") for name in "abc"})
    open_remote(server.url, HASTE).list(Only("b"))
    assert [request.path for request in server.requests] == ["/", "/b"]


def test_a_page_that_fails_in_passing_is_asked_again(server: ScriptedServer) -> None:
    server.documents["/a"] = Document(b"x")
    server.script("/", [Status(503), Vanish()])
    assert listed(server) == ["a"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Status(500), "answered 500 Internal Server Error, tried 3 times; try again later"),
        (Status(404), "answered 404 Not Found; list"),
        (Status(403), "answered 403 Forbidden; ask its keeper"),
        (Status(302, {"Location": "/sub/"}), "more than 5 redirects"),
        (Vanish(), "tried 3 times"),
    ],
)
def test_a_folder_that_cannot_be_listed_is_no_empty_folder(
    server: ScriptedServer, fault: Status, said: str
) -> None:
    server.documents["/sub/a"] = Document(b"x")
    server.forever["/sub/"] = fault
    with pytest.raises(ListingFailed, match=f"{server.url}sub/: .*{said}"):
        listed(server)


def test_a_slow_page_is_given_up(server: ScriptedServer) -> None:
    server.documents["/"] = Document(b"<a href='a'>")
    server.script("/", [StallAfter(3, seconds=5)])
    policy = replace(HASTE, timeout=1, retries=0)
    with pytest.raises(ListingFailed, match="check that the remote can be reached"):
        listed(server, policy)


def test_an_endless_page_is_given_up(server: ScriptedServer) -> None:
    server.pages["/"] = b"<a href='x'>" * 900_000
    with pytest.raises(ListingFailed, match="more than 1000000 bytes; raise the setting"):
        listed(server, replace(HASTE, listing_limit=1_000_000))


def test_a_page_of_ten_megabytes_is_read(server: ScriptedServer) -> None:
    server.pages["/"] = b"nothing at all " * 700_000 + b"<a href='a'>a</a>"
    server.documents["/a"] = Document(b"x")
    assert listed(server) == ["a"]


def test_folders_without_end_are_left_at_depth_twenty(server: ScriptedServer) -> None:
    for depth in range(40):
        server.pages["/" + "d/" * depth] = b'<a href="d/">d</a> <a href="f%d">f</a>' % depth
        server.documents["/" + "d/" * depth + f"f{depth}"] = Document(b"x")
    found = listed(server)
    assert max(name.count("/") for name in found) == 20


def test_folders_that_go_round_in_ever_more_ways_are_left(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "f").write_bytes(b"x")
    for link, target in (("round", "."), ("sub/up", ".."), ("sub/self", ".")):
        (tmp_path / link).symlink_to(target)
    with python_server(tmp_path) as url:
        found = names(open_remote(url, HASTE).list(Everything()))
    assert "sub/f" in found
    assert len(found) < 50


def test_a_hostile_page_names_nothing_outside(server: ScriptedServer) -> None:
    server.pages["/"] = b"".join(
        b'<a href="%s">x</a>' % href
        for href in (b"../a", b"/etc/passwd", b"http://127.0.0.1:9/x", b"%2e%2e/", b"a%0Ab", b"ok")
    )
    server.documents["/ok"] = Document(b"x")
    assert listed(server) == ["ok"]


def test_a_file_on_the_page_that_is_not_there_is_left_out(server: ScriptedServer) -> None:
    server.pages["/"] = b'<a href="gone">gone</a><a href="a">a</a>'
    server.documents["/a"] = Document(b"x")
    assert listed(server) == ["a"]


def test_a_file_that_is_forbidden_is_told(server: ScriptedServer) -> None:
    server.documents["/a"] = Document(b"x")
    server.heads["/a"] = Status(403)
    with pytest.raises(ListingFailed, match=r"a: the server answered 403"):
        listed(server)


def test_a_server_that_answers_no_such_questions_leaves_them_open(server: ScriptedServer) -> None:
    server.documents["/a"] = Document(b"x")
    server.heads["/a"] = Status(405)
    (file,) = open_remote(server.url, HASTE).list(Everything()).files
    assert (file.size, file.modified, file.etag) == (None, None, None)


def test_tags_are_listed(server: ScriptedServer) -> None:
    server.documents["/a"] = Document(b"x", etag='"v1"')
    (file,) = open_remote(server.url, HASTE).list(Everything()).files
    assert (file.etag, file.modified, file.size) == ('"v1"', NOON, 1)


def page_of(time: str, size: str, count: int = 9) -> bytes:
    """A page as nginx makes it."""
    return "".join(f'<a href="{n}">{n}</a>   {time}   {size}\n' for n in range(count)).encode()


def test_exact_pages_are_believed_after_one_question(server: ScriptedServer) -> None:
    server.pages["/"] = page_of("02-Jan-2026 12:00", "3")
    server.documents.update({f"/{number}": Document(b"abc") for number in range(9)})
    assert len(listed(server)) == 9
    assert len([request for request in server.requests if request.method == "HEAD"]) == 1


def test_a_page_with_local_times_is_found_out(server: ScriptedServer) -> None:
    server.pages["/"] = page_of("02-Jan-2026 13:00", "3")
    server.documents.update({f"/{number}": Document(b"abc") for number in range(9)})
    files = open_remote(server.url, HASTE).list(Everything()).files
    assert {file.modified for file in files} == {NOON}


def make_files(folder: Path) -> tuple[datetime, datetime]:
    """A winter file and a summer file; when they were made."""
    folder.chmod(0o755)
    times = (datetime(2025, 1, 5, 6, 7, 8, tzinfo=UTC), datetime(2025, 7, 5, 6, 7, 8, tzinfo=UTC))
    for name, time in zip(("summer", "winter"), reversed(times), strict=True):
        (folder / name).write_bytes(b"x" * 5000)
        os.utime(folder / name, (time.timestamp(), time.timestamp()))
    return times[1], times[0]


@pytest.mark.service("apache2")
def test_the_local_times_of_apache_do_no_harm(tmp_path: Path) -> None:
    times = make_files(tmp_path)
    with apache_server(tmp_path, "FancyIndexing", zone="Europe/Paris") as url:
        files = open_remote(url, HASTE).list(Everything()).files
    assert tuple(file.modified for file in files) == times
    assert [file.size for file in files] == [5000, 5000]


@pytest.mark.service("nginx")
def test_the_local_times_of_nginx_do_no_harm(tmp_path: Path) -> None:
    times = make_files(tmp_path)
    with nginx_server(tmp_path, "autoindex_localtime on;", zone="Europe/London") as url:
        files = open_remote(url, HASTE).list(Everything()).files
    assert tuple(file.modified for file in files) == times


@pytest.mark.parametrize("retried", [0, 2])
def test_nobody_listening_is_told(retried: int) -> None:
    with ScriptedServer() as gone:
        url = gone.url
    with pytest.raises(ListingFailed, match=url):
        open_remote(url, replace(HASTE, retries=retried)).list(Everything())


def test_links_of_an_old_ftp_server_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "release-2").mkdir()
    (tmp_path / "release-2" / "genes.fa").write_bytes(b"ACGT")
    (tmp_path / "current").symlink_to("release-2")
    (tmp_path / "latest.fa").symlink_to("release-2/genes.fa")
    (tmp_path / "self").symlink_to(".")
    (tmp_path / "nowhere").symlink_to("not-there")
    with ftp_server(tmp_path, OldFtp) as url:
        files = open_remote(url, HASTE).list(Everything()).files
    assert [(file.name, file.size) for file in files] == [
        ("current/genes.fa", 4),
        ("latest.fa", 4),
        ("release-2/genes.fa", 4),
    ]
