"""A mail server on loopback: real SMTP, with TLS and login where a test wants them."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "holdfast", "correct horse"


@dataclass
class Mailbox:
    """What arrived, and how the server is to behave."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)  #: recipient to reply
    reply: str = ""  #: to a whole mail, where it is not taken
    logins: list[bool] = field(default_factory=list)  #: for each mail, whether who sent it is known
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or not."""
        if self.reply:
            return self.reply
        content = cast("bytes", envelope.content)
        self.mails.append(cast("EmailMessage", message_from_bytes(content, policy=default)))
        self.envelopes.append(envelope)
        self.logins.append(bool(session.authenticated))
        return "250 OK"


def _login(*words: Any) -> AuthResult:
    said = words[-1]
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=said == known, handled=False)


class _Anywhere(Controller):
    """A server at any free port."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(
    certificate: Path | None = None, *, from_first: bool = False, login: bool = False
) -> Iterator[Mailbox]:
    """A mail server, with TLS if there is a certificate (`from_first` byte, or when asked)."""
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    box = Mailbox()
    starttls = context if context is not None and not from_first else None
    controller = _Anywhere(
        box,
        hostname="127.0.0.1",
        port=0,
        ready_timeout=10,
        server_hostname="mail.test",
        tls_context=starttls,
        require_starttls=starttls is not None,
        authenticator=_login if login else None,
        auth_required=login and not from_first,  # it warns where TLS is not of its own making
        auth_require_tls=not from_first,
        **({"ssl_context": context} if from_first else {}),
    )
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()
