"""What goes wrong on the way, made to go wrong: retried, resumed, or refused with one sentence."""

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from holdfast.errors import DigestMismatch, FetchFailed, FileChanged, UsageError
from holdfast.remotes import parts
from holdfast.remotes.interface import (
    Arrived,
    Everything,
    RemoteFile,
    TransferPolicy,
    open_remote,
)
from holdfast.testing.remotes import Only, contents_of
from servers.scripted import (
    NOON,
    Become,
    CutAfter,
    Document,
    Endless,
    ScriptedServer,
    StallAfter,
    Status,
    Vanish,
    WholeAlways,
)

HASTE = TransferPolicy(parallel=4, retries=3, backoff=0.01, timeout=1, connect_timeout=2)
LARGE = bytes(range(256)) * 12000  #: three megabytes
HALF = len(LARGE) // 2


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server with one small and one large file."""
    with ScriptedServer() as server:
        server.documents["/small"] = Document(b"small")
        server.documents["/large"] = Document(LARGE, etag='"v1"')
        yield server


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Where files are fetched to."""
    return tmp_path / "here"


def fetch(
    server: ScriptedServer, here: Path, *names: str, policy: TransferPolicy = HASTE
) -> tuple[Arrived, ...]:
    """List and fetch the files `names`."""
    remote = open_remote(server.url, policy)
    files = [file for file in remote.list(Everything()).files if file.name in names]
    return remote.fetch(files, here)


def ranges(server: ScriptedServer, path: str) -> list[str | None]:
    """The ranges that were asked for of the bytes at `path`."""
    return [request.headers.get("Range") for request in server.asked("GET", path)]


@pytest.mark.parametrize(
    "faults",
    [
        [Vanish()],
        [Status(500), Status(503)],
        [Status(429, {"Retry-After": "0"})],
        [CutAfter(2), CutAfter(0)],
        [StallAfter(1, seconds=3)],
        [Status(502, body=b"x" * 100_000)],
    ],
)
def test_a_passing_fault_is_tried_again(
    server: ScriptedServer, here: Path, faults: list[object]
) -> None:
    server.script("/small", faults)
    (arrival,) = fetch(server, here, "small")
    assert arrival.path.read_bytes() == b"small"
    assert len(server.asked("GET", "/small")) == len(faults) + 1


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Status(500), "answered 500 Internal Server Error, tried 4 times; try again later"),
        (Vanish(), "tried 4 times; try again later"),
        (CutAfter(2), "tried 4 times; try again later"),
        (StallAfter(1, seconds=1.8), "tried 4 times; check that the remote can be reached"),
    ],
)
def test_a_fault_that_stays_is_one_clear_sentence(
    server: ScriptedServer, here: Path, fault: object, sentence: str
) -> None:
    server.script("/small", [fault] * 4)
    with pytest.raises(FetchFailed) as raised:
        fetch(server, here, "small")
    assert str(raised.value).startswith(f"{server.url}small: ")
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(server.asked("GET", "/small")) == 4
    assert not contents_of(here)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 451, 501])
def test_a_lasting_fault_is_not_tried_again(server: ScriptedServer, here: Path, code: int) -> None:
    server.script("/small", [Status(code)])
    with pytest.raises(FetchFailed, match=f"answered {code}"):
        fetch(server, here, "small")
    assert len(server.asked("GET", "/small")) == 1


def test_the_wait_a_server_asks_for_is_kept(server: ScriptedServer, here: Path) -> None:
    server.script("/small", [Status(503, {"Retry-After": "1"})])
    began = time.monotonic()
    fetch(server, here, "small")
    assert time.monotonic() - began >= 1


def test_nobody_listening_is_told_with_how_often_it_was_tried(here: Path) -> None:
    with ScriptedServer() as gone:
        url = gone.url
    file = RemoteFile("small", f"{url}small", None, None)
    with pytest.raises(FetchFailed, match=r"tried 4 times; check that the remote can be reached"):
        open_remote(url, HASTE).fetch([file], here)


def test_a_name_nobody_knows_is_told(here: Path) -> None:
    file = RemoteFile("x", "http://no-such-host.invalid/x", None, None)
    policy = replace(HASTE, retries=1)
    with pytest.raises(FetchFailed, match=r"no-such-host\.invalid.*tried 2 times"):
        open_remote("http://no-such-host.invalid/", policy).fetch([file], here)


