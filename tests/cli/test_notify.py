"""``holdfast notify``: what a person types and sees."""

import json
from pathlib import Path

import pytest

from holdfast.cli.main import main
from holdfast.errors import ExitCode
from holdfast.settings import FILE
from servers.mail import mail_server


def test_nobody_to_be_told_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notify", "test"]) == ExitCode.MISUSE
    assert "name a mail server (smtp)" in capsys.readouterr().err
    assert main(["notify", "test", "--bank", "nothing"]) == ExitCode.FAILURE


def test_a_test_arrives(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with mail_server() as box:
        (home / FILE).write_text(
            f'[notify]\nwhen = "never"\nto = ["a@example.org"]\nsmtp = "127.0.0.1"\n'
            f'port = {box.port}\nsecurity = "none"\n'
        )
        assert main(["notify", "test"]) == ExitCode.SUCCESS
    assert "a@example.org" in capsys.readouterr().out
    assert box.mails[0]["Subject"] == "[Holdfast] test: a test"


def test_a_test_that_does_not_arrive_says_why(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / FILE).write_text('[notify]\nto = ["a@example.org"]\nsmtp = "127.0.0.1"\nport = 9\n')
    assert main(["notify", "test", "--json"]) == ExitCode.FAILURE
    said = capsys.readouterr()
    assert json.loads(said.out)[0]["fate"] == "given up"
    assert "127.0.0.1:9" in said.err
    assert main(["notify", "list", "--json"]) == ExitCode.SUCCESS
    assert json.loads(capsys.readouterr().out) == []  # a test waits in no outbox
    assert main(["notify", "send"]) == ExitCode.SUCCESS
    assert "no notice waits" in capsys.readouterr().out
