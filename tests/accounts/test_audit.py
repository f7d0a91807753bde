"""Who did what is found by words, by person and by outcome, a page at a time; then forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from holdfast.accounts.audit import Audit, Deed, Result, Search
from holdfast.jobs.ledger import Ledger

NOW = datetime.now(UTC)


@pytest.fixture
def audit(ledger: Ledger) -> Audit:
    """Five deeds, the newest the last."""
    audit = Audit(ledger)
    for days, who, action, subject, outcome in (
        (500, "ann", "sign in", "", Result.DONE),
        (3, "ann", "banks publish", "yeast_100%", Result.DONE),
        (2, "ben", "banks publish", "yeast", Result.REFUSED),
        (1, "ben", "plots remove", "\udcff\0", Result.FAILED),
        (0, "", "sign in", "", Result.REFUSED),
    ):
        when = NOW - timedelta(days=days)
        audit.write(Deed(when, who, "session", "192.0.2.1", action, subject, outcome, "x" * 5000))
    return audit


FOUND = [
    (Search(), ["sign in", "plots remove", "banks publish", "banks publish", "sign in"]),
    (Search("PUBLISH"), ["banks publish"] * 2),
    (Search("100%"), ["banks publish"]),
    (Search("%"), ["banks publish"]),
    (Search("_"), ["banks publish"]),
    (
        Search("192.0.2"),
        ["sign in", "plots remove", "banks publish", "banks publish", "sign in"],
    ),
    (Search(who="ann"), ["banks publish", "sign in"]),
    (Search(who="an"), []),
    (Search(who="ann", before=10**30), ["banks publish", "sign in"]),
    (Search("publish", "ben", Result.REFUSED), ["banks publish"]),
    (Search(outcome=Result.FAILED), ["plots remove"]),
    (Search("'; DROP TABLE audit; --"), []),
    (Search("\udcff"), ["plots remove"]),
]


def test_deeds_are_found(audit: Audit) -> None:
    for search, found in FOUND:
        assert [each.action for each in audit.find(search)] == found, search


def test_the_next_page_begins_where_the_last_ended(audit: Audit) -> None:
    first = audit.find(Search(limit=2))
    second = audit.find(Search(limit=2, before=first[-1].id))
    assert [each.who for each in (*first, *second)] == ["", "ben", "ben", "ann"]
    assert len(first[0].detail) == 2000


def test_what_is_old_is_forgotten(audit: Audit) -> None:
    assert audit.forget(400) == 1
    assert len(audit.find(Search())) == 4
