"""
Mail: posts to people, through one mail server.

The server is the one of the settings; where they name none, that of the bank's own property file.
TLS is not optional where it is asked for, certificates are always checked, and a password goes over
TLS only. Who we are is in the settings, else in those of the server, else in netrc.
"""

import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path

from holdfast.app.notices.faults import NotTaken, Passing, Refused
from holdfast.app.notices.posts import Log, Post
from holdfast.errors import printable
from holdfast.remotes.access import Access, Credentials
from holdfast.settings.notify import PORTS, NotifySettings, Security

ANSWER = 15.0  #: seconds a server may take for one answer


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and in whose name."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""

    @property
    def shown_sender(self) -> str:
        """From whom mail is, as people see it."""
        return self.sender or f"Holdfast <holdfast@{_host_name()}>"

    @property
    def address(self) -> str:
        """The sender's bare address."""
        return parseaddr(self.shown_sender)[1]


def server_of(settings: NotifySettings, access: Access) -> MailServer | None:
    """The mail server of the settings; None if they name none."""
    if not settings.smtp:
        return None
    port = settings.port or PORTS[settings.security]
    known = _known(access, settings.smtp, port, settings)
    return MailServer(
        settings.smtp,
        port,
        settings.security,
        settings.sender,
        known.user if settings.security is not Security.NONE else "",
        known.password if settings.security is not Security.NONE else "",
        settings.ca_file or access.rule(f"{settings.smtp}:{port}").ca_file,
    )


def _known(access: Access, host: str, port: int, settings: NotifySettings) -> Credentials:
    given = Credentials(settings.user, settings.password.get_secret_value())
    return access.credentials(f"{host}:{port}", given)


def message(post: Post, server: MailServer, attach: int) -> EmailMessage:
    """`post` as a mail. The log is attached if it has no more than `attach` bytes."""
    mail = EmailMessage(policy=SMTP)
    letter = post.letter
    mail["Subject"] = letter.subject
    mail["From"] = server.shown_sender
    mail["To"] = ", ".join(post.addressee.people)
    mail["Date"] = format_datetime(post.made)
    mail["Message-ID"] = f"<{post.name}@{make_msgid(domain=_host_name()).rpartition('@')[2][:-1]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Holdfast-Bank"] = post.bank
    mail.set_content(letter.text)
    if letter.html:
        mail.add_alternative(letter.html, subtype="html")
    for log in post.logs:
        content = _whole(log, attach)
        if content:
            name = f"{post.bank}-{log.path.name}"
            mail.add_attachment(content, maintype="text", subtype="plain", filename=name)
    return mail


def _whole(log: Log, most: int) -> bytes:
    """The log as it was when the letter was written; empty if it is gone or too long."""
    if not 0 < log.size <= most:
        return b""
    try:
        with log.path.open("rb") as file:
            return file.read(log.size)
    except OSError:
        return b""


class Mailer:
    """One connection to a mail server, made for the first post and used for all.

    Raises
    ------
    Passing
        The server is not there, or not willing now. All posts of its way should wait.
    Refused
        It will never take this one.
    """

    def __init__(self, server: MailServer, attach: int) -> None:
        self._server, self._attach = server, attach
        self._connection: smtplib.SMTP | None = None

    def send(self, post: Post) -> str:
        """Hand in `post`; what is worth knowing about it, or nothing."""
        mail = message(post, self._server, self._attach)
        try:
            connection = self._connected()
            refused = connection.send_message(
                mail, from_addr=self._server.address, to_addrs=list(post.addressee.people)
            )
        except smtplib.SMTPRecipientsRefused as error:
            raise self._of_recipients(error) from error
        except smtplib.SMTPResponseException as error:
            raise self._of_reply(error) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            self.close()
            raise Passing(f"{self._where}: {_said(error)}") from error
        return f"not taken for {', '.join(sorted(refused))}" if refused else ""

    def close(self) -> None:
        """Say goodbye, if there is anyone to say it to."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._connection = None

    @property
    def _where(self) -> str:
        return f"{self._server.host}:{self._server.port}"

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            self._connection = self._opened()
        return self._connection

    def _opened(self) -> smtplib.SMTP:
        server, me = self._server, _host_name()
        if server.security is Security.TLS:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, me, timeout=ANSWER, context=self._context()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, me, timeout=ANSWER)
        try:
            if server.security is Security.STARTTLS:
                connection.starttls(context=self._context())
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _context(self) -> ssl.SSLContext:
        file = self._server.ca_file
        return ssl.create_default_context(cafile=str(Path(file).expanduser()) if file else None)

    def _of_recipients(self, error: smtplib.SMTPRecipientsRefused) -> NotTaken:
        replies = {who: reply for who, (reply, _) in error.recipients.items()}
        said = "; ".join(
            f"{who}: {code} {printable(_text(words))[:200]}"
            for who, (code, words) in error.recipients.items()
        )
        if replies and all(500 <= code < 600 for code in replies.values()):
            return Refused(f"{self._where} takes no mail for {said}")
        return Passing(f"{self._where}: {said}")

    def _of_reply(self, error: smtplib.SMTPResponseException) -> NotTaken:
        said = f"{self._where}: {error.smtp_code} {printable(_text(error.smtp_error))[:300]}"
        # Who we are, or whether we may, can be mended in the settings: such mail waits.
        mendable = isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPSenderRefused)
        if 500 <= error.smtp_code < 600 and isinstance(error, smtplib.SMTPDataError):
            return Refused(said)
        self.close()
        return Passing(f"{said}; look at the settings below [notify]" if mendable else said)


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"{printable(error)} Look at security below [notify] in the settings"
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return printable(said)[:300]


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words


def _host_name() -> str:
    """This machine's name, for who reads headers; asked of nobody, for nobody may answer."""
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "here"
