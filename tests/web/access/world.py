"""The whole application, asked in this process as a browser or a program would."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from starlette.testclient import TestClient

from holdfast.app.container import Container
from holdfast.settings import Settings
from holdfast.web.application import application

CSRF = re.compile(r'<meta name="csrf" content="([^"]*)">')
BROWSER = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@contextmanager
def served(
    home: Path, address: str = "127.0.0.1", client: str = "127.0.0.1", **settings: object
) -> Iterator[TestClient]:
    """The application of `home` as it listens on `address`, asked from `client`."""
    container = Container(Settings.read(home, **settings))
    app = application(container, host=address)
    with (
        container,
        TestClient(
            app,
            base_url=f"http://{address}:8765",
            client=(client, 50000),
            raise_server_exceptions=False,
            follow_redirects=False,
        ) as asking,
    ):
        yield asking


def token(browser: TestClient, path: str = "/about") -> str:
    """The token of the forms on a page."""
    found = CSRF.search(browser.get(path, headers=BROWSER).text)
    assert found
    return found[1]


def submit(browser: TestClient, path: str, page: str = "/about", **fields: str) -> httpx.Response:
    """Send a form as a browser does, from `page`."""
    return browser.post(path, data={"csrf": token(browser, page), **fields}, headers=BROWSER)
