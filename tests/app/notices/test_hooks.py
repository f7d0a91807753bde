"""Chats and web hooks, by a receiver on loopback."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from app.notices.conftest import Told, change, failure
from holdfast.app.banks.check import check_banks
from holdfast.app.notices.sending import Fate, send_now
from holdfast.app.notices.writing import posts_about
from holdfast.cli.main import main

SECRET = "t0k3n"


class Receiver(HTTPServer):
    """Takes what hooks send."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def hook(self) -> str:
        """Its URL, as apprise writes it."""
        return f"json://127.0.0.1:{self.server_address[1]}/{SECRET}"


class _Answer(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Take it, or not."""
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of hooks."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def hooks(*urls: str) -> tuple[str, ...]:
    """Settings with these hooks, called h0, h1 …"""
    return ("[notify.hooks]", *(f'h{number} = "{url}"' for number, url in enumerate(urls)))


def test_a_hook_gets_a_short_text(told: Told, receiver: Receiver) -> None:
    container = told(*hooks(receiver.hook))
    (delivery,) = send_now(container, posts_about(container, change()))
    assert (delivery.fate, delivery.to) == (Fate.SENT, "h0")
    (got,) = receiver.got
    assert got["title"] == "[Holdfast] yeast: 2026-01-02 is published"
    assert got["type"] == "success"
    assert "fetched: 3 files" in got["message"]
    send_now(container, posts_about(container, failure()))
    assert receiver.got[1]["type"] == "failure"


def test_a_hook_that_fails_keeps_no_other_from_being_told(told: Told, receiver: Receiver) -> None:
    container = told(*hooks("nonsense://x", receiver.hook))
    one, two = send_now(container, posts_about(container, change()))
    assert (one.fate, two.fate) == (Fate.GIVEN_UP, Fate.SENT)
    assert "none that apprise knows" in one.problem


def test_no_message_tells_a_hook_s_url(told: Told, receiver: Receiver) -> None:
    receiver.status = 500
    container = told(*hooks(receiver.hook))
    (delivery,) = send_now(container, posts_about(container, change()))
    assert delivery.fate is Fate.GIVEN_UP
    assert delivery.problem.startswith("the hook h0 did not take it")
    assert SECRET not in str(delivery)
    assert SECRET not in str(container.settings)


def test_a_recipe_chooses_among_hooks_and_adds_people(told: Told, receiver: Receiver) -> None:
    container = told(*hooks(receiver.hook, receiver.hook))
    container.settings.recipes.mkdir()
    (container.settings.recipes / "yeast.toml").write_text(
        'name = "yeast"\n[remote]\nurl = "https://example.org/"\n[notify]\nhooks = ["h1"]\n'
    )
    assert [str(post.addressee) for post in posts_about(container, change())] == ["h1"]


def test_without_apprise_a_sentence_says_how_to_get_it(
    told: Told, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    container = told(*hooks(receiver.hook))
    (delivery,) = send_now(container, posts_about(container, change()))
    assert "holdfast[notify]" in delivery.problem


def test_a_recipe_s_hooks_and_people_are_checked(told: Told) -> None:
    container = told("[notify.hooks]", 'lab = "json://x"')
    container.settings.recipes.mkdir()
    (container.settings.recipes / "yeast.toml").write_text(
        'name = "yeast"\n[remote]\nurl = "https://example.org/"\n'
        '[notify]\nhooks = ["lab", "lav"]\nto = ["a@example.org"]\n'
    )
    (check,) = check_banks(container)
    assert check.problems == ()
    told_of = {(each.severity.value, each.key): each.sentence for each in check.recipe}
    assert "did you mean lab?" in told_of["warning", "notify.hooks"]
    assert "smtp" in told_of["remark", "notify.to"]


def test_settings_are_shown_without_secrets(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    told('smtp = "h"\nuser = "u"\npassword = "geheim"\n[notify.hooks]\nlab = "json://geheim"')
    assert main(["settings"]) == main(["settings", "--json"]) == 0
    said = capsys.readouterr().out
    assert "smtp=h user=u" in " ".join(said.split())
    assert "geheim" not in said
