"""
How many transitions of jobs a second the ledger writes: one in a turn, and a hundred.

In SQLite, and in a PostgreSQL and a MariaDB started for it on loopback, each flushing every
transaction to the same disk. Beside them what the disk alone takes: a line appended to a file and
flushed; and what a transition takes of this process's own time. A transition is a job's new status
with its event; a job that starts and ends has two.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the servers are started there

from holdfast.jobs.ledger import Ledger, Move
from holdfast.jobs.model import Cause, Status
from jobs.ledger.making import MINE, move, start, wide
from services.databases import DatabaseServer
from services.mariadb import MariaDB
from services.postgresql import PostgreSQL


def main(arguments: list[str]) -> int:
    """Print transitions per second for each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="not used: the ledger needs no data")
    parser.add_argument("--turns", type=int, default=300)
    turns = parser.parse_args(arguments).turns
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        print(f"{'the disk alone':<26} {_flushes(Path(folder), turns):8.0f} flushes per second")
        _print("SQLite", f"sqlite:///{folder}/ledger.sqlite", turns)
    for name, kind in (("PostgreSQL", PostgreSQL), ("MariaDB", MariaDB)):
        with _started(kind) as url:
            _print(name, url, turns)
    return 0


@contextmanager
def _started(kind: type[DatabaseServer]) -> Iterator[str]:
    server = kind(durable=True)
    try:
        server.make()
        server.start()
        yield server.new_database()
    finally:
        server.end()


def _print(name: str, url: str, turns: int) -> None:
    with Ledger.open(url) as ledger:
        for size, what in ((1, "one in a turn"), (100, "a hundred")):
            rate, own = _rate(ledger, turns, size)
            print(f"{name:<12} {what:<13} {rate:8.0f} transitions per second, {own:6.0f} µs here")


def _rate(ledger: Ledger, turns: int, size: int) -> tuple[float, float]:
    """Transitions per second, and µs of our own for each, of jobs that start `size` at a time."""
    rounds = max(1, turns // 2) if size == 1 else max(1, turns // 20)
    run = ledger.begin(wide(rounds * size), replace(MINE, engine=f"engine{size}"))
    moves: list[list[Move]] = []
    for place in range(rounds):
        names = [f"j{place * size + each}" for each in range(size)]
        moves.append([start(run, name, f"t{name}") for name in names])
        moves.append([move(run, name, Status.DONE, Cause.WELL) for name in names])
    own = time.process_time()
    seconds = _timed(lambda: _write(ledger, f"engine{size}", moves))
    count = len(moves) * size
    return count / seconds, (time.process_time() - own) / count * 1e6


def _write(ledger: Ledger, engine: str, moves: list[list[Move]]) -> None:
    for each in moves:
        if each[0].starts:
            ledger.turn(engine, choose=lambda _, each=each: each)
        else:
            ledger.turn(engine, each)


def _flushes(folder: Path, count: int) -> float:
    def append() -> None:
        with (folder / "lines").open("ab", buffering=0) as file:
            for _ in range(count):
                file.write(b"x" * 200)
                os.fsync(file.fileno())

    return count / _timed(append)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
