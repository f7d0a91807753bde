"""Cron expressions: what is read, and what moments they name where clocks are changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from holdfast.base.cron import NICKNAMES, Cron
from holdfast.errors import UsageError

MINUTE = timedelta(minutes=1)
PARIS = ZoneInfo("Europe/Paris")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks are changed by half an hour
APIA = ZoneInfo("Pacific/Apia")  # 2011 had no 30th of December there
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5 hours and 45 minutes from UTC


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def coming(text: str, zone: ZoneInfo, start: str, count: int) -> list[str]:
    """The next moments, as a clock on the wall and its offset show them."""
    cron, moment, shown = Cron.parse(text), utc(start), []
    for _ in range(count):
        found = cron.after(moment, zone)
        assert found is not None
        moment = found
        shown.append(moment.astimezone(zone).strftime("%m-%d %H:%M%z"))
    return shown


# -- reading ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it has 0 fields, not the five"),
        ("* * * *", "it has 4 fields"),
        ("0 0 3 * * *", "it has 6 fields"),
        ("60 * * * *", "its minute cannot be '60'; it can be 0 to 59"),
        ("0 24 * * *", "its hour cannot be '24'"),
        ("0 0 0 * *", "its day of the month cannot be '0'"),
        ("0 0 * 13 *", "its month cannot be '13'"),
        ("0 0 * janvier *", "its month cannot be 'janvier'; it can be 1 to 12, or jan to dec"),
        ("0 0 * * 8", "its day of the week cannot be '8'"),
        ("0 0 * * fri-mon", "its day of the week cannot be 'fri-mon'"),
        ("0 0 * * L", "its day of the week cannot be 'L'"),
        ("*/0 * * * *", "its minute cannot be '*/0'"),
        ("-1 * * * *", "its minute cannot be '-1'"),
        ("1, * * * *", "its minute cannot be '1,'"),
        ("١ * * * *", "its minute cannot be '١'"),
        ("0 0 30 2 *", "names no day that ever comes: no month it names has a day '30'"),
        ("* * */20 * 1L", "names no day that ever comes"),
        ("@dayly", "did you mean @daily?"),
        ("@every 5m", "is none of @hourly, @daily"),
        ("@reboot", "'@reboot' names no time"),
        ("9" * 5000 + " * * * *", "has at most 300 characters"),
    ],
)
def test_a_bad_expression_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        Cron.parse(text)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@given(some.text(max_size=40) | some.text("0123456789*/,-#L@jan ", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        cron = Cron.parse(text)
    except UsageError:
        return
    assert cron.words
    assert cron.after(utc("2026-01-01"), PARIS) is not None


@pytest.mark.parametrize("name", NICKNAMES)
def test_nicknames_are_known(name: str) -> None:
    assert Cron.parse(f" {name.upper()} ").fields == NICKNAMES[name]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@daily", "At 00:00 every day"),
        ("30 2 * * 5L", "At 02:30 on the last Friday of the month"),
        ("*/5 9-17 * * mon-fri", "Every fifth minute from 09:00 through 17:59 on Monday through"),
    ],
)
def test_an_expression_is_told_in_words(text: str, words: str) -> None:
    assert Cron.parse(text).words.startswith(words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 0 L * *", ["01-31", "02-28", "03-31"]),
        ("0 0 LW * *", ["01-30", "02-27", "03-31"]),
        ("0 0 * * 0", ["01-04", "01-11", "01-18"]),
        ("0 0 * * 7", ["01-04", "01-11", "01-18"]),
        ("0 0 * * mon#2", ["01-12", "02-09", "03-09"]),
        ("0 0 * * 5L", ["01-30", "02-27", "03-27"]),
        ("0 0 1,15 * fri", ["01-02", "01-09", "01-15"]),  # one of the two is enough …
        ("0 0 */15 * fri", ["01-16", "05-01", "07-31"]),  # … unless one begins with a star
        ("0 0 * jan-feb sat", ["01-03", "01-10", "01-17"]),
    ],
)
def test_days_are_those_of_debians_cron(text: str, expected: list[str]) -> None:
    days = coming(text, ZoneInfo("UTC"), "2026-01-01T00:00", 3)
    assert [day[:5] for day in days] == expected


# -- clocks that are changed -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "zone", "start", "expected"),
    [
        # In the gap of the 29th of March (02:00 to 03:00) a time comes at the gap's end, once.
        ("30 2 * * *", PARIS, "2026-03-28T12:00", ["03-29 03:00+0200", "03-30 02:30+0200"]),
        ("0,30 2 * * *", PARIS, "2026-03-28T12:00", ["03-29 03:00+0200", "03-30 02:00+0200"]),
        ("0 3 * * *", PARIS, "2026-03-28T12:00", ["03-29 03:00+0200", "03-30 03:00+0200"]),
        ("*/30 * * * *", PARIS, "2026-03-29T00:15", ["03-29 01:30+0100", "03-29 03:00+0200"]),
        ("*/30 2 * * *", PARIS, "2026-03-28T12:00", ["03-30 02:00+0200", "03-30 02:30+0200"]),
        # The hour from 02:00 of the 25th of October comes twice.
        ("30 2 * * *", PARIS, "2026-10-24T12:00", ["10-25 02:30+0200", "10-26 02:30+0100"]),
        ("30 2 * * *", PARIS, "2026-10-25T01:15", ["10-26 02:30+0100"]),
        ("30 * * * *", PARIS, "2026-10-25T00:00", ["10-25 02:30+0200", "10-25 02:30+0100"]),
        ("*/30 2 * * *", PARIS, "2026-10-25T00:25", ["10-25 02:30+0200", "10-25 02:00+0100"]),
        ("30 1 * * *", NEW_YORK, "2026-10-31T12:00", ["11-01 01:30-0400", "11-02 01:30-0500"]),
        ("30 2 * * *", NEW_YORK, "2026-03-07T12:00", ["03-08 03:00-0400", "03-09 02:30-0400"]),
        # Half an hour: 02:00 becomes 01:30, so that 01:45 comes twice.
        ("45 * * * *", LORD_HOWE, "2026-04-04T14:50", ["04-05 01:45+1030", "04-05 02:45+1030"]),
        ("15 2 * * *", LORD_HOWE, "2026-10-03T12:00", ["10-04 02:30+1100", "10-05 02:15+1100"]),
        # A day that never was.
        ("0 3 * * *", APIA, "2011-12-29T20:00", ["12-31 00:00+1400", "12-31 03:00+1400"]),
    ],
)
def test_clocks_that_are_changed_lose_and_repeat_nothing(
    text: str, zone: ZoneInfo, start: str, expected: list[str]
) -> None:
    assert coming(text, zone, start, len(expected)) == expected


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("30 2 * * *", "2026-10-25T01:15", "10-25 02:30+0200"),  # 02:15 for the second time
        ("30 2 * * *", "2026-10-25T00:15", "10-24 02:30+0200"),
        ("50 * * * *", "2026-10-25T01:15", "10-25 02:50+0200"),
        ("10 * * * *", "2026-10-25T01:15", "10-25 02:10+0100"),
        ("30 2 * * *", "2026-03-29T01:00", "03-29 03:00+0200"),  # the end of the gap
        ("30 2 * * *", "2026-03-29T00:59", "03-28 02:30+0100"),
        ("30 * * * *", "2026-03-29T01:15", "03-29 01:30+0100"),
    ],
)
def test_looking_back_meets_the_same_moments(text: str, at: str, expected: str) -> None:
    found = Cron.parse(text).until(utc(at), PARIS)
    assert found is not None
    assert found.astimezone(PARIS).strftime("%m-%d %H:%M%z") == expected


def test_the_last_moment_may_be_the_one_asked_about() -> None:
    daily = Cron.parse("@daily")
    midnight = utc("2026-05-01T22:00")
    assert daily.until(midnight, PARIS) == midnight
    assert daily.until(midnight + timedelta(microseconds=1), PARIS) == midnight
    assert daily.until(midnight - timedelta(microseconds=1), PARIS) == midnight - timedelta(days=1)
    assert daily.after(midnight, PARIS) == midnight + timedelta(days=1)


def test_moments_far_apart_are_found_at_once() -> None:
    rare = Cron.parse("0 0 * 2 mon#5")
    assert rare.until(utc("2026-01-01"), KATHMANDU) == utc("2016-02-28T18:15")
    assert rare.after(utc("2026-01-01"), KATHMANDU) == utc("2044-02-28T18:15")


@pytest.mark.parametrize("year", [1, 9999])
def test_the_calendar_has_ends(year: int) -> None:
    daily = Cron.parse("0 0 29 2 *")
    edge = datetime(year, 1, 1, tzinfo=UTC) if year == 1 else datetime.max.replace(tzinfo=UTC)
    assert (daily.until if year == 1 else daily.after)(edge, NEW_YORK) is None


# -- a plain model ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fields:
    """An expression as sets of numbers, and as text."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  #: 0 is Sunday
    either: bool  #: a day of the month or a day of the week is enough
    names_hours: bool

    def match(self, shown: datetime) -> bool:
        day = shown.day in self.days
        weekday = shown.isoweekday() % 7 in self.weekdays
        return (
            shown.minute in self.minutes
            and shown.hour in self.hours
            and shown.month in self.months
            and (day or weekday if self.either else day and weekday)
        )


