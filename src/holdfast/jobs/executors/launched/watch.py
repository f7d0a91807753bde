"""
A watch over folders: it says which starts have news in their exchange files.

Launchers write on other hosts, and no kernel tells of that across a network file system; so a
thread lists the folders of all open starts, once each however many starts lie there, and rings when
a name appears that was not there before.
"""

import os
import threading
import time
from collections import Counter
from pathlib import Path

from holdfast.jobs.executors.exchange import BEGAN, ENDED

INTERVAL = 0.25  #: seconds between two looks
NAMES = (f".{BEGAN}", f".{ENDED}")


class Watch:
    """Looks for the files that launchers write about the starts it was told of."""

    def __init__(self, bell: threading.Event, interval: float = INTERVAL) -> None:
        self._bell = bell
        self._interval = interval
        self._lock = threading.Lock()
        self._folders: Counter[Path] = Counter()
        self._tickets: set[str] = set()
        self._known: set[str] = set()  #: names that were told
        self._fresh: set[str] = set()  #: tickets that have news
        self._alarm = float("inf")
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def follow(self, folder: Path, ticket: str) -> None:
        """Look for news of `ticket` in `folder` from now on."""
        with self._lock:
            self._folders[folder] += 1
            self._tickets.add(ticket)
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, daemon=True)
            self._thread.start()

    def leave(self, folder: Path, ticket: str) -> None:
        """Look for news of `ticket` no more."""
        with self._lock:
            self._folders -= Counter([folder])  # what comes to nothing is gone
            self._tickets.discard(ticket)
            self._fresh.discard(ticket)
            self._known -= {ticket + name for name in NAMES}

    def fresh(self) -> set[str]:
        """The tickets of which something appeared since the last call."""
        with self._lock:
            fresh, self._fresh = self._fresh, set()
        return fresh

    def wake_at(self, moment: float) -> None:
        """Ring at `moment` (monotonic seconds) at the latest."""
        self._alarm = min(self._alarm, moment)

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(self._interval):
            if self._has_news():
                self._bell.set()
            if time.monotonic() >= self._alarm:
                self._alarm = float("inf")
                self._bell.set()

    def _has_news(self) -> bool:
        with self._lock:
            folders = list(self._folders)
        names = {name for folder in folders for name in _names(folder) if name.endswith(NAMES)}
        with self._lock:
            new = {name for name in names - self._known if name.split(".")[0] in self._tickets}
            self._known |= new
            self._fresh |= {name.split(".")[0] for name in new}
        return bool(new)


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - only names are wanted, not a Path for each
    except OSError:
        return []  # a file server that is away for a while: what is there is seen when it is back
