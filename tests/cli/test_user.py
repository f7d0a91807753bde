"""``holdfast user``, ``key`` and ``audit``: what a person types and sees."""

import io
import json
import sys

import pytest

from accounts.world import OTHER, PASSWORD, QUICK
from holdfast.accounts import passwords
from holdfast.app.accounts.keys import person_of_key
from holdfast.app.accounts.sessions import recognise
from holdfast.app.container import Container
from holdfast.cli import user
from holdfast.cli.main import main
from holdfast.errors import ExitCode


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", QUICK)


class Shell:
    """Types commands and reads what they answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str, given: str = "", code: ExitCode = ExitCode.SUCCESS) -> str:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        assert main(words) == code
        said = self._capsys.readouterr()
        return said.out if code == ExitCode.SUCCESS else said.err


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


def test_a_user_is_added_changed_and_removed(shell: Shell) -> None:
    assert "No users" in shell("user", "list")
    assert "added as administrator" in shell(
        "user", "add", "ann", "--administrator", given=f"{PASSWORD}\nmore\n"
    )
    with Container.read() as container:
        assert recognise(container, "ann", PASSWORD, "").is_administrator
    shell("user", "add", "ben", given=PASSWORD)
    shell("user", "password", "ben", given=OTHER)
    shell("user", "disable", "ben")
    listed = json.loads(shell("user", "list", "--json"))
    assert [(each["name"], each["is_disabled"]) for each in listed] == [
        ("ann", False),
        ("ben", True),
    ]
    assert "password" not in listed[0]
    assert "disabled" in shell("user", "show", "ben")
    shell("user", "enable", "ben")
    shell("user", "admin", "ben")
    shell("user", "admin", "ann", "--no")
    assert "only administrator" in shell("user", "remove", "ben", code=ExitCode.MISUSE)
    shell("user", "remove", "ann")
    assert "no user 'ann'" in shell("user", "show", "ann", code=ExitCode.FAILURE)
    deeds = json.loads(shell("audit", "list", "--json"))
    assert [each["action"] for each in deeds][:2] == ["user remove", "user no admin"]
    assert {each["through"] for each in deeds} == {"command"}
    assert "user disable" in shell("audit", "list", "disable")


@pytest.mark.parametrize(
    ("words", "given", "problem"),
    [
        (("user", "add", "ann"), "", "first line"),
        (("user", "add", "ann"), "short", "at least 10"),
        (("user", "add", "a/b"), PASSWORD, "not a user's name"),
        (("user", "password", "nobody"), PASSWORD, "no user"),
        (("key", "add", "nobody", "x"), "", "no user"),
    ],
)
def test_what_cannot_be_is_refused(
    shell: Shell, words: tuple[str, ...], given: str, problem: str
) -> None:
    code = ExitCode.FAILURE if "nobody" in words else ExitCode.MISUSE
    assert problem in shell(*words, given=given, code=code)


class Terminal(io.StringIO):
    """A standard input where somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("again", [PASSWORD, OTHER])
def test_a_password_is_typed_twice(again: str, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([PASSWORD, again])
    monkeypatch.setattr(user, "getpass", lambda _: next(typed))
    monkeypatch.setattr(sys, "stdin", Terminal())
    code = ExitCode.SUCCESS if again == PASSWORD else ExitCode.MISUSE
    assert main(["user", "add", "ann"]) == code


def test_a_key_is_shown_once_and_can_be_revoked(shell: Shell) -> None:
    shell("user", "add", "ann", given=PASSWORD)
    secret = shell("key", "add", "ann", "a script", "--scope", "banks", "--days", "0").strip()
    with Container.read() as container:
        person = person_of_key(container, secret, "")
        assert person is not None
        assert [scope.value for scope in person.scopes] == ["banks"]
    assert secret not in shell("key", "list", "ann")
    (key,) = json.loads(shell("key", "list", "ann", "--json"))
    assert (key["name"], key["ends"]) == ("a script", None)
    refused = shell("key", "add", "ann", "x", "--scope", "admin", code=ExitCode.MISUSE)
    assert "no administrator" in refused
    assert "did you mean banks" in shell(
        "key", "add", "ann", "x", "--scope", "bank", code=ExitCode.MISUSE
    )
    shell("key", "revoke", "ann", str(key["id"]))
    with Container.read() as container:
        assert person_of_key(container, secret, "") is None
