"""
What was found in the index, kept as long as nothing was committed by anybody.

Each thread keeps its own, since each has a connection of its own to the index, which alone knows
what it has seen. As a rule the index's edition tells that all is as it was; where it says nothing,
the index is asked.
"""

import threading
from collections.abc import Hashable
from time import monotonic
from typing import Generic, TypeVar

from holdfast.sequences.storage.index import Index, State

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

NEVER = -1  #: no edition


class _Mine(threading.local, Generic[K, V]):
    """What one thread keeps: found in the index when it was in `state`, not before `edition`."""

    def __init__(self) -> None:
        self.found: _Found[K, V] = _Found()


class _Found(Generic[K, V]):
    __slots__ = ("answers", "edition", "state")

    def __init__(self, state: State | None = None) -> None:
        self.state, self.edition = state, NEVER
        self.answers: dict[K, V] = {}


class Kept(Generic[K, V]):
    """At most `most` answers of the index for each thread."""

    def __init__(self, index: Index, most: int) -> None:
        self._index, self._edition, self._most = index, index.edition, most
        self._mine: _Mine[K, V] = _Mine()

    def find(self, key: K) -> V | None:
        """What is kept under `key`, if the edition says that it holds; else see :meth:`now`."""
        found = self._mine.found
        # In this order: while the lease lasts the number is that of the file.
        if monotonic() < self._edition.until and self._edition.number[0] == found.edition:
            return found.answers.get(key)
        return None

    def now(self) -> dict[K, V]:
        """What is kept and holds; what is found in the index from now on may be put there."""
        found = self._mine.found
        # The edition is seen first: a change after that is seen the next time.
        edition = self._edition.now()
        if edition != found.edition or self._index.is_writing:
            found = self._since(edition, self._index.state())
        if len(found.answers) >= self._most:
            found.answers = {}
        return found.answers

    def _since(self, edition: int, state: State | None) -> _Found[K, V]:
        """What was found since the index is in `state`."""
        found = self._mine.found
        if state is None or state != found.state:
            found = self._mine.found = _Found(state)
        found.edition = NEVER if edition & 1 or state is None else edition
        return found
