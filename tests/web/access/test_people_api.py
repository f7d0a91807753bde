"""Programs are told who they are; administrators' programs look after users."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from accounts.world import OTHER, PASSWORD
from holdfast.accounts.people import ALL_SCOPES, Scope
from holdfast.app.accounts.keys import add_key
from holdfast.app.container import Container
from web.access.world import served

API = "/api/v1"


@pytest.fixture
def asking(home: Path, people: None) -> Iterator[TestClient]:
    """A program that shows an administrator's key with all scopes."""
    with served(home, "0.0.0.0") as client:
        client.headers["Authorization"] = f"Bearer {key_of('root', *ALL_SCOPES)}"
        yield client


def key_of(user: str, *scopes: Scope) -> str:
    with Container.read() as container:
        return add_key(container, user, "x", scopes, 1).secret


def as_user(user: str, *scopes: Scope) -> dict[str, str]:
    return {"Authorization": f"Bearer {key_of(user, *scopes)}"}


def test_a_program_is_told_who_it_is(asking: TestClient, home: Path) -> None:
    me = asking.get(f"{API}/me").json()
    assert (me["name"], me["administrator"], me["through"]) == ("root", True, "key")
    assert me["scopes"] == [scope.value for scope in Scope]
    anns = asking.get(f"{API}/me", headers=as_user("ann", Scope.READ, Scope.PLOTS)).json()
    assert (anns["name"], anns["scopes"]) == ("ann", ["read", "plots"])
    with served(home, "0.0.0.0") as stranger:
        guest = stranger.get(f"{API}/me").json()
    assert (guest["name"], guest["scopes"], guest["through"]) == ("", ["read"], "nothing")


def test_users_are_looked_after(asking: TestClient) -> None:
    made = asking.post(f"{API}/users", json={"name": "eve", "password": PASSWORD})
    assert (made.status_code, made.headers["location"]) == (201, f"{API}/users/eve")
    again = asking.post(f"{API}/users", json={"name": "eve", "password": PASSWORD})
    assert (again.status_code, again.headers["content-type"]) == (400, "application/problem+json")
    pages, after = [], ""
    while after is not None:
        page = asking.get(f"{API}/users", params={"limit": 3, "after": after}).json()
        pages.append([each["name"] for each in page["items"]])
        after = page["next"]
    assert pages == [["ann", "ben", "eve"], ["root"]]
    change = {"administrator": True, "disabled": True, "password": OTHER}
    changed = asking.patch(f"{API}/users/eve", json=change).json()
    assert (changed["administrator"], changed["disabled"]) == (True, True)
    assert asking.delete(f"{API}/users/eve/sessions").status_code == 204
    assert asking.delete(f"{API}/users/eve").status_code == 204
    assert asking.get(f"{API}/users/eve").status_code == 404
    assert asking.delete(f"{API}/users/root").status_code == 400
    deeds = asking.get(f"{API}/audit", params={"limit": 2}).json()
    assert deeds["items"][0]["action"] == "users remove user"
    older = asking.get(f"{API}/audit", params={"limit": 2, "after": deeds["next"]}).json()
    assert older["items"][0]["id"] < deeds["items"][-1]["id"]
    assert OTHER not in asking.get(f"{API}/audit").text


def test_a_user_that_cannot_be_is_refused(asking: TestClient) -> None:
    for body in (
        {},
        {"name": "../x", "password": PASSWORD},
        {"name": "x", "password": "short"},
        [],
    ):
        assert asking.post(f"{API}/users", json=body).status_code in (400, 422)


def test_what_is_administrators_needs_both_the_person_and_the_scope(asking: TestClient) -> None:
    paths = ("/users", "/users/ann", "/audit")
    for headers in (as_user("root", Scope.READ, Scope.BANKS), as_user("ann", Scope.READ)):
        for path in paths:
            assert asking.get(API + path, headers=headers).status_code == 403
        new = {"name": "eve", "password": PASSWORD}
        assert asking.post(f"{API}/users", json=new, headers=headers).status_code == 403
    del asking.headers["Authorization"]
    for path in paths:
        refused = asking.get(API + path)
        assert (refused.status_code, "WWW-Authenticate" in refused.headers) == (401, True)


def test_a_key_makes_no_key_that_may_more(asking: TestClient) -> None:
    wanted = {"name": "y", "scopes": ["read"]}
    made = asking.post(f"{API}/keys", json=wanted).json()
    secret = {"Authorization": f"Bearer {made['secret']}"}
    assert asking.get(f"{API}/me", headers=secret).json()["scopes"] == ["read"]
    assert asking.post(f"{API}/keys", json=wanted, headers=secret).status_code == 403
    anns = as_user("ann", Scope.READ)
    assert asking.get(f"{API}/keys", headers=anns).json()["items"][0]["name"] == "x"
    number = made["key"]["id"]
    assert asking.delete(f"{API}/keys/{number}", headers=anns).status_code == 403
    assert asking.delete(f"{API}/keys/{number}").status_code == 204
    assert asking.get(f"{API}/me", headers=secret).status_code == 401
    few = as_user("root", Scope.ADMIN)
    assert asking.get(f"{API}/me", headers=few).status_code == 403  # it is not for looking
    beyond = asking.post(f"{API}/keys", json={"name": "z", "scopes": ["banks"]}, headers=few)
    assert (beyond.status_code, "banks" in beyond.json()["detail"]) == (403, True)
