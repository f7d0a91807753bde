"""SeqRepo's REST interface: its shapes, its statuses, and none of its leaks."""

from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest
from biocommons.seqrepo.dataproxy import SeqRepoRESTDataProxy
from ga4gh.vrs.dataproxy import create_dataproxy

from holdfast.sequences import Alias, SequenceStore
from servers.sequence_server import client_of


def sequence(client: httpx.Client, name: str, asked: str = "") -> httpx.Response:
    return client.get(f"/seqrepo/1/sequence/{name}{asked}")


@pytest.mark.parametrize(
    "name",
    ["NM_000551.3", "refseq:NM_000551.3", "NCBI:NM_000551.3", "RefSeq:NM_000551.3"],
)
def test_a_sequence_is_plain_text_without_a_newline(client: httpx.Client, name: str) -> None:
    answer = sequence(client, name)
    assert (answer.status_code, answer.text) == (200, "GATTACA")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("digest", ["sha512t24u", "ga4gh", "VMC", "MD5", "SHA1", "SEGUID", "SQ."])
def test_digests_are_names_too(client: httpx.Client, store: SequenceStore, digest: str) -> None:
    info = store.info("NM_000551.3")
    bare = str(info.digest).removeprefix("SQ.")
    names = {
        "sha512t24u": f"sha512t24u:{bare}",
        "ga4gh": f"ga4gh:SQ.{bare}",
        "VMC": f"GS_{bare}",
        "MD5": info.md5.upper(),
        "SHA1": info.sha1,
        "SEGUID": f"SEGUID:{info.seguid}",
        "SQ.": f"SQ.{bare}",
    }
    assert sequence(client, names[digest]).text == "GATTACA"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("?start=1&end=3", "AT"), ("?start=4", "ACA"), ("?end=4", "GATT"), ("?end=400", "GATTACA"),
        ("?start=7", ""), ("?start=400", ""), ("?start=2&end=2", ""), ("?start=400&end=500", ""),
    ],
)  # fmt: skip
def test_slices_end_where_the_sequence_does(
    client: httpx.Client, asked: str, expected: str
) -> None:
    answer = sequence(client, "NM_000551.3", asked)
    assert (answer.status_code, answer.text) == (200, expected)


@pytest.mark.parametrize(
    ("name", "asked", "status"),
    [
        ("NM_000551.3", "?start=3&end=1", 422), ("twice", "", 422),
        ("NM_000551.3", "?start=x", 400), ("NM_000551.3", "?start=-1", 400),
        ("NM_000551.3", "?end=1.5", 400),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_as_a_problem(
    client: httpx.Client, name: str, asked: str, status: int
) -> None:
    answer = sequence(client, name, asked)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize("path", ["sequence", "metadata"])
@pytest.mark.parametrize(
    "name", ["none", "refseq:none", "MD5:3%25", "md5:zz", "SQ.x", "test:with%20spaces", "%00"]
)
def test_what_nobody_has_is_404_with_an_empty_body(
    client: httpx.Client, path: str, name: str
) -> None:
    answer = client.get(f"/seqrepo/1/{path}/{name}")
    assert (answer.status_code, answer.content) == (404, b"")


def test_several_matches_have_no_metadata_either(client: httpx.Client) -> None:
    assert client.get("/seqrepo/1/metadata/twice").status_code == 422


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, SequenceStore]]:
    """The address of a store with names in SeqRepo's namespaces, and the store."""
    with SequenceStore.create(tmp_path_factory.mktemp("recorded") / "store") as store:
        names = [
            Alias("refseq", "NC_1.1"), Alias("GRCh38", "13"), Alias("GRCh38", "chr13"),
            Alias("GRCh38.p1", "13"), Alias("ensembl", "13"), Alias("lrg", "LRG_1"),
            Alias("Zoo", "z"),
        ]  # fmt: skip
        with store.write() as batch:
            batch.add(b"ACGT", names)
            batch.commit("as SeqRepo has them")
        yield "NC_1.1", store


def test_metadata_is_as_the_service_writes_it(recorded: tuple[str, SequenceStore]) -> None:
    """The shape and order of a recorded answer: stored rows in order, synonyms after each."""
    name, store = recorded
    with client_of(store) as client:
        answer = client.get(f"/seqrepo/1/metadata/{name}")
    added = answer.json()["added"]
    assert added.endswith("Z")
    assert datetime.fromisoformat(added).tzinfo is not None
    assert answer.headers["content-type"] == "application/json"
    assert (
        answer.text
        == f"""{{
  "added": "{added}",
  "aliases": [
    "Ensembl:13",
    "ensembl:13",
    "GRCh38:13",
    "GRCh38:chr13",
    "GRCh38.p1:13",
    "LRG:LRG_1",
    "lrg:LRG_1",
    "MD5:f1f8f4bf413b16ad135722aa4591043e",
    "NCBI:NC_1.1",
    "refseq:NC_1.1",
    "SEGUID:IQiZThf2zKn/I1KtqStlEdsHYDQ",
    "SHA1:2108994e17f6cca9ff2352ada92b6511db076034",
    "VMC:GS_aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2",
    "sha512t24u:aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2",
    "ga4gh:SQ.aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2",
    "Zoo:z"
  ],
  "alphabet": "ACGT",
  "length": 4
}}
"""
    )


def test_ping_has_the_services_shape(client: httpx.Client) -> None:
    answer = client.get("/seqrepo/1/ping").json()
    assert answer.keys() == {"version", "url", "dependencies"}
    assert answer["dependencies"]["seqrepo"].keys() == {"version", "root", "url"}
    assert answer["dependencies"]["bioutils"].keys() == {"version", "url"}


def test_the_keepers_paths_are_not_told(client: httpx.Client, store: SequenceStore) -> None:
    assert str(store.folder) not in client.get("/seqrepo/1/ping").text


@pytest.mark.parametrize(
    "name", ["NM_000551%25", "NM_00055_.3", "NM_000551.*", "%25", "refseq:%25"]
)
def test_there_are_no_wildcards(client: httpx.Client, name: str) -> None:
    assert client.get(f"/seqrepo/1/metadata/{name}").status_code == 404


def test_the_beginning_of_a_digest_is_no_name(client: httpx.Client, store: SequenceStore) -> None:
    info = store.info("lab:circle")
    for text in (info.md5[:8], info.md5[:31], info.trunc512[:40], str(info.digest)[:-1]):
        assert sequence(client, text).status_code == 404


def test_biocommons_own_client_reads_it(store: SequenceStore) -> None:
    with client_of(store) as client:
        proxy = SeqRepoRESTDataProxy(f"{str(client.base_url).rstrip('/')}/seqrepo")
        assert proxy.get_sequence("refseq:NM_000551.3", 1, 3) == "AT"
        metadata = proxy.get_metadata("refseq:NM_000551.3")
        assert metadata["length"] == 7
        assert "ga4gh:" + str(store.resolve("NM_000551.3")) in metadata["aliases"]
        with pytest.raises(KeyError):
            proxy.get_sequence("refseq:none")


def test_vrs_reads_it(store: SequenceStore) -> None:
    with client_of(store) as client:
        proxy = create_dataproxy(f"seqrepo+{str(client.base_url).rstrip('/')}/seqrepo")
        assert proxy.get_sequence("refseq:NM_000551.3", 1, 4) == "ATT"
        accession = proxy.derive_refget_accession("refseq:NM_000551.3")
    assert accession == str(store.resolve("NM_000551.3"))
