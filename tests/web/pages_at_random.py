"""Asking pages and sending forms with what nobody means: which status is answered."""

import random
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import quote

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.testclient import TestClient

from holdfast.web.application import PAGES

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
HOSTILE = (
    "", "-1", "0", "1", "9" * 25, "\0", "é" * 300, "nan", "1e999", "../../etc/passwd", "%00", "[]",
    "{}", "' OR 1=1--", "<script>alert(1)</script>", "a" * 5000, "2026-13-45", "null", "🧬",
    "a:b:c", ":", "x", "demo", "name", "-name", "current", "1-5", "5-1", ",", ";", "(", "\\", "*",
    "lab:a", "SQ.abc", "target", "query", "png", "yes", "private", "mappy", "2026-11-21",
    "file:///etc/passwd",
)  # fmt: skip
#: They go on as long as somebody listens, or ask a server elsewhere.
LEFT_OUT = re.compile(r"live|events|follow|stream|preview|sign-")


def asked(
    client: TestClient, known: Mapping[str, str], rounds: int, number: int = 1
) -> Iterator[tuple[str, int]]:
    """Each address that was asked, and the status of its answer; forms last.

    `known` has names of things that are there, by the name of the part of a path.
    """
    chooser = random.Random(number)
    page = client.get("/about", headers=HTML).text
    found = re.search(r'name="csrf" content="([^"]*)"', page)
    assert found is not None
    own = {**HTML, "X-CSRF": found[1]}
    routes = [each for each in _routes() if not LEFT_OUT.search(each.path)]
    for method in ("GET", "POST"):
        for route in (each for each in routes if method in each.methods):
            for _ in range(rounds):
                address = _address(route.path, known, chooser)
                said = _said(_names(route, method), chooser)
                if method == "GET":
                    answer = client.get(address, params=said, headers=HTML)
                else:
                    answer = client.post(address, data=said, headers=own)
                yield f"{method} {address[:200]} {str(said)[:500]}", answer.status_code


def _routes() -> Iterator[APIRoute]:
    for name in PAGES:
        for route in import_module(f"holdfast.web.{name}").routes.routes:
            if isinstance(route, APIRoute):
                yield route


def _names(route: APIRoute, method: str) -> list[str]:
    """What a page or a form takes, as far as its function says so."""
    if method == "GET":
        return [each.alias for each in route.dependant.query_params]
    names: list[str] = []
    for each in route.dependant.body_params:
        form = each.field_info.annotation
        is_form = isinstance(form, type) and issubclass(form, BaseModel)
        names += list(form.model_fields) if is_form else [each.alias]  # type: ignore[union-attr]  # is_form says so
    return names or ["target", "query", "alignment", "text", "aligner", "name", "cores", "memory"]


def _address(path: str, known: Mapping[str, str], chooser: random.Random) -> str:
    def chosen(part: re.Match[str]) -> str:
        real = chooser.random() < 0.6
        name = known.get(part[1], "x") if real else chooser.choice(HOSTILE[1:])
        return quote(name, safe="")

    return re.sub(r"{([a-z_]+)(?::path)?}", chosen, path)


def _said(names: list[str], chooser: random.Random) -> dict[str, Any]:
    some = (
        names if chooser.random() < 0.6 else chooser.sample(names, chooser.randint(0, len(names)))
    )
    return {name: chooser.choice(HOSTILE) for name in some}
