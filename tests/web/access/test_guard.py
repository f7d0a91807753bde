"""The guard refuses what comes from elsewhere, and tells browsers what our pages may do."""

from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from types import SimpleNamespace

import pytest
from fastapi import FastAPI, Request, Response
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from holdfast.accounts.people import Through
from holdfast.accounts.users import Kind, Users
from holdfast.app.accounts.sessions import sessions_of_home
from holdfast.app.container import Container
from holdfast.settings import Settings
from holdfast.web import live
from holdfast.web.access.access import Access
from holdfast.web.access.asking import (
    ACCESS,
    COOKIES,
    address_of,
    is_still_asking,
    person_asking,
)
from holdfast.web.access.guard import Guard
from holdfast.web.problems import Refused, on_refused
from thoroughness import THOROUGH

HERE = "http://127.0.0.1:8765"


def made(home: Path, host: str = "127.0.0.1", **said: object) -> TestClient:
    """An application of a few addresses behind the guard."""
    app = FastAPI()
    app.add_exception_handler(Refused, on_refused)

    @app.get("/who")
    def who(request: Request) -> dict[str, object]:
        person = person_asking(request)
        return {
            "name": person.name,
            "administrator": person.is_administrator,
            "through": person.through.value,
            "address": address_of(request),
            "scheme": request.url.scheme,
        }

    @app.get("/page")
    def page(request: Request) -> Response:
        return Response(request.scope["holdfast.csrf"], media_type="text/html")

    @app.get("/own")
    def own() -> Response:
        return Response("x", headers={"Content-Security-Policy": "sandbox"})

    @app.post("/things")
    @app.post("/api/v1/things")
    async def things(request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    access = Access(Container(Settings.read(home, **said)), host)
    return TestClient(Guard(app, access), base_url=HERE, client=("127.0.0.1", 50000))


@pytest.fixture
def browser(home: Path) -> Iterator[TestClient]:
    with made(home) as client:
        client.headers.update({"Sec-Fetch-Site": "same-origin", "Origin": HERE})
        yield client


# -- who asks while the server is open -------------------------------------------------------------


def test_on_loopback_whoever_asks_is_the_one_person(home: Path) -> None:
    with made(home) as client:
        found = client.get("/who").json()
    assert found["administrator"]
    assert found["through"] == Through.OPEN.value
    assert found["name"] == Settings.read(home).author


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])
def test_on_another_address_everybody_is_a_guest(home: Path, host: str) -> None:
    with made(home, host) as client:
        assert client.get("/who").json()["name"] == ""


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_behind_a_proxy_everybody_is_a_guest(home: Path, header: str) -> None:
    with made(home) as client:
        assert client.get("/who", headers={header: "203.0.113.9"}).json()["name"] == ""


def test_who_is_no_longer_known_is_not_told_more(home: Path) -> None:
    with Container(Settings.read(home, access="accounts")) as container:
        user = Users(container.ledger).add("ann", Kind.LOCAL, "x", administrator=False)
        access = Access(container, "0.0.0.0")
        token = sessions_of_home(container).begin(user, "", "")
        scope = {"type": "http", "method": "GET", "headers": [], ACCESS: access}
        request = HTTPConnection({**scope, COOKIES: {access.session_cookie: token}})
        assert person_asking(request).name == "ann"
        assert is_still_asking(request)
        sessions_of_home(container).end(token)
        assert not is_still_asking(request)


def test_a_stream_ends_when_its_listener_is_no_longer_known(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "STILL_HERE", 0.05)
    app = FastAPI()
    app.state.site = SimpleNamespace(streams=0)
    with Container(Settings.read(home, access="accounts")) as container:
        user = Users(container.ledger).add("ann", Kind.LOCAL, "x", administrator=False)
        access = Access(container)
        token = sessions_of_home(container).begin(user, "", "")
        told: list[str] = []

        @app.get("/followed")
        def followed(request: Request) -> Response:
            told.append(person_asking(request).name)
            return live.live_news(request, lambda: ([("more", "x")], False))

        with TestClient(Guard(app, access), HERE) as client:
            client.cookies.set(access.session_cookie, token)
            timer = Timer(0.5, sessions_of_home(container).end_all, (user,))
            timer.start()
            answer = client.get("/followed")
            timer.join()
    assert told == ["ann"]
    assert "event: over" not in answer.text


# -- by what name the server is called -------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "called", "settings", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8765", {}, 200),
        ("127.0.0.1", "LOCALHOST:1", {}, 200),
        ("127.0.0.1", "[::1]:8765", {}, 200),
        ("127.0.0.1", "evil.example", {}, 421),
        ("127.0.0.1", "evil.example:8765", {}, 421),
        ("127.0.0.1", "127.0.0.1.evil.example", {}, 421),
        ("127.0.0.1", "", {}, 421),
        ("127.0.0.1", "me.example", {"hosts": ("me.example",)}, 200),
        ("127.0.0.1", "me.example", {"public_url": "https://me.example"}, 200),
        ("0.0.0.0", "anything.example", {}, 200),
        ("0.0.0.0", "evil.example", {"hosts": ("*.lab.example",)}, 421),
        ("0.0.0.0", "a.lab.example:80", {"hosts": ("*.lab.example",)}, 200),
        ("0.0.0.0", "a.lab.example.", {"hosts": ("a.lab.example",)}, 200),
        ("0.0.0.0", "lab.example", {"hosts": ("*.lab.example",)}, 421),
    ],
)
def test_only_a_name_of_its_own_is_answered(
    home: Path, host: str, called: str, settings: dict[str, object], status: int
) -> None:
    access = Access(Container(Settings.read(home, **settings)), host)
    assert access.is_called(called) == (status == 200)


