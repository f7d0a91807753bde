"""
Lacks: what a recipe asks for that Holdfast does not do yet.

A recipe may say more than is built, so that moving in loses no word. What changes a release is a
reason to refuse the update; what only goes unrecorded is said, and the update goes on.
"""

from dataclasses import dataclass
from pathlib import Path

from holdfast.banks.recipe import Recipe
from holdfast.errors import RecipeError

NOT_YET = "not done yet by Holdfast"


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is not done yet."""

    key: str  #: of the recipe
    what: str
    refuses: bool  #: whether an update would give something else than what was asked for

    @property
    def sentence(self) -> str:
        """The lack, as a person is told of it."""
        return f"{NOT_YET}: {self.what}"


def lacks(_: Recipe) -> tuple[Lack, ...]:
    """What a recipe asks for that is not done yet: nothing, today."""
    return ()


def refuse_lacks(recipe: Recipe, file: Path) -> None:
    """A RecipeError if an update by `recipe` would give something else than it says."""
    for lack in lacks(recipe):
        if lack.refuses:
            raise RecipeError(file, lack.key, lack.sentence)
