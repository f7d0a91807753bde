"""Answers: what caches may keep, what is compressed, and how long sequences leave."""

import asyncio
import gzip
import random
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import httpx
import pytest
import zstandard
from starlette.types import Message

from holdfast.base.digests import Digest
from holdfast.base.intervals import Slice
from holdfast.errors import StoreDamaged
from holdfast.sequences import Alias, SequenceStore
from holdfast.web.sequences.answers import LARGE, PIECE, Pieces, checked_pieces
from holdfast.web.sequences.public import PublicStore
from holdfast.web.sequences.service import Limits, Service
from servers.sequence_server import client_of

LENGTH = LARGE + PIECE + 12_345


@pytest.fixture(scope="module")
def chromosome() -> str:
    """Longer than what is sent in one piece, and than what is sent as it is."""
    letters = "".join(random.Random(3).choices("ACGT", k=4096)) + "N" * 100
    return (letters * (LENGTH // len(letters) + 1))[:LENGTH]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory, chromosome: str) -> Iterator[SequenceStore]:
    """A store with long sequences: bases, and letters that are encoded in blocks."""
    protein = "".join(random.Random(5).choices("ACDEFGHIKLMNPQRSTVWY", k=PIECE + 70_000))
    with SequenceStore.create(tmp_path_factory.mktemp("long") / "store") as made:
        made.load(BytesIO(f">chr\n{chromosome}\n>titin\n{protein}\n".encode()), "lab", "long.fa")
        yield made


@pytest.fixture(scope="module")
def asking(long: SequenceStore) -> Iterator[httpx.Client]:
    with client_of(long) as made:
        yield made


# Caches


@pytest.mark.parametrize("name", ["digest", "md5", "trunc512"])
def test_what_a_digest_names_may_be_kept_for_ever(
    client: httpx.Client, store: SequenceStore, name: str
) -> None:
    named = str(getattr(store.info("lab:circle"), name))
    answer = client.get(f"/refget/sequence/{named}?start=1&end=5")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/refget/sequence/lab:circle", "/seqrepo/1/sequence/lab:circle"])
def test_what_an_alias_names_is_asked_for_again(
    client: httpx.Client, store: SequenceStore, path: str
) -> None:
    answer = client.get(path)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["etag"] == f'"{store.resolve("lab:circle")}"'


def test_metadata_may_change_and_are_asked_for_again(
    client: httpx.Client, store: SequenceStore
) -> None:
    answer = client.get(f"/refget/sequence/{store.resolve('lab:circle')}/metadata")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("asked", ["", "?start=10&end=20"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_what_the_client_has_is_not_sent_again(client: httpx.Client, asked: str, form: str) -> None:
    path = f"/refget/sequence/lab:circle{asked}"
    tag = client.get(path).headers["etag"]
    again = client.get(path, headers={"If-None-Match": form.format(tag)})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_another_slice_has_another_tag(client: httpx.Client) -> None:
    path = "/refget/sequence/lab:circle"
    tags = {
        client.get(path + asked).headers["etag"]
        for asked in ("", "?start=1", "?start=1&end=2", "?end=2")
    }
    assert len(tags) == 4
    ranged = client.get(path, headers={"Range": "bytes=1-2"})
    assert ranged.headers["etag"] == client.get(path).headers["etag"]


def test_an_alias_that_moves_has_another_tag(tmp_path: Path) -> None:
    with SequenceStore.create(tmp_path / "store") as moving, client_of(moving) as client:
        moving.load(BytesIO(b">a\nACGT\n>b\nGGGG\n"), "lab")
        moving.add_alias(Alias("lab", "current"), "lab:a")
        before = client.get("/refget/sequence/lab:current")
        moving.add_alias(Alias("lab", "current"), "lab:b", reassign=True)
        after = client.get(
            "/refget/sequence/lab:current", headers={"If-None-Match": before.headers["etag"]}
        )
    assert (before.text, after.text, after.status_code) == ("ACGT", "GGGG", 200)


@pytest.mark.parametrize(
    ("condition", "status"),
    [("right", 206), ('"SQ.other"', 200), ("Sat, 21 Nov 2026 00:00:00 GMT", 200)],
)
def test_a_range_goes_on_only_with_the_same_content(
    client: httpx.Client, condition: str, status: int
) -> None:
    path = "/refget/sequence/lab:circle"
    tag = client.get(path).headers["etag"] if condition == "right" else condition
    answer = client.get(path, headers={"Range": "bytes=0-9", "If-Range": tag})
    assert answer.status_code == status


# Compression


@pytest.mark.parametrize(
    ("coding", "decompress"),
    [
        ("gzip", gzip.decompress),
        ("zstd", lambda sent: zstandard.ZstdDecompressor().decompressobj().decompress(sent)),
    ],
)
def test_a_long_text_is_compressed_for_those_who_take_it(
    asking: httpx.Client, chromosome: str, coding: str, decompress: Callable[[bytes], bytes]
) -> None:
    with asking.stream(
        "GET", "/refget/sequence/lab:chr", headers={"Accept-Encoding": coding}
    ) as answer:
        sent = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == coding
    assert "Accept-Encoding" in answer.headers["vary"]
    assert "content-length" not in answer.headers
    assert len(sent) < LENGTH / 2
    assert decompress(sent).decode() == chromosome
    plain = asking.get("/refget/sequence/lab:chr")
    assert "content-encoding" not in plain.headers
    assert plain.headers["etag"] != answer.headers["etag"]
    again = asking.get(
        "/refget/sequence/lab:chr", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def test_a_range_is_never_compressed(asking: httpx.Client, chromosome: str) -> None:
    headers = {"Accept-Encoding": "gzip, zstd", "Range": f"bytes=0-{LENGTH - 2}"}
    answer = asking.get("/refget/sequence/lab:chr", headers=headers)
    assert "content-encoding" not in answer.headers
    assert (answer.status_code, answer.text) == (206, chromosome[:-1])


def test_a_short_text_is_sent_as_it_is(client: httpx.Client) -> None:
    answer = client.get("/refget/sequence/lab:circle", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-length"] == "5386"


def test_a_large_document_is_compressed(asking: httpx.Client) -> None:
    wanted = [{"name": "lab:chr", "start": at, "end": at + 1000} for at in range(1200)]
    answer = asking.post("/sequences/v1/slices", json=wanted, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()) == 1200


# Long sequences


@pytest.mark.parametrize("name", ["lab:chr", "lab:titin"])
@pytest.mark.parametrize("start", [0, 1, PIECE - 1, PIECE, 65_537])
def test_a_long_slice_is_whole_wherever_it_begins(
    asking: httpx.Client, long: SequenceStore, name: str, start: int
) -> None:
    answer = asking.get(f"/refget/sequence/{name}?start={start}")
    assert answer.text == long.fetch(name, start)
    assert answer.headers["content-length"] == str(len(answer.text))


def test_a_long_range_is_streamed_too(asking: httpx.Client, chromosome: str) -> None:
    headers = {"Range": f"bytes=3-{PIECE * 2}"}
    answer = asking.get("/refget/sequence/lab:chr", headers=headers)
    assert (answer.status_code, answer.text) == (206, chromosome[3 : PIECE * 2 + 1])


def test_the_head_of_a_long_sequence_reads_nothing(
    asking: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PublicStore, "residues", None)
    head = asking.head("/refget/sequence/lab:chr")
    assert (head.status_code, head.headers["content-length"]) == (200, str(LENGTH))


def flip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store answer with a wrong last letter."""
    right = PublicStore.residues

    def wrong(self: PublicStore, digest: Digest, start: int, end: int) -> bytes:
        residues = right(self, digest, start, end)
        return residues[:-1] + (b"A" if residues[-1:] != b"A" else b"C")

    monkeypatch.setattr(PublicStore, "residues", wrong)


def test_a_damaged_sequence_is_never_sent_to_its_end(
    long: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip(monkeypatch)
    service = Service(PublicStore(lambda: long))
    found = service.store.find("lab:chr")
    pieces = checked_pieces(service, found, Slice(0, LENGTH))
    for _ in range(LENGTH // PIECE):
        next(pieces)
    with pytest.raises(StoreDamaged, match="run: holdfast seq check"):
        next(pieces)
    service.close()


def test_a_damaged_long_sequence_breaks_the_connection(
    long: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip(monkeypatch)
    with client_of(long) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/refget/sequence/lab:chr")


def test_a_damaged_short_sequence_is_our_fault(
    store: SequenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip(monkeypatch)
    with client_of(store) as client:
        answer = client.get("/refget/sequence/lab:circle")
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("the store cannot answer now")


def test_a_client_that_takes_nothing_is_given_up() -> None:
    """What the kernel holds of a connection is megabytes, so here the sending itself stands."""
    sent = []

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"ACGT"

    async def send(message: Message) -> None:
        sent.append(message["type"])
        if len(sent) == 3:
            await asyncio.sleep(60)

    async def nothing() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    answer = Pieces(pieces(), HTTPStatus.OK, {}, patience=0.1)
    with pytest.raises(TimeoutError):
        asyncio.run(answer({"type": "http"}, nothing, send))
    assert sent == ["http.response.start", "http.response.body", "http.response.body"]


def test_a_body_that_does_not_come_is_given_up(store: SequenceStore) -> None:
    with client_of(store, limits=Limits(patience=0.2)) as client:
        url = client.base_url
        with socket.create_connection((url.host, url.port or 80), timeout=10) as idle:
            idle.sendall(
                b"POST /sequences/v1/slices HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n["
            )
            answer = b""
            while part := idle.recv(1 << 16):
                answer += part
    assert b" 408 " in answer.splitlines()[0]
    assert b"did not come within 0.2 seconds" in answer