def test_a_broken_transfer_goes_on_where_it_stopped(server: ScriptedServer, here: Path) -> None:
    server.script("/large", [CutAfter(HALF)])
    (arrival,) = fetch(server, here, "large")
    assert arrival.path.read_bytes() == LARGE
    assert arrival.sha256 == hashlib.sha256(LARGE).hexdigest()
    second = server.asked("GET", "/large")[1].headers
    assert (second["Range"], second["If-Range"]) == (f"bytes={HALF}-", '"v1"')
    assert contents_of(here) == {"large"}


def test_a_later_run_goes_on_where_an_earlier_one_stopped(
    server: ScriptedServer, here: Path
) -> None:
    server.script("/large", [CutAfter(HALF), *[Status(500)] * 3])
    with pytest.raises(FetchFailed):
        fetch(server, here, "large", policy=replace(HASTE, retries=1))
    assert contents_of(here) == {"large.part", "large.part.json"}
    server.scripts.clear()
    (arrival,) = fetch(server, here, "large")
    assert arrival.path.read_bytes() == LARGE
    assert ranges(server, "/large")[-1] == f"bytes={HALF}-"
    assert contents_of(here) == {"large"}


def test_without_a_tag_the_time_is_the_condition(server: ScriptedServer, here: Path) -> None:
    server.documents["/large"] = Document(LARGE)
    server.script("/large", [CutAfter(HALF)])
    fetch(server, here, "large")
    assert server.asked("GET", "/large")[1].headers["If-Range"] == "Fri, 02 Jan 2026 12:00:34 GMT"


def test_without_tag_and_time_it_starts_again(server: ScriptedServer, here: Path) -> None:
    server.documents["/large"] = Document(LARGE, modified=None)
    server.script("/large", [CutAfter(HALF)])
    (arrival,) = fetch(server, here, "large")
    assert arrival.path.read_bytes() == LARGE
    assert ranges(server, "/large") == [None, None]


def test_starting_again_for_ever_is_given_up(server: ScriptedServer, here: Path) -> None:
    server.documents["/large"] = Document(LARGE, modified=None)
    server.forever["/large"] = CutAfter(HALF)
    with pytest.raises(FetchFailed, match="tried"):
        fetch(server, here, "large")
    assert len(server.asked("GET", "/large")) <= 2 * (HASTE.retries + 1)


