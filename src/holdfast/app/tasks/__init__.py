"""
Tasks: what one job of a bank's plan does, one file per task.

The engine runs each as ``holdfast task <name> <bank> <release> [<step>]`` in a process of its own,
here or elsewhere. A task finds everything it needs in the making on disk, may be killed at any
moment, and may be run again.
"""

from holdfast.banks.making import Making, read_making
from holdfast.banks.recipe import Step
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
