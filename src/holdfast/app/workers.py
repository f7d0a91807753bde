"""
Which workers live: each leaves a small file that says when it last looked.

A worker looks every half minute; one whose file is older than :data:`DEAD` was killed.
"""

import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from holdfast.settings import Settings

FOLDER = "workers"
DEAD = 100.0  #: seconds
FORGOTTEN = 7 * 86400.0  #: seconds after which the file of a killed one is removed


@dataclass(frozen=True, slots=True)
class LiveWorker:
    """A worker, and when it last looked whether there is something to do."""

    host: str
    pid: int
    seen: datetime


def say_it_lives(settings: Settings) -> None:
    """Note that this process is a worker, and that it lives."""
    with suppress(OSError):  # nothing depends on it but a line on a page
        file = _file(settings)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def say_it_left(settings: Settings) -> None:
    """Note that this process is a worker no more."""
    with suppress(OSError):
        _file(settings).unlink(missing_ok=True)


def live_workers(settings: Settings) -> tuple[LiveWorker, ...]:
    """The workers of a home that looked lately, by host."""
    found = []
    for file in (settings.logs / FOLDER).glob("*.worker"):
        host, _, pid = file.stem.rpartition(",")
        with suppress(OSError, ValueError):
            seen = file.stat().st_mtime
            if time.time() - seen > FORGOTTEN:
                file.unlink()
            if time.time() - seen < DEAD:
                found.append(LiveWorker(unquote(host), int(pid), datetime.fromtimestamp(seen, UTC)))
    return tuple(sorted(found, key=lambda worker: (worker.host, worker.pid)))


def _file(settings: Settings) -> Path:
    name = f"{quote(socket.gethostname(), safe='')},{os.getpid()}.worker"
    return settings.logs / FOLDER / name
