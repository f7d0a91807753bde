"""Batches: answers in the order of the questions, bounded, and wrong questions named."""

from typing import Any

import httpx
import pytest

from holdfast.sequences import SequenceStore
from holdfast.web.sequences.service import Limits
from servers.sequence_server import client_of

SLICES, METADATA = "/sequences/v1/slices", "/sequences/v1/metadata"


def asked(name: str, start: int | None = None, end: int | None = None) -> dict[str, Any]:
    return {"name": name, "start": start, "end": end}


def test_slices_come_in_the_order_asked(client: httpx.Client, circle: str) -> None:
    wanted = [
        asked("lab:circle", 10, 20), asked("NM_000551.3"), {"name": "lab:circle", "start": 5380},
        {"name": "lab:poly", "end": 2}, asked("lab:poly", 4, 400), asked("lab:poly", 100),
        asked("NP_1.1", 1, 3),
    ]  # fmt: skip
    expected = [circle[10:20], "GATTACA", circle[5380:], "AC", "NN", "", "KV"]
    answer = client.post(SLICES, json=wanted)
    assert (answer.status_code, answer.json()) == (200, expected)
    lines = client.post(SLICES, json=wanted, headers={"Accept": "text/plain"})
    assert lines.text == "".join(f"{text}\n" for text in expected)
    assert lines.headers["content-type"] == "text/plain; charset=us-ascii"


def test_thousands_of_slices_are_one_request(client: httpx.Client, circle: str) -> None:
    wanted = [asked("lab:circle", at, at + 50) for at in range(5000)]
    assert client.post(SLICES, json=wanted).json() == [circle[at : at + 50] for at in range(5000)]


def test_no_slices_are_no_mistake(client: httpx.Client) -> None:
    assert client.post(SLICES, json=[]).json() == []
    assert client.post(SLICES, json=[], headers={"Accept": "text/plain"}).text == ""


def test_a_name_that_is_not_known_is_named(client: httpx.Client) -> None:
    answer = client.post(SLICES, json=[asked("lab:circle"), asked("lab:none")])
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("item 1: no sequence has the name 'lab:none'")


def test_a_name_that_is_not_known_may_leave_its_place_empty(client: httpx.Client) -> None:
    wanted = [asked("lab:none", 1, 5), asked("NM_000551.3", 0, 2)]
    assert client.post(f"{SLICES}?missing=null", json=wanted).json() == [None, "GA"]
    lines = client.post(f"{SLICES}?missing=null", json=wanted, headers={"Accept": "text/plain"})
    assert lines.text == "\nGA\n"


@pytest.mark.parametrize("missing", ["", "?missing=null"])
def test_an_ambiguous_name_is_refused(client: httpx.Client, missing: str) -> None:
    answer = client.post(SLICES + missing, json=[asked("twice")])
    assert answer.status_code == 409
    assert "refseq" in answer.json()["detail"]
    assert "secret" not in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "cannot be used"), (b"{}", 400, "array"), (b"[{}]", 400, "item 0, name"),
        (b'[{"name": 1}]', 400, "item 0, name"), (b"[1]", 400, "item 0"),
        (b'[{"name": "NM_000551.3", "start": -1}]', 400, "item 0, start"),
        (b'[{"name": "NM_000551.3", "start": "1"}]', 400, "item 0, start"),
        (b'[{"name": "NM_000551.3", "start": 1.5}]', 400, "item 0, start"),
        (b'[{"name": "NM_000551.3", "start": true}]', 400, "item 0, start"),
        (b'[{"name": "NM_000551.3", "start": 3, "end": 1}]', 400, "item 0: start=3 is after end=1"),
        (b'[{"name": "' + b"x" * 2000 + b'"}]', 400, "item 0, name"),
        (b"[" * 100_000, 400, "cannot be used"), (b"\xff\xfe", 400, "cannot be used"),
        (b"not json", 400, "cannot be used"),
    ],
)  # fmt: skip
def test_a_wrong_body_is_told_where_it_is_wrong(
    client: httpx.Client, body: bytes, status: int, said: str
) -> None:
    answer = client.post(SLICES, content=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


def test_an_unknown_choice_is_refused(client: httpx.Client) -> None:
    assert client.post(f"{SLICES}?missing=perhaps", json=[]).status_code == 400


def test_only_known_forms_are_given(client: httpx.Client) -> None:
    assert client.post(SLICES, json=[], headers={"Accept": "text/html"}).status_code == 406


def test_metadata_of_many(client: httpx.Client, store: SequenceStore) -> None:
    info = store.info("lab:poly")
    answer = client.post(f"{METADATA}?missing=null", json=["lab:poly", "lab:none", "secret:hidden"])
    poly, none, hidden = answer.json()
    assert none is None
    assert hidden is None
    assert poly.pop("added").startswith("20")
    assert poly == {
        "digest": str(info.digest),
        "length": 6,
        "alphabet": "ACGNT",
        "md5": info.md5,
        "sha1": info.sha1,
        "seguid": info.seguid,
        "trunc512": info.trunc512,
        "aliases": ["imgt:HLA:A*01", "lab:poly"],
    }


def test_batches_are_bounded(store: SequenceStore) -> None:
    limits = Limits(body=2000, items=10, residues=100)
    with client_of(store, limits=limits) as client:
        several = client.post(SLICES, json=[asked("lab:poly", 0, 1)] * 11)
        long = client.post(SLICES, json=[asked("lab:circle", 0, 60), asked("lab:circle", 0, 41)])
        right = client.post(SLICES, json=[asked("lab:circle", 0, 60), asked("lab:circle", 0, 40)])
        large = client.post(METADATA, content=b" " * 2001)
        endless = client.post(METADATA, content=(b" " * 500 for _ in range(5)))
        names = client.post(METADATA, json=["lab:poly"] * 11)
    assert [each.status_code for each in (several, long, large, endless, names)] == [413] * 5
    assert right.status_code == 200
    assert "11 items, more than 10" in several.json()["detail"]
    assert "101 residues, more than 100" in long.json()["detail"]
    assert "larger than 2,000 bytes" in large.json()["detail"]
    assert endless.headers["content-type"] == "application/problem+json"
