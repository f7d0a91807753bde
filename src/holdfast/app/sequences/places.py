"""Where another store is, as a person writes it: a place, perhaps with a snapshot, and a rate."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.app.container import Container
from holdfast.errors import UsageError
from holdfast.remotes.interface import TransferPolicy

_SNAPSHOT = re.compile(r"(.+)@([A-Za-z0-9][A-Za-z0-9._-]{0,127})", re.ASCII | re.DOTALL)
_RATE = re.compile(r"(\d{1,12})([kmg]?)b?", re.ASCII | re.IGNORECASE)
_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is, and which of its snapshots is meant, if one is."""

    url: str
    snapshot: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read ``PLACE[@SNAPSHOT]``. An ``@`` of the host, or of a folder that is there, is none.

        >>> Place.parse("https://example.org/store@2026-11")
        Place(url='https://example.org/store', snapshot='2026-11')
        >>> Place.parse("me@example.org:store"), Place.parse("https://me@example.org")
        (Place(url='me@example.org:store', snapshot=None), Place(url='https://me@example.org', \
snapshot=None))
        """
        match = _SNAPSHOT.fullmatch(text)
        of_host = "://" in text and "/" not in text.partition("://")[2].rpartition("@")[0]
        if match is None or of_host or Path(text).exists():
            return cls(text)
        return cls(match[1], match[2])


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast and how widely to transfer: None is what the settings say."""

    rate: str | None = None  #: bytes a second: ``500k``, ``10M``
    parallel: int | None = None

    def policy(self, container: Container) -> TransferPolicy:
        """The container's policy at this pace."""
        policy = replace(container.policy, rate=read_rate(self.rate))
        return replace(policy, parallel=self.parallel) if self.parallel else policy


def read_rate(text: str | None) -> int:
    """Bytes a second; 0 is no limit.

    >>> read_rate("10M"), read_rate("500kB"), read_rate(None)
    (10000000, 500000, 0)

    Raises
    ------
    UsageError
        It is no rate.
    """
    if text is None:
        return 0
    match = _RATE.fullmatch(text)
    if match is None or not int(match[1]):
        raise UsageError(f"{text!r} is no rate; write bytes a second, for example 500k or 10M")
    return int(match[1]) * _UNITS[match[2].lower()]
