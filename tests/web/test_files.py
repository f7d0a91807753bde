"""The files of banks over HTTP: folders, files whole and in part, and what is not there."""

import hashlib
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import format_datetime
from pathlib import Path

import pytest
import uvicorn
from starlette.requests import Request
from starlette.testclient import TestClient

from app.banks.bank_world import QuickContainer
from app.banks.release_world import add_bank, add_release
from holdfast.accounts.people import Scope
from holdfast.app.accounts.keys import add_key
from holdfast.app.accounts.users import add_user
from holdfast.app.banks.updating.update import update_bank
from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Visibility
from holdfast.banks.releases.marks import Marks
from holdfast.settings import Settings
from holdfast.web import files, sending
from holdfast.web.application import application
from holdfast.web.kinds import TEXT, kind_of
from holdfast.web.server import listen

CONTENT = b">a\n" + b"ACGT\n" * 40_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FILE = "/db/x/1/flat/a.fa"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def container(home: Path) -> Iterator[QuickContainer]:
    """The bank ``x`` with two releases, of which the older is published."""
    with QuickContainer(Settings.read()) as made:
        add_bank(made)
        content = {"a.fa": CONTENT, "sub/b c&d#e%f?.fa": b"TT\n", "page.html": b"<script>"}
        add_release(made, "1", content, publish=True)
        add_release(made, "2", {"a.fa": CONTENT + b"GG\n"})
        yield made


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not there is said soon."""
    monkeypatch.setattr(files, "FLOOR", 0.02)


@pytest.fixture
def client(container: QuickContainer) -> Iterator[TestClient]:
    """A client of the one person of an open server."""
    with TestClient(application(container), base_url="http://127.0.0.1") as made:
        yield made


@pytest.fixture
def stranger(container: QuickContainer) -> Iterator[TestClient]:
    """A client of a server that is open to all, to whom it is a guest."""
    with TestClient(application(container, host="0.0.0.0")) as made:
        yield made


# Folders


def test_people_see_folders_as_pages(client: TestClient) -> None:
    assert 'href="./x/"' in client.get("/db/", headers=HTML).text
    releases = client.get("/db/x/", headers=HTML).text
    assert releases.index("./current/") < releases.index("./2/") < releases.index("./1/")
    flat = client.get("/db/x/current/flat/", headers=HTML)
    assert flat.headers["Content-Type"].startswith("text/html")
    assert f'data-size="{len(CONTENT)}"' in flat.text
    assert "wget --recursive" in flat.text


def test_programs_see_folders_as_json(client: TestClient) -> None:
    answer = client.get("/db/x/1/flat/", headers={"Accept": "application/json"})
    rows = {row["name"]: row for row in answer.json()}
    assert list(rows) == ["a.fa", "page.html", "sub"]
    assert rows["sub"]["type"] == "directory"
    assert rows["a.fa"]["size"] == len(CONTENT)
    assert rows["a.fa"]["mtime"] == client.head(FILE).headers["Last-Modified"]
    assert "Accept" in answer.headers["Vary"]


def test_where_nothing_is_published_it_says_so(stranger: TestClient, container: Container) -> None:
    container.catalogue.folder("x").mark(Marks(owner="ann", visibility=Visibility.PRIVATE))
    assert "Nothing is published yet" in stranger.get("/db/", headers=HTML).text


def test_a_folder_without_its_slash_leads_to_it(client: TestClient) -> None:
    for path in ("/db", "/db/x", "/db/x/current/flat/sub"):
        answer = client.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (307, f"{path}/")


def test_every_name_is_a_link_that_leads_there(client: TestClient) -> None:
    page = client.get("/db/x/1/flat/sub/", headers=HTML).text
    address = "./b%20c&amp;d%23e%25f%3F.fa"
    assert f'href="{address}"' in page
    assert client.get("/db/x/1/flat/sub/" + address[2:].replace("&amp;", "&")).content == b"TT\n"


# Files


def test_a_file_comes_whole(client: TestClient) -> None:
    answer = client.get(FILE)
    assert answer.content == CONTENT
    assert answer.headers["ETag"] == f'"{SHA256}"'
    assert answer.headers["Content-Type"] == TEXT
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "Content-Encoding" not in answer.headers
    head = client.head(FILE)
    assert head.content == b""
    for name in ("ETag", "Content-Length", "Last-Modified", "Content-Type"):
        assert head.headers[name] == answer.headers[name]


def test_below_a_release_nothing_changes_and_below_current_it_may(client: TestClient) -> None:
    assert client.head(FILE).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    current = client.head("/db/x/current/flat/a.fa")
    assert current.headers["Cache-Control"] == "public, no-cache"
    assert current.headers["ETag"] == f'"{SHA256}"'


def test_a_part_of_a_file_comes_alone(client: TestClient) -> None:
    answer = client.get(FILE, headers={"Range": "bytes=1000-1009"})
    assert (answer.status_code, answer.content) == (206, CONTENT[1000:1010])
    assert answer.headers["Content-Range"] == f"bytes 1000-1009/{len(CONTENT)}"
    assert answer.headers["Content-Length"] == "10"
    assert client.get(FILE, headers={"Range": "bytes=-5"}).content == CONTENT[-5:]


def test_several_parts_come_in_one_answer(client: TestClient) -> None:
    answer = client.get(FILE, headers={"Range": "bytes=0-9,100-109,-3"})
    assert answer.status_code == 206
    assert answer.headers["Content-Length"] == str(len(answer.content))
    kind = answer.headers["Content-Type"].encode()
    message = message_from_bytes(b"Content-Type: " + kind + b"\r\n\r\n" + answer.content)
    parts = message.get_payload()
    assert isinstance(parts, list)
    shown = [(part["Content-Range"], part.get_payload(decode=True)) for part in parts]  # type: ignore[union-attr]  # a multipart message has messages in it
    size = len(CONTENT)
    assert shown == [
        (f"bytes 0-9/{size}", CONTENT[:10]),
        (f"bytes 100-109/{size}", CONTENT[100:110]),
        (f"bytes {size - 3}-{size - 1}/{size}", CONTENT[-3:]),
    ]


def test_what_is_not_in_the_file_is_refused(client: TestClient) -> None:
    answer = client.get(FILE, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


def test_a_part_is_of_the_file_that_was_meant(client: TestClient) -> None:
    asked = {"Range": "bytes=0-9"}
    modified = client.head(FILE).headers["Last-Modified"]
    for condition, status in (
        (f'"{SHA256}"', 206),
        (modified, 206),
        ('"other"', 200),
        (f'W/"{SHA256}"', 200),
        ("Mon, 01 Jan 2024 00:00:00 GMT", 200),
        ("nonsense", 200),
    ):
        answer = client.get(FILE, headers={**asked, "If-Range": condition})
        assert (condition, answer.status_code) == (condition, status)


def test_what_a_client_has_is_not_sent_again(client: TestClient) -> None:
    later = format_datetime(datetime(2100, 1, 1, tzinfo=UTC), usegmt=True)
    for name, value, status in (
        ("If-None-Match", f'"{SHA256}"', 304),
        ("If-None-Match", f'"a", W/"{SHA256}"', 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"other"', 200),
        ("If-Modified-Since", client.head(FILE).headers["Last-Modified"], 304),
        ("If-Modified-Since", later, 304),
        ("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT", 200),
        ("If-Modified-Since", "yesterday", 200),
        ("If-Modified-Since", "9" * 5000, 200),
    ):
        answer = client.get(FILE, headers={name: value})
        assert (name, value, answer.status_code) == (name, value, status)
        if status == 304:
            assert answer.content == b""
            assert answer.headers["ETag"] == f'"{SHA256}"'
            assert "Content-Length" not in answer.headers


def test_an_empty_file_is_empty(container: QuickContainer, client: TestClient) -> None:
    add_release(container, "3", {"empty.txt": b""})
    answer = client.get("/db/x/3/flat/empty.txt")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == "0"


def test_what_a_browser_could_run_is_text_in_a_sandbox(client: TestClient) -> None:
    answer = client.get("/db/x/1/flat/page.html")
    assert answer.headers["Content-Type"] == TEXT
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["a.html", "a.XHTML", "a.svg", "a.xml", "a.js", "a.htm", "a.css"])
def test_nothing_is_told_to_be_what_a_browser_runs(name: str) -> None:
    assert kind_of(name) == TEXT


def test_a_file_of_no_known_kind_is_kept_under_its_name(
    container: QuickContainer, client: TestClient
) -> None:
    add_release(container, "3", {'a"b\u00e9.bin': b"x"})
    answer = client.get('/db/x/3/flat/a"b\u00e9.bin')
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%22b%C3%A9.bin"


def test_a_release_that_is_removed_is_sent_to_its_end(
    container: QuickContainer, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PIECE", 1000)
    folder = container.catalogue.folder("x")
    with client.stream("GET", "/db/x/2/flat/a.fa") as answer:
        pieces = answer.iter_bytes()
        first = next(pieces)
        folder.remove(folder.release("2"))
        assert first + b"".join(pieces) == CONTENT + b"GG\n"
    assert client.get("/db/x/2/flat/a.fa").status_code == 404


class Shrinking:
    """A file that says that it is longer than it is."""

    size, tag, modified = 10, "tag", datetime(2024, 1, 1, tzinfo=UTC)
    closed = False

    def read(self, start: int, length: int) -> bytes:
        """What there is."""
        return b"12345"[start : start + min(length, 2)]

    def close(self) -> None:
        """Note it."""
        self.closed = True


async def _nothing() -> dict[str, str]:
    return {}


def test_a_file_that_became_shorter_is_not_taken_for_whole() -> None:
    scope = {"type": "http", "method": "GET", "headers": []}
    source = Shrinking()
    answer = sending.FileAnswer(Request(scope), source, {"content-type": TEXT})

    async def app(scope: object, receive: object, send: object) -> None:
        await answer({}, _nothing, send)  # type: ignore[arg-type]  # an ASGI application's

    with pytest.raises(EOFError, match="byte 5"):
        TestClient(app).get("/")
    assert source.closed


# What is not there


def test_there_is_nothing_else(client: TestClient) -> None:
    paths = [
        "/db/y/", "/db/x/9/", "/db/x/1/flat/none", "/db/x/1/release.json", "/db/x/1/files.json",
        "/db/x/marks.json", "/db/x/lock", "/db/x/x_1/", "/db/x/.making/", "/db/x/1/flat/a.fa/",
        "/db/x/1/flat/%2e%2e/release.json", "/db/x/1/..%2f..%2f..%2fholdfast.toml", "/db/%2e%2e/",
        "/db/x/1/flat//a.fa", "/db//x/", "/db/x/1/%00", "/db/x/1/flat%00", "/db/x/1/fl%5cat",
        "/db/x/1/flat/a.fa%0a", "/db/x/1/%ff%fe", "/db/x/1/flat/" + "a" * 5000, "/db/%252e%252e/",
        "/db/x/1/" + "a/" * 500, "/db/x/1/flat/%c0%ae%c0%ae/release.json",
    ]  # fmt: skip
    for path in paths:
        for headers in ({}, HTML):
            answer = client.get(path, headers=headers)
            assert (path, answer.status_code) == (path, 404)
            assert "there is nothing at this address" in answer.text.lower()


def test_a_private_bank_is_not_told_to_exist(
    container: QuickContainer, client: TestClient, stranger: TestClient
) -> None:
    container.catalogue.folder("x").mark(Marks(owner="ann", visibility=Visibility.PRIVATE))
    assert client.get(FILE).headers["Cache-Control"].startswith("private")
    assert stranger.get("/db/", headers={"Accept": "application/json"}).json() == []
    for path in ("/db/x/", "/db/x", "/db/x/1/", "/db/x/current/flat/a.fa", "/db/x/1/flat"):
        begun = time.monotonic()
        here = stranger.get(path)
        assert time.monotonic() - begun >= files.FLOOR * 0.9
        nowhere = stranger.get(path.replace("/x", "/y"))
        assert (here.status_code, here.content) == (nowhere.status_code, nowhere.content)
        assert here.status_code == 404
        assert dict(here.headers) == dict(nowhere.headers)


def test_a_key_in_the_place_of_a_password_opens_its_owners_private_banks(
    container: QuickContainer,
) -> None:
    container.catalogue.folder("x").mark(Marks(owner="ann", visibility=Visibility.PRIVATE))
    said = container.settings.model_copy(update={"access": "accounts"})
    with Container(said) as with_accounts:
        add_user(with_accounts, "ann", "correct horse")
        add_user(with_accounts, "bob", "battery staple")
        keys = {
            (name, scope): add_key(with_accounts, name, "wget", [scope], None).secret
            for name, scope in (
                ("ann", Scope.READ),
                ("bob", Scope.READ),
                ("ann", Scope.PLOTS),
            )
        }
        client = TestClient(application(with_accounts), base_url="http://127.0.0.1")
        statuses = [client.get(FILE, auth=(name, key)) for (name, _), key in keys.items()]
    assert [answer.status_code for answer in statuses] == [200, 404, 403]
    assert statuses[0].headers["Vary"] == "Cookie, Authorization"


def test_files_are_only_read(client: TestClient) -> None:
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        assert client.request(method, FILE).status_code in (403, 405)


# Programs that mirror


@contextmanager
def served(container: Container) -> Iterator[str]:
    """The URL of a real server."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(application(container), log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.service("wget")
def test_wget_and_another_holdfast_mirror_a_release(
    container: QuickContainer, tmp_path: Path
) -> None:
    with served(container) as url:
        release = f"{url}/db/x/1/flat/"
        words = "-q -r -np -nH --cut-dirs=4 -e robots=off -R index.html".split()
        subprocess.run(["wget", *words, "-P", str(tmp_path), release], check=True, timeout=60)
        (container.settings.recipes / "copy.toml").write_text(
            f'name = "copy"\n[remote]\nurl = "{release}"\nfiles = ["**/*"]\n'
        )
        update_bank(container, "copy")
        update = update_bank(container, "copy")
    copy = container.catalogue.folder("copy").newest()
    assert copy is not None
    assert update.release == copy.name  # nothing is new the second time
    for folder in (tmp_path, copy.flat):
        assert (folder / "a.fa").read_bytes() == CONTENT
        assert (folder / "sub" / "b c&d#e%f?.fa").read_bytes() == b"TT\n"
    assert {entry.file.etag for entry in copy.entries()} >= {f'"{SHA256}"'}
