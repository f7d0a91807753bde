"""
The shelf: what took long to make and is asked for again soon, kept in memory up to a size.

One who asks for what another is just making waits for that instead of making it too.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager


class Shelf:
    """Bytes by question; what was not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self.most = most  # bytes together
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, question: Hashable, make: Callable[[], bytes]) -> bytes:
        """What answers `question`: kept, or made now."""
        with self._alone(question):
            with self._lock:
                known = self._kept.get(question)
                if known is not None:
                    self._kept.move_to_end(question)
                    return known
            made = make()
            self._keep(question, made)
            return made

    def _keep(self, question: Hashable, made: bytes) -> None:
        with self._lock:
            if len(made) > self.most:
                return
            self._kept[question] = made
            self._size += len(made)
            while self._size > self.most:
                _, gone = self._kept.popitem(last=False)
                self._size -= len(gone)

    @contextmanager
    def _alone(self, question: Hashable) -> Iterator[None]:
        with self._lock:
            mine = self._making.setdefault(question, threading.Lock())
        with mine:
            yield
        with self._lock:
            if not mine.locked():
                self._making.pop(question, None)
