"""
Which keeper has a local job: a symbolic link that is made before the job starts.

Making a symbolic link is one step that only one can take, and its text is there as soon as it is.
So a keeper that makes ``<ticket>.kept`` may start the job, and an engine that makes it first, since
it takes over from a dead one, may rely on it that the job will never start. The link leads nowhere;
only its text counts.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from holdfast.jobs.executors import processes

GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Keeper:
    """One keeper: a process of one host, from its start to its end."""

    pid: int
    started: int  #: clock ticks since the host's boot
    boot: str
    host: str

    @classmethod
    def of(cls, pid: int) -> "Keeper | None":
        """The keeper that is the process `pid` of this host, if there is one."""
        found = processes.find(pid)
        if found is None:
            return None
        return cls(pid, found.started, processes.boot(), socket.gethostname())

    @classmethod
    def parse(cls, text: str) -> "Keeper | None":
        """The keeper that the text of a link names, if it names one."""
        match text.split(" ", 3):
            case [pid, started, boot, host] if pid.isdecimal() and started.isdecimal():
                return cls(int(pid), int(started), boot, host)
        return None

    @classmethod
    def from_document(cls, document: object) -> "Keeper | None":
        """The keeper that :attr:`document` tells of, which came back from the ledger."""
        match document:
            case {"pid": int(pid), "started": int(started), "boot": str(boot), "host": str(host)}:
                return cls(pid, started, boot, host)
        return None

    @property
    def document(self) -> Mapping[str, Any]:
        """The keeper, fit for JSON."""
        return asdict(self)

    @property
    def is_here(self) -> bool:
        """Whether it was on this host since this boot."""
        return self.boot == processes.boot() and self.host == socket.gethostname()

    @property
    def is_alive(self) -> bool:
        """Whether it is at work on this host now."""
        return self.is_here and processes.is_same(self.pid, self.started)

    def __str__(self) -> str:
        return f"{self.pid} {self.started} {self.boot} {self.host}"


def claim(path: str | Path, text: str) -> bool:
    """Make the link `path` with `text`; False if someone has made it before.

    Raises
    ------
    OSError
        It cannot be made: the disk is full, the folder is gone.
    """
    try:
        os.symlink(text, path)  # noqa: PTH211 - a Path takes longer to make
    except FileExistsError:
        return False
    return True


def claimed_by(path: Path) -> str | None:
    """The text of the link `path`; empty if it is no link; None if there is nothing."""
    try:
        return os.readlink(path)  # noqa: PTH115 - its text is no path
    except FileNotFoundError:
        return None
    except OSError:
        return ""
