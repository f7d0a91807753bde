"""The site as a whole: problems as pages and as documents, what is kept, what is loaded."""

import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

import pytest
from starlette.testclient import TestClient

from holdfast.app.container import Container
from holdfast.web.application import INTERFACES, PAGES, application

HTML = {"Accept": "text/html"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = application(Container.read())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def test_a_person_gets_a_page_and_a_program_a_document(client: TestClient) -> None:
    page = client.get("/banks/nothing-here", headers=HTML)
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Nothing here</h1>" in page.text
    document = client.get("/api/v1/nothing-here")
    assert document.headers["Content-Type"] == "application/problem+json"
    assert document.json()["status"] == document.status_code == 404
    assert document.json()["detail"].endswith("see /api/v1/openapi.json for what is")


def test_a_stranger_s_words_come_back_as_words(client: TestClient) -> None:
    page = client.get("/banks/<script>alert(1)</script>", headers=HTML)
    assert "<script>alert" not in page.text


def test_what_the_pages_load_is_here_and_may_be_kept(client: TestClient) -> None:
    page = client.get("/about").text
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert loaded
    assert "//" not in "".join(re.findall(r'(?:src|action)="([^"]+)"', page))
    for address in loaded:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_pages_have_neither_scripts_nor_looks_inside() -> None:
    templates = resources.files("holdfast.web") / "templates"
    for file in _files(templates):
        text = file.read_text(encoding="utf-8")
        found = re.findall(
            r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|\|\s*safe", text
        )
        assert found == [], file.name


def test_each_room_of_the_server_is_built_in() -> None:
    for kind, names in (("pages", PAGES), ("api", INTERFACES)):
        folder = resources.files("holdfast.web") / kind
        files = {file.name[:-3] for file in folder.iterdir() if file.name.endswith(".py")}
        rooms = {name.rpartition(".")[2] for name in names if name.startswith(f"{kind}.")}
        assert {name for name in files if name != "__init__" and _has_routes(kind, name)} == rooms


def _has_routes(kind: str, name: str) -> bool:
    text = (resources.files("holdfast.web") / kind / f"{name}.py").read_text(encoding="utf-8")
    return "\nroutes = APIRouter(" in text


def _files(folder: Traversable) -> Iterator[Traversable]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _files(each)
        elif each.name.endswith(".html"):
            yield each