@some.composite
def parts(
    draw: Callable[..., int], low: int, high: int, beyond: int = 0
) -> tuple[str, frozenset[int]]:
    """One field, as text and as the numbers it means; steps without an end go `beyond`."""
    kind = draw(some.sampled_from(["*", "*/n", "a", "a-b", "a-b/n", "a,b", "a/n"]))
    first = draw(some.integers(low, high - 1))
    last = draw(some.integers(first + 1, high))  # cronsim takes 1-1/2 for 1/2
    step = draw(some.integers(1, 20))
    written: dict[str, tuple[str, object]] = {
        "*": ("*", range(low, high + 1)),
        "*/n": (f"*/{step}", range(low, high + 1, step)),
        "a": (f"{first}", [first]),
        "a-b": (f"{first}-{last}", range(first, last + 1)),
        "a-b/n": (f"{first}-{last}/{step}", range(first, last + 1, step)),
        "a,b": (f"{first},{last}", [first, last]),
        "a/n": (f"{first}/{step}", range(first, high + beyond + 1, step)),
    }
    text, numbers = written[kind]
    return text, frozenset(numbers)  # type: ignore[call-overload]  # lists and ranges of numbers


@some.composite
def expressions(draw: Callable[..., tuple[str, frozenset[int]]]) -> Fields:
    minute, hour = draw(parts(0, 59)), draw(parts(0, 23))
    day, month, weekday = draw(parts(1, 31)), draw(parts(1, 12)), draw(parts(0, 6, 1))
    weekday = weekday[0], frozenset(number % 7 for number in weekday[1])  # 7 is Sunday, too
    day = draw(some.sampled_from([("*", frozenset(range(1, 32))), day]))  # type: ignore[arg-type]  # a strategy of the same pairs
    stars = [each[0].startswith("*") for each in (minute, hour, day, weekday)]
    return Fields(
        " ".join(each[0] for each in (minute, hour, day, month, weekday)),
        *(each[1] for each in (minute, hour, day, month, weekday)),
        either=not stars[2] and not stars[3],
        names_hours=not stars[0] and not stars[1],
    )


