"""
Connections to a SQLite database: one for each thread of each process that asks.

A thread's connection is closed when the thread ends, so that a server whose threads come and go
does not pile up descriptors. A forked process makes connections of its own: what it inherited it
neither uses nor closes, since SQLite's locks belong to the process that took them.
"""

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable

#: What forked processes inherited. Kept, because letting go of a connection would close it.
_INHERITED: list[sqlite3.Connection] = []


class _Held:
    """A thread's connection; closed with the thread, by the process that opened it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection, self.process = connection, os.getpid()

    def close(self) -> None:
        if self.process == os.getpid():
            self.connection.close()
        else:
            _INHERITED.append(self.connection)

    def __del__(self) -> None:
        self.close()


class Connections:
    """The connections of one database, which `connect` opens."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._of_thread = threading.local()
        self._all: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._process, self._changing = os.getpid(), threading.Lock()

    def get(self) -> sqlite3.Connection:
        """The connection of this thread of this process."""
        held: _Held | None = getattr(self._of_thread, "held", None)
        if held is None or held.process != os.getpid():
            self._keep(self._connect())
            held = self._of_thread.held
        return held.connection

    def use(self, connection: sqlite3.Connection) -> None:
        """Let `connection` be this thread's from now on; what was is closed."""
        held: _Held | None = getattr(self._of_thread, "held", None)
        if held is not None:
            held.close()
        self._keep(connection)

    def _keep(self, connection: sqlite3.Connection) -> None:
        held = self._of_thread.held = _Held(connection)
        with self._alone():
            self._all.add(held)

    def __len__(self) -> int:
        """How many are open."""
        with self._alone():
            return sum(held.process == os.getpid() for held in self._all)

    def close(self) -> None:
        """Close all of them. Whoever asks again gets a new one."""
        with self._alone():
            opened, self._all = list(self._all), weakref.WeakSet()
            self._of_thread = threading.local()
        for held in opened:
            held.close()

    def _alone(self) -> threading.Lock:
        """The lock on what is open: a new one in a forked process, where nobody frees the old."""
        if self._process != os.getpid():
            self._process, self._changing = os.getpid(), threading.Lock()
        return self._changing
