"""Banks by programs."""

import pytest

from app.banks.held_world import hold, keep_recipe
from holdfast.app.banks.held.holding import reindex
from holdfast.app.banks.keeping import bank_owner, bank_visibility
from holdfast.app.container import Container
from holdfast.app.errands import errands
from holdfast.banks.recipes.recipe import Visibility
from web.persons import ANN, BEN, GUEST, ROOT, seen_by

API = "/api/v1/banks"


@pytest.fixture
def banks(container: Container, monkeypatch: pytest.MonkeyPatch) -> Container:
    """A home with ann's bank of two releases, her private one, and nobody's."""
    monkeypatch.setattr("holdfast.app.errands.starting._start", lambda *_: None)
    for bank in ("yeast", "hidden", "other"):
        keep_recipe(container, bank)
    hold(container, "yeast", "1", {"a.fa": b"A", "b": b"b"})
    release = hold(container, "yeast", "2", {"a.fa": b"AC", "b": b"b"})
    container.catalogue.folder("yeast").publish(release)
    bank_owner(container, "yeast", "ann")
    bank_owner(container, "hidden", "ann")
    bank_visibility(container, "hidden", Visibility.PRIVATE)
    reindex(container)
    return container


def test_banks_are_listed_page_by_page(banks: Container) -> None:
    with seen_by(ANN, banks) as client:
        first = client.get(API, params={"limit": 2}).json()
        assert [each["bank"] for each in first["items"]] == ["hidden", "other"]
        rest = client.get(API, params={"limit": 2, "after": first["next"]}).json()
        assert ([each["bank"] for each in rest["items"]], rest["next"]) == (["yeast"], None)
        assert rest["items"][0]["current"] == "2"
        assert client.get(API, params={"after": "what"}).status_code == 400
        one = client.get(API, params={"q": "yea", "state": "up to date"}).json()
        assert len(one["items"]) == 1
    with seen_by(GUEST, banks) as client:
        assert [each["bank"] for each in client.get(API).json()["items"]] == ["other", "yeast"]
        assert client.get(f"{API}/hidden").status_code == 404


def test_a_bank_is_shown_with_its_releases_and_their_files(banks: Container) -> None:
    with seen_by(GUEST, banks) as client:
        shown = client.get(f"{API}/yeast").json()
        assert (shown["may_change"], shown["files"]) == (False, "/db/yeast/2/")
        releases = client.get(f"{API}/yeast/releases", params={"limit": 1}).json()
        assert [(each["release"], each["path"]) for each in releases["items"]] == [("2", "")]
        after = {"after": releases["next"]}
        older = client.get(f"{API}/yeast/releases", params=after).json()
        assert [each["release"] for each in older["items"]] == ["1"]
        answer = client.get(f"{API}/yeast/releases/current").json()
        assert (answer["release"]["release"], answer["files"]) == ("2", 2)
        files = client.get(f"{API}/yeast/releases/1/files", params={"q": "fa"}).json()
        assert [each["file"] for each in files["items"]] == ["a.fa"]
        apart = client.get(f"{API}/yeast/releases/2/compare", params={"with": "1"}).json()
        assert (apart["same"], apart["grown"]) == (1, 1)
        assert client.get(f"{API}/yeast/releases/9").status_code == 404
        assert client.get(f"{API}/yeast/runs").json() == {"items": [], "next": None}
        history = client.get(f"{API}/yeast/history").json()
        assert [each["size"] for each in history["growth"]["sizes"]] == [2, 3]
        assert {each["detail"] for each in history["events"]} == {""}


