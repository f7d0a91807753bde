"""History is forgotten by age, and what is counted never falls."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from holdfast.base.progress import Progress
from holdfast.errors import JobError
from holdfast.jobs.ledger import BOUNDS, Ledger, Move, ProgressNews, Tally
from holdfast.jobs.model import Cause, Status, Usage
from jobs.ledger.making import MINE, OTHER, PLAN, begun, move, outcome, start, wide

LATER = datetime.now(UTC) + timedelta(days=1)


def test_what_ended_long_ago_is_forgotten(ledger: Ledger) -> None:
    ended, open_, reopened = begun(ledger), begun(ledger), begun(ledger)
    for run in (ended, reopened):
        ledger.turn(
            "me", [start(run, "fetch")], progress=[ProgressNews(run, "fetch", Progress("a"))]
        )
        ledger.finish(run, Status.FAILED)
    ledger.reopen(reopened)
    assert ledger.prune(datetime.now(UTC) - timedelta(days=1)) == []
    assert ledger.prune(LATER) == [ended]
    assert [record.run for record in ledger.runs()] == [reopened, open_]
    assert ledger.outcomes(ended) == {}
    assert ledger.events(ended) == []
    with pytest.raises(JobError, match="there is no run"):
        ledger.plan(ended)
    assert ledger.prune(LATER) == []


def test_the_number_of_a_forgotten_run_is_never_given_again(ledger: Ledger) -> None:
    run = ledger.begin(PLAN)
    ledger.finish(run, Status.DONE)
    assert ledger.prune(LATER) == [run]
    assert ledger.begin(PLAN) > run


def test_many_runs_are_forgotten_at_once(ledger: Ledger) -> None:
    runs = [ledger.begin(wide(3)) for _ in range(45)]
    for run in runs:
        ledger.finish(run, Status.DONE)
    assert ledger.prune(LATER) == runs
    assert ledger.runs() == []


def test_each_end_of_a_try_is_counted(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.turn("me", [start(run, "fetch")])
    again = replace(outcome(Status.WAITING, Cause.EXIT), usage=Usage(wall=0.5))
    ledger.turn("me", [Move(run, "fetch", again), start(run, "fetch", "t2")])
    ledger.turn("me", [Move(run, "fetch", outcome(Status.FAILED, Cause.MEMORY, seconds=90.0))])
    ledger.turn("me", [move(run, "load ü/x", Status.BLOCKED)])
    assert ledger.tallies() == [
        Tally("load", Status.BLOCKED, "", 1, 0.0, (0,) * len(BOUNDS), 0),
        Tally("transfer", Status.FAILED, "memory", 1, 90.0, tuple(b >= 90 for b in BOUNDS), 1),
        Tally("transfer", Status.WAITING, "exit", 1, 0.5, tuple(b >= 0.5 for b in BOUNDS), 1),
    ]


def test_tallies_of_all_engines_are_added(ledger: Ledger) -> None:
    for claim in (MINE, OTHER, MINE):
        run = ledger.begin(PLAN, claim)
        ledger.turn(claim.engine, [start(run, "fetch")])
        done = replace(outcome(Status.DONE, Cause.WELL), usage=Usage(wall=0.25))
        ledger.turn(claim.engine, [Move(run, "fetch", done)])
    [tally] = ledger.tallies()
    assert (tally.count, tally.seconds, tally.timed) == (3, 0.75, 3)
    assert tally.within == tuple(3 * (bound >= 0.25) for bound in BOUNDS)


def test_tallies_never_fall(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.turn("me", [start(run, "fetch")])
    ledger.turn("me", [move(run, "fetch", Status.FAILED, Cause.EXIT)])
    ledger.finish(run, Status.FAILED)
    before = ledger.tallies()
    ledger.reopen(run)
    assert ledger.tallies() == before
    ledger.finish(run, Status.CANCELLED)
    ledger.prune(LATER)
    assert ledger.tallies() == before
