"""Several processes share a ledger: one of them wins, no limit is passed, nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from holdfast.jobs.ledger import Event, Ledger
from holdfast.jobs.model import Status
from jobs.ledger.making import begun
from jobs.ledger.workers import JOBS, LIMIT

TESTS = Path(__file__).parents[2]


@contextmanager
def workers(what: str, count: int, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process whose `count` children do `what` at once; they end with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "jobs.ledger.workers", what, str(count), *words],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def answers(process: subprocess.Popen[str]) -> dict[str, str]:
    """What each said, by its word; all must have ended well."""
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 0
    return dict(line.split(" ", 1) for line in said.splitlines())


def test_of_eight_that_take_over_a_run_exactly_one_succeeds(ledger: Ledger, url: str) -> None:
    run = begun(ledger)
    with workers("claim", 8, url, str(run)) as process:
        said = answers(process)
    assert sorted(said.values()) == ["False"] * 7 + ["True"]
    held = ledger.holder(run)
    assert held is not None
    assert said[held.claim.engine] == "True"


def test_of_several_that_take_on_a_due_time_exactly_one_succeeds(ledger: Ledger, url: str) -> None:
    with workers("due", 4, url) as process:
        said = answers(process)
    assert sorted(said.values()) == ["False"] * 3 + ["True"]
    assert ledger.last_due("yeast") is not None


def test_a_limit_holds_over_all_engines_and_whoever_follows_misses_nothing(
    ledger: Ledger, url: str
) -> None:
    followed: list[Event] = []
    with workers("work", 4, url) as process:
        while process.poll() is None:
            followed += ledger.feed(followed[-1].number if followed else 0)
        said = answers(process)
    assert max(int(most) for most in said.values()) <= LIMIT
    told = [event for run in ledger.runs() for event in ledger.events(run.run)]
    deadline = time.monotonic() + 10
    while len(followed) < len(told) and time.monotonic() < deadline:
        followed += ledger.feed(followed[-1].number if followed else 0)
    assert followed == sorted(told, key=lambda event: event.number)
    assert Counter(event.status for event in told) == {
        Status.RUNNING: 4 * JOBS,
        Status.DONE: 4 * JOBS,
    }
    assert sum(tally.count for tally in ledger.tallies()) == 4 * JOBS


def test_a_turn_killed_at_any_statement_is_written_whole_or_not_at_all(
    ledger: Ledger, url: str
) -> None:
    with workers("killed", 1, url) as process:
        assert answers(process) == {"engine0": "(True, ['after', 'before'])"}
    assert ledger.renew("me", 60) == frozenset()
