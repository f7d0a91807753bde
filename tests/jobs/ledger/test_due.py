"""Each due time of a schedule is taken on by exactly one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from holdfast.errors import LedgerError
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.plan import Plan
from jobs.ledger.making import PLAN

FIRST = datetime(2026, 10, 25, 2, 30, 0, 500_000, UTC)
SECOND = FIRST + timedelta(days=1)


def test_a_due_time_is_taken_on_once(ledger: Ledger) -> None:
    assert ledger.last_due("yeast") is None
    assert ledger.claim_due("yeast", None, FIRST)
    assert not ledger.claim_due("yeast", None, FIRST)
    assert ledger.last_due("yeast") == FIRST
    assert ledger.claim_due("yeast", FIRST, SECOND)
    assert not ledger.claim_due("yeast", FIRST, SECOND)
    assert ledger.last_due("yeast") == SECOND
    assert not ledger.claim_due("never", FIRST, SECOND)
    assert ledger.last_due("Yeast") is None


def test_the_run_of_a_due_time_is_kept_with_it(ledger: Ledger) -> None:
    assert ledger.scheduled("yeast") is None
    run = ledger.begin_due("yeast", None, FIRST, PLAN)
    found = ledger.scheduled("yeast")
    assert found is not None
    assert (found.due, found.run) == (FIRST, run)
    ledger.claim_due("yeast", FIRST, SECOND)
    found = ledger.scheduled("yeast")
    assert found is not None
    assert (found.due, found.run) == (SECOND, None)


def test_a_due_time_and_its_run_are_begun_together_or_not_at_all(ledger: Ledger) -> None:
    run = ledger.begin_due("yeast", None, FIRST, PLAN)
    assert run is not None
    assert ledger.begin_due("yeast", None, SECOND, PLAN) is None
    assert ledger.begin_due("yeast", SECOND, SECOND, PLAN) is None
    found = ledger.scheduled("yeast")
    assert found is not None
    assert (found.due, found.run) == (FIRST, run)
    assert [record.run for record in ledger.abandoned()] == [run]  # for whoever looks for work
    assert ledger.plan(run) == PLAN
    second = ledger.begin_due("yeast", FIRST, SECOND, PLAN)
    assert [record.run for record in ledger.runs()] == [second, run]


def test_a_plan_that_cannot_be_written_takes_on_no_due_time(ledger: Ledger) -> None:
    jobs = (replace(PLAN.jobs[0], needs=()), replace(PLAN.jobs[0], needs=()))
    with pytest.raises(LedgerError):  # two jobs have one name; no plan is made so
        ledger.begin_due("yeast", None, FIRST, _Unchecked(PLAN.subject, PLAN.title, jobs))
    assert ledger.last_due("yeast") is None
    assert ledger.runs() == []


class _Unchecked(Plan):
    def __post_init__(self) -> None:
        """A plan that breaks the rules of the database."""


def test_the_databases_clock_is_in_utc(ledger: Ledger) -> None:
    assert abs(ledger.now() - datetime.now(UTC)) < timedelta(seconds=5)
