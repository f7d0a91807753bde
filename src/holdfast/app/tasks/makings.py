"""What the tasks of a bank ask of the making on disk."""

from holdfast.banks.making import Making, read_making
from holdfast.banks.steps import Step
from holdfast.errors import UsageError
from holdfast.formats.archives.limits import Limits
from holdfast.settings import Settings


def making_of(settings: Settings, bank: str, release: str) -> Making:
    """The making of a release."""
    return read_making(settings.banks / bank, release)


def limits_of(settings: Settings) -> Limits:
    """How much may come out of one archive."""
    return Limits(
        size=settings.unpack_limit,
        files=settings.unpack_files,
        ratio=settings.unpack_ratio,
        reserve=settings.disk_reserve,
    )


def step_of(making: Making, name: str) -> Step:
    """The step of `making` called `name`."""
    for step in making.recipe.steps:
        if step.name == name:
            return step
    raise UsageError(f"the recipe of {making.bank} has no step {name!r}")
