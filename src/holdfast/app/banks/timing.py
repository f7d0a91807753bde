"""When a bank is updated by itself: what says so, the next times, and changing it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from holdfast.app.banks.editing import Saved, recipe_text, save_recipe
from holdfast.app.chores import Chore
from holdfast.app.container import Container
from holdfast.banks.catalogue import PROPERTIES
from holdfast.banks.recipes.rewording import scheduled
from holdfast.errors import UsageError
from holdfast.settings.schedules import Timing

TIMES = 5  #: that are told


@dataclass(frozen=True, slots=True)
class BankTiming:
    """One schedule that updates a bank."""

    name: str
    cron: str
    zone: str
    enabled: bool
    own: bool  #: its recipe says so, and it updates no other bank
    file: Path  #: where it is declared
    next: tuple[datetime, ...]  #: the next due times, if it is enabled


@dataclass(frozen=True, slots=True)
class BankTimings:
    """All schedules that update a bank."""

    bank: str
    schedules: tuple[BankTiming, ...]
    may_change: bool  #: whether the recipe can say another one, and whoever asks may have it do so


def bank_timings(container: Container, bank: str) -> BankTimings:
    """When `bank` is updated by itself.

    Raises
    ------
    BankNotFound
        There is no such bank.
    """
    container.catalogue.folder(bank)
    chores = container.almanac.read().by_name.values()
    found = tuple(_timing(each, bank) for each in chores if bank in each.banks)
    may = False
    if container.catalogue.has(bank) and container.catalogue.recipe_file(bank).suffix != PROPERTIES:
        may = recipe_text(container, bank).may_edit
    return BankTimings(bank, found, may)


def set_timing(
    container: Container, bank: str, cron: str, zone: str = "", *, enabled: bool = True
) -> Saved:
    """Have the recipe of `bank` say that it is updated by itself; without `cron`, that it is not.

    What else the recipe says of its schedule stays.

    Raises
    ------
    UsageError
        The time makes no sense, or the recipe is a property file.
    RecipeError
        A person must change it by hand.
    BankForbidden, BankNotFound
        There is no such bank, or it is another's.
    """
    found = recipe_text(container, bank)
    if found.file.suffix == PROPERTIES:
        raise UsageError(
            f"{found.file.name} cannot say when; give the bank a [schedules] table in the settings"
        )
    timing = _checked(container, bank, cron, zone, enabled=enabled) if cron.strip() else None
    return save_recipe(container, bank, scheduled(found.text, timing, found.file), found.digest)


def _checked(container: Container, bank: str, cron: str, zone: str, *, enabled: bool) -> Timing:
    said = {"cron": cron.strip(), "zone": zone.strip(), "enabled": enabled}
    try:
        before = container.catalogue.recipe(bank).schedule
        rest = {} if before is None else before.model_dump(exclude={"cron", "zone", "enabled"})
        return Timing(**{**rest, **said})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from error


def _timing(chore: Chore, bank: str) -> BankTiming:
    schedule = chore.schedule
    times: list[datetime] = []
    moment: datetime | None = datetime.now(UTC)
    while schedule.enabled and moment is not None and len(times) < TIMES:
        moment = schedule.next_due(moment)
        if moment is not None:
            times.append(moment.astimezone(UTC))
    is_own = chore.file.stem == bank and chore.name == f"bank:{bank}"
    return BankTiming(
        chore.name,
        schedule.cron.text,
        str(schedule.zone),
        schedule.enabled,
        is_own,
        chore.file,
        tuple(times),
    )
