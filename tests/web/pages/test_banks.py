"""The pages of banks."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.banks.held_world import hold, keep_recipe
from holdfast.app.banks.held.holding import reindex
from holdfast.app.banks.keeping import bank_owner, bank_visibility
from holdfast.app.banks.noting import note
from holdfast.app.container import Container
from holdfast.app.errands import errands
from holdfast.app.errands.carrying import carry_out
from holdfast.app.errands.wishes import read
from holdfast.banks.recipes.recipe import Visibility
from holdfast.base.progress import ignore
from holdfast.errors import BankNotFound
from web.persons import ANN, BEN, GUEST, ROOT, post, seen_by

HOSTILE = "<script>alert('x')</script>"
PAGES = ("", "/releases", "/runs", "/history", "/recipe", "/schedule", "/settings", "/disk")


class Headings(HTMLParser):
    """The headings of a page, what its policy forbids, and its fields and their labels."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.first, self.forbidden = 0, list[str]()
        self.fields, self.labels = set[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one tag."""
        said = dict(attrs)
        self.first += tag == "h1"
        self.forbidden += [name for name in said if name == "style" or name.startswith("on")]
        if tag in ("input", "select", "textarea") and said.get("type") not in (
            "hidden",
            "checkbox",
            "radio",
        ):
            self.fields.add(said.get("id") or f"{tag} without an id")
        if tag == "label" and said.get("for"):
            self.labels.add(said["for"] or "")


@pytest.fixture
def _nothing_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for stays asked for."""
    monkeypatch.setattr("holdfast.app.errands.starting._start", lambda *_: None)


@pytest.fixture
def banks(container: Container, _nothing_begins: None) -> Container:
    """A home with a public bank of ann's, a private one of hers, and one whose recipe is broken."""
    keep_recipe(container, "yeast", 'description = "A <b>mould</b>"\ntypes = ["genome"]')
    first = hold(container, "yeast", "1", {"a.fa": b">a\nA\n", "b.txt": b"b"})
    second = hold(
        container, "yeast", "2", {"a.fa": b">a\nAC\n", "c.txt": b"c"}, linked=first.folder
    )
    container.catalogue.folder("yeast").publish(second)
    keep_recipe(container, "veiled")
    hold(container, "veiled", "1", {"x": b"x"})
    bank_owner(container, "yeast", "ann")
    bank_owner(container, "veiled", "ann")
    bank_visibility(container, "veiled", Visibility.PRIVATE)
    keep_recipe(container, "broken", 'typs = ["x"]')
    keep_recipe(container, "empty", 'keep = 3\nformats = ["fasta"]')
    reindex(container)
    return container


def rows(page: str) -> list[str]:
    """The banks of the list, in order."""
    return re.findall(r'<a href="/banks/([a-z]+)">', page.split("<tbody>")[1])


def test_every_page_has_one_heading_labels_and_nothing_that_its_policy_forbids(
    banks: Container,
) -> None:
    with seen_by(ROOT, banks) as browser:
        for path in (
            *(f"/banks/yeast{part}" for part in PAGES[:-1]),
            *(f"/banks/{bank}{part}" for bank in ("empty", "broken") for part in PAGES[:6]),
            "/banks",
            "/banks-new",
            "/banks-write",
            "/banks-new?template=swissprot",
            "/banks/yeast/recipe/edit",
            "/banks/yeast/releases/2",
            "/banks/yeast/releases/1/remove",
            "/banks/yeast/releases/2/compare?with=1",
            "/banks/yeast/remove",
        ):
            answer = browser.get(path)
            found = Headings(answer.text)
            assert (answer.status_code, found.first) == (200, 1), path
            assert (found.forbidden, found.fields - found.labels) == ([], set()), path
            assert "<b>mould" not in answer.text


def test_the_list_shows_states_and_is_chosen_and_sorted(banks: Container) -> None:
    note(banks, "yeast", "update", outcome="failed", detail=f"no {HOSTILE}")
    with seen_by(ROOT, banks) as browser:
        page = browser.get("/banks").text
        assert rows(page) == ["broken", "empty", "veiled", "yeast"]
        assert "no &lt;script&gt;" in page
        assert HOSTILE not in page
        assert "there is no such key; did you mean types?" in page
        assert rows(browser.get("/banks?sort=size&turned=true").text)[0] == "yeast"
        assert rows(browser.get("/banks?q=MOULD").text) == ["yeast"]
        assert rows(browser.get("/banks?state=never+updated").text) == ["empty"]
        assert rows(browser.get("/banks?type=genome").text) == ["yeast"]
        assert rows(browser.get("/banks?format=fasta").text) == ["empty"]
        assert "No bank is like that" in browser.get("/banks?q=nothing").text
        assert browser.get("/banks?sort=colour").status_code == 400
    with seen_by(GUEST, banks) as browser:
        page = browser.get("/banks").text
        assert rows(page) == ["empty", "yeast"]
        assert "&lt;script&gt;" not in page
        assert "Add a bank" not in page


def test_an_empty_home_says_what_to_do(container: Container) -> None:
    with seen_by(ROOT, container) as browser:
        assert "No banks yet" in browser.get("/banks").text
    with seen_by(GUEST, container) as browser:
        assert "Whoever runs this server" in browser.get("/banks").text


def test_a_private_bank_is_not_there_for_others(banks: Container) -> None:
    with seen_by(ANN, banks) as browser:
        assert all(browser.get(f"/banks/veiled{part}").status_code == 200 for part in PAGES)
    with seen_by(BEN, banks) as browser:
        for part in (*PAGES, "/live", "/releases/1", "/recipe/edit"):
            told = browser.get(f"/banks/veiled{part}")
            unknown = browser.get(f"/banks/nothing{part}")
            assert told.status_code == unknown.status_code == 404
            one, other = (each.text.split("<main")[1] for each in (told, unknown))
            assert one.replace("veiled", "it") == other.replace("nothing", "it")
        assert post(browser, "/banks/veiled/update") == (404, "")


def test_who_may_not_change_a_bank_sees_no_buttons_and_is_refused(banks: Container) -> None:
    acts = ("update", "cancel", "releases/1/publish", "unpublish", "remove", "schedule", "rename")
    with seen_by(BEN, banks) as browser:
        for part in PAGES[:6]:
            page = browser.get(f"/banks/yeast{part}").text
            assert 'action="/banks/yeast' not in page
        for act in acts:
            assert post(browser, f"/banks/yeast/{act}", new="other", cron="@daily")[0] == 403
    with seen_by(GUEST, banks) as browser:
        assert post(browser, "/banks/yeast/update")[0] == 401
    assert errands(banks) == []


def test_an_update_is_an_errand_and_a_second_click_asks_for_no_other(banks: Container) -> None:
    with seen_by(ANN, banks) as browser:
        form = {"until": "after:fetch", "publish": "true"}
        assert post(browser, "/banks/yeast/update", **form) == (303, "/banks/yeast")
        assert post(browser, "/banks/yeast/update") == (303, "/banks/yeast")
        (asked,) = errands(banks)
        assert (asked.words["stop_after"], asked.words["publish"]) == ("fetch", True)
        page = browser.get("/banks/yeast").text
        assert 'sse-connect="/banks/yeast/live"' in page
        assert "It begins as soon as there is room" in page
        assert 'sse-swap="bank-yeast"' in browser.get("/banks").text
        assert post(browser, "/banks/yeast/cancel") == (303, "/banks/yeast")
        assert "cancelled" in browser.get("/banks/yeast").text
        assert post(browser, "/banks/yeast/cancel")[0] == 409
        assert post(browser, "/banks/yeast/again")[0] == 303
        assert post(browser, "/banks/yeast/update", from_task="nothing")[0] == 400


def test_what_is_live_comes_as_it_changes_and_ends(banks: Container) -> None:
    with seen_by(GUEST, banks) as browser:
        said = browser.get("/banks/yeast/live").text
        assert "event: facts" in said
        assert said.endswith("event: over\ndata: \n\n")
        listed = browser.get("/banks-live").text
        assert "event: bank-yeast" in listed
        assert "veiled" not in listed


def test_releases_are_published_frozen_and_removed_after_a_question(banks: Container) -> None:
    folder = banks.catalogue.folder("yeast")
    with seen_by(ANN, banks) as browser:
        assert post(browser, "/banks/yeast/releases/1/publish")[0] == 303
        current = folder.current()
        assert current is not None
        assert current.name == "1"
        assert browser.get("/banks/yeast/releases/1/remove").status_code == 409
        assert post(browser, "/banks/yeast/unpublish")[0] == 303
        assert post(browser, "/banks/yeast/releases/1/freeze")[0] == 303
        assert post(browser, "/banks/yeast/releases/1/remove")[0] == 409
        assert errands(banks) == []
        assert post(browser, "/banks/yeast/releases/1/unfreeze")[0] == 303
        asked = browser.get("/banks/yeast/releases/1/remove").text
        assert "would be freed" in asked
        assert post(browser, "/banks/yeast/releases/1/remove")[0] == 303
        assert post(browser, "/banks/yeast/remove", with_recipe="true") == (303, "/banks")
    assert [each.kind for each in errands(banks)] == ["remove-bank", "remove"]


def test_a_release_tells_its_files_and_what_separates_it_from_another(banks: Container) -> None:
    with seen_by(GUEST, banks) as browser:
        page = browser.get("/banks/yeast/releases/2").text
        assert 'href="/db/yeast/2/flat/a.fa"' in page
        assert str(banks.settings.home) not in page
        assert "No file is like that" in browser.get("/banks/yeast/releases/2?q=zz").text
        compared = browser.get("/banks/yeast/releases/2/compare?with=1").text
        for file, change in (("a.fa", "changed"), ("b.txt", "removed"), ("c.txt", "added")):
            row = compared.split(f">{file}<")[1].split("</tr>")[0]
            assert change in row
            drawn = "/compare?target=yeast%3A1%3Aa.fa&amp;query=yeast%3A2%3Aa.fa" in row
            assert drawn == (file == "a.fa")
        assert browser.get("/banks/yeast/releases/current").headers["Location"].endswith("/2")
        assert browser.get("/banks/yeast/releases/9").status_code == 404


def test_a_recipe_is_shown_with_its_problems_and_changed_only_when_it_is_sound(
    banks: Container,
) -> None:
    with seen_by(ROOT, banks) as browser:
        page = browser.get("/banks/broken/recipe").text
        marked = page.split('<li class="error" id="line-2">')[1].split("</li>")[0]
        assert "did you mean types?" in marked
        digest = _digest(browser, "broken")
        wrong = {"text": 'name = "broken"', "digest": digest}
        assert post(browser, "/banks/broken/recipe", **wrong)[0] == 422
        text = 'name = "broken"\r\n[remote]\r\nurl = "https://example.org/"\r\n'
        right = {"text": text, "digest": digest}
        assert post(browser, "/banks/broken/recipe", **right) == (303, "/banks/broken/recipe")
        assert post(browser, "/banks/broken/recipe", **right)[0] == 422  # it is another by now
        checked = browser.post(
            "/banks/broken/recipe/check",
            data={"text": f"name = {HOSTILE}"},
            headers={"X-CSRF": _token(browser)},
        )
        assert HOSTILE not in checked.text
        assert 'class="error" id="line-1"' in checked.text
    assert b"\r" not in banks.catalogue.recipe_file("broken").read_bytes()


def test_strangers_see_a_recipe_only_if_it_has_no_secrets(banks: Container) -> None:
    with seen_by(BEN, banks) as browser:
        assert "https://example.org/yeast/" in browser.get("/banks/yeast/recipe").text
        file = banks.catalogue.recipe_file("yeast")
        file.write_text(file.read_text().replace("https://", "https://me:hush@"))
        page = browser.get("/banks/yeast/recipe").text
        assert "hush" not in page
        assert "holds a password" in page


def test_what_a_bank_is_made_from_is_not_told_to_those_who_may_not_see_it(
    banks: Container,
) -> None:
    file = banks.catalogue.recipe_file("empty")
    file.write_text(f'{file.read_text()}[[depends]]\nbank = "veiled"\n')
    with seen_by(BEN, banks) as browser:
        for part in PAGES[:6]:
            page = browser.get(f"/banks/empty{part}").text
            assert "veiled" not in page
    with seen_by(ANN, banks) as browser:
        assert 'href="/banks/veiled"' in browser.get("/banks/empty").text


def test_a_bank_is_added_in_each_of_three_ways(banks: Container) -> None:
    with seen_by(ROOT, banks) as browser:
        composed = browser.post(
            "/banks-compose",
            data={"csrf": _token(browser), "name": "made", "url": "https://example.org/m/"},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        text = composed.text.split('name="text"')[1].split(">", 1)[1].split("</textarea>")[0]
        text = text.replace("&#34;", '"').lstrip("\n")
        assert post(browser, "/banks-add", text=text) == (303, "/banks/made")
        properties = "[GENERAL]\nprotocol=ftp\nserver=x.org\nremote.dir=/\nremote.files=a\n"
        old = {"text": f"{properties}local.files=a\n", "form": "properties"}
        assert post(browser, "/banks-add", **old)[0] == 422
        assert post(browser, "/banks-add", **old, called="old") == (303, "/banks/old")
        assert post(browser, "/banks-add", text=text)[0] == 422
    with seen_by(BEN, banks) as browser:
        mine = text.replace("made", "mine")
        bad = f'{mine}[[steps]]\nname = "s"\ncommand = ["sh"]\n'
        assert post(browser, "/banks-add", text=bad)[0] == 422
        assert post(browser, "/banks-add", text=mine) == (303, "/banks/mine")
        assert "owner ben" in browser.get("/banks/mine").text


def test_a_schedule_is_said_and_taken_away(banks: Container) -> None:
    with seen_by(ANN, banks) as browser:
        said = {"cron": "30 2 * * *", "zone": "Europe/Paris", "enabled": "true"}
        assert post(browser, "/banks/yeast/schedule", **said)[0] == 303
        page = browser.get("/banks/yeast/schedule").text
        assert page.count("<time ") == 5
        assert post(browser, "/banks/yeast/schedule", cron="never")[0] == 400
        assert post(browser, "/banks/yeast/schedule")[0] == 303
        assert "somebody updates it by hand" in browser.get("/banks/yeast/schedule").text


def test_a_bank_is_given_away_hidden_and_renamed(banks: Container) -> None:
    with seen_by(ANN, banks) as browser:
        assert post(browser, "/banks/yeast/rename", new="mould") == (303, "/banks/mould")
        given = {"visibility": "private", "owner": "ben"}
        assert post(browser, "/banks/mould/settings", **given) == (303, "/banks/mould")
        assert browser.get("/banks/mould").status_code == 404
    with pytest.raises(BankNotFound):
        banks.catalogue.folder("yeast")


def test_a_bank_is_moved_by_an_administrator(banks: Container, tmp_path: Path) -> None:
    folder = str(tmp_path / "there")
    with seen_by(ANN, banks) as browser:
        assert post(browser, "/banks/yeast/move", folder=folder)[0] == 403
    with seen_by(ROOT, banks) as browser:
        assert post(browser, "/banks/yeast/move", folder="there")[0] == 400
        assert post(browser, "/banks/yeast/move", folder=folder) == (303, "/banks/yeast")
    (asked,) = errands(banks)
    carry_out(banks, read(asked.kind, json.dumps(dict(asked.words))), ignore)
    assert banks.catalogue.folder("yeast").folder == tmp_path / "there"


def test_several_banks_are_updated_and_asked_those_that_are_ones_own(banks: Container) -> None:
    with seen_by(ANN, banks) as browser:
        assert post(browser, "/banks-update") == (303, "/banks")
        assert post(browser, "/banks-check") == (303, "/banks")
        assert post(browser, "/banks-maintenance", on="true")[0] == 403
        assert "Ask 2 remotes what is new" in browser.get("/banks").text
    assert {tuple(each.words["banks"]) for each in errands(banks)} == {("veiled", "yeast")}
    with seen_by(ROOT, banks) as browser:
        assert post(browser, "/banks-maintenance", on="true", why="the disk moves")[0] == 303
        assert "the disk moves" in browser.get("/banks").text
        assert post(browser, "/banks-update")[0] == 409
        assert post(browser, "/banks-maintenance")[0] == 303


def _digest(browser: TestClient, bank: str) -> str:
    page = browser.get(f"/banks/{bank}/recipe/edit").text
    return page.split('name="digest" value="')[1].split('"')[0]


def _token(browser: TestClient) -> str:
    return browser.get("/banks").text.split('name="csrf" content="')[1].split('"')[0]
