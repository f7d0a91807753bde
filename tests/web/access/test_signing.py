"""People sign in and out, look after their accounts, and administrators after everybody's."""

import base64
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from accounts.world import OTHER, PASSWORD
from holdfast.accounts.audit import Search
from holdfast.accounts.people import Scope
from holdfast.app.accounts.keys import add_key
from holdfast.app.audit import find_deeds
from holdfast.app.container import Container
from holdfast.web.pages.signing import place_of
from web.access.world import BROWSER, served, submit, token

SECRET = re.compile(r"hf_[A-Za-z0-9_-]{40}")


def sign_in(browser: TestClient, name: str, password: str = PASSWORD, after: str = "") -> object:
    """Sign in on the page."""
    return submit(browser, "/sign-in", "/sign-in", name=name, password=password, after=after)


def deeds(home: Path) -> list[tuple[str, str, str, str, str]]:
    """What the audit says, the newest first."""
    with Container.read() as container:
        found = find_deeds(container, Search())
    return [(d.who, d.through, d.action, d.subject, d.outcome.value) for d in found]


# -- in and out ------------------------------------------------------------------------------------


def test_who_knows_the_password_is_in_until_they_sign_out(browser: TestClient) -> None:
    before = browser.get("/account", headers=BROWSER)
    assert (before.status_code, "Sign in first" in before.text) == (401, True)
    answer = sign_in(browser, "ann", after="/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = next(each for each in answer.headers.get_list("set-cookie") if "session" in each)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    page = browser.get("/account", headers=BROWSER)
    assert "You are <strong>ann</strong>" in page.text
    assert page.headers["cache-control"] == "no-store"
    kept = dict(browser.cookies)
    assert submit(browser, "/sign-out", "/account").status_code == 303
    browser.cookies.update(kept)  # the session is over, and not only forgotten here
    assert browser.get("/account", headers=BROWSER).status_code == 401


def test_nobody_learns_what_was_wrong(browser: TestClient) -> None:
    for name, password in (
        ("ann", OTHER),
        ("nobody", PASSWORD),
        ("ann", ""),
        ("", ""),
        ("Ann", PASSWORD),
        ("a" * 999, "x"),
    ):
        answer = sign_in(browser, name, password)
        assert answer.status_code == 401
        assert "The name or the password is wrong." in answer.text
        assert not any("session" in each for each in answer.headers.get_list("set-cookie"))


def test_a_disabled_user_stays_out_and_hears_nothing_of_it(browser: TestClient, home: Path) -> None:
    sign_in(browser, "ben")
    with served(home, "0.0.0.0", "192.0.2.2") as admin:
        sign_in(admin, "root")
        assert submit(admin, "/users/ben/disable", "/users/ben").status_code == 303
    assert browser.get("/account", headers=BROWSER).status_code == 401
    browser.cookies.clear()
    assert "The name or the password is wrong." in sign_in(browser, "ben").text


def test_a_session_begins_with_a_token_nobody_knew(browser: TestClient) -> None:
    name = next(iter(sign_in(browser, "ann").cookies))
    known = browser.cookies[name]
    browser.cookies.clear()
    browser.cookies.set(name, "planted", domain="0.0.0.0", path="/")
    sign_in(browser, "ann")
    assert browser.cookies[name] not in ("planted", known)


def test_who_is_wrong_too_often_is_told_when_to_come_again(browser: TestClient) -> None:
    answers = [sign_in(browser, "ann", OTHER) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 6 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert sign_in(browser, "ann").status_code == 429
    assert sign_in(browser, "ben").status_code == 303


@pytest.mark.parametrize(
    ("after", "place"),
    [
        ("/banks?state=failed", "/banks?state=failed"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_server(after: str, place: str) -> None:
    assert place_of(after) == place


def test_the_first_administrator_is_told_how_to_be_made(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_ACCESS", "accounts")
    with served(home) as browser:
        page = browser.get("/sign-in", headers=BROWSER).text
        assert "holdfast user add NAME --administrator" in page
        assert browser.get("/about", headers=BROWSER).status_code == 200
        assert browser.get("/users", headers=BROWSER).status_code == 401


def test_an_open_server_asks_nobody_to_sign_in(home: Path) -> None:
    with served(home) as browser:
        assert browser.get("/sign-in", headers=BROWSER).status_code == 303
        assert submit(browser, "/sign-in", name="ann", password="x").status_code == 404
        assert browser.get("/account", headers=BROWSER).status_code == 404
        assert "Accounts are switched off" in browser.get("/users", headers=BROWSER).text
    with served(home, "0.0.0.0") as browser:
        assert "no accounts" in browser.get("/sign-in", headers=BROWSER).text
        assert browser.get("/users", headers=BROWSER).status_code == 401


# -- one's own account -----------------------------------------------------------------------------


def test_a_key_is_shown_once_and_lets_in_what_it_may(browser: TestClient, home: Path) -> None:
    sign_in(browser, "ann")
    page = submit(browser, "/account/keys", "/account", name="<script>", scopes="read", days="30")
    assert page.status_code == 201
    assert "<script>alert" not in page.text
    secret = SECRET.findall(page.text)[0]
    assert not SECRET.search(browser.get("/account", headers=BROWSER).text)
    with served(home, "0.0.0.0", "192.0.2.9") as program:
        for header in (f"Bearer {secret}", "Basic " + _basic("ann", secret)):
            asked = program.get("/users", headers={"Authorization": header})
            assert (asked.status_code, "administrator" in asked.text) == (403, True)
        for header in ("Bearer hf_" + "x" * 40, "Basic " + _basic("ben", secret), "Digest x", ""):
            assert program.get("/about", headers={"Authorization": header}).status_code == 401
        assert (
            program.get("/account", headers={"Authorization": f"Bearer {secret}"}).status_code
            == 403
        )
    number = re.findall(
        r"/account/keys/(\d+)/revoke", browser.get("/account", headers=BROWSER).text
    )[0]
    assert submit(browser, f"/account/keys/{number}/revoke", "/account").status_code == 303
    with served(home, "0.0.0.0") as program:
        assert (
            program.get("/about", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
        )
    assert ("ann", "session", "account make key", "ann", "done") in deeds(home)


def _basic(name: str, secret: str) -> str:
    return base64.b64encode(f"{name}:{secret}".encode()).decode()


def test_a_key_that_may_not_be_is_not_made(browser: TestClient) -> None:
    sign_in(browser, "ann")
    for fields in (
        {"name": "x", "scopes": "admin", "days": "30"},
        {"name": "x", "scopes": "everything", "days": "30"},
        {"name": "", "scopes": "read", "days": "30"},
        {"name": "x", "scopes": "read", "days": "9999"},
        {"name": "x", "days": "30"},
    ):
        answer = submit(browser, "/account/keys", "/account", **fields)
        assert answer.status_code == 400
        assert not SECRET.search(answer.text)


def test_a_changed_password_ends_all_sessions(browser: TestClient, home: Path) -> None:
    sign_in(browser, "ann")
    change = {"old": PASSWORD, "new": OTHER, "again": OTHER}
    wrong = (change | {"old": "x"}, change | {"again": "x"}, change | {"new": "x", "again": "x"})
    for fields in wrong:
        answer = submit(browser, "/account/password", "/account", **fields)
        assert (answer.status_code, "notice bad" in answer.text) == (400, True)
    with served(home, "0.0.0.0") as other:
        sign_in(other, "ann")
        assert submit(browser, "/account/password", "/account", **change).status_code == 303
        assert other.get("/account", headers=BROWSER).status_code == 401
    assert sign_in(browser, "ann").status_code == 401
    assert sign_in(browser, "ann", OTHER).status_code == 303


def test_one_ends_sessions_of_one_s_own_elsewhere(browser: TestClient, home: Path) -> None:
    sign_in(browser, "ann")
    with served(home, "0.0.0.0") as other, served(home, "0.0.0.0") as bens:
        sign_in(other, "ann")
        sign_in(bens, "ben")
        (session,) = re.findall(
            r"sessions/(\w+)/end", browser.get("/account", headers=BROWSER).text
        )
        assert submit(bens, f"/account/sessions/{session}/end", "/account").status_code == 400
        assert other.get("/account", headers=BROWSER).status_code == 200
        submit(browser, f"/account/sessions/{session}/end", "/account")
        assert other.get("/account", headers=BROWSER).status_code == 401
        assert browser.get("/account", headers=BROWSER).status_code == 200
        submit(browser, "/account/sign-out-everywhere", "/account")
        assert browser.get("/account", headers=BROWSER).status_code == 401


# -- administrators --------------------------------------------------------------------------------


def test_an_administrator_looks_after_users(browser: TestClient, home: Path) -> None:
    sign_in(browser, "root")
    added = submit(browser, "/users", "/users", name="eve", password=PASSWORD, administrator="true")
    assert added.status_code == 303
    assert "eve" in browser.get("/users", headers=BROWSER).text
    refused = submit(browser, "/users", "/users", name="eve", password=PASSWORD)
    assert (refused.status_code, "a user eve already" in refused.text) == (400, True)
    submit(browser, "/users/eve/administrator", "/users/eve", administrator="false")
    assert "Make an administrator" in browser.get("/users/eve", headers=BROWSER).text
    submit(browser, "/users/eve/password", "/users/eve", password=OTHER)
    with served(home, "0.0.0.0") as eve:
        assert sign_in(eve, "eve", OTHER).status_code == 303
        submit(browser, "/users/eve/sign-out", "/users/eve")
        assert eve.get("/account", headers=BROWSER).status_code == 401
    with Container.read() as container:
        key = add_key(container, "eve", "x", [Scope.READ], None).key
    submit(browser, f"/users/eve/keys/{key.id}/revoke", "/users/eve")
    assert "revoked" in browser.get("/users/eve", headers=BROWSER).text
    submit(browser, "/users/eve/remove", "/users/eve")
    assert browser.get("/users/eve", headers=BROWSER).status_code == 404
    last = submit(browser, "/users/root/remove", "/users/root")
    assert (last.status_code, "only administrator" in last.text) == (409, True)


def test_everything_is_in_the_audit_and_can_be_found(browser: TestClient, home: Path) -> None:
    sign_in(browser, "ann", OTHER)
    sign_in(browser, "hunter2 is my password")
    sign_in(browser, "ann")
    submit(browser, "/users/ben/disable", "/account")
    browser.cookies.clear()
    sign_in(browser, "root")
    submit(browser, "/users/ben/disable", "/users/ben")
    said = deeds(home)
    assert said[0] == ("root", "session", "users disable", "ben", "done")
    assert ("ann", "session", "users disable", "ben", "refused") in said
    assert ("ann", "nothing", "sign in", "", "refused") in said
    assert not any("hunter2" in each[0] for each in said)
    found = browser.get("/audit?q=disable&who=ann", headers=BROWSER).text
    assert found.count("users disable") == 1
    assert "192.0.2.1" in found
    assert "about that" in browser.get("/audit?q=%25", headers=BROWSER).text


def test_pages_of_administrators_are_for_them_alone(browser: TestClient) -> None:
    paths = ("/users", "/users/ann", "/audit")
    assert [browser.get(path, headers=BROWSER).status_code for path in paths] == [401] * 3
    sign_in(browser, "ann")
    assert [browser.get(path, headers=BROWSER).status_code for path in paths] == [403] * 3
    assert submit(browser, "/users", "/account", name="x", password=PASSWORD).status_code == 403
    assert token(browser)
