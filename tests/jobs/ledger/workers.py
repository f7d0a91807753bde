"""
What other processes do in the tests: ``python -m jobs.ledger.workers WHAT COUNT URL …``.

COUNT processes do it, each with a ledger of its own, and begin at once. Each writes its word and
what came of it on a line; the exit code is 0 if all ended well.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from holdfast.base.progress import Progress
from holdfast.jobs.ledger import Ledger, Load, Move, NativeNews, ProgressNews
from holdfast.jobs.model import Cause, Status
from jobs.ledger.making import BEGUN, MINE, move, start, statuses, wide

LIMIT = 3  #: how many jobs may be at work at once, over all engines
JOBS = 12  #: how many jobs each engine has

Begin = Callable[[], object]


def opened(begin: Begin, word: str, url: str) -> object:
    """Open a ledger that is not ready, and count its runs."""
    begin()
    with Ledger.open(url) as ledger:
        return len(ledger.runs())


def claim(begin: Begin, word: str, url: str, run: str) -> object:
    """Try to take over a run from `MINE`, and say whether that succeeded."""
    with Ledger.open(url) as ledger:
        begin()
        return ledger.claim(int(run), replace(MINE, engine=word), 60, "me")


def due(begin: Begin, word: str, url: str) -> object:
    """Try to take on the first due time of a schedule."""
    with Ledger.open(url) as ledger:
        begin()
        return ledger.claim_due("yeast", None, BEGUN)


def work(begin: Begin, word: str, url: str) -> object:
    """Do a run of JOBS jobs, never more than LIMIT at once with all others; say the most seen."""
    with Ledger.open(url) as ledger:
        run = ledger.begin(wide(JOBS), replace(MINE, engine=word))
        waiting, at_work, most = [f"j{i}" for i in range(JOBS)], list[str](), 0

        def choose(load: Load) -> list[Move]:
            nonlocal most
            most = max(most, load.jobs(label="process"))
            room = max(0, LIMIT - load.jobs(label="process"))
            return [start(run, name, f"{word}-{name}") for name in waiting[: min(room, 2)]]

        begin()
        while waiting or at_work:
            ends = [move(run, name, Status.DONE, Cause.WELL) for name in at_work]
            started = ledger.turn(word, ends, choose=choose)
            at_work = [each.job for each in started]
            waiting = [name for name in waiting if name not in at_work]
        ledger.finish(run, Status.DONE, word)
        return most


def turns(begin: Begin, word: str, url: str, count: str) -> object:
    """Start and end `count` jobs, each in a turn of its own, whatever happens to the server."""
    with Ledger.open(url, patience=60) as ledger:
        run = ledger.begin(wide(int(count)), replace(MINE, engine=word))
        begin()
        for place in range(int(count)):
            name = f"j{place}"
            ledger.turn(word, choose=lambda _, name=name: [start(run, name, f"t{name}")])
            ledger.turn(word, [move(run, name, Status.DONE, Cause.WELL)])
            say(word, place)
        return "end"


def killed(begin: Begin, word: str, url: str) -> object:
    """Be killed at each statement of a turn, and see that it was written whole or not at all."""
    begin()
    outcomes = set()
    for last in range(1, 100):
        child = os.fork()
        if child == 0:
            _one_turn(url, last)
            os._exit(0)
        _, code = os.waitpid(child, 0)
        outcomes.add(_state(url))
        if code == 0:
            break
    return last > 10, sorted(outcomes)


def _one_turn(url: str, last: int) -> None:
    with Ledger.open(url) as ledger:
        run = ledger.begin(wide(2), MINE)
        ledger.turn("me", [start(run, "j0")])
        _kill_at(last)
        moves = [move(run, "j0", Status.DONE, Cause.WELL)]
        natives = [NativeNews(run, "j0", "t1", {"pid": 1})]
        progress = [ProgressNews(run, "j0", Progress("on", 1))]
        ledger.turn("me", moves, natives, progress, lambda _: [start(run, "j1", "t2")])


def _kill_at(last: int) -> None:
    """Kill this process when it is about to send its statement number `last`."""
    seen = 0
    real: Callable[..., object] = Connection.execute
    commit: Callable[..., object] = Connection._commit_impl

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def execute(self: Connection, *args: object, **kwargs: object) -> object:
        count()
        return real(self, *args, **kwargs)

    def commit_impl(self: Connection) -> None:
        count()
        commit(self)
        count()

    Connection.execute = execute
    Connection._commit_impl = commit_impl


def _state(url: str) -> str:
    """How the last run stands: before the turn, after it, or (never) between."""
    with Ledger.open(url) as ledger:
        [record] = ledger.runs(limit=1)
        events = len(ledger.events(record.run))
        native = any(each.native for each in ledger.at_work(record.run))
        stand = [each.value for each in statuses(ledger, record.run)]
        ended = sum(tally.count for tally in ledger.tallies())
        ledger.finish(record.run, Status.FAILED)
    before = (["running", "waiting"], 1, False, 0)
    after = (["done", "running"], 4, False, 1)
    # Those killed after the commit, and the last one, which was not killed, have written theirs.
    found = (stand, events, native, min(ended, 1) if stand == after[0] else ended)
    return {str(before): "before", str(after): "after"}.get(str(found), str(found))


# -- all at once -----------------------------------------------------------------------------------


def say(word: str, what: object) -> None:
    """Write a line whole."""
    os.write(1, f"{word} {what}\n".encode())


def all_at_once(what: Callable[..., object], count: int, *words: str) -> int:
    """Let `count` processes do `what`; the greatest of their exit codes."""
    ready, tell_ready = os.pipe()
    listen, speak = os.pipe()

    def begin() -> None:
        os.write(tell_ready, b".")
        os.read(listen, 1)  # ends when nobody can speak any more

    children = []
    for place in range(count):
        child = os.fork()
        if child == 0:
            os.close(speak)
            say(f"engine{place}", what(begin, f"engine{place}", *words))
            os._exit(0)
        children.append(child)
    os.close(tell_ready)
    for _ in children:
        os.read(ready, 1)
    os.close(speak)
    return max(os.waitpid(child, 0)[1] for child in children)


if __name__ == "__main__":
    tasks = {"opened": opened, "claim": claim, "due": due, "work": work}
    tasks |= {"turns": turns, "killed": killed}
    sys.exit(min(1, all_at_once(tasks[sys.argv[1]], int(sys.argv[2]), *sys.argv[3:])))
