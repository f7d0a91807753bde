"""Each due time of a schedule is taken on by exactly one."""

from datetime import UTC, datetime, timedelta

from holdfast.jobs.ledger import Ledger
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
    ledger.claim_due("yeast", None, FIRST)
    run = ledger.begin(PLAN)
    ledger.note_scheduled("yeast", FIRST, run)
    found = ledger.scheduled("yeast")
    assert found is not None
    assert (found.due, found.run) == (FIRST, run)
    ledger.claim_due("yeast", FIRST, SECOND)
    ledger.note_scheduled("yeast", FIRST, run)  # too late
    found = ledger.scheduled("yeast")
    assert found is not None
    assert (found.due, found.run) == (SECOND, None)
