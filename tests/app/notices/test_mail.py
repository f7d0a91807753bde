"""Mail goes through a real server, with TLS and login, and is what it should be."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.notices.conftest import Told, by, change, failure
from holdfast.app.container import Container
from holdfast.app.notices.notice import Notice
from holdfast.app.notices.sending import Delivery, Fate, send_now
from holdfast.app.notices.writing import posts_about
from holdfast.remotes.access import _netrc_of
from servers.mail import PASSWORD, USER, Mailbox, mail_server

LOGIN = f'user = "{USER}"\npassword = "{PASSWORD}"'


def sent(container: Container, notice: Notice) -> tuple[Delivery, ...]:
    return send_now(container, posts_about(container, notice))


def test_a_mail_has_plain_text_html_and_the_whole_log(
    told: Told, mailbox: Mailbox, tmp_path: Path
) -> None:
    log = tmp_path / "fetch.log"
    log.write_bytes(b"caf\xe9\n" * 10)
    container = told(*by(mailbox, 'sender = "Banks of the lab <banks@example.org>"'))
    (delivery,) = sent(container, failure(log))
    assert (delivery.fate, delivery.problem) == (Fate.SENT, "")
    (mail,) = mailbox.mails
    assert mail["Subject"] == "[Holdfast] yeast: the update failed"
    assert mail["From"] == "Banks of the lab <banks@example.org>"
    assert mail["To"] == "a@example.org, b@example.org"
    assert (mail["Auto-Submitted"], mail["X-Holdfast-Bank"]) == ("auto-generated", "yeast")
    assert mailbox.envelopes[0].mail_from == "banks@example.org"
    assert mailbox.envelopes[0].rcpt_tos == ["a@example.org", "b@example.org"]
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert plain.get_content().startswith("job fetch failed: no route")
    assert html is not None
    assert "<h1" in html.get_content()
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "yeast-fetch.log"
    assert attached.get_payload(decode=True) == log.read_bytes()


@pytest.mark.parametrize("attach", [0, 59])
def test_a_log_over_the_limit_is_not_attached(
    attach: int, told: Told, mailbox: Mailbox, tmp_path: Path
) -> None:
    log = tmp_path / "fetch.log"
    log.write_bytes(b"x" * 60)
    sent(told(*by(mailbox, f"attach = {attach}")), failure(log))
    assert list(mailbox.mails[0].iter_attachments()) == []


@pytest.mark.parametrize("from_first", [False, True], ids=["starttls", "tls"])
def test_mail_goes_over_tls_and_with_a_login(
    from_first: bool, told: Told, certificate: Path
) -> None:
    security = "tls" if from_first else "starttls"
    with mail_server(certificate, from_first=from_first, login=True) as box:
        container = told(*at(box, security), LOGIN, f'ca_file = "{certificate}"')
        (delivery,) = sent(container, change())
    assert delivery.fate is Fate.SENT, delivery
    assert box.logins == [True]


def at(box: Mailbox, security: str) -> tuple[str, ...]:
    """Settings by which mail goes to that server."""
    server = f'smtp = "127.0.0.1"\nport = {box.port}'
    return (server, f'security = "{security}"', 'to = ["a@example.org"]')


def test_a_password_can_be_in_netrc_and_is_in_no_message(
    told: Told, certificate: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = home / "netrc"
    monkeypatch.setenv("HOLDFAST_NETRC", str(netrc))
    with mail_server(certificate, login=True) as box:
        lines = (*at(box, "starttls"), f'ca_file = "{certificate}"')
        netrc.write_text(f"machine 127.0.0.1 login {USER} password not-{PASSWORD[:3]}\n")
        (refused,) = sent(told(*lines), change())
        netrc.write_text(f'machine 127.0.0.1 login {USER} password "{PASSWORD}"\n')
        _netrc_of.cache_clear()
        (taken,) = sent(told(*lines), change())
    assert (refused.fate, taken.fate) == (Fate.GIVEN_UP, Fate.SENT)
    assert "535" in refused.problem
    assert "look at the settings" in refused.problem
    assert "not-cor" not in refused.problem


def test_a_certificate_nobody_vouches_for_is_not_believed(told: Told, certificate: Path) -> None:
    with mail_server(certificate, login=True) as box:
        lines = (*at(box, "starttls"), LOGIN)
        (delivery,) = sent(told(*lines), change())
    assert "certificate" in delivery.problem
    assert PASSWORD not in delivery.problem
    assert box.mails == []


def test_a_server_without_tls_gets_no_password(told: Told, mailbox: Mailbox) -> None:
    lines = (*at(mailbox, "starttls"), LOGIN)
    (delivery,) = sent(told(*lines), change())
    assert "security" in delivery.problem
    assert mailbox.mails == []


def test_who_is_not_taken_does_not_keep_mail_from_the_others(told: Told, mailbox: Mailbox) -> None:
    mailbox.refused["b@example.org"] = "550 nobody of this name"
    (delivery,) = sent(told(*by(mailbox)), change())
    assert (delivery.fate, delivery.problem) == (Fate.SENT, "not taken for b@example.org")
    assert mailbox.envelopes[0].rcpt_tos == ["a@example.org"]


def test_a_header_cannot_be_smuggled_in_by_a_name(told: Told, mailbox: Mailbox) -> None:
    hostile = replace(change(), release="1\r\nBcc: evil@example.org", published=True)
    (delivery,) = sent(told(*by(mailbox)), hostile)
    assert delivery.fate is Fate.SENT
    assert mailbox.mails[0]["Bcc"] is None
    assert mailbox.mails[0]["Subject"] == ("[Holdfast] yeast: 1 Bcc: evil@example.org is published")
