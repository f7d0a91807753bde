"""
Chores: what is done by itself, gathered from the settings and the recipes.

A chore is a schedule and what it does: it updates banks, or runs one command of ours. One in the
settings has the name it has there; one in a recipe is called ``bank:`` and the name of its bank.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from holdfast.banks.catalogue import PROPERTIES, Catalogue
from holdfast.banks.recipes.recipe import Recipe, read_recipe
from holdfast.base.cron import Cron
from holdfast.base.zones import machine_zone, zone_named
from holdfast.errors import HoldfastError, printable
from holdfast.jobs.model import NAME_LIMIT, SCHEDULE, Job
from holdfast.jobs.plan import Plan
from holdfast.jobs.schedule import Schedule
from holdfast.settings import FILE, Settings
from holdfast.settings.schedules import ALL, ScheduleSettings, Timing

OF_A_BANK = "bank:"  #: before the name of a bank whose recipe has a schedule


@dataclass(frozen=True, slots=True)
class Chore:
    """A schedule, and what it does: it updates `banks`, or it is one `command`."""

    schedule: Schedule
    file: Path  #: where it is declared
    banks: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    all_banks: bool = False  #: `banks` are all that have no schedule of their own

    @property
    def name(self) -> str:
        """The name of its schedule."""
        return self.schedule.name

    @property
    def subject(self) -> str:
        """What the ledger calls its runs."""
        return subject(self.name)

    @property
    def what(self) -> str:
        """What it does, in a few words."""
        if self.command:
            return printable(f"holdfast {' '.join(self.command)}")
        return "update all banks" if self.all_banks else f"update {', '.join(self.banks)}"


@dataclass(frozen=True, slots=True)
class Chores:
    """All chores of a home by name, and what is wrong with files that may declare more."""

    by_name: Mapping[str, Chore]
    problems: tuple[str, ...] = ()


def subject(name: str) -> str:
    """What the ledger calls the runs of the schedule `name`."""
    return f"schedule:{name}"


def plan_chore(chore: Chore, home: Path) -> Plan:
    """The plan that does a chore: a job for each bank, or one for the command.

    The jobs need one another not at all, so a bank that fails stops no other. Each is a command of
    ours that has runs and jobs of its own, and mostly waits for them.
    """
    if chore.command:
        jobs = [_job(" ".join(chore.command[:2]), chore.command, home)]
    else:
        jobs = [_job(f"update {bank}", ("bank", "update", bank), home) for bank in chore.banks]
    return Plan(chore.subject, f"{chore.name}: {chore.what}", tuple(jobs))


def _job(name: str, words: tuple[str, ...], home: Path) -> Job:
    return Job(
        name=printable(name)[:NAME_LIMIT],
        command=(sys.executable, "-m", "holdfast", *words),
        label=SCHEDULE,
        environment={"HOLDFAST_HOME": str(home)},
    )


# -- reading ---------------------------------------------------------------------------------------

Stamp = tuple[int, int, int]


class Almanac:
    """The chores of a home; asked again, it reads the files that have changed since."""

    def __init__(self, settings: Settings) -> None:
        self._file = settings.home / FILE
        self._recipes_folder = settings.recipes
        self._settings = settings
        self._stamp = _stamp(self._file)
        self._problem = ""
        self._property_banks: tuple[str, ...] = ()
        self._recipes: dict[Path, tuple[Stamp | None, Recipe | str]] = {}

    def read(self) -> Chores:
        """The chores as they are declared now.

        A settings file that cannot be read changes nothing; a recipe that cannot be read has no
        schedule. Both are named among the problems.
        """
        self._read_settings()
        self._read_recipes()
        self._read_property_banks()
        found = [each for _, each in self._recipes.values()]
        recipes = {each.name: each for each in found if isinstance(each, Recipe)}
        problems = [each for each in found if isinstance(each, str)]
        chores = [*self._of_settings(recipes), *self._of_recipes(recipes)]
        if self._problem:
            problems.insert(0, self._problem)
        return Chores({chore.name: chore for chore in chores}, tuple(problems))

    def _read_settings(self) -> None:
        stamp = _stamp(self._file)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._settings = Settings.read(self._settings.home)
            self._problem = ""
        except (HoldfastError, OSError) as error:
            self._problem = f"{error}; the schedules stay as they were"

    def _read_property_banks(self) -> None:
        every = Catalogue.of_settings(self._settings)
        try:
            self._property_banks = tuple(
                name for name in every.banks() if every.recipe_file(name).suffix == PROPERTIES
            )
        except HoldfastError as error:
            self._property_banks, self._problem = (), self._problem or str(error)

    def _read_recipes(self) -> None:
        files = sorted(self._recipes_folder.glob("*.toml"))
        self._recipes = {file: self._read_recipe(file) for file in files}

    def _read_recipe(self, file: Path) -> tuple[Stamp | None, Recipe | str]:
        stamp, known = _stamp(file), self._recipes.get(file)
        if known is not None and known[0] == stamp:
            return known
        try:
            recipe = read_recipe(file)
        except (HoldfastError, OSError) as error:
            return stamp, str(error)
        if recipe.name != file.stem:
            return stamp, f"{file}: name: {recipe.name!r} is not the name of the file"
        return stamp, recipe

    def _of_settings(self, recipes: Mapping[str, Recipe]) -> list[Chore]:
        free = tuple(name for name, recipe in recipes.items() if recipe.schedule is None)
        free += self._property_banks  # a property file gives no schedule
        return [
            _chore(name, declared, self._file, free)
            for name, declared in self._settings.schedules.items()
        ]

    def _of_recipes(self, recipes: Mapping[str, Recipe]) -> list[Chore]:
        return [
            Chore(
                _schedule(OF_A_BANK + name, recipe.schedule),
                self._recipes_folder / f"{name}.toml",
                banks=(name,),
            )
            for name, recipe in recipes.items()
            if recipe.schedule is not None
        ]


def _chore(name: str, declared: ScheduleSettings, file: Path, free: tuple[str, ...]) -> Chore:
    all_banks = ALL in declared.bank
    return Chore(
        _schedule(name, declared),
        file,
        banks=free if all_banks else declared.bank,
        command=declared.command,
        all_banks=all_banks,
    )


def _schedule(
    name: str, timing: Timing, default: Callable[[], ZoneInfo] = machine_zone
) -> Schedule:
    return Schedule(
        name=name,
        cron=Cron.parse(timing.cron),
        zone=zone_named(timing.zone) if timing.zone else default(),
        jitter=timing.jitter,
        catch_up=timing.catch_up,
        enabled=timing.enabled,
    )


def _stamp(file: Path) -> Stamp | None:
    """What changes when `file` is written anew; None if it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
