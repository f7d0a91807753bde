"""Claims: exactly one engine has a run, until its lease is over by the database's own clock."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from holdfast.jobs.ledger import Ledger, rows
from holdfast.jobs.model import Status
from jobs.ledger.making import MINE, OTHER, PLAN, begun

OVER = 0.05  #: seconds of a lease that is soon over


def test_a_run_that_nobody_has_can_be_claimed_once(ledger: Ledger) -> None:
    run = ledger.begin(PLAN)
    assert ledger.holder(run) is None
    assert ledger.claim(run, MINE, 60)
    assert not ledger.claim(run, OTHER, 60)
    held = ledger.holder(run)
    assert held is not None
    assert held.claim == MINE


def test_taking_over_names_the_claim_it_replaces(ledger: Ledger) -> None:
    run = begun(ledger)
    third = replace(OTHER, engine="third")
    assert not ledger.claim(run, OTHER, 60, "somebody")
    assert ledger.claim(run, OTHER, 60, "me")
    assert not ledger.claim(run, third, 60, "me")
    held = ledger.holder(run)
    assert held is not None
    assert held.claim == OTHER


def test_who_has_a_claim_may_take_it_again(ledger: Ledger) -> None:
    run = begun(ledger)
    assert ledger.claim(run, MINE, 60)
    assert ledger.claim(run, MINE, 60, "somebody")


def test_a_run_that_ended_or_is_not_there_cannot_be_claimed(ledger: Ledger) -> None:
    run = ledger.begin(PLAN)
    ledger.finish(run, Status.DONE)
    assert not ledger.claim(run, MINE, 60)
    assert not ledger.claim(run + 1, MINE, 60)


def test_a_lease_is_over_when_it_is_not_renewed(ledger: Ledger) -> None:
    run = ledger.begin(PLAN, MINE, OVER)
    time.sleep(2 * OVER)
    held = ledger.holder(run)
    assert held is not None
    assert held.expired
    assert [record.run for record in ledger.abandoned()] == [run]
    assert ledger.renew("me", 60) == {run}
    held = ledger.holder(run)
    assert held is not None
    assert not held.expired
    assert ledger.abandoned() == []


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400), timedelta(hours=-1)])
def test_a_clock_that_jumped_neither_ends_a_lease_nor_keeps_it(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    monkeypatch.setattr(rows, "now", lambda: datetime.now(UTC) + jump)
    lasting, over = ledger.begin(PLAN, MINE, 60), ledger.begin(PLAN, OTHER, OVER)
    time.sleep(2 * OVER)
    held = [ledger.holder(run) for run in (lasting, over)]
    assert [each is not None and each.expired for each in held] == [False, True]


def test_all_claims_of_an_engine_are_renewed_at_once(ledger: Ledger) -> None:
    first, second, other = begun(ledger), begun(ledger), ledger.begin(PLAN, OTHER)
    assert ledger.renew("me", 60) == {first, second}
    assert ledger.claim(second, OTHER, 60, "me")
    assert ledger.renew("me", 60) == {first}
    assert ledger.renew("other", 60) == {second, other}
    assert ledger.renew("nobody", 60) == frozenset()


def test_a_claim_is_given_up_by_its_holder_alone(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.release(run, "other")
    assert ledger.holder(run) is not None
    ledger.release(run, "me")
    assert ledger.holder(run) is None
    assert [record.run for record in ledger.abandoned()] == [run]


def test_abandoned_are_the_unfinished_runs_that_nobody_holds(ledger: Ledger) -> None:
    nobodys = ledger.begin(PLAN)
    over = ledger.begin(PLAN, OTHER, OVER)
    held = begun(ledger)
    ended = ledger.begin(PLAN)
    ledger.finish(ended, Status.DONE)
    time.sleep(2 * OVER)
    assert [record.run for record in ledger.abandoned()] == [nobodys, over]
    assert [record.run for record in ledger.abandoned(limit=1)] == [nobodys]
    here = ledger.abandoned(host="host.example")
    assert [(record.run, record.claim) for record in here] == [
        (nobodys, None),
        (over, OTHER),
        (held, MINE),
    ]
