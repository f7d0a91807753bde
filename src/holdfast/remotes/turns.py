"""
Taking turns at a server, over all processes of this machine.

A server for which ``transfers`` is set has that many lock files in one folder. Who holds one may
have one transfer under way. The kernel lets go of the locks of a process that dies, so no turn is
ever lost.
"""

import fcntl
import hashlib
import os
from pathlib import Path


class Turns:
    """The turns of this process. Use it in a ``with`` block."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._held: dict[tuple[str, int], int] = {}

    def __enter__(self) -> "Turns":
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self._held):
            self.give_back(key)

    def take(self, server: str, most: int) -> tuple[str, int] | None:
        """One of the `most` turns at `server`, or None when all are taken."""
        for number in range(most):
            key = server, number
            if key not in self._held and self._lock(key):
                return key
        return None

    def give_back(self, turn: tuple[str, int]) -> None:
        """Let another have the `turn`."""
        descriptor = self._held.pop(turn)
        if descriptor >= 0:
            os.close(descriptor)

    def _lock(self, key: tuple[str, int]) -> bool:
        if self._folder is None:
            self._held[key] = -1
            return True
        self._folder.mkdir(parents=True, exist_ok=True)
        # Names come from URLs; a digest is a safe name for a file.
        name = f"{hashlib.sha256(key[0].encode()).hexdigest()[:16]}-{key[1]}"
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self._folder / name, flags, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._held[key] = descriptor
        return True
