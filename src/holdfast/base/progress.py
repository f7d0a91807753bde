"""
Progress: what long work says while it goes on.

Work takes a listener and calls it with a :class:`Progress` now and then; who listens decides
whether that becomes a bar, a line in the ledger or nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a piece of work is: `done` of `total` units (``total`` is None while unknown)."""

    what: str  #: the work, in a few words: "fetching", "loading chrIV.fa"
    done: int = 0
    total: int | None = None
    unit: str = ""  #: "bytes", "files", "sequences" …
    message: str = ""  #: a sentence a person may want to read


Listener = Callable[[Progress], None]


def ignore(_: Progress) -> None:
    """A listener for whom silence is enough."""
