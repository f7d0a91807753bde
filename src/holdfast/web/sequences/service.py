"""
The service: what every route of the sequence server is given.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version

from holdfast.web.sequences.public import PublicStore
from holdfast.web.sequences.readers import Readers

#: The version of Holdfast that answers.
VERSION = version("holdfast")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request, and all of them together, may ask for. Sizes in bytes, times in seconds."""

    body: int = 16 * 1024**2  #: of a request
    items: int = 100_000  #: slices or names in one request
    residues: int = 16 * 1024**2  #: in the answer to one batch
    at_once: int = 1000  #: requests being answered
    patience: float = 60.0  #: seconds for a client to take the next piece, or to send its body


@dataclass(frozen=True, slots=True)
class Service:
    """The store as strangers may see it, the threads that read it, and the limits."""

    store: PublicStore
    limits: Limits = field(default_factory=Limits)
    readers: Readers = field(default_factory=Readers)
    closing: ExitStack = field(default_factory=ExitStack)  #: what is to be closed at the end

    def close(self) -> None:
        """End the threads, then close what they read."""
        self.readers.close()
        self.closing.close()
