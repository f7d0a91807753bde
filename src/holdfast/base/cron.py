"""
Cron expressions, and the moments they name in a time zone.

An expression has five fields (minute, hour, day of the month, month, day of the week) or is a
nickname such as ``@daily``. It is read as Debian's cron reads it, with ``L``, ``LW``, ``5L`` and
``mon#2`` besides. Where the clock of a zone is changed, the rule is Debian's too: an expression
that names hours (``30 2 * * *``) comes exactly once on such a day, at the end of the gap if its
time does not exist, and at the first of two; one whose minute or hour is a star comes whenever the
clock on the wall shows its time. Everything here is pure; a question takes a bounded time, however
far apart its moments are.

The calendar is cronsim's, asked about plain dates without a zone; what the zone makes of them is
worked out here, because cronsim's own way skips a time where clocks change by half an hour, and
may answer with a moment before the one it was asked about.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from cronsim import CronSim, CronSimError

from holdfast.errors import UsageError, suggestion

NICKNAMES: Mapping[str, str] = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}

#: The fields as cronsim names them in its errors, and what each may hold.
FIELDS: Mapping[str, str] = {
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day-of-month": "1 to 31, L or LW",
    "month": "1 to 12, or jan to dec",
    "day-of-week": "0 to 7 or sun to sat, or like 5L and mon#2",
}

TEXT_LIMIT = 300  #: characters of an expression
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
A_BEGINNING = datetime(2000, 1, 1)  # noqa: DTZ001 - the plain calendar, which has no zone


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression that was read: make one with :meth:`parse`."""

    text: str  #: as it was written
    fields: str = field(compare=False)  #: the five fields it stands for

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """The expression that `text` is.

        >>> Cron.parse("@daily").fields
        '0 0 * * *'
        >>> Cron.parse("@reboot")
        Traceback (most recent call last):
        holdfast.errors.UsageError: '@reboot' names no time; let systemd start what follows a boot

        Raises
        ------
        UsageError
            It is none, or no day will ever come that it names.
        """
        if len(text) > TEXT_LIMIT:
            raise UsageError(f"a cron expression has at most {TEXT_LIMIT} characters")
        fields = _nicknamed(text) if text.strip().startswith("@") else text
        words = fields.split()
        if len(words) != len(FIELDS):
            raise UsageError(
                f"{text!r} is not a cron expression: it has {len(words)} fields, not the five "
                "minute, hour, day of the month, month, day of the week"
            )
        try:
            first = next(CronSim(" ".join(words), A_BEGINNING), None)
        except CronSimError as error:
            raise UsageError(_problem(text, words, str(error))) from error
        if first is None:
            raise UsageError(f"{text!r} names no day that ever comes")
        return cls(text.strip(), " ".join(words))

    @property
    def words(self) -> str:
        """What it means, in English: ``At 03:00 every day``."""
        return CronSim(self.fields, A_BEGINNING).explain()

    def after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The first moment it names after `moment`, in UTC; None if 50 years bring none."""
        try:
            return self._after(moment.astimezone(UTC), zone)
        except (OverflowError, ValueError):  # the calendar ends with the year 9999
            return None

    def until(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The last moment it names up to `moment`, in UTC; None if 50 years had none."""
        try:
            return self._until(moment.astimezone(UTC), zone)
        except (OverflowError, ValueError):  # the calendar begins with the year 1
            return None

    @property
    def _names_hours(self) -> bool:
        """Whether it comes once on a day on which the clock is changed, as Debian's cron has it."""
        minute, hour, *_ = self.fields.split()
        return not minute.startswith("*") and not hour.startswith("*")

    def _after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        local = _local(moment, zone)
        # Clocks that are set back soon will show again what they have shown already.
        again = max(_offset(moment, zone) - _offset(moment + DAY, zone), timedelta(0))
        best: datetime | None = None
        for time in self._times(local - again):
            found = [each for each in self._moments(time, zone) if each > moment]
            best = min([*found, *([best] if best else [])], default=None)
            if best is not None and time > local:
                return best
        return best

    def _until(self, moment: datetime, zone: tzinfo) -> datetime | None:
        local = _local(moment, zone)
        # Clocks that were set back lately had shown already what they are yet to show.
        before = max(_offset(moment - DAY, zone) - _offset(moment, zone), timedelta(0))
        best: datetime | None = None
        for time in self._times(local + before + SECOND, reverse=True):
            found = [each for each in self._moments(time, zone) if each <= moment]
            best = max([*found, *([best] if best else [])], default=None)
            if best is not None and time <= local:
                return best
        return best

    def _times(self, start: datetime, *, reverse: bool = False) -> Iterator[datetime]:
        """What a clock on the wall shows, after `start` or before it, when it is time."""
        return iter(CronSim(self.fields, start, reverse=reverse))

    def _moments(self, time: datetime, zone: tzinfo) -> tuple[datetime, ...]:
        """The moments at which it is `time` in `zone` and this comes: none, one or two."""
        first, second = (time.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first > second:  # the clock never showed it: it was set forward over it
            return (_change(second, first, zone),) if self._names_hours else ()
        if first < second and not self._names_hours:  # the clock was set back and showed it twice
            return (first, second)
        return (first,)


def _nicknamed(text: str) -> str:
    name = text.strip().lower()
    if name == "@reboot":
        raise UsageError("'@reboot' names no time; let systemd start what follows a boot")
    if name not in NICKNAMES:
        known = ", ".join(NICKNAMES)
        raise UsageError(f"{text!r} is none of {known}{suggestion(name, NICKNAMES)}")
    return NICKNAMES[name]


def _problem(text: str, words: list[str], said: str) -> str:
    """What is wrong with `text`, of which cronsim `said` ``Bad hour``."""
    name = said.removeprefix("Bad ")
    if name not in FIELDS:
        return f"{text!r} is not a cron expression: {said}"
    word = words[list(FIELDS).index(name)]
    if name == "day-of-month" and _is_read(f"0 0 {word} * *"):
        return f"{text!r} names no day that ever comes: no month it names has a day {word!r}"
    plain = name.replace("-of-", " of the ")
    return (
        f"{text!r} is not a cron expression: its {plain} cannot be {word!r}; "
        f"it can be {FIELDS[name]}, with * , - and /"
    )


def _is_read(expression: str) -> bool:
    try:
        CronSim(expression, A_BEGINNING)
    except CronSimError:
        return False
    return True


def _local(moment: datetime, zone: tzinfo) -> datetime:
    """What a clock on the wall shows at `moment`, in whole seconds."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0, fold=0)


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    """How far the clocks of `zone` are before UTC at `moment`."""
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second between two moments at which the clocks of `zone` are changed."""
    low, high = int(before.timestamp()), int(after.timestamp())
    new = _offset(after, zone)
    while low + 1 < high:
        middle = (low + high) // 2
        if _offset(datetime.fromtimestamp(middle, UTC), zone) == new:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)
