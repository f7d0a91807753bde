"""
Settings of who may come in over the web.

::

    access = "accounts"
    public_url = "https://holdfast.lab.example"

    [ldap]
    url = "ldaps://ldap.lab.example"
    base = "ou=people,dc=lab,dc=example"
    filter = "(uid={name})"
    groups = ["cn=genomics,ou=groups,dc=lab,dc=example"]
    administrators = "cn=holdfast,ou=groups,dc=lab,dc=example"
"""

import re
from ipaddress import ip_address
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from holdfast.settings.values import Span

HOST = re.compile(r"(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:]+\]?")
NAME_HERE = "{name}"  #: where a user's name stands in a template


def check_public_url(url: str) -> str:
    """`url` without the slash at its end, when pages can be at it; else ValueError."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError(f"{url!r} is not an address of a server; write https://holdfast.example")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"{url!r} has a path; the pages have a server's address of their own")
    return url.rstrip("/")


def check_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """`hosts`, when each is a server's name; else ValueError."""
    for host in hosts:
        if not HOST.fullmatch(host):
            raise ValueError(f"{host!r} is not a server's name; write holdfast.example, no port")
    return tuple(host.lower() for host in hosts)


class LdapSettings(BaseModel):
    """The directory that knows people and their passwords."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[
        str,
        Field(description="`ldaps://host` or `ldap://host`, with a port if unusual; empty: none."),
    ] = ""
    start_tls: Annotated[
        bool, Field(description="Whether a connection to `ldap://` becomes TLS before all else.")
    ] = True
    ca_file: Annotated[
        str, Field(description="File with the authorities whose certificates are believed.")
    ] = ""
    bind_dn: Annotated[
        str, Field(description="As whom people are looked for; empty: as nobody, if that may.")
    ] = ""
    password_file: Annotated[
        str, Field(description="File whose first line is the password of `bind_dn`.")
    ] = ""
    user_dn: Annotated[
        str,
        Field(
            description="Template of a person's DN, as `uid={name},ou=people,dc=lab`: then nobody "
            "is looked for."
        ),
    ] = ""
    base: Annotated[str, Field(description="Below which entry people are looked for.")] = ""
    filter: Annotated[
        str, Field(description="Which entry is a person's; `{name}` is what they typed.")
    ] = "(uid={name})"
    name: Annotated[str, Field(description="The attribute that is a person's name here.")] = "uid"
    groups: Annotated[
        tuple[str, ...],
        Field(description="DNs of groups whose members may sign in; none: everybody."),
    ] = ()
    administrators: Annotated[
        str, Field(description="DN of the group whose members are administrators here.")
    ] = ""
    timeout: Annotated[Span, Field(description="Seconds the directory has for each answer.")] = 5.0

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.url:
            return self
        parts = urlsplit(self.url)
        if parts.scheme not in ("ldap", "ldaps") or not parts.hostname:
            raise ValueError(f"{self.url!r} is not a directory; write ldaps://ldap.example")
        if parts.scheme == "ldap" and not self.start_tls and not _is_here(parts.hostname):
            raise ValueError(
                "no password goes unprotected: say start_tls = true, or an ldaps:// url"
            )
        if not self.user_dn and not self.base:
            raise ValueError("say base (where people are looked for) or user_dn (a template)")
        for key in ("filter", "user_dn"):
            template = getattr(self, key)
            if template and NAME_HERE not in template:
                raise ValueError(f"{key} {template!r} lacks {NAME_HERE}")
        if self.bind_dn and not self.password_file:
            raise ValueError("bind_dn needs a password_file")
        return self


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


PublicUrl = Annotated[str, AfterValidator(check_public_url)]
