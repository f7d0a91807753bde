"""
Programs: those that the steps of a bank need, seen to before anything is fetched.

A program is looked for on this machine. Where a placement may send the step to another executor,
its hosts may have it, so it is only worth knowing that it is not here.
"""

from collections.abc import Iterator

from holdfast.banks.commands.containers import engine_for
from holdfast.banks.indexing.registry import Missing, missing
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.recipes.steps import Step
from holdfast.errors import BankError, UsageError
from holdfast.settings import Settings
from holdfast.settings.executors import LOCAL


def missing_programs(recipe: Recipe) -> Iterator[tuple[Step, Missing]]:
    """The programs that steps of `recipe` need and that are not here."""
    for step in recipe.steps:
        if step.indexes:
            for each in missing(step.name, step.use, step.model_extra or {}):
                yield step, each


def refuse_without_programs(settings: Settings, recipe: Recipe) -> None:
    """A BankError if a step could not be done: nothing need be fetched to know that."""
    for step, each in missing_programs(recipe):
        if not may_run_elsewhere(settings, step):
            raise BankError(f"{recipe.name}: {each.sentence}")
    for step, sentence in without_engine(settings, recipe):
        if not may_run_elsewhere(settings, step):
            raise BankError(f"{recipe.name}: {sentence}")


def without_engine(settings: Settings, recipe: Recipe) -> Iterator[tuple[Step, str]]:
    """The steps of `recipe` that want a container, if nothing here can run one, and why."""
    for step in (*recipe.before, *recipe.steps, *recipe.removal):
        if step.container:
            try:
                engine_for(settings.container_engine)
            except UsageError as error:
                yield step, f"step {step.name!r}: {error}"


def may_run_elsewhere(settings: Settings, step: Step) -> bool:
    """Whether a placement may send `step` to another executor than that of this machine."""
    label = step.label or "process"
    return any(
        rule.executor != LOCAL and rule.label in (None, label) for rule in settings.placements
    )
