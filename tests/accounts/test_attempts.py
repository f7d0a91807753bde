"""Who is wrong too often must wait; who is right in the end is forgiven."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from holdfast.accounts.attempts import Attempts, doors
from holdfast.errors import TooManyAttempts
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.ledger.account_tables import attempts as table
from holdfast.jobs.ledger.database import clock


def tried(ledger: Ledger, name: str, address: str, times: int) -> int:
    """How many of so many attempts were let through."""
    through = 0
    for _ in range(times):
        try:
            Attempts(ledger).take(doors(name, address))
            through += 1
        except TooManyAttempts:
            continue
    return through


def open_doors(ledger: Ledger, days: float) -> None:
    """Let time pass."""
    act = update(table).values(until=clock() - int(days * 86_400_000))
    ledger.database.write(lambda connection: connection.execute(act))


def test_a_name_has_a_few_attempts_and_then_waits_twice_as_long_each_time(ledger: Ledger) -> None:
    assert tried(ledger, "ann", "a", 20) == 6
    assert tried(ledger, "ben", "a", 1) == 1  # another one from the same address
    waits = []
    for _ in range(4):
        open_doors(ledger, 0.5)
        Attempts(ledger).take(doors("ann", "b"))
        with pytest.raises(TooManyAttempts) as early:
            Attempts(ledger).take(doors("ann", "b"))
        waits.append(early.value.seconds)
    assert waits == [2, 4, 8, 16]


def test_an_address_that_tries_many_names_waits_too(ledger: Ledger) -> None:
    assert sum(tried(ledger, f"user{number}", "a", 1) for number in range(50)) == 31
    assert tried(ledger, "user99", "b", 1) == 1


def test_who_is_right_is_forgiven(ledger: Ledger) -> None:
    for _ in range(20):
        Attempts(ledger).take(doors("ann", "a"))
        Attempts(ledger).forgive(doors("ann", "a"))


def test_who_has_a_password_of_their_own_guesses_no_more_of_others(ledger: Ledger) -> None:
    let_through = 0
    for number in range(60):
        let_through += tried(ledger, f"user{number}", "a", 1)
        if tried(ledger, "mallory", "a", 1):
            Attempts(ledger).forgive(doors("mallory", "a"))
    assert let_through < 40


def test_attempts_at_the_same_time_count_as_if_after_each_other(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: tried(ledger, "ann", "a", 2), range(8))) == 6


def test_what_was_wrong_long_ago_is_forgotten(ledger: Ledger) -> None:
    tried(ledger, "ann", "a", 6)
    open_doors(ledger, 1.1)
    tried(ledger, "ben", "b", 1)
    left = ledger.database.read(lambda c: c.execute(select(table.c.whose)).all())
    assert len(left) == 2
