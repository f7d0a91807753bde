"""
Which addresses may be reached.

A URL may lead anywhere: its name may be given a private address, and a server may send us on to
one. So it is not names that are looked at but the address of each connection, at the moment it is
made: public ones may be reached, private ones (this machine, the local network, a cloud's
metadata) only if they are in a network the administrator named.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

_TRANSLATED = ip_network("64:ff9b::/96")  # NAT64 (RFC 6052): the last four bytes are IPv4


@dataclass(frozen=True, slots=True)
class Reach:
    """Which addresses may be reached; `networks` None means all."""

    networks: tuple[Network, ...] | None = None

    def allows(self, address: str) -> bool:
        """Whether the IP `address` may be reached. What is no address may not.

        >>> Reach(()).allows("93.184.215.14"), Reach(()).allows("169.254.169.254")
        (True, False)
        >>> Reach(networks_of(["10.0.0.0/8"])).allows("::ffff:10.1.2.3")
        True
        """
        if self.networks is None:
            return True
        try:
            plain = _plain(ip_address(address.partition("%")[0]))
        except ValueError:
            return False
        public = plain.is_global and not plain.is_multicast
        return public or any(plain in network for network in self.networks)

    def first_refused(self, host: str, port: int | None = None) -> str:
        """The first address of `host` that may not be reached; empty when there is none.

        For programs that make their own connections. A host that has no address now is no matter
        of this question: who connects will say so.
        """
        if self.networks is None:
            return ""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return ""
        return next((str(one[4][0]) for one in found if not self.allows(str(one[4][0]))), "")


EVERYWHERE = Reach()


def networks_of(words: Iterable[str]) -> tuple[Network, ...]:
    """The networks and single addresses that `words` name.

    >>> networks_of(["10.0.0.0/8", "::1"])
    (IPv4Network('10.0.0.0/8'), IPv6Network('::1/128'))

    Raises
    ------
    ValueError
        One of them is neither.
    """
    return tuple(ip_network(word) for word in words)


def refusal(host: str, address: str) -> tuple[str, str]:
    """What to say when `host` has an `address` that may not be reached, and what to do."""
    at = f"{host} is at {address}" if host and host != address else f"it leads to {address}"
    return (
        f"{at}, which is no public address",
        f'add private_networks = ["{address}"] to the settings if it may be reached',
    )


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that is meant, where one is wrapped in an IPv6 address."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
