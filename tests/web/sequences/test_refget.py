"""GA4GH refget: the cases of its compliance suite, and what the suite does not ask."""

import gzip
import hashlib
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdfast.sequences import SequenceStore
from holdfast.web.sequences.refget import DOCUMENTS, TEXTS
from servers.sequence_server import client_of

SEQUENCE = "/refget/sequence/lab:circle"


@pytest.mark.parametrize("kind", ["ga4gh", "bare ga4gh", "md5", "MD5", "trunc512", "alias", "name"])
@pytest.mark.parametrize("prefix", ["/refget", "/refget/1"])
def test_a_sequence_is_found_by_any_of_its_names(
    client: httpx.Client, store: SequenceStore, circle: str, kind: str, prefix: str
) -> None:
    info = store.info("lab:circle")
    names = {
        "ga4gh": f"ga4gh:{info.digest}",
        "bare ga4gh": str(info.digest),
        "md5": info.md5,
        "MD5": info.md5.upper(),
        "trunc512": info.trunc512,
        "alias": "lab:circle",
        "name": "circle",
    }
    answer = client.get(f"{prefix}/sequence/{names[kind]}")
    assert (answer.status_code, answer.text) == (200, circle)
    assert answer.headers["content-length"] == str(len(circle))
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("prefix", ["md5:", "trunc512:", "sha1:", "seguid:", "VMC:GS_", "vmc:GS_"])
def test_namespaces_of_digests_may_be_said(
    client: httpx.Client, store: SequenceStore, circle: str, prefix: str
) -> None:
    info = store.info("lab:circle")
    texts = {
        "md5:": info.md5,
        "trunc512:": info.trunc512,
        "sha1:": info.sha1,
        "seguid:": info.seguid.replace("/", "%2F"),
    }
    text = texts.get(prefix, str(info.digest).removeprefix("SQ."))
    assert client.get(f"/refget/sequence/{prefix}{text}").text == circle


