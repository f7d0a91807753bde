"""
Settings of notifications: who is told how an update ended, when, and by which way.

::

    [notify]
    to = ["banks@example.org"]
    smtp = "smtp.example.org"
    user = "banks"
    password = "secret"

    [notify.hooks]
    lab = "slack://…"

A bank's recipe may name more people, and say other conditions, in a table ``[notify]``.
"""

import re
from email.utils import parseaddr
from enum import Enum
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from holdfast.settings.values import Span, Words, size

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
HOOK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}")
DAY = 86400.0


class When(Enum):
    """On which ends of an update people are told."""

    FAILURE = "failure"  #: it failed
    CHANGE = "change"  #: there is a new release, or it failed
    ALWAYS = "always"  #: every end, also that there was nothing to do
    NEVER = "never"  #: nobody is told


class Security(Enum):
    """How the connection to a mail server is protected."""

    STARTTLS = "starttls"  #: it becomes TLS before anything is said of us
    TLS = "tls"  #: it begins with TLS
    NONE = "none"  #: not at all; no password goes over it


#: The port at which servers take mail, by how the connection is protected.
PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


def checked_addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """`addresses`, if each is one; a ValueError names the first that is not."""
    for address in addresses:
        if not ADDRESS.fullmatch(address):
            raise ValueError(f"{address!r} is not a mail address; write one, as name@example.org")
    return tuple(dict.fromkeys(addresses))


def _mailbox(text: str) -> str:
    address = parseaddr(text)[1]
    if text and (not text.isprintable() or not ADDRESS.fullmatch(address)):
        raise ValueError(f"{text!r} is not a sender; write one, as Banks <banks@example.org>")
    return text


class NotifySettings(BaseModel):
    """Who is told, when and how. Sizes are bytes, times seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Annotated[
        When,
        Field(
            description="When people are told: on `failure`, on `change` (a new release, or a "
            "failure), `always`, or `never`."
        ),
    ] = When.CHANGE
    to: Annotated[
        Words, AfterValidator(checked_addresses), Field(description="Whom mail is sent to.")
    ] = ()
    hooks: Annotated[
        dict[str, SecretStr],
        Field(
            description="Chats and web hooks by names of your own, as URLs of "
            "[apprise](../how-to/get-told.md#chats-and-web-hooks)."
        ),
    ] = {}
    smtp: Annotated[str, Field(description="The mail server's name; empty: no mail.")] = ""
    port: Annotated[
        int | None,
        Field(ge=1, le=65535, description="Its port; by `security` 587, 465 or 25 if not set."),
    ] = None
    security: Annotated[
        Security,
        Field(description="`starttls`, `tls` (from the first byte on), or `none`."),
    ] = Security.STARTTLS
    user: Annotated[
        str,
        Field(
            description="User name there; without one, [servers](#servers) and netrc are looked "
            "into."
        ),
    ] = ""
    password: Annotated[SecretStr, Field(description="Password.")] = SecretStr("")
    ca_file: Annotated[
        str, Field(description="File with the authorities whose certificates are believed.")
    ] = ""
    sender: Annotated[
        str,
        AfterValidator(_mailbox),
        Field(description="From whom mail is, as `Banks <banks@example.org>`."),
    ] = ""
    subject: Annotated[
        str, Field(description="File with a Jinja2 template of the subject; empty: ours.")
    ] = ""
    body: Annotated[
        str, Field(description="File with a Jinja2 template of the plain text; empty: ours.")
    ] = ""
    html: Annotated[
        str,
        Field(
            description="File with a Jinja2 template of the HTML; empty: ours, or none beside a "
            "`body` of your own."
        ),
    ] = ""
    tail: Annotated[
        int,
        BeforeValidator(size),
        Field(ge=0, le=1024**2, description="Bytes of the end of a failed job's log in the text."),
    ] = 4096
    attach: Annotated[
        int,
        BeforeValidator(size),
        Field(
            ge=0,
            le=32 * 1024**2,
            description="A failed job's log is attached if it has no more bytes; 0: never.",
        ),
    ] = 1024**2
    patience: Annotated[
        Span, Field(description="How long an update waits at most for all its mail to be sent.")
    ] = 30.0
    keep: Annotated[Span, Field(description="How long what could not be sent is tried again.")] = (
        3 * DAY
    )
    waiting: Annotated[
        int, Field(ge=1, description="How much may wait to be sent; beyond it, the oldest goes.")
    ] = 500

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for name in self.hooks:
            if not HOOK.fullmatch(name):
                raise ValueError(f"{name!r} is not a hook's name: use letters, digits, . _ + -")
        if self.password.get_secret_value() and not self.user:
            raise ValueError("a password needs a user")
        if self.user and self.security is Security.NONE:
            raise ValueError('no password goes unprotected: say security "starttls" or "tls"')
        return self
