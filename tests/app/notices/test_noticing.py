"""An update tells people how it ended, and never fails or waits for it."""

import json
import logging
import time
from pathlib import Path

import pytest

from app.banks.bank_world import Databank, QuickContainer
from app.notices.conftest import by
from holdfast.app.banks.noticing import notice, notice_removal
from holdfast.app.banks.updating.report import UpdateReport, UpdateState
from holdfast.app.banks.updating.update import update_banks
from holdfast.app.container import Container
from holdfast.app.notices.asking import waiting
from holdfast.app.notices.notice import notice_of_removal
from holdfast.app.notices.postman import Postman, sentences
from holdfast.app.notices.sending import send_due
from holdfast.app.notices.writing import write_posts
from holdfast.cli.output import plain
from holdfast.errors import SettingsError
from holdfast.settings import FILE, Settings
from servers.mail import Mailbox

STEP = (
    '[[steps]]\nname = "fail"\ncommand = ["sh", "-c", "echo one; echo out of luck >&2; exit 3"]\n'
)


def add(container: Container, databank: Databank, *, more: str = "", name: str = "x") -> None:
    """Give the container a recipe."""
    container.settings.recipes.mkdir(exist_ok=True)
    (container.settings.recipes / f"{name}.toml").write_text(
        f'name = "{name}"\n[remote]\nurl = "{databank.url}"\n[release]\nfrom = "folder"\n{more}'
    )


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The postman does its round in this process, instead of a new one."""

    def go(self: Postman) -> list[str]:
        with Container(Settings.read()) as container:
            return sentences(json.dumps(plain(send_due(container))).encode())

    monkeypatch.setattr(Postman, "go", go)


@pytest.fixture
def listening(home: Path, mailbox: Mailbox, container: QuickContainer) -> QuickContainer:
    """A container whose settings send mail to the mailbox."""
    (home / FILE).write_text("\n".join(["[notify]", *by(mailbox)]))
    container.settings = Settings.read()
    return container


def test_people_hear_of_a_release_and_not_that_nothing_is_new(
    listening: QuickContainer, databank: Databank, mailbox: Mailbox
) -> None:
    databank.publish("1", {"a.fa": b">a\nAC\n"})
    add(listening, databank, more='[notify]\nto = ["c@example.org"]\n')
    update_banks(listening, ["x"])
    update_banks(listening, ["x"])
    update_banks(listening, ["x"], dry_run=True)
    (mail,) = mailbox.mails
    assert mail["Subject"] == "[Holdfast] x: 1 is published"
    assert mail["To"] == "a@example.org, b@example.org, c@example.org"


@pytest.mark.usefixtures("at_once")
def test_a_failed_step_s_last_words_and_log_are_in_the_mail(
    listening: QuickContainer, databank: Databank, mailbox: Mailbox
) -> None:
    databank.publish("1", {"a.fa": b">a\nAC\n"})
    add(listening, databank, more=STEP)
    (report,) = update_banks(listening, ["x"])
    assert report.state is UpdateState.FAILED
    (mail,) = mailbox.mails
    assert mail["Subject"] == "[Holdfast] x: the update failed"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "    out of luck" in body.get_content().splitlines()
    assert "    one" in body.get_content().splitlines()
    attached = [each.get_filename() for each in mail.iter_attachments()]
    assert attached == ["x-fail.log", "x-fail.out"]


@pytest.mark.usefixtures("at_once")
def test_a_bank_whose_remote_is_away_is_told_of_without_a_log(
    listening: QuickContainer, databank: Databank, mailbox: Mailbox
) -> None:
    databank.url += "nothing/"
    add(listening, databank)
    update_banks(listening, ["x"])
    (mail,) = mailbox.mails
    assert "404" in mail.as_string()
    assert list(mail.iter_attachments()) == []


@pytest.mark.usefixtures("at_once")
def test_a_mail_server_that_is_away_is_one_warning_and_the_next_update_sends_it(
    home: Path,
    databank: Databank,
    container: QuickContainer,
    mailbox: Mailbox,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (home / FILE).write_text("\n".join(["[notify]", *by(Mailbox(port=9))]))
    container.settings = Settings.read()
    databank.publish("1", {"a.fa": b">a\nAC\n"})
    add(container, databank)
    with caplog.at_level(logging.WARNING):
        (report,) = update_banks(container, ["x"])
    assert report.state is UpdateState.UPDATED
    assert [each.message for each in caplog.records if "notices about x" in each.message] != []
    assert "it is tried again" in caplog.text
    assert len(waiting(container)) == 1


def test_whatever_goes_wrong_is_a_warning(
    listening: QuickContainer, caplog: pytest.LogCaptureFixture
) -> None:
    listening.settings.notices.write_text("a file where a folder should be")
    notice(listening, UpdateReport("x", UpdateState.FAILED, problem="no"))
    assert "notices about x: " in caplog.text


@pytest.mark.usefixtures("at_once")
def test_people_hear_of_releases_that_somebody_removed(
    listening: QuickContainer, mailbox: Mailbox
) -> None:
    notice_removal(listening, "x", ())
    notice_removal(listening, "x", ("1", "2"))
    (mail,) = mailbox.mails
    assert mail["Subject"] == "[Holdfast] x: 2 removed"
    assert "these releases of x were removed: 1, 2" in mail.as_string()


def test_the_worker_s_postman_sends_and_waits_for_nobody(
    listening: QuickContainer, mailbox: Mailbox
) -> None:
    write_posts(listening, notice_of_removal("x", ("1",)))
    postman = Postman(listening.settings)
    postman.look()
    postman.look()  # one is on its way already
    deadline = time.monotonic() + 60
    while not mailbox.mails and time.monotonic() < deadline:
        time.sleep(0.02)
    postman.close()
    assert len(mailbox.mails) == 1
    assert not postman.is_needed


def test_where_nobody_is_to_be_told_nothing_is_written(container: QuickContainer) -> None:
    notice(container, UpdateReport("x", UpdateState.FAILED, problem="no"))
    assert not container.settings.notices.exists()


PROPERTIES = """[GENERAL]
protocol=https
server=example.org
remote.dir=/
remote.files=.*
local.files=.*
offline.dir.name=o
dir.version=v
"""


@pytest.mark.usefixtures("at_once")
def test_mail_of_a_property_file_goes_by_its_own_server(
    container: QuickContainer, mailbox: Mailbox, tmp_path: Path
) -> None:
    container.settings.recipes.mkdir()
    body = tmp_path / "body.txt"
    body.write_text("{{ bank }} {{ status }}: {{ message }}")
    (container.settings.recipes / "old.properties").write_text(
        f"{PROPERTIES}mail.smtp.host=127.0.0.1\nmail.smtp.port={mailbox.port}\n"
        f"mail.admin=root@localhost, x@example.org\nmail.from=bank@example.org\n"
        f"mail.template.body={body}\n"
    )
    notice(container, UpdateReport("old", UpdateState.FAILED, problem="no route"))
    (mail,) = mailbox.mails
    assert mail["From"] == "BioMAJ <bank@example.org>"
    assert mail["To"] == "root@localhost, x@example.org"
    assert mail.get_content().strip() == "old False: no route"


@pytest.mark.usefixtures("at_once")
def test_the_settings_mail_server_comes_before_that_of_a_property_file(
    listening: QuickContainer, mailbox: Mailbox
) -> None:
    listening.settings.recipes.mkdir()
    (listening.settings.recipes / "old.properties").write_text(
        f"{PROPERTIES}mail.smtp.host=127.0.0.1\nmail.smtp.port=9\nmail.admin=x@example.org\n"
    )
    notice(listening, UpdateReport("old", UpdateState.FAILED, problem="no route"))
    (mail,) = mailbox.mails
    assert mail["To"] == "a@example.org, b@example.org, x@example.org"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('smtp = "h"\nuser = "u"\nsecurity = "none"', "unprotected"),
        ('password = "p"', "needs a user"),
        ('to = ["nobody"]', "not a mail address"),
        ('to = ["a@b\\r\\nBcc: c@d"]', "not a mail address"),
        ('sender = "x\\ny <a@b.c>"', "not a sender"),
        ('[notify.hooks]\n"a b" = "json://x"', "not a hook's name"),
        ('when = "sometimes"', "when"),
        ('bodie = "x"', "did you mean body"),
    ],
)
def test_settings_that_make_no_sense_are_told(line: str, problem: str, home: Path) -> None:
    (home / FILE).write_text(f"[notify]\n{line}\n")
    with pytest.raises(SettingsError, match=problem):
        Settings.read()


def test_a_password_may_be_in_the_environment_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / FILE).write_text('[notify]\nsmtp = "h"\nuser = "u"\n')
    monkeypatch.setenv("HOLDFAST_NOTIFY", '{"password": "geheim"}')
    settings = Settings.read()
    assert settings.notify.smtp == "h"
    assert settings.notify.password.get_secret_value() == "geheim"
    assert "geheim" not in str(settings)