def test_a_name_may_hold_colons_stars_and_slashes(client: httpx.Client) -> None:
    assert client.get("/refget/sequence/imgt:HLA:A*01").text == "ACGTNN"
    assert client.get("/refget/sequence/imgt:HLA%3AA%2A01").text == "ACGTNN"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("start=10&end=10", (10, 10)), ("start=10&end=20", (10, 20)), ("start=10&end=11", (10, 11)),
        ("start=230", (230, 5386)), ("end=5", (0, 5)), ("start=0&end=5", (0, 5)), ("end=0", (0, 0)),
        ("end=5386", (0, 5386)), ("start=0", (0, 5386)), ("start=1&end=5386", (1, 5386)),
    ],
)  # fmt: skip
def test_a_slice_by_positions(
    client: httpx.Client, circle: str, asked: str, expected: tuple[int, int]
) -> None:
    answer = client.get(f"{SEQUENCE}?{asked}")
    assert (answer.status_code, answer.text) == (200, circle[slice(*expected)])
    assert answer.headers["content-length"] == str(expected[1] - expected[0])
    assert answer.headers["accept-ranges"] == "none"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("bytes=10-19", (10, 20)), ("bytes=10-230", (10, 231)), ("bytes=10-999999", (10, 5386)),
        ("bytes=0-0", (0, 1)), ("bytes=0-999999", (0, 5386)), ("bytes=5385-5386", (5385, 5386)),
        ("bytes=0-5385", (0, 5386)),
    ],
)  # fmt: skip
def test_a_slice_by_range(
    client: httpx.Client, circle: str, wanted: str, expected: tuple[int, int]
) -> None:
    answer = client.get(SEQUENCE, headers={"Range": wanted})
    start, end = expected
    assert (answer.status_code, answer.text) == (206, circle[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/5386"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/refget/sequence/Garbagechecksum", {}, 404),
        ("/refget/sequence/SQ.garbage", {}, 404),
        ("/refget/sequence/md5:garbage", {}, 404),
        ("/refget/sequence/" + "0" * 32, {}, 404),
        ("/refget/sequence/Garbagechecksum/metadata", {}, 404),
        (f"{SEQUENCE}?start=abc&end=20", {}, 400),
        (f"{SEQUENCE}?start=-10&end=-29", {}, 400),
        (f"{SEQUENCE}?start=67&end=5387", {}, 416),
        (f"{SEQUENCE}?start=5386&end=5375", {}, 416),
        (f"{SEQUENCE}?start=5374&end=5", {}, 501),
        (SEQUENCE, {"Range": "units=20-30"}, 400),
        (SEQUENCE, {"Range": "bytes=20-10"}, 416),
        (f"{SEQUENCE}?start=5&end=10", {"Range": "bytes=5-10"}, 400),
        (SEQUENCE, {"Accept": "embl/some_json"}, 406),
        (f"{SEQUENCE}/metadata", {"Accept": "embl/some_json"}, 406),
        ("/refget/sequence/service-info", {"Accept": "embl/some_json"}, 406),
        ("/refget/sequence/twice", {}, 409),
        ("/refget/nothing", {}, 404),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_has_its_status_and_a_sentence(
    client: httpx.Client, path: str, headers: dict[str, str], status: int
) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    assert problem["detail"]


def test_the_sentence_is_that_of_the_store(client: httpx.Client, store: SequenceStore) -> None:
    with pytest.raises(KeyError) as refused:
        store.fetch("lab:none")
    assert client.get("/refget/sequence/lab:none").json()["detail"] == str(refused.value)


@pytest.mark.parametrize("media", [*TEXTS, None, "*/*"])
def test_a_sequence_comes_in_each_media_type(client: httpx.Client, media: str | None) -> None:
    answer = client.get(SEQUENCE, headers={"Accept": media} if media else {})
    expected = media if media in TEXTS else TEXTS[0]
    assert answer.headers["content-type"] == f"{expected}; charset=us-ascii"


def test_several_accept_headers_are_one_list(client: httpx.Client) -> None:
    several = [("Accept", "embl/some_json"), ("Accept", TEXTS[1])]
    answer = client.get(SEQUENCE, headers=several)
    assert answer.headers["content-type"].startswith(TEXTS[1])


@pytest.mark.parametrize("media", DOCUMENTS)
@pytest.mark.parametrize("path", [f"{SEQUENCE}/metadata", "/refget/sequence/service-info"])
def test_documents_come_in_each_media_type(client: httpx.Client, path: str, media: str) -> None:
    answer = client.get(path, headers={"Accept": media})
    assert answer.headers["content-type"] == media
    assert answer.json()


def test_metadata_has_the_shape_of_both_versions(
    client: httpx.Client, store: SequenceStore
) -> None:
    info = store.info("lab:poly")
    assert client.get("/refget/sequence/lab:poly/metadata").json() == {
        "metadata": {
            "id": info.md5,
            "md5": info.md5,
            "ga4gh": str(info.digest),
            "trunc512": info.trunc512,
            "length": 6,
            "aliases": [
                {"alias": "HLA:A*01", "naming_authority": "imgt"},
                {"alias": "poly", "naming_authority": "lab"},
            ],
        }
    }


def test_service_info_speaks_both_versions(client: httpx.Client) -> None:
    info: dict[str, Any] = client.get("/refget/sequence/service-info").json()
    assert info["type"] == {"group": "org.ga4gh", "artifact": "refget", "version": "2.0.0"}
    assert {"id", "name", "organization", "version"} <= info.keys()
    assert info["organization"].keys() == {"name", "url"}
    assert info["refget"]["circular_supported"] is False
    assert info["refget"]["subsequence_limit"] is None
    assert info["refget"]["identifier_types"] == ["imgt", "lab", "other", "refseq"]
    assert set(info["refget"]["algorithms"]) >= {"md5", "ga4gh"}
    assert info["service"]["supported_api_versions"] == ["1.0.0", "2.0.0"]


@pytest.mark.parametrize(
    ("asked", "headers"),
    [("", {}), ("?start=10&end=30", {}), ("", {"Range": "bytes=10-29"}), ("/metadata", {})],
)
def test_head_tells_what_get_would(
    client: httpx.Client, asked: str, headers: dict[str, str]
) -> None:
    got = client.get(SEQUENCE + asked, headers=headers)
    head = client.head(SEQUENCE + asked, headers=headers)
    assert (head.status_code, head.content) == (got.status_code, b"")
    different = {"date"}
    assert {k: v for k, v in head.headers.items() if k not in different} == {
        k: v for k, v in got.headers.items() if k not in different
    }


def test_a_real_chromosome_is_found_by_what_its_text_hashes_to(
    tmp_path: Path, real_data: Path
) -> None:
    genome = real_data / "yeast" / "genomes" / "S288C.genome.fa.gz"
    first = gzip.decompress(genome.read_bytes()).split(b">")[1].partition(b"\n")[2]
    residues = first.replace(b"\n", b"").upper()
    names = [
        hashlib.md5(residues).hexdigest(),
        hashlib.sha512(residues).hexdigest()[:48],
        "ga4gh:SQ." + urlsafe_b64encode(hashlib.sha512(residues).digest()[:24]).decode(),
    ]
    with SequenceStore.create(tmp_path / "store") as store:
        store.load(genome, "sgd")
        with client_of(store) as client:
            for name in names:
                assert client.get(f"/refget/sequence/{name}").content == residues
                part = client.get(f"/refget/sequence/{name}?start=100000&end=100050")
                assert part.content == residues[100_000:100_050]
