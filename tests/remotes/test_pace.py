"""Pace: over any while, no more than the rate allows."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.remotes.pace import Bucket


@given(st.integers(1, 10**9), st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 3))))
def test_over_any_while_no_more_is_taken_than_allowed(
    rate: int, takes: list[tuple[int, float]]
) -> None:
    now, taken = 100.0, 0
    bucket = Bucket(rate, lambda: now)
    for count, rest in takes:
        now += rest + bucket.wait()
        assert taken <= rate * (now - 100) + rate / 4 + 1  # all that was owed is paid
        bucket.take(count)
        taken += count


def test_without_a_rate_nobody_waits() -> None:
    bucket = Bucket(0)
    bucket.take(10**12)
    assert bucket.wait() == 0


def test_what_is_not_taken_is_not_saved_up() -> None:
    now = 0.0
    bucket = Bucket(100, lambda: now)
    now = 1000.0
    bucket.take(125)
    assert bucket.wait() == 1.0
