"""What stop conditions and wait policies mean, and that reading one never runs it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.banks.properties.patience import FOREVER, attempts, first_wait

CALLS = st.sampled_from(
    "stop_never stop_any stop_all stop_after_attempt stop_after_delay wait_none wait_fixed "
    "wait_random wait_chain wait_combine wait_incrementing print __import__".split()
)
EXPRESSIONS = st.recursive(
    st.integers(-3, 9).map(str) | CALLS | st.text("ab()|&+,.'", max_size=8),
    lambda inner: (
        st.builds("{}({}, {})".format, CALLS, inner, inner)
        | st.builds("{} {} {}".format, inner, st.sampled_from("|&+"), inner)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("stop_never", FOREVER),
        ("stop_after_attempt(3)", 3),
        ("stop_after_attempt(max_attempt_number=4)", 4),
        ("stop_after_attempt(9) | stop_after_attempt(2)", 2),
        ("stop_after_attempt(9) & stop_after_attempt(2)", 9),
        ("stop_any(stop_never, stop_after_attempt(7), stop_after_delay(5))", 7),
        ("stop_all(stop_after_attempt(7), stop_after_attempt(8))", 8),
        ("stop_after_delay(60)", None),
        ("stop_when_event_set", None),
    ],
)
def test_a_stop_condition_is_a_number_of_attempts(text: str, times: int | None) -> None:
    assert attempts(text) == times


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("wait_none", 0),
        ("wait_fixed(3)", 3),
        ("wait_fixed(3) + wait_random(0, 2)", 5),
        ("wait_combine(wait_fixed(1), wait_fixed(2))", 3),
        ("wait_chain(wait_fixed(4), wait_fixed(9))", 4),
        ("wait_incrementing(start=2, increment=5)", 2),
        ("wait_exponential(multiplier=2, max=60)", 2),
        ("wait_random_exponential()", 1),
    ],
)
def test_a_wait_policy_is_the_first_wait(text: str, seconds: float) -> None:
    assert first_wait(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "3", "stop(1)", "stop_after_attempt", "a.b(1)", "__import__('os')"]
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no such expression|is none of"):
        attempts(text)
    with pytest.raises(ValueError, match=r"no such expression|is none of"):
        first_wait(text)


@given(EXPRESSIONS)
def test_whatever_is_written_is_a_number_or_a_sentence(text: str) -> None:
    for question in (attempts, first_wait):
        with suppress(ValueError):  # anything else would be an accident
            answer = question(text)
            assert answer is None or answer >= 0
