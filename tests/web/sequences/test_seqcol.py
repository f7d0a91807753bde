"""GA4GH sequence collections over HTTP: levels, lists, attributes, comparisons."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx
import pytest

from holdfast.sequences import SequenceStore
from servers.sequence_server import client_of

#: The collection of the standard's own tests, and its published digests.
BASE = "XZlrcEGi6mlopZ2uD8ObHkQB1d0oDwKk"
PAIRS = "zjM1Ie9m0zFbqsAnZ6jAJSXuFpKTr40J"
LENGTHS = "cGRMZIb3AVgkcAfNv39RN7hnT5Chk7RX"
NAMES = "Fw1r9eRxfOZD98KKrhlYQNEdSRHoVxAG"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SequenceStore]:
    """Collections that differ in a name, an order, a sequence."""
    texts = {
        "base": b">chrX\nTTGGGGAA\n>chr1\nGGAA\n>chr2\nGCGC\n",
        "renamed": b">X\nTTGGGGAA\n>1\nGGAA\n>2\nGCGC\n",
        "swapped": b">chr1\nGGAA\n>chrX\nTTGGGGAA\n>chr2\nGCGC\n",
        "shorter": b">chrX\nTTGGGGAA\n>chr1\nGGAA\n",
    }
    with SequenceStore.create(tmp_path_factory.mktemp("collections") / "store") as made:
        for name, text in texts.items():
            made.load(BytesIO(text), name, name)
        made.load(BytesIO(texts["base"]), "base", "the same again")
        made.load(BytesIO(b">chrX\nTTGGGGAA\n>new\nCCCCCC\n"), "secret", "unpublished")
        yield made


@pytest.fixture(scope="module")
def client(store: SequenceStore) -> Iterator[httpx.Client]:
    with client_of(store, private=("secret",)) as made:
        yield made


def get(client: httpx.Client, path: str) -> Any:
    answer = client.get(f"/seqcol{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_a_collection_has_three_levels(client: httpx.Client) -> None:
    assert get(client, f"/collection/{BASE}?level=0") == BASE
    level1 = get(client, f"/collection/{BASE}?level=1")
    assert (level1["lengths"], level1["names"]) == (LENGTHS, NAMES)
    assert level1["sorted_name_length_pairs"] == PAIRS
    level2 = get(client, f"/collection/{BASE}?level=2")
    assert level2 == get(client, f"/collection/{BASE}")
    assert (level2["names"], level2["lengths"]) == (["chrX", "chr1", "chr2"], [8, 4, 4])
    assert all(sequence.startswith("SQ.") for sequence in level2["sequences"])
    assert "sorted_name_length_pairs" not in level2


def test_a_collection_never_changes_under_its_digest(client: httpx.Client) -> None:
    answer = client.get(f"/seqcol/collection/{BASE}")
    assert "immutable" in answer.headers["cache-control"]
    again = client.get(
        f"/seqcol/collection/{BASE}", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/collection/{BASE}?level=3", 400), (f"/collection/{BASE}?level=two", 400),
        ("/collection/base", 404), ("/collection/the%20same%20again", 404),
        ("/collection/short", 404), (f"/collection/{'x' * 32}", 404),
        (f"/comparison/{BASE}/{'x' * 32}", 404), (f"/comparison/{'x' * 32}/{BASE}", 404),
        (f"/attribute/collection/names/{'x' * 32}", 404),
        (f"/attribute/collection/colours/{NAMES}", 404),
        (f"/attribute/collection/sorted_name_length_pairs/{PAIRS}", 404),
        ("/list/collection?colours=x", 400), ("/list/collection?page=-1", 400),
        ("/list/collection?page_size=0", 400), ("/list/collection?page_size=1001", 400),
        ("/list/attributes/colours", 404), ("/list/attributes/names?page=x", 400),
        ("/list/collection?page_size=x", 400), ("/nothing", 404),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_a_problem(client: httpx.Client, path: str, status: int) -> None:
    answer = client.get(f"/seqcol{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_list_has_each_digest_once_and_nothing_private(
    client: httpx.Client, store: SequenceStore
) -> None:
    public = {record.digest for record in store.collections() if record.name != "unpublished"}
    listed = get(client, "/list/collection")
    assert listed["results"] == sorted(public)
    assert listed["pagination"] == {"page": 0, "page_size": 100, "total": 4}
    unpublished = store.collection("unpublished").digest
    assert get(client, f"/collection/{unpublished}?level=0") == unpublished


def test_pages_are_counted_from_0(client: httpx.Client) -> None:
    pages = [get(client, f"/list/collection?page={n}&page_size=3") for n in range(3)]
    assert [len(page["results"]) for page in pages] == [3, 1, 0]
    assert [page["pagination"]["total"] for page in pages] == [4, 4, 4]
    together = [each for page in pages for each in page["results"]]
    assert together == get(client, "/list/collection")["results"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (f"names={NAMES}", ["base"]), (f"lengths={LENGTHS}", ["base", "renamed"]),
        (f"lengths={LENGTHS}&names={NAMES}", ["base"]),
        (f"sorted_name_length_pairs={PAIRS}", ["base", "swapped"]),
        (f"names={LENGTHS}", []), ("names=%25", []),
    ],
)  # fmt: skip
def test_filters_must_all_hold(
    client: httpx.Client, store: SequenceStore, asked: str, expected: list[str]
) -> None:
    found = get(client, f"/list/collection?{asked}")["results"]
    assert found == sorted(store.collection(name).digest for name in expected)


@pytest.mark.parametrize("name", ["names", "lengths", "sequences", "sorted_name_length_pairs"])
def test_the_digests_of_an_attribute_can_be_listed(
    client: httpx.Client, store: SequenceStore, name: str
) -> None:
    listed = get(client, f"/list/attributes/{name}")
    public = ("base", "renamed", "swapped", "shorter")
    assert listed["results"] == sorted({store.level1(each)[name] for each in public})
    assert listed["pagination"]["total"] == len(listed["results"])
    private = store.level1("unpublished")[name]
    assert private not in listed["results"]


def test_an_attribute_is_found_by_its_digest(client: httpx.Client) -> None:
    assert get(client, f"/attribute/collection/lengths/{LENGTHS}") == [8, 4, 4]
    assert get(client, f"/attribute/collection/names/{NAMES}") == ["chrX", "chr1", "chr2"]


def test_a_comparison_has_the_standards_shape(client: httpx.Client, store: SequenceStore) -> None:
    swapped = store.collection("swapped").digest
    compared = get(client, f"/comparison/{BASE}/{swapped}")
    assert compared["digests"] == {"a": BASE, "b": swapped}
    assert compared["attributes"]["a_only"] == compared["attributes"]["b_only"] == []
    elements = compared["array_elements"]
    assert elements["a_count"]["names"] == elements["a_and_b_count"]["names"] == 3
    assert elements["a_and_b_same_order"]["names"] is False
    assert elements["a_and_b_same_order"]["sorted_sequences"] is True


def test_a_collection_can_be_compared_with_one_that_is_sent(
    client: httpx.Client, store: SequenceStore
) -> None:
    mine = get(client, f"/collection/{store.collection('shorter').digest}")
    answer = client.post(f"/seqcol/comparison/{BASE}", json=mine)
    assert answer.status_code == 200
    compared = answer.json()
    assert compared["digests"] == {"a": BASE, "b": store.collection("shorter").digest}
    assert compared["array_elements"]["a_and_b_count"]["sequences"] == 2


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b'{"names": ["a"]}', b'{"names": 1}', b"[" * 100_000, b"\xff",
     b'{"names": ["a"], "lengths": ["1"], "sequences": ["SQ.x"]}',
     b'{"names": ["a"], "lengths": [1, 2], "sequences": ["SQ.x"]}'],
)  # fmt: skip
def test_what_is_sent_must_be_a_collection(client: httpx.Client, body: bytes) -> None:
    answer = client.post(f"/seqcol/comparison/{BASE}", content=body)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_service_info_has_the_schema(client: httpx.Client) -> None:
    info = get(client, "/service-info")
    assert info["type"] == {"group": "org.ga4gh", "artifact": "refget-seqcol", "version": "1.0.0"}
    assert info["seqcol"]["schema"]["ga4gh"]["inherent"] == ["names", "sequences"]
