"""
What the servers of PostgreSQL and MariaDB have in common: started, ended, killed, started again.

Each runs as an unprivileged account if the tests run as root, with data in a folder of its own at a
short path and a port of its own on loopback; and it ends when this process ends, however.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from servers.served import free_port

MEMORY = Path("/dev/shm")  #: a folder in memory, where there is one: disks of CI are slow
PATIENCE = 60.0  #: seconds in which a server must answer, or end


class DatabaseServer(ABC):
    """A database server with data of its own."""

    account: str  #: who runs it, if the tests run as root
    end_signal = signal.SIGTERM  #: asks it to end without waiting for its clients
    crash_signal = signal.SIGKILL  #: ends it at once; nothing of it stays in the machine

    def __init__(self, *, durable: bool = False) -> None:
        #: Whether it flushes to the disk; else it is quick, and survives all but the machine's end.
        self.durable = durable
        place = MEMORY if MEMORY.is_dir() and not durable else Path("/tmp")
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.account}-", dir=place))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.account)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)

    # -- what differs ------------------------------------------------------------------------------

    @abstractmethod
    def make(self) -> None:
        """Make the data folder."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """What runs the server in the foreground."""

    @abstractmethod
    def statement(self, sql: str, database: str = "") -> None:
        """Have the administrator say something in SQL."""

    @abstractmethod
    def url(self, database: str) -> str:
        """The URL of a database for the ledger, with its password."""

    # -- what is common ----------------------------------------------------------------------------

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.as_account(*self.command()), stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert self._process.poll() is None, self.last_words()
            assert time.monotonic() < deadline, f"it does not answer: {self.last_words()}"
            time.sleep(0.02)

    def stop(self, how: signal.Signals | None = None) -> None:
        """End it with a signal, as its administrator would or `how`, and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(how or self.end_signal)
            self._process.wait(PATIENCE)
            self._process = None

    def crash(self) -> None:
        """End it as a crash does: nobody is told, nothing is tidied."""
        self.stop(self.crash_signal)

    def end(self) -> None:
        """End it at once, and remove what it had."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self) -> str:
        """Make an empty database, and give its URL."""
        name = f"ledger{next(self._numbers)}"
        self.statement(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database that :meth:`new_database` made; nobody may be connected to it."""
        self.statement(f"DROP DATABASE {url.rpartition('/')[2]}")

    def answers(self) -> bool:
        """Whether it takes a statement now."""
        try:
            self.statement("SELECT 1")
        except Exception:  # noqa: BLE001 - each driver has its own; until it answers, all mean no
            return False
        return True

    def as_account(self, *command: str | Path) -> list[str]:
        """`command` as run by the unprivileged account; it is ended when this process ends."""
        words = ["setpriv", "--pdeathsig", self.crash_signal.name.removeprefix("SIG")]
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.account)
            words += [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
        return [*words, *map(str, command)]

    def do(self, *command: str | Path) -> None:
        """Run `command` as the unprivileged account."""
        done = subprocess.run(
            self.as_account(*command), cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def last_words(self) -> str:
        """The end of what the server said."""
        return (self.folder / "server.log").read_text(errors="replace")[-2000:]


def program(name: str) -> str:
    """The path of a server's program; Debian keeps PostgreSQL's, of whatever version, aside."""
    folders = ["/usr/sbin", "/usr/local/sbin", *Path("/usr/lib/postgresql").glob("*/bin")]
    found = shutil.which(name, path=":".join([os.environ.get("PATH", ""), *map(str, folders)]))
    assert found is not None, f"{name} is not installed"
    return found
