"""What the server knows about who may come in: a value, made once by the application."""

from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address

from holdfast.accounts.people import GUEST, Person, Through
from holdfast.app.container import Container

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Access:
    """How people come in: the home's settings, and the address the server listens on."""

    container: Container
    host: str = "127.0.0.1"  #: where it listens

    @cached_property
    def on_loopback(self) -> bool:
        """Whether only this machine reaches the server."""
        return is_loopback(self.host)

    @cached_property
    def open_person(self) -> Person:
        """Who everybody is while the server is open: its one person, or elsewhere a guest."""
        if not self.on_loopback:
            return GUEST
        return Person(self.container.settings.author or "me", True, through=Through.OPEN)


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
