"""The pages about sequences, collections, snapshots and the journal, as people see them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.sequences.store_world import BASES, fill, hide_bank
from holdfast.app.container import Container
from holdfast.settings import Settings
from web.persons import ANN, BEN, GUEST, ROOT, post, seen_by


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """The store, whose namespace ``secret`` is private, and a private bank of ann's."""
    home: Path = tmp_path_factory.mktemp("pages")
    with Container(Settings.read(home, private_namespaces=["secret"])) as made:
        fill(made)
        hide_bank(made)
        yield made


@pytest.fixture(scope="module")
def browser(held: Container) -> Iterator[TestClient]:
    """A browser of an administrator."""
    with seen_by(ROOT, held) as made:
        yield made


@pytest.fixture(scope="module")
def guest(held: Container) -> Iterator[TestClient]:
    """A browser of somebody unknown."""
    with seen_by(GUEST, held) as made:
        yield made


def read(browser: TestClient, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


PAGES = [
    "/sequences",
    "/sequences?q=chr",
    "/sequences/lab:one",
    "/sequences/lab:chrIII?turned=true&start=3",
    "/sequences/pep:pep",
    "/sequences-loading",
    "/collections",
    "/collections?q=first&order=largest",
    "/collections/first.fa",
    "/collections/first.fa?order=longest&q=chr",
    "/collections-compared",
    "/collections-compared?a=first.fa&b=second.fa",
    "/snapshots",
    "/snapshots-compared?a=early",
    "/journal?before=3",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_and_within_the_policy(browser: TestClient, path: str) -> None:
    text = read(browser, path)
    assert len(re.findall(r"<h1[ >]", text)) == 1
    assert " style=" not in text
    assert not re.search(r"\son\w+=", text)
    assert "<script>" not in text
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', text))
    inputs = re.findall(
        r'<(?:input|select|textarea)(?![^>]*type="(?:hidden|checkbox)")[^>]*>', text
    )
    ids = {found[1] for each in inputs if (found := re.search(r' id="([^"]+)"', each))}
    assert ids <= labelled
    assert len(ids) == len(inputs)


def test_a_name_of_one_sequence_leads_to_it_and_others_are_listed(browser: TestClient) -> None:
    leading = browser.get("/sequences", params={"q": " lab:one "})
    assert (leading.status_code, leading.headers["Location"]) == (303, "/sequences/lab:one")
    assert "several sequences" in read(browser, "/sequences?q=chrI")
    assert "Nothing was found" in read(browser, "/sequences-found?q=nosuchthing")
    assert read(browser, "/sequences-found?q=").strip() == ""
    assert "a protein of no use" in read(browser, "/sequences-found?q=protein")


def test_an_ambiguous_name_is_listed_not_guessed(browser: TestClient) -> None:
    text = read(browser, "/sequences/chrI", 409)
    assert "/sequences/lab:chrI" in text
    assert "/sequences/pep:chrI" in text


@pytest.mark.parametrize("kind", ["md5", "sha1", "seguid", "trunc512", "vmc"])
def test_a_sequence_opens_by_any_digest(browser: TestClient, kind: str) -> None:
    digests = browser.get("/api/v1/sequences/lab:one").json()["digests"]
    for name in (digests[kind], f"{kind}:{digests[kind]}"):
        text = read(browser, f"/sequences/{name.replace('/', '%2F')}")
        assert digests["ga4gh"] in text


def test_an_alias_with_a_slash_has_a_page(browser: TestClient) -> None:
    assert "imgt:HLA:A/01" in read(browser, "/sequences/imgt:HLA:A%2F01")


def test_the_window_is_where_the_address_says(browser: TestClient) -> None:
    text = read(browser, "/sequences/lab:one?start=60&size=120")
    assert BASES[60:70] in text
    assert "<strong>61–180</strong>" in text
    assert "start=60&amp;end=180" in text
    keys = dict(re.findall(r'data-key="(\w+)" href="[^"]*?start=(\d+)', text))
    assert keys == {
        "PageDown": "180", "End": "4920", "ArrowLeft": "50",
        "ArrowRight": "70", "ArrowDown": "120",
    }  # fmt: skip
    assert 'data-key="Home" href="/sequences/lab:one?size=120"' in text


def test_the_window_comes_alone_and_says_its_address(browser: TestClient) -> None:
    digest = browser.get("/api/v1/sequences/lab:one").json()["digest"]
    answer = browser.get(f"/sequences/{digest}/window?name=lab:one&go=1,204-1,300&of=first.fa")
    assert answer.headers["HX-Replace-Url"] == "/sequences/lab:one?start=1200&of=first.fa"
    assert answer.text.count("marked") == 10
    assert "<h1" not in answer.text
    small = browser.get(f"/sequences/{digest}/window?of=first.fa").text
    assert f'<span class="masked">{BASES[100:110].lower()}</span>' in small
    beyond = browser.get(f"/sequences/{digest}/window?go=99999", headers={"HX-Request": "true"})
    assert beyond.status_code == 400
    assert "the sequence ends at 5,000" in beyond.text


def test_what_it_is_made_of_and_where_it_occurs_come_after(browser: TestClient) -> None:
    digest = browser.get("/api/v1/sequences/lab:one").json()["digest"]
    assert "<polyline" in read(browser, f"/sequences/{digest}/composition")
    text = read(browser, f"/sequences/{digest}/occurrences?name=lab:one")
    assert "/collections/first.fa" in text
    assert "of=second.fa" in text
    owned = browser.get("/api/v1/sequences/x:owned").json()["digest"]
    text = read(browser, f"/sequences/{owned}/occurrences")
    assert "/banks/x/releases/2024" in text
    assert "https://example.org/own.fa" in text


def test_a_sequence_and_a_part_of_it_are_files_to_keep(browser: TestClient) -> None:
    digest = browser.get("/api/v1/sequences/lab:one").json()["digest"]
    answer = browser.get(f"/sequences/{digest}/fasta?name=lab:one")
    assert answer.text.replace("\n", "") == f">lab:one{BASES}"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="lab_one.fa"'
    assert "Content-Encoding" not in answer.headers, "packing takes longer than sending"
    part = browser.get(f"/sequences/{digest}/fasta", params={"go": "11-20"})
    assert part.text == f">{digest} 10-20\n{BASES[10:20]}\n"
    other = browser.get(f"/sequences/{digest}/fasta?name=pep:pep")
    assert other.text.startswith(f">{digest}\n")


def test_a_collection_shows_its_origin_and_lengths(browser: TestClient) -> None:
    text = read(browser, "/collections/x:2024:own.fa")
    assert "https://example.org/own.fa" in text
    assert "/banks/x/releases/2024" in text
    assert "N50" in text
    kept = browser.get("/collections-download/fasta?name=x:2024:own.fa")
    assert kept.content == b">owned\nCCCCAAAACC\n"


def test_collections_are_listed_with_their_release(browser: TestClient) -> None:
    text = read(browser, "/collections?q=own")
    assert "/banks/x/releases/2024" in text
    assert "first.fa" not in read(browser, "/collections?bank=x")


def test_two_collections_are_drawn_side_by_side(browser: TestClient) -> None:
    text = read(browser, "/collections-compared?a=first.fa&b=second.fa")
    assert text.count("<path class=") - text.count("icon") <= 3
    assert 'class="renamed"' in text
    assert "Some sequences are in both" in text
    only = read(browser, "/collections-compared?a=first.fa&b=second.fa&show=only-b")
    assert "not in A" in only


def test_a_snapshot_is_made_and_compared(browser: TestClient) -> None:
    assert post(browser, "/snapshots", name="from-a-page") == (303, "/snapshots")
    assert "from-a-page" in read(browser, "/snapshots")
    assert "Nothing of this kind" in read(browser, "/snapshots-compared?a=from-a-page&b=now")
    assert post(browser, "/snapshots", name="from-a-page")[0] == 409
    assert post(browser, "/snapshots", name="../x")[0] == 400
    moved = read(browser, "/snapshots-compared?a=early&b=now")
    assert "lab:chrII" in moved
    assert read(browser, "/snapshots-compared?a=nosuch", 404)


def test_a_name_is_given_and_taken_away(browser: TestClient) -> None:
    digest = browser.get("/api/v1/sequences/lab:two").json()["digest"]
    given = post(browser, f"/sequences/{digest}/aliases", alias="lab:again")
    assert given == (303, f"/sequences/{digest}#aliases")
    assert "lab:again" in read(browser, f"/sequences/{digest}")
    assert post(browser, f"/sequences/{digest}/aliases", alias="lab:chrI")[0] == 409
    post(browser, f"/sequences/{digest}/aliases/retire", alias="lab:again")
    assert "1 entry of before" in read(browser, f"/sequences/{digest}")
    assert read(browser, "/sequences/lab:again", 404)


def test_guests_see_what_is_public_and_change_nothing(guest: TestClient) -> None:
    for path in PAGES:
        if path != "/sequences-loading":
            text = read(guest, path)
            assert "secret" not in text
            assert "own.fa" not in text
            assert "Retire" not in text
    for path in (
        "/collections/secret.fa",
        "/sequences/secret:hidden",
        "/collections/x:2024:own.fa",
    ):
        assert "secret.fa" not in read(guest, path, 404).replace(path, "").replace(path[13:], "")
    assert post(guest, "/snapshots", name="mine")[0] == 401
    assert read(guest, "/sequences-loading", 401)
    assert guest.get("/collections-download/fasta?name=secret.fa").status_code == 404


def test_files_of_a_release_may_be_chosen_by_those_who_may_see_it(held: Container) -> None:
    with seen_by(ANN, held) as owner:
        text = read(owner, "/sequences-loading?release=x/2024")
        assert "own.fa" in text
    with seen_by(BEN, held) as stranger:
        assert "x/2024" not in read(stranger, "/sequences-loading")
        assert read(stranger, "/sequences-loading?release=x/2024", 404)


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    with (
        Container(Settings.read(tmp_path)) as empty,
        seen_by(ROOT, empty) as browser,
    ):
        assert "There is no sequence store yet" in read(browser, "/sequences")
        assert "No collections yet" in read(browser, "/collections")
        assert "nothing in the journal yet" in read(browser, "/snapshots")
        assert "nothing to compare yet" in read(browser, "/collections-compared")
        assert read(browser, "/journal")
        assert read(browser, "/snapshots-compared?a=x", 400)
