"""The application as a whole: manners, limits, health, and what stays private."""

import asyncio
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from starlette.types import Message

from holdfast.errors import (
    AliasAmbiguous,
    AliasNotFound,
    HoldfastError,
    SequenceNotFound,
    StoreBusy,
    StoreDamaged,
    StoreError,
    UsageError,
)
from holdfast.sequences import SequenceStore
from holdfast.web.problems import status_of
from holdfast.web.sequences.application import sequence_application
from holdfast.web.sequences.crowding import Crowding
from holdfast.web.sequences.public import PublicStore
from holdfast.web.sequences.service import Limits, Service
from servers.sequence_server import client_of, running

SEQUENCE = "/refget/sequence/lab:circle"


# Problems


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SequenceNotFound("x"), 404), (AliasNotFound("x"), 404), (AliasAmbiguous("x"), 409),
        (UsageError("x"), 400), (StoreBusy("x"), 503), (StoreDamaged("x"), 500),
        (StoreError("x"), 503), (HoldfastError("x"), 500),
    ],
)  # fmt: skip
def test_an_error_has_its_status(error: HoldfastError, status: int) -> None:
    assert status_of(error) == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404), ("GET", "/docs", 404), ("GET", "/redoc", 404), ("GET", "/../etc", 404),
        ("POST", SEQUENCE, 405), ("DELETE", SEQUENCE, 405), ("GET", "/sequences/v1/slices", 405),
        ("PUT", "/seqcol/list/collection", 405), ("GET", "/refget/sequence/", 404),
    ],
)  # fmt: skip
def test_there_is_nothing_else(client: httpx.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


def test_every_answer_is_what_it_says_it_is(client: httpx.Client) -> None:
    for path in (SEQUENCE, "/nothing", "/healthz", "/seqrepo/1/sequence/none"):
        assert client.get(path).headers["x-content-type-options"] == "nosniff"


def test_a_strangers_words_come_back_as_text_only(client: httpx.Client) -> None:
    answer = client.get("/refget/sequence/%1b%5B31m%0Anew%20line" + "x" * 5000)
    detail = answer.json()["detail"]
    assert answer.status_code == 404
    assert detail.isprintable()
    assert len(detail) <= 1000


def test_our_own_fault_tells_no_paths(tmp_path: Path) -> None:
    def no_store() -> SequenceStore:
        raise StoreError(f"there is no store in {tmp_path}")

    app = sequence_application(Service(PublicStore(no_store)))
    with running(app) as address, httpx.Client(base_url=address) as client:
        answers = [client.get(path) for path in (SEQUENCE, "/readyz", "/seqcol/list/collection")]
        alive = client.get("/healthz")
    assert [answer.status_code for answer in answers] == [503] * 3
    assert all(str(tmp_path) not in answer.text for answer in answers)
    assert alive.json() == {"status": "alive"}


def test_a_problem_has_the_members_of_its_standard(client: httpx.Client) -> None:
    """RFC 9457."""
    problem = client.get("/refget/sequence/none").json()
    assert problem.keys() == {"type", "title", "status", "detail"}
    assert (problem["title"], problem["status"]) == ("Not Found", 404)


def test_a_fault_is_a_problem_without_a_traceback(
    store: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("somewhere")

    monkeypatch.setattr(PublicStore, "find", broken)
    with client_of(store) as client:
        answer = client.get(SEQUENCE)
    assert answer.status_code == 500
    assert "somewhere" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


# Health and description


def test_it_is_ready_when_the_store_answers(client: httpx.Client, store: SequenceStore) -> None:
    position = store.status().position
    assert client.get("/readyz").json() == {"status": "ready", "position": position}
    assert client.head("/healthz").status_code == 200


def test_the_interface_describes_itself(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["info"]["title"] == "Holdfast sequences"
    parameters = document["paths"]["/refget/sequence/{name}"]["get"]["parameters"]
    kinds = {each["name"]: each["schema"].get("type") for each in parameters}
    assert kinds["name"] == "string"
    body = document["paths"]["/sequences/v1/slices"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["type"] == "array"


@pytest.mark.parametrize("prefix", ["/refget", "/seqrepo/1", "/seqcol"])
def test_the_description_is_found_below_each_interface(client: httpx.Client, prefix: str) -> None:
    answer = client.get(f"{prefix}/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == client.get("/openapi.json").json()


# Other sites


@pytest.mark.parametrize("path", [SEQUENCE, "/nothing", "/seqcol/service-info"])
def test_any_site_may_ask_unless_told_otherwise(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://elsewhere.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Content-Range" in answer.headers["access-control-expose-headers"]


def test_a_browser_may_ask_whether_it_may(client: httpx.Client) -> None:
    headers = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "Range",
    }
    answer = client.options(SEQUENCE, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("origins", "allowed"), [((), None), (("https://lab.example",), "https://lab.example")]
)
def test_the_sites_that_may_ask_can_be_named(
    store: SequenceStore, origins: tuple[str, ...], allowed: str | None
) -> None:
    app = sequence_application(Service(PublicStore(lambda: store)), origins)
    with running(app) as address, httpx.Client(base_url=address) as client:
        mine = client.get(SEQUENCE, headers={"Origin": "https://lab.example"})
        other = client.get(SEQUENCE, headers={"Origin": "https://elsewhere.example"})
    assert mine.headers.get("access-control-allow-origin") == allowed
    assert "access-control-allow-origin" not in other.headers


# Crowds


def test_who_is_too_many_is_asked_to_come_again() -> None:
    """One request is held inside; the next is refused, but for those who ask about health."""
    statuses: list[int] = []
    held, release = asyncio.Event(), asyncio.Event()

    async def slow(scope: object, receive: object, send: object) -> None:
        held.set()
        await release.wait()

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    async def note(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
            assert (b"retry-after", b"1") in message["headers"]

    async def crowd() -> None:
        crowding = Crowding(slow, most=1)
        first = asyncio.create_task(crowding({"type": "http", "path": "/a"}, nothing, note))
        await held.wait()
        await crowding({"type": "http", "path": "/a"}, nothing, note)
        assert statuses == [429]
        health = asyncio.create_task(crowding({"type": "http", "path": "/healthz"}, nothing, note))
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(first, health)
        await crowding({"type": "http", "path": "/a"}, nothing, note)

    asyncio.run(crowd())
    assert statuses == [429]


def test_a_hundred_requests_at_once_are_all_answered(
    store: SequenceStore, client: httpx.Client, circle: str
) -> None:
    async def ask(asking: httpx.AsyncClient, start: int) -> str:
        answer = await asking.get(f"{SEQUENCE}?start={start}&end={start + 50}")
        return answer.text

    async def crowd() -> list[str]:
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(base_url=client.base_url, limits=limits) as asking:
            return await asyncio.gather(*(ask(asking, start) for start in range(100)))

    assert asyncio.run(crowd()) == [circle[start : start + 50] for start in range(100)]


# What is private


@pytest.mark.parametrize(
    "path",
    [
        "/refget/sequence/{}", "/refget/sequence/{}/metadata", "/seqrepo/1/sequence/{}",
        "/seqrepo/1/metadata/{}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["secret:hidden", "hidden", "SECRET:hidden", "secret%3Ahidden"])
def test_a_private_name_is_not_known(client: httpx.Client, path: str, name: str) -> None:
    answer = client.get(path.format(name))
    unknown = client.get(path.format(name.replace("hidden", "absent")))
    assert (answer.status_code, unknown.status_code) == (404, 404)
    assert answer.text.replace("hidden", "absent") == unknown.text


def test_a_private_alias_of_a_public_sequence_is_not_told(client: httpx.Client) -> None:
    told = [
        client.get("/refget/sequence/refseq:twice/metadata").text,
        client.get("/seqrepo/1/metadata/refseq:twice").text,
        client.post("/sequences/v1/metadata", json=["refseq:twice"]).text,
    ]
    assert all("twice" in text for text in told)
    assert not any("twin" in text or "secret" in text for text in told)


def test_who_knows_the_digest_knows_the_sequence(
    client: httpx.Client, store: SequenceStore
) -> None:
    digest = store.resolve("secret:hidden")
    assert client.get(f"/refget/sequence/{digest}").text == "TTTTGGGG"
    assert "secret" not in client.get(f"/refget/sequence/{digest}/metadata").text


def test_private_collections_are_not_listed(client: httpx.Client, store: SequenceStore) -> None:
    listed = client.get("/seqcol/list/collection").json()["results"]
    assert store.collection("d.fa").digest not in listed
    lengths = store.level1("d.fa")["lengths"]
    assert client.get(f"/seqcol/list/collection?lengths={lengths}").json()["results"] == []


# Writers and readers


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[SequenceStore]:
    with SequenceStore.create(tmp_path / "growing") as made:
        yield made


def test_readers_see_the_old_or_the_new_while_a_writer_commits(growing: SequenceStore) -> None:
    growing.load(BytesIO(b">a\nACGT\n"), "lab", "0")
    texts = {"ACGT", *("G" * (nth + 1) for nth in range(20))}
    stop = threading.Event()
    seen: set[str] = set()
    wrong: list[str] = []

    def read(address: str) -> None:
        with httpx.Client(base_url=address) as client:
            while not stop.is_set():
                answer = client.get("/refget/sequence/lab:a")
                (seen.add if answer.text in texts else wrong.append)(answer.text)

    app = sequence_application(Service(PublicStore(lambda: growing), Limits()))
    with running(app) as address:
        threads = [threading.Thread(target=read, args=(address,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for nth in range(20):
            text = f">a\n{'G' * (nth + 1)}\n".encode()
            growing.load(BytesIO(text), "lab", str(nth + 1), reassign=True)
        with httpx.Client(base_url=address) as client:
            last = client.get("/refget/sequence/lab:a").text
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert last == "G" * 20
    assert len(seen) > 1