def by_the_minute(fields: Fields, zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """The moments after `start` up to `end`, by looking at the clock every minute."""
    moments = []
    moment = start.replace(second=0, microsecond=0) + MINUTE
    while moment <= end:
        if _comes(fields, clock(moment, zone), clock(moment - MINUTE, zone)):
            moments.append(moment)
        moment += MINUTE
    return moments


@cache
def clock(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone)


def _comes(fields: Fields, now: datetime, before: datetime) -> bool:
    if not fields.names_hours:
        return fields.match(now)
    return not now.fold and any(fields.match(each) for each in _shown(now, before))


def _shown(shown: datetime, before: datetime) -> Iterator[datetime]:
    """What the clock shows now, and what it was set forward over since a minute ago."""
    now, last = shown.replace(tzinfo=None), before.replace(tzinfo=None)
    yield now
    last += MINUTE
    while last < now:
        yield last
        last += MINUTE


CHANGES = [
    (PARIS, "2026-03-29T01:00"),
    (PARIS, "2026-10-25T01:00"),
    (NEW_YORK, "2026-03-08T07:00"),
    (NEW_YORK, "2026-11-01T06:00"),
    (LORD_HOWE, "2026-04-04T15:00"),
    (LORD_HOWE, "2026-10-03T15:30"),
    (KATHMANDU, "2026-03-29T01:00"),  # nothing is changed there
]


@settings(max_examples=200)
@given(expressions(), some.sampled_from(CHANGES), some.integers(0, 150), some.integers(1, 150))
def test_moments_are_those_of_looking_at_the_clock_every_minute(
    fields: Fields, change: tuple[ZoneInfo, str], before: int, after: int
) -> None:
    zone, at = change
    start, end = utc(at) - before * MINUTE, utc(at) + after * MINUTE
    expected = by_the_minute(fields, zone, start, end)
    try:
        cron = Cron.parse(fields.text)
    except UsageError as refused:
        assert "names no day that ever comes" in str(refused)  # noqa: PT017 - most are read
        assert not expected
        return
    assert _after(cron, zone, start, end) == expected
    assert _until(cron, zone, end, start) == expected[::-1]


def _after(cron: Cron, zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    found = []
    moment = cron.after(start, zone)
    while moment is not None and moment <= end:
        found.append(moment)
        moment = cron.after(moment, zone)
    return found


def _until(cron: Cron, zone: ZoneInfo, end: datetime, start: datetime) -> list[datetime]:
    found = []
    moment = cron.until(end, zone)
    while moment is not None and moment > start:
        found.append(moment)
        moment = cron.until(moment - timedelta(seconds=1), zone)
    return found


ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]
MOMENTS = some.integers(631_152_000, 2_114_380_800)  # seconds: 1990 to 2037


@settings(max_examples=100)
@given(expressions(), some.sampled_from(ZONES), MOMENTS)
def test_before_and_after_agree_at_any_moment(fields: Fields, name: str, moment: int) -> None:
    try:
        cron = Cron.parse(fields.text)
    except UsageError:
        assume(False)
    zone, now = ZoneInfo(name), datetime.fromtimestamp(moment, UTC)
    past, future = cron.until(now, zone), cron.after(now, zone)
    assert past is None or past <= now
    assert future is None or future > now
    if past is not None and future is not None:
        assert cron.after(past, zone) == future
        assert cron.until(future - timedelta(microseconds=1), zone) == past
