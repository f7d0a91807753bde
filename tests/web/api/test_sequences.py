"""Sequences, collections, snapshots and the journal by programs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.sequences.store_world import BASES, fill, hide_bank
from holdfast.accounts.people import Person, Scope, Through
from holdfast.app.container import Container
from holdfast.formats.residues import reverse_complement
from holdfast.settings import Settings
from web.access.world import token
from web.persons import GUEST, ROOT, seen_by

API = "/api/v1"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    home: Path = tmp_path_factory.mktemp("programs")
    with Container(Settings.read(home, private_namespaces=["secret"])) as made:
        fill(made)
        hide_bank(made)
        yield made


@pytest.fixture(scope="module")
def client(held: Container) -> Iterator[TestClient]:
    """A program of an administrator."""
    with seen_by(ROOT, held) as made:
        made.headers["X-CSRF"] = token(made)
        yield made


def test_a_sequence_is_found_by_any_name(client: TestClient) -> None:
    facts = client.get(f"{API}/sequences/lab:one").json()
    assert facts["length"] == len(BASES)
    for name in facts["digests"].values():
        again = client.get(f"{API}/sequences/{name.replace('/', '%2F')}").json()
        assert again["digest"] == facts["digest"]
    assert client.get(facts["page"]).status_code == 200
    assert client.get(f"{API}/sequences/imgt:HLA:A%2F01").json()["length"] == 8


def test_what_is_named_by_a_digest_never_changes(client: TestClient) -> None:
    digest = client.get(f"{API}/sequences/lab:one").json()["digest"]
    for path in (f"{API}/sequences/{digest}", f"{API}/sequences/{digest}/residues?end=9"):
        answer = client.get(path)
        assert "immutable" in answer.headers["Cache-Control"]
        known = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(path, headers=known).status_code == 304
    assert client.get(f"{API}/sequences/lab:one").headers["Cache-Control"] == "no-cache"


def test_residues_are_counted_from_0_and_half_open(client: TestClient) -> None:
    asked = f"{API}/sequences/lab:one/residues"
    assert client.get(asked, params={"start": 5, "end": 25}).json()["residues"] == BASES[5:25]
    turned = client.get(asked, params={"start": 5, "end": 25, "reverse": True}).json()
    assert turned["residues"].encode() == reverse_complement(BASES[5:25].encode())
    assert client.get(asked, params={"start": 5, "end": 4}).status_code == 400
    assert client.get(asked, params={"end": 5001}).status_code == 400
    assert client.get(asked, params={"start": -1}).status_code == 422


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sequences/chrI", 409),
        ("/sequences/lab:nothing", 404),
        ("/sequences/md5:zz", 400),
        ("/sequences/%00", 404),
        ("/sequences/lab:%F0%90", 404),
        ("/collections/nothing", 404),
        ("/collections/compare?a=first.fa", 422),
        ("/collections/compare?a=first.fa&b=nothing", 404),
        ("/collections/first.fa/download/zip", 422),
        ("/collections/pep.fa/download/2bit", 400),
        ("/collections?after=nonsense", 400),
        ("/snapshots/nothing", 404),
        ("/snapshots/diff?a=nothing", 404),
        ("/snapshots/diff?a=early&kind=all", 422),
        ("/journal?limit=0", 422),
    ],
)
def test_what_is_wrong_is_a_problem(client: TestClient, path: str, status: int) -> None:
    answer = client.get(f"{API}{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert answer.json()["detail"]


def test_a_search_tells_the_exact_from_the_like(client: TestClient) -> None:
    found = client.get(f"{API}/sequences", params={"q": "chrI"}).json()
    assert found["exact"] is None
    assert [each["name"] for each in found["choices"]] == ["lab:chrI", "pep:chrI"]
    assert {"lab:chrII"} <= {name for each in found["items"] for name in each["aliases"]}
    exact = client.get(f"{API}/sequences", params={"q": "lab:two"}).json()
    assert exact["exact"]["length"] == 4


def test_aliases_have_their_history(client: TestClient) -> None:
    asked = f"{API}/sequences/lab:chrII/aliases"
    assert [each["retired"] for each in client.get(asked).json()["items"]] == [None]
    both = client.get(asked, params={"history": True}).json()["items"]
    assert [each["retired"] for each in both] == [None, both[0]["added"]]
    assert both[1]["retired_by"]["number"] == both[0]["added"]


def test_an_alias_is_given_and_taken_away(client: TestClient) -> None:
    new = {"alias": "lab:made", "sequence": "lab:two"}
    answer = client.post(f"{API}/aliases", json=new)
    assert answer.status_code == 201
    assert client.get(answer.headers["Location"]).json()["length"] == 4
    taken = {"alias": "lab:one", "sequence": "lab:two"}
    assert client.post(f"{API}/aliases", json=taken).status_code == 409
    assert client.delete(f"{API}/aliases/lab:made").status_code == 204
    assert client.delete(f"{API}/aliases/lab:made").status_code == 404


def test_lists_come_in_pages(client: TestClient) -> None:
    digest = client.get(f"{API}/sequences/lab:one").json()["digest"]
    for path in (
        "/collections",
        "/journal",
        "/collections/first.fa/sequences",
        f"/sequences/{digest}/aliases",
    ):
        asked = {"history": "true"} if "aliases" in path else {}
        whole = client.get(f"{API}{path}", params=asked).json()["items"]
        pages, after = [], None
        while pages == [] or after:
            said = {**asked, "limit": "2", "after": after or ""}
            page = client.get(f"{API}{path}", params=said).json()
            pages += page["items"]
            after = page["next"]
        assert pages == whole
        assert len(whole) > 2


def test_two_collections_are_compared(client: TestClient) -> None:
    found = client.get(
        f"{API}/collections/compare", params={"a": "first.fa", "b": "second.fa", "fate": "renamed"}
    ).json()
    assert found["counts"] == {"kept": 1, "renamed": 1, "changed": 1, "only-a": 0, "only-b": 1}
    assert [(each["a"]["name"], each["b"]["name"]) for each in found["items"]] == [("chrI", "one")]
    assert found["attributes"]["names"] is False


def test_snapshots_are_made_looked_at_and_compared(client: TestClient) -> None:
    made = client.post(f"{API}/snapshots", json={"name": "made-here"})
    assert made.status_code == 201
    assert client.get(made.headers["Location"]).json() == made.json()
    assert client.post(f"{API}/snapshots", json={"name": "made-here"}).status_code == 409
    listed = client.get(f"{API}/snapshots").json()["items"]
    assert [each["name"] for each in listed] == ["made-here", "early"]
    diff = client.get(f"{API}/snapshots/diff", params={"a": "early", "b": "made-here"}).json()
    assert diff["counts"]["aliases_repointed"] == 1
    assert [each["name"] for each in diff["items"]] == ["lab:chrII"]


def test_loading_is_an_errand(
    client: TestClient, held: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.app.errands.asking.begin_next", lambda _: None)
    wish = {"namespace": "lab", "urls": ["https://example.org/x.fa"]}
    answer = client.post(f"{API}/sequences/load", json=wish)
    assert answer.status_code == 202
    assert client.get(answer.headers["Location"]).json()["title"].endswith("example.org/x.fa")
    wish = {"namespace": "lab", "urls": ["file:///etc/passwd"]}
    assert client.post(f"{API}/sequences/load", json=wish).status_code == 400
    wish = {"namespace": "x", "bank": "x", "release": "2024", "files": ["own.fa"]}
    assert client.post(f"{API}/sequences/load", json=wish).status_code == 202


def test_who_may_only_read_changes_nothing(held: Container) -> None:
    reader = Person("ann", scopes=frozenset({Scope.READ}), through=Through.KEY)
    for person, status in ((GUEST, 401), (reader, 403)):
        with seen_by(person, held) as asking:
            headers = {"X-CSRF": token(asking)}
            for path, body in (
                ("/aliases", {"alias": "a:b", "sequence": "lab:one"}),
                ("/snapshots", {"name": "x"}),
                ("/sequences/load", {"namespace": "x", "urls": ["https://a.org/b"]}),
            ):
                answer = asking.post(f"{API}{path}", json=body, headers=headers)
                assert answer.status_code == status
    with seen_by(ROOT, held) as asking:
        assert "x:2024:own.fa" in asking.get(f"{API}/collections").text
    with seen_by(GUEST, held) as asking:
        listed = asking.get(f"{API}/collections").text
        assert "own.fa" not in listed
        assert "secret" not in listed
        assert "secret" not in asking.get(f"{API}/journal").text