def test_releases_are_published_frozen_and_removed(banks: Container) -> None:
    with seen_by(ANN, banks) as client:
        releases = f"{API}/yeast/releases"
        assert client.post(f"{releases}/1/publish").json()["before"] == "2"
        assert client.delete(f"{releases}/1").status_code == 409
        assert client.post(f"{API}/yeast/unpublish").json()["before"] == "1"
        assert client.post(f"{releases}/1/freeze").json()["frozen"] == ["1"]
        assert client.delete(f"{releases}/1").status_code == 409
        assert client.post(f"{releases}/1/unfreeze").json()["frozen"] == []
        would = client.delete(f"{releases}/1", params={"dry_run": True}).json()
        assert [each["release"] for each in would["releases"]] == ["1"]
        removal = client.delete(f"{releases}/1")
        assert removal.status_code == 202
        assert removal.headers["Location"] == f"/api/v1/errands/{removal.json()['id']}"
        assert client.post(f"{releases}/9/publish").status_code == 404
    with seen_by(BEN, banks) as client:
        assert client.post(f"{releases}/2/publish").status_code == 403
        assert client.delete(f"{releases}/2", params={"dry_run": True}).status_code == 403


def test_a_bank_is_added_updated_changed_and_removed(banks: Container) -> None:
    with seen_by(BEN, banks) as client:
        new = {"name": "mine", "url": "https://example.org/m/", "files": ["*.fa"]}
        added = client.post(API, json=new)
        assert (added.status_code, added.headers["Location"]) == (201, f"{API}/mine")
        assert client.post(API, json=new).status_code == 400
        assert client.post(API, json={**new, "recipe": "x"}).status_code == 400
        command = '[[steps]]\nname = "s"\ncommand = ["sh"]\n'
        evil = f'name = "evil"\n[remote]\nurl = "https://x.org/"\n{command}'
        assert client.post(API, json={"recipe": evil}).status_code == 403
        asked = client.post(f"{API}/mine/update", json={"stop_after": "fetch"})
        assert (asked.status_code, asked.json()["subject"]) == (202, "bank:mine")
        wrong = {"stop_after": "fetch", "stop_before": "finish"}
        assert client.post(f"{API}/mine/update", json=wrong).status_code == 400
        changed = client.patch(f"{API}/mine", json={"name": "ours", "visibility": "private"})
        assert changed.json()["bank"]["visibility"] == "private"
        assert client.delete(f"{API}/ours", params={"dry_run": True}).json()["releases"] == []
        gone = client.delete(f"{API}/ours", params={"with_recipe": True})
        assert gone.json()["kind"] == "remove-bank"
        assert client.post(f"{API}/update", json={}).json()["title"] == "Update 1 bank"
        everything = client.post(f"{API}/check", json={"banks": ["yeast"]})
        assert everything.status_code == 403
    with seen_by(ROOT, banks) as client:
        called = client.post(API, json={"template": "pfam", "name": "families"})
        assert called.json()["bank"] == "families"
        assert "pfam" in str(client.get("/api/v1/templates", params={"q": "seed"}).json())
        assert client.get("/api/v1/templates/nothing").status_code == 400
    assert len(errands(banks)) == 3


def test_a_recipe_is_read_checked_and_replaced_with_the_digest_that_was_read(
    banks: Container,
) -> None:
    with seen_by(ANN, banks) as client:
        recipe = client.get(f"{API}/yeast/recipe").json()
        text = recipe["text"] + 'fils = ["x"]\n'
        check = client.post("/api/v1/recipes/check", json={"text": text}).json()
        assert (check["sound"], check["problems"][0]["line"]) == (False, 5)
        said = {"text": text, "digest": recipe["digest"]}
        assert client.put(f"{API}/yeast/recipe", json=said).status_code == 400
        said["text"] = text.replace("fils", "files")
        assert client.put(f"{API}/yeast/recipe", json=said).status_code == 200
        assert client.put(f"{API}/yeast/recipe", json=said).status_code == 409
        values = client.get(f"{API}/yeast/values").json()["items"]
        assert {"key": "remote.files", "value": "x", "where": "yeast.toml", "line": 5} in values
        timing = client.put(f"{API}/yeast/schedule", json={"cron": "@daily"}).json()
        assert timing["schedules"][0]["own"]
    with seen_by(BEN, banks) as client:
        assert client.get(f"{API}/yeast/values").status_code == 403
        assert client.put(f"{API}/yeast/recipe", json=said).status_code == 403