def test_a_transfer_that_gets_further_each_time_is_not_given_up(
    server: ScriptedServer, here: Path
) -> None:
    content = LARGE * 4
    server.documents["/long"] = Document(content, etag='"v1"')
    server.script("/long", [CutAfter(len(LARGE) // 2)] * 7)
    (arrival,) = fetch(server, here, "long", policy=replace(HASTE, retries=1))
    assert arrival.path.read_bytes() == content


def test_a_file_in_place_that_breaks_its_promise_is_removed(
    server: ScriptedServer, here: Path
) -> None:
    (arrival,) = fetch(server, here, "small")
    promised = replace(arrival.file, digest="md5:00")
    with pytest.raises(DigestMismatch):
        open_remote(server.url, HASTE).fetch([promised], here)
    assert not contents_of(here)


def test_the_whole_for_a_range_starts_again(server: ScriptedServer, here: Path) -> None:
    server.script("/large", [CutAfter(HALF), WholeAlways()])
    (arrival,) = fetch(server, here, "large")
    assert arrival.path.read_bytes() == LARGE
    assert arrival.size == len(LARGE)


def test_a_part_of_another_version_is_not_gone_on_with(server: ScriptedServer, here: Path) -> None:
    server.script("/large", [CutAfter(HALF)])
    with pytest.raises(FetchFailed):
        fetch(server, here, "large", policy=replace(HASTE, retries=0))
    other = LARGE[::-1]
    server.documents["/large"] = Document(other, NOON + timedelta(days=1), '"v2"')
    (arrival,) = fetch(server, here, "large")
    assert arrival.path.read_bytes() == other


@pytest.mark.parametrize("damage", ["note", "boot", "longer"])
def test_a_part_that_cannot_be_trusted_starts_again(
    server: ScriptedServer, here: Path, damage: str
) -> None:
    server.script("/large", [CutAfter(HALF)])
    with pytest.raises(FetchFailed):
        fetch(server, here, "large", policy=replace(HASTE, retries=0))
    note = here / "large.part.json"
    if damage == "note":
        note.write_text("{", encoding="utf-8")
    elif damage == "boot":  # written in another boot of the machine, and never flushed
        told = json.loads(note.read_text(encoding="utf-8"))
        note.write_text(json.dumps({**told, "boot": "another", "safe": 0}), encoding="utf-8")
    else:
        (here / "large.part").write_bytes(LARGE + b"more")
    (arrival,) = fetch(server, here, "large")
    assert arrival.path.read_bytes() == LARGE
    assert ranges(server, "/large")[-1] is None


def test_after_another_boot_only_what_was_flushed_counts(
    server: ScriptedServer, here: Path
) -> None:
    server.script("/large", [CutAfter(HALF)])
    with pytest.raises(FetchFailed):
        fetch(server, here, "large", policy=replace(HASTE, retries=0))
    note = here / "large.part.json"
    told = json.loads(note.read_text(encoding="utf-8"))
    note.write_text(json.dumps({**told, "boot": "another", "safe": 1000}), encoding="utf-8")
    part = here / "large.part"
    part.write_bytes(LARGE[:1000] + bytes(HALF - 1000))  # holes, as after a power cut
    (arrival,) = fetch(server, here, "large")
    assert arrival.path.read_bytes() == LARGE
    assert ranges(server, "/large")[-1] == "bytes=1000-"


def test_a_killed_transfer_is_gone_on_with(server: ScriptedServer, here: Path) -> None:
    server.script("/large", [StallAfter(HALF, seconds=60)])
    program = (
        "import sys; from pathlib import Path; from holdfast.remotes import *;"
        "from holdfast.remotes.interface import Everything;"
        "remote = open_remote(sys.argv[1], TransferPolicy());"
        "files = [file for file in remote.list(Everything()).files if file.name == 'large'];"
        "remote.fetch(files, Path(sys.argv[2]))"
    )
    with subprocess.Popen([sys.executable, "-c", program, server.url, str(here)]) as process:
        part = here / "large.part"
        wait_until(lambda: part.exists() and part.stat().st_size >= parts.BLOCK)
        process.send_signal(signal.SIGKILL)
    there = part.stat().st_size
    (arrival,) = fetch(server, here, "large")
    assert arrival.path.read_bytes() == LARGE
    assert ranges(server, "/large")[-1] == f"bytes={there}-"


def wait_until(condition: Callable[[], bool]) -> None:
    """Until `condition` holds, at most twenty seconds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def test_a_file_that_changes_under_its_transfer_is_fetched_again(
    server: ScriptedServer, here: Path
) -> None:
    """It has the listed version at the start, another at the end, and the listed one again."""
    listed = server.documents["/large"]
    server.script("/large", [Become(Document(LARGE[::-1], NOON + timedelta(days=1), '"v2"'))])
    remote = open_remote(server.url, replace(HASTE, backoff=0.5))
    files = [file for file in remote.list(Everything()).files if file.name == "large"]

    def restore(_: object) -> None:
        if len(server.asked("HEAD", "/large")) > 1:
            server.documents["/large"] = listed

    (arrival,) = remote.fetch(files, here, restore)
    assert arrival.path.read_bytes() == LARGE
    assert len(server.asked("GET", "/large")) == 2


def test_a_file_that_changed_for_good_under_its_transfer_is_refused(
    server: ScriptedServer, here: Path
) -> None:
    server.script("/large", [Become(Document(LARGE[::-1], NOON + timedelta(days=1), '"v2"'))])
    with pytest.raises(FileChanged, match=r"large: the file changed.*tried 3 times.*list the"):
        fetch(server, here, "large")
    assert not contents_of(here)


@pytest.mark.parametrize(
    "other",
    [
        Document(b"other", NOON + timedelta(seconds=1)),
        Document(b"other!", NOON),
        Document(b"other", NOON, '"v2"'),
    ],
)
def test_any_sign_of_another_version_is_seen(
    server: ScriptedServer, here: Path, other: Document
) -> None:
    server.documents["/small"] = Document(b"small", etag='"v1"')
    remote = open_remote(server.url, HASTE)
    files = [file for file in remote.list(Everything()).files if file.name == "small"]
    server.documents["/small"] = other
    with pytest.raises(FileChanged, match=r"small.*changed"):
        remote.fetch(files, here)


def test_a_server_that_answers_no_last_question_is_believed(
    server: ScriptedServer, here: Path
) -> None:
    server.heads["/large"] = Status(405)
    (arrival,) = fetch(server, here, "large")
    assert arrival.path.read_bytes() == LARGE


def test_redirects_are_followed_but_not_for_ever(server: ScriptedServer, here: Path) -> None:
    server.forever["/a"] = Status(302, {"Location": "/small"}, b"")
    server.forever["/loop"] = Status(302, {"Location": "/loop"}, b"")
    remote = open_remote(server.url, HASTE)
    (arrival,) = remote.fetch([RemoteFile("a", f"{server.url}a", 5, NOON)], here)
    assert arrival.path.read_bytes() == b"small"
    with pytest.raises(FetchFailed, match="more than 5 redirects"):
        remote.fetch([RemoteFile("loop", f"{server.url}loop", 5, NOON)], here)


def test_a_body_without_end_is_held_to_the_listed_size(server: ScriptedServer, here: Path) -> None:
    (file,) = open_remote(server.url, HASTE).list(Only("large")).files
    server.forever["/large"] = Endless()
    with pytest.raises(FileChanged, match="more bytes came than were announced"):
        open_remote(server.url, HASTE).fetch([file], here)
    assert contents_of(here) == set()


def test_a_body_without_end_and_announced_by_nobody_is_held_to_a_limit(
    server: ScriptedServer, here: Path
) -> None:
    server.forever["/large"] = Endless()
    wanted = RemoteFile("large", f"{server.url}large", None, None)
    policy = replace(HASTE, unannounced_limit=10_000_000)
    with pytest.raises(FetchFailed, match=r"more than 10,000,000 bytes came.*unannounced_limit"):
        open_remote(server.url, policy).fetch([wanted], here)
    assert contents_of(here) == set()
    assert len([each for each in server.requests if each.path == "/large"]) == 1


def test_a_transfer_keeps_to_a_rate(server: ScriptedServer, here: Path) -> None:
    # libcurl measures over some time, so the first bytes come as fast as they can.
    rate = 2_000_000
    began = time.monotonic()
    fetch(server, here, "large", policy=replace(HASTE, parallel=1, rate=rate, timeout=10))
    assert time.monotonic() - began > len(LARGE) / rate / 2


def test_a_redirect_to_a_file_of_this_machine_is_refused(
    server: ScriptedServer, here: Path
) -> None:
    server.forever["/a"] = Status(302, {"Location": "file:///etc/passwd"}, b"")
    with pytest.raises(FetchFailed, match=f"{server.url}a: "):
        open_remote(server.url, HASTE).fetch([RemoteFile("a", f"{server.url}a", 5, None)], here)
    assert not contents_of(here)


def test_what_arrived_before_an_error_stays(server: ScriptedServer, here: Path) -> None:
    server.script("/large", [Status(404)])
    told: list[Arrived] = []
    remote = open_remote(server.url, replace(HASTE, parallel=1))
    files = sorted(remote.list(Everything()).files, key=lambda file: file.name, reverse=True)
    with pytest.raises(FetchFailed):
        remote.fetch(files, here, arrived=told.append)
    assert [arrival.path.read_bytes() for arrival in told] == [b"small"]


def test_many_files_share_few_connections(server: ScriptedServer, here: Path) -> None:
    for number in range(200):
        server.documents[f"/many/{number:03}"] = Document(b"x" * number)
    remote = open_remote(f"{server.url}many/", HASTE)
    arrivals = remote.fetch(remote.list(Everything()).files, here)
    assert [arrival.size for arrival in arrivals] == list(range(200))


def test_names_and_passwords_reach_the_server_but_no_message(
    server: ScriptedServer, here: Path
) -> None:
    secret = server.url.replace("http://", "http://me:secret@")
    server.script("/small", [Status(404)])
    remote = open_remote(secret, HASTE)
    listing = remote.list(Everything())
    with pytest.raises(FetchFailed) as raised:
        remote.fetch([file for file in listing.files if file.name == "small"], here)
    assert "secret" not in f"{raised.value}{listing}"
    assert server.asked("GET", "/small")[0].headers["Authorization"].startswith("Basic ")


def test_a_disk_that_refuses_is_told(server: ScriptedServer, here: Path) -> None:
    (here / "small").mkdir(parents=True)
    with pytest.raises(FetchFailed, match=r"here/small: cannot be written.*is kept"):
        fetch(server, here, "small")


def test_a_link_in_the_way_is_not_followed(
    server: ScriptedServer, here: Path, tmp_path: Path
) -> None:
    server.documents["/sub/x"] = Document(b"x")
    here.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (here / "sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FetchFailed, match="is in the way"):
        fetch(server, here, "sub/x")
    assert not contents_of(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    "url", ["http://", "http://[1", "http://h:x/", "http://a b/", "gopher://x/"]
)
def test_a_text_that_is_no_url_is_misuse(url: str) -> None:
    with pytest.raises(UsageError):
        open_remote(url, HASTE)