def test_a_stranger_s_name_is_refused(home: Path) -> None:
    with made(home) as client:
        assert client.get("/who", headers={"Host": "evil.example:8765"}).status_code == 421


# -- what changes something ------------------------------------------------------------------------


def test_a_form_with_its_token_is_taken(browser: TestClient) -> None:
    token = browser.get("/page").text
    said = browser.post("/things", data={"csrf": token, "name": "x" * 100_000})
    assert said.json() == {"size": len(token) + 100_000 + len("csrf=&name=")}
    assert browser.post("/things", headers={"X-CSRF": token}).status_code == 200
    parts = browser.post("/things", data={"csrf": token}, files={"file": b"y" * 300_000})
    assert parts.json()["size"] > 300_000


@pytest.mark.parametrize("path", ["/things", "/api/v1/things"])
@pytest.mark.parametrize("fields", [{}, {"csrf": ""}, {"csrf": "0" * 43}, {"other": "x"}])
def test_a_form_without_its_token_is_refused(
    browser: TestClient, path: str, fields: dict[str, str]
) -> None:
    browser.get("/page")
    refused = browser.post(path, data=fields)
    assert (refused.status_code, "too old" in refused.json()["detail"]) == (403, True)


def test_a_token_of_another_browser_is_refused(home: Path, browser: TestClient) -> None:
    with made(home) as other:
        token = other.get("/page").text
    browser.get("/page")
    assert browser.post("/things", data={"csrf": token}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": ""},
    ],
)
def test_a_page_of_another_site_changes_nothing_even_with_the_token(
    browser: TestClient, headers: dict[str, str]
) -> None:
    token = browser.get("/page").text
    assert browser.post("/things", headers=headers | {"Authorization": "Basic eDp5"}).is_error
    refused = browser.post("/things", data={"csrf": token}, headers=headers)
    assert (refused.status_code, "another site" in refused.json()["detail"]) == (403, True)


def test_behind_a_proxy_our_pages_are_those_of_the_public_address(home: Path) -> None:
    with made(home, public_url="https://me.example") as client:
        token = client.get("/page").text
        cookie = client.get("/page").headers["set-cookie"]
        assert cookie.startswith("__Host-")
        assert "; Secure" in cookie
        headers = {"Origin": "https://me.example", "Cookie": cookie.partition(";")[0]}
        token = client.get("/page", headers=headers).text
        assert client.post("/things", data={"csrf": token}, headers=headers).status_code == 200


def test_a_program_needs_no_token_where_programs_ask(home: Path) -> None:
    with made(home) as program:
        assert program.post("/api/v1/things", json={}).status_code == 200
        assert program.post("/things").status_code == 403
        key = {"Authorization": "Bearer hf_x"}
        assert program.post("/things", headers=key).status_code == 200


# -- what browsers are told ------------------------------------------------------------------------


def test_every_answer_says_what_pages_may_do(home: Path) -> None:
    with made(home) as client:
        for answer in (client.get("/page"), client.get("/nowhere"), client.post("/things")):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "strict-transport-security" not in answer.headers
        assert client.get("/own").headers["content-security-policy"] == "sandbox"
    with made(home, public_url="https://me.example") as client:
        assert "strict-transport-security" in client.get("/page").headers


def test_only_pages_give_a_browser_a_cookie_and_only_once(home: Path) -> None:
    with made(home) as client:
        assert "set-cookie" not in client.get("/who").headers
        cookie = client.get("/page").headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "set-cookie" not in client.get("/page").headers


# -- from where ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        ((), "203.0.113.9", "127.0.0.1"),
        (("127.0.0.1",), "203.0.113.9", "203.0.113.9"),
        (("127.0.0.1",), "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (("127.0.0.1", "10.0.0.0/8"), "203.0.113.9, 10.1.2.3", "203.0.113.9"),
        (("127.0.0.1",), "", "127.0.0.1"),
        (("127.0.0.1",), "rubbish", "rubbish"),
    ],
)
def test_only_trusted_proxies_say_from_where(
    home: Path, trusted: tuple[str, ...], forwarded: str, address: str
) -> None:
    with made(home, trusted_proxies=trusted) as client:
        headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
        found = client.get("/who", headers=headers).json()
    assert (found["address"], found["scheme"]) == (address, "https" if trusted else "http")


# -- hostile headers -------------------------------------------------------------------------------

ODD = [
    "http://[", "[::1", "null", "Basic !!", "Basic \xff", "Basic eDp5", "Bearer hf_\xe9",
    "=;=;\xff",
    'x="\\', ",,,", "https", "http://a:b@c:99999", "", "[", "a]:b[", "127.0.0.1:8765", "x" * 9000,
]  # fmt: skip
HEADERS = [
    "host", "origin", "cookie", "authorization", "x-forwarded-for", "x-forwarded-proto",
    "sec-fetch-site", "x-csrf", "content-type", "accept",
]  # fmt: skip


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("home")
    with made(home, access="accounts", trusted_proxies=("127.0.0.1",)) as client:
        yield client


@settings(max_examples=1000 if THOROUGH else 60)
@given(
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.sampled_from(["/who", "/page", "/things", "/api/v1/things"]),
    st.lists(st.tuples(st.sampled_from(HEADERS), st.sampled_from(ODD)), max_size=5),
    st.binary(max_size=50),
)
def test_no_header_breaks_the_guard(
    guarded: TestClient, method: str, path: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    answer = guarded.request(method, path, headers=sent, content=body)
    assert answer.status_code < 500
