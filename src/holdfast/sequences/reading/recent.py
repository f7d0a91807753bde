"""
What was read lately, within a number of bytes.

Two generations are kept: what is new goes into the newest; when that has its half of the bytes, it
becomes the older one, and what was the older one goes. What is found in the older one is put into
the newest again, so what is in use stays. Nothing here takes a lock, so neither threads nor a fork
can be stuck: two threads that turn the generations at once forget too much, and nothing else.
Only what cannot change may be kept.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A cache of `budget` bytes, of which a value takes as many as `cost` says.

    `newest` is always the same dictionary, so whoever is in a hurry may look there directly.
    """

    def __init__(self, budget: int, cost: Callable[[V], int]) -> None:
        self.newest: dict[K, V] = {}
        self._older: dict[K, V] = {}
        self._half, self._cost = budget // 2, cost
        self._used = 0

    def find(self, key: K) -> V | None:
        """What is kept under `key`."""
        found = self.newest.get(key)
        if found is None:
            found = self._older.get(key)
            if found is not None:
                self.keep(found, key)
        return found

    def keep(self, value: V, *keys: K) -> V:
        """Keep `value` under all `keys`; the value."""
        cost = self._cost(value)
        if self._used + cost > self._half:
            self._older = self.newest.copy()
            self.newest.clear()
            self._used = 0
        self._used += cost
        for key in keys:
            self.newest[key] = value
        return value

    def clear(self) -> None:
        """Forget everything."""
        self.newest.clear()
        self._older = {}
        self._used = 0
