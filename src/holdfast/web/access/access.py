"""What the server knows about who may come in: a value, made once by the application."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from holdfast.accounts.people import GUEST, Person, Through
from holdfast.app.container import Container

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Access:
    """How people come in: the home's settings, and the address the server listens on."""

    container: Container
    host: str = "127.0.0.1"  #: where it listens

    @cached_property
    def has_accounts(self) -> bool:
        """Whether people sign in; else everybody is the server's one person, or a guest."""
        return self.container.settings.access == "accounts"

    @cached_property
    def on_loopback(self) -> bool:
        """Whether only this machine reaches the server."""
        return is_loopback(self.host)

    @cached_property
    def open_person(self) -> Person:
        """Who everybody is while the server is open: its one person, or elsewhere a guest."""
        if self.has_accounts or not self.on_loopback:
            return GUEST
        return Person(self.container.settings.author or "me", True, through=Through.OPEN)

    @cached_property
    def is_https(self) -> bool:
        """Whether people reach the server by https."""
        return self.container.settings.public_url.startswith("https://")

    @cached_property
    def public_host(self) -> str:
        """The name and port by which people know the server, if they differ from ours."""
        return urlsplit(self.container.settings.public_url).netloc

    @cached_property
    def session_cookie(self) -> str:
        """The name of the cookie of who is signed in; servers on one machine have different ones.

        Browsers take one that begins with ``__Host-`` only over https, from this very host.
        """
        return self._cookie("session")

    @cached_property
    def visit_cookie(self) -> str:
        """The name of the cookie that forms are bound to while nobody is signed in."""
        return self._cookie("visit")

    def _cookie(self, what: str) -> str:
        home = hashlib.sha256(str(self.container.settings.home).encode()).hexdigest()[:8]
        return f"{'__Host-' if self.is_https else ''}holdfast-{what}-{home}"

    @cached_property
    def _hosts(self) -> tuple[str, ...]:
        """The names by which the server may be called; none: any."""
        settings = self.container.settings
        public = urlsplit(settings.public_url).hostname
        named = (*settings.hosts, *([public] if public else []))
        if self.on_loopback:
            return (*LOOPBACK_NAMES, *named)
        # The server's health is asked for by the machine itself.
        return (*LOOPBACK_NAMES, *named) if settings.hosts else ()

    def is_called(self, host: str) -> bool:
        """Whether the server may be called by what the header ``Host`` says.

        Else the pages of a stranger, whose name leads to this machine, could ask as this person.
        """
        if not self._hosts:
            return True
        name = name_of_host(host)
        return any(_is_named(name, each) for each in self._hosts)

    @cached_property
    def _proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(map(ip_network, self.container.settings.trusted_proxies))

    def trusts(self, address: str) -> bool:
        """Whether what comes from `address` is a proxy of ours, whose word is believed."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._proxies)

    def address_behind(self, peer: str, forwarded: Sequence[str]) -> str:
        """From where a request comes: `peer`, or who a trusted proxy says it is for.

        `forwarded` are the addresses of ``X-Forwarded-For``; each proxy adds one at the end, and
        whatever a stranger wrote stands before what our own proxies say.
        """
        found = peer
        for each in reversed(forwarded):
            if not self.trusts(found):
                break
            found = each
        return found


def name_of_host(host: str) -> str:
    """The name in a ``Host`` header, without its port, in small letters.

    >>> name_of_host("Localhost:8765"), name_of_host("[::1]:80"), name_of_host("a.example.")
    ('localhost', '::1', 'a.example')
    """
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def _is_named(name: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) and name != pattern[1:]
    return name == pattern.strip("[]")


def is_loopback(host: str) -> bool:
    """Whether an address or name is this machine, as seen from itself.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
