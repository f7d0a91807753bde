"""What the tasks of a bank ask of the making on disk."""

from holdfast.banks.making import Making, read_making
from holdfast.banks.steps import Step
from holdfast.errors import UsageError
from holdfast.settings import Settings


def making_of(settings: Settings, bank: str, release: str) -> Making:
    """The making of a release."""
    return read_making(settings.banks / bank, release)


def step_of(making: Making, name: str) -> Step:
    """The step of `making` called `name`."""
    for step in making.recipe.steps:
        if step.name == name:
            return step
    raise UsageError(f"the recipe of {making.bank} has no step {name!r}")
