"""
Settings of the FTP server: who comes in, by which ports, and how hard it may be leant on.

::

    [ftp]
    passive_ports = "60000-60999"
    masquerade = "203.0.113.7"
    certificate = "/etc/lab/ftp.pem"
"""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from holdfast.settings.values import Size, Span

_PORTS = re.compile(r"(\d{1,5})-(\d{1,5})")
_LAST_PORT = 65535


def ports(text: str) -> range:
    """The ports that a text such as ``60000-60999`` means; none when it is empty.

    >>> ports("60000-60002"), ports("")
    (range(60000, 60003), range(0, 0))
    """
    if not text:
        return range(0)
    found = _PORTS.fullmatch(text.strip())
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1024 <= first <= last <= _LAST_PORT:
        raise ValueError(
            f"{text!r} is no range of ports; write for example 60000-60999, from 1024 to 65535"
        )
    return range(first, last + 1)


def _are_ports(text: str) -> str:
    ports(text)
    return text


def _is_one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it must be one line of text")
    return text


class FtpSettings(BaseModel):
    """How ``holdfast serve --ftp`` answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    anonymous: Annotated[
        bool, Field(description="Whether `anonymous` may look at the public banks.")
    ] = True
    passive_ports: Annotated[
        str,
        Field(description="Ports for data, as `60000-60999`; any free ones if empty."),
        AfterValidator(_are_ports),
    ] = ""
    masquerade: Annotated[
        str, Field(description="The address that clients outside see, behind a router.")
    ] = ""
    certificate: Annotated[
        str, Field(description="File with the certificate for TLS; without one there is none.")
    ] = ""
    certificate_key: Annotated[
        str, Field(description="File with its key, if not in the same file.")
    ] = ""
    tls_only: Annotated[bool, Field(description="Whether all must come by TLS.")] = False
    passwords_in_clear: Annotated[
        bool,
        Field(description="Whether passwords are taken without TLS; on loopback they always are."),
    ] = False
    connections: Annotated[int, Field(gt=0, le=5000, description="Connections at once.")] = 200
    connections_per_address: Annotated[
        int, Field(gt=0, description="Connections at once from one address.")
    ] = 20
    rate: Annotated[
        Size | None, Field(description="Bytes a second of one transfer; none is any number.")
    ] = None
    idle: Annotated[
        Span, Field(description="Seconds without a command or a byte until we hang up.")
    ] = 300.0
    attempts: Annotated[
        int, Field(gt=0, description="Failed sign-ins after which an address is kept out.")
    ] = 5
    ban: Annotated[Span, Field(description="How long it is kept out.")] = 600.0
    banner: Annotated[
        str,
        Field(max_length=500, description="What is said to whoever connects."),
        AfterValidator(_is_one_line),
    ] = "Holdfast: reference data, to read."

    @model_validator(mode="after")
    def _tls_has_a_certificate(self) -> Self:
        if self.tls_only and not self.certificate:
            raise ValueError("tls_only needs a certificate")
        return self
