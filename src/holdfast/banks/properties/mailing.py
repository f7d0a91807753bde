"""
Mailing: BioMAJ's ``mail.…`` keys, of a bank or its site.

Who gets mail is in the recipe; by which server it goes is not, for a recipe holds no password.
BioMAJ sends mail without TLS unless told, passwords included; here a password makes it TLS.
"""

from dataclasses import dataclass

from pydantic import SecretStr

from holdfast.banks.properties.layers import Layers
from holdfast.settings.notify import ADDRESS, PORTS, Security

LONGEST_TAIL = 1024**2  #: bytes of a log in the text of a mail
LARGEST_LOG = 32 * 1024**2  #: bytes of a log that is attached


@dataclass(frozen=True, slots=True)
class Mailing:
    """By which server mail goes, and how it looks. Sizes are bytes; 0 is none."""

    host: str
    port: int
    security: Security
    sender: str
    user: str
    password: SecretStr
    tail: int
    attach: int
    subject: str  #: file of a template; empty for ours
    body: str


def mailing_of(layers: Layers) -> Mailing | None:
    """What the layers say of mail; None if they name no server."""
    host = layers.text("mail.smtp.host").strip()
    if not host:
        return None
    user = layers.text("mail.user").strip()
    security = Security.STARTTLS if user or layers.is_true("mail.tls") else Security.NONE
    return Mailing(
        host,
        _port(layers) or PORTS[Security.NONE],
        security,
        _sender(layers),
        user,
        SecretStr(layers.text("mail.password") if user else ""),
        min(layers.number("mail.body.tail") or 0, LONGEST_TAIL),
        min(layers.number("mail.body.attach") or 0, LARGEST_LOG),
        layers.text("mail.template.subject").strip(),
        layers.text("mail.template.body").strip(),
    )


def people_of(layers: Layers) -> list[str]:
    """Whom mail is sent to: what is no address is left out, with a warning."""
    people = []
    for address in layers.listed("mail.admin"):
        if ADDRESS.fullmatch(address):
            people.append(address)
        else:
            layers.warning("mail.admin", f"{address!r} is not a mail address; write one")
    return people


def _port(layers: Layers) -> int | None:
    port = layers.number("mail.smtp.port")
    if port is not None and not 0 < port < 65536:
        layers.warning("mail.smtp.port", f"{port} is no port; {PORTS[Security.NONE]} is used")
        return None
    return port


def _sender(layers: Layers) -> str:
    address = layers.text("mail.from").strip()
    if address and not ADDRESS.fullmatch(address):
        layers.warning("mail.from", f"{address!r} is not a mail address; write one")
        return ""
    return f"BioMAJ <{address}>" if address else ""
