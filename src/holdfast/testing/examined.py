"""
What the examination of executors asks of whoever is examined: how to make one, and commands for it.

The commands are for executors that run programs on this machine; others (the twin, a service
elsewhere) say their own.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from holdfast.jobs.executors import processes
from holdfast.jobs.executors.interface import Began, Ended, Executor, Start
from holdfast.jobs.model import Job

MIB = 1024**2

_SAYS = 'for word in "$@"; do printf "%s\\n" "$word"; done'
_FAILS = 'echo "$1" >&2; exit "$2"'
_IGNORES = 'trap "" TERM; echo $$ > "$1"; while :; do sleep 0.1; done'
#: One process leaves the session, one loses its parent, one does both and forgets its environment.
_ESCAPES = """
setsid sh -c 'echo $$ >> "$1"; exec sleep 600' sh "$1" &
(sleep 600 & echo $! >> "$1")
(env -i setsid sh -c 'echo $$ >> "$1"; exec sleep 600' sh "$1" &)
until [ "$(wc -l < "$1")" -ge 3 ]; do sleep 0.02; done
echo >> "$1.ready"
[ "$2" = 0 ] || sleep "$2"
"""
_USES = """
import sys, time
held = b"x" * int(sys.argv[1])
while time.process_time() < 0.4:
    pass
time.sleep(0.3)
"""
_GROWS = """
import sys, time
held = []
while len(held) < int(sys.argv[1]) >> 23:
    held.append(b"x" * (1 << 23))
    time.sleep(0.01)
time.sleep(600)
"""


class ExaminedExecutor:
    """How the examination makes executors and what it runs on them."""

    patience = 20.0  #: seconds after which something that should have happened has not
    brief = 0.4  #: seconds: a limit of time that the executor can hold
    a_while = 0.2  #: seconds after which something that should not happen would have

    def make(self) -> Executor:
        """A new executor. Those made within one test share a machine, as those of engines would."""
        raise NotImplementedError

    def command_that_says(self, *words: str) -> tuple[str, ...]:
        """A command that prints each word on a line of its own and ends well."""
        return ("sh", "-c", _SAYS, "sh", *words)

    def command_that_shows(self, variable: str) -> tuple[str, ...]:
        """A command that prints what it has in its environment as `variable`."""
        return ("printenv", variable)

    def command_that_fails(self, code: int, last_words: str) -> tuple[str, ...]:
        """A command that prints `last_words` as an error and exits with `code`."""
        return ("sh", "-c", _FAILS, "sh", last_words, str(code))

    def command_that_lasts(self) -> tuple[str, ...]:
        """A command that goes on until it is ended."""
        return ("sleep", "600")

    def command_that_ignores_requests(self, ready: Path) -> tuple[str, ...]:
        """A command that writes its process number to `ready` and then never ends when asked."""
        return ("sh", "-c", _IGNORES, "sh", str(ready))

    def command_that_escapes(self, pids: Path, seconds: int) -> tuple[str, ...]:
        """A command whose children leave it in every way there is, with their numbers in `pids`.

        When they have left, it writes ``<pids>.ready``; `seconds` later it ends well.
        """
        return ("sh", "-c", _ESCAPES, "sh", str(pids), str(seconds))

    def command_that_uses(self, memory: int) -> tuple[str, ...]:
        """A command that uses `memory` bytes and 0.4 seconds of a processor, and ends well."""
        return (sys.executable, "-c", _USES, str(memory))

    def command_that_grows(self, memory: int) -> tuple[str, ...]:
        """A command that uses more and more memory up to `memory` bytes, and then lasts."""
        return (sys.executable, "-c", _GROWS, str(memory))

    def are_at_work(self, pids: Path) -> bool:
        """Whether any of the processes that wrote their numbers to `pids` is still at work."""
        numbers = [int(word) for word in pids.read_text("ascii").split()]
        found = [processes.find(number) for number in numbers]
        return any(process is not None and process.is_alive for process in found)

    # -- what tests do -----------------------------------------------------------------------------

    @pytest.fixture
    def executor(self) -> Iterator[Executor]:
        """The executor under examination."""
        executor = self.make()
        yield executor
        executor.close()

    def next_of(self, executor: Executor, within: float) -> list[Began | Ended]:
        """What `executor` tells next, once its bell has rung; empty if it tells nothing in time."""
        deadline = time.monotonic() + within
        while True:
            executor.bell.clear()
            told = list(executor.collect())
            left = deadline - time.monotonic()
            if told or left <= 0:
                return told
            # An executor that forgets to ring delays its jobs: there is no second look before time.
            executor.bell.wait(left)

    def wait_for(self, executor: Executor, count: int = 1) -> dict[str, Ended]:
        """The next `count` ends, by ticket; fails if one is told twice or none for too long."""
        told: dict[str, Ended] = {}
        deadline = time.monotonic() + self.patience
        while len(told) < count:
            assert time.monotonic() < deadline, f"only {len(told)} of {count} jobs ended"
            for news in self.next_of(executor, deadline - time.monotonic()):
                if isinstance(news, Ended):
                    assert news.ticket not in told, "a job was told as ended twice"
                    told[news.ticket] = news
        return told

    def end_of(self, executor: Executor, start: Start) -> Ended:
        """How `start`, the only one that is to end now, ended."""
        return self.wait_for(executor)[start.ticket]

    def done(self, executor: Executor, start: Start) -> Ended:
        """Start it, and how it ended."""
        executor.start(start)
        return self.end_of(executor, start)

    def is_silent(self, executor: Executor) -> bool:
        """Whether `executor` tells of no end for a while."""
        deadline = time.monotonic() + self.a_while
        while (left := deadline - time.monotonic()) > 0:
            if any(isinstance(news, Ended) for news in self.next_of(executor, left)):
                return False
        return True

    def wait_until_there(self, path: Path) -> None:
        """Wait until a job has written a line to `path`."""
        deadline = time.monotonic() + self.patience
        while not (path.exists() and path.read_text().endswith("\n")):
            assert time.monotonic() < deadline, f"{path} was not written"
            time.sleep(0.01)


def a_start(
    folder: Path,
    command: tuple[str, ...],
    *,
    name: str = "job",
    time: float | None = None,
    memory: int | None = None,
    directory: Path | None = None,
    stdout: Path | None = None,
    label: str = "process",
) -> Start:
    """A start of a job named `name` with its files in `folder` and a ticket of its own."""
    job = Job(
        name,
        command,
        label=label,
        environment={"GREETING": "good morning"},
        directory=directory,
        stdout=stdout,
        memory=memory,
        time=time,
    )
    log, progress = folder / f"{name}.log", folder / f"{name}.progress"
    return Start(token_hex(16), run=1, job=job, log=log, progress=progress, folder=folder)
