"""Whatever a job may come to is written and read back, in every database."""

from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.base.progress import Progress
from holdfast.jobs.ledger import Claim, Ledger, Move, NativeNews, ProgressNews
from holdfast.jobs.ledger.rows import text
from holdfast.jobs.model import Cause, Outcome, Status, Usage
from jobs.ledger.making import PLAN, begun, move, start, wide

EXAMPLES = 25

wild = st.text(st.characters(exclude_categories=()))  # also NUL and halves of surrogates
words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds have no zone, as hypothesis asks
maybe = st.none() | moments
seconds = st.none() | st.floats(0, 1e9)
usages = st.builds(
    Usage, words.map(lambda name: name[:200]), seconds, seconds, st.none() | st.integers(0, 2**62)
)
small = st.integers(0, 2**31 - 1)
outcomes = st.builds(
    Outcome,
    status=st.just(Status.FAILED),
    reason=words,
    log=st.just(Path("/logs/x")),
    started=maybe,
    ended=maybe,
    exit_code=st.none() | st.integers(-(2**31) + 1, 2**31 - 1),
    cause=st.none() | st.sampled_from(Cause),
    attempt=small,
    losses=small,
    executor=words.map(lambda name: name[:200]),
    queued=maybe,
    usage=usages,
)


def test_any_outcome_comes_back(ledger: Ledger) -> None:
    run = begun(ledger, wide(1))

    @settings(max_examples=EXAMPLES)
    @given(outcomes)
    def check(outcome: Outcome) -> None:
        running = replace(outcome, status=Status.RUNNING)
        ledger.turn("me", [Move(run, "j0", running, ticket="t"), Move(run, "j0", outcome)])
        assert ledger.outcomes(run)["j0"] == outcome
        ledger.turn("me", [move(run, "j0", Status.WAITING)])

    check()


def test_no_text_and_no_number_is_refused(ledger: Ledger) -> None:
    run = begun(ledger, wide(1))

    @settings(max_examples=EXAMPLES)
    @given(wild, wild, st.integers(), st.none() | st.integers(), st.floats())
    def check(one: str, two: str, count: int, total: int | None, number: float) -> None:
        usage = Usage(one, number, number, count)
        failed = Outcome(Status.FAILED, two, Path("/l"), None, None, count, usage=usage)
        news = [ProgressNews(run, "j0", Progress(one, count, total, two, one))]
        after = ledger.last_event()
        ledger.turn("me", [start(run, "j0"), Move(run, "j0", failed)], progress=news)
        found = ledger.outcomes(run)["j0"]
        assert found.reason == text(two)
        assert found.usage.wall == (number if isfinite(number) else None)
        told = ledger.events(run, after)[-1].progress
        assert told is not None
        assert (told.what, told.unit) == (text(one), text(two, 50))
        ledger.turn("me", [move(run, "j0", Status.WAITING)])

    check()


def test_any_name_an_executor_gives_comes_back(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.turn("me", [start(run, "fetch")])
    numbers = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.booleans()

    @settings(max_examples=EXAMPLES)
    @given(st.dictionaries(wild, st.none() | wild | numbers | st.lists(wild)))
    def check(native: dict[str, object]) -> None:
        ledger.turn("me", natives=[NativeNews(run, "fetch", "t1", native)])
        assert ledger.at_work(run)[0].native == native

    check()


def test_any_claim_comes_back(ledger: Ledger) -> None:
    numbers = st.integers(0, 2**62)
    word = words.map(lambda each: each[:60])

    @settings(max_examples=EXAMPLES)
    @given(st.builds(Claim, word.filter(bool), word, numbers, numbers, word))
    def check(claim: Claim) -> None:
        run = ledger.begin(PLAN, claim)
        assert ledger.run(run).claim == claim
        assert run in ledger.renew(claim.engine, 60)
        ledger.release(run, claim.engine)

    check()


@given(wild, st.none() | st.integers(1, 100))
def test_a_text_is_made_fit_once(given_text: str, limit: int | None) -> None:
    fit = text(given_text, limit)
    assert "\0" not in fit
    assert fit.encode("utf-8").decode() == fit
    assert limit is None or len(fit) <= limit
    assert text(fit, limit) == fit
