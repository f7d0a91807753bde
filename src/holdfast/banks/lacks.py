"""
Lacks: what a recipe asks for that Holdfast does not do yet.

A recipe may say more than is built, so that moving in loses no word. What changes a release is a
reason to refuse the update; what only goes unrecorded is said, and the update goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.banks.recipe import Recipe, Visibility
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


def lacks(recipe: Recipe) -> tuple[Lack, ...]:
    """What `recipe` asks for that is not done yet."""
    return tuple(_of_sources(recipe))


def refuse_lacks(recipe: Recipe, file: Path) -> None:
    """A RecipeError if an update by `recipe` would give something else than it says."""
    for lack in lacks(recipe):
        if lack.refuses:
            raise RecipeError(file, lack.key, lack.sentence)


def _of_sources(recipe: Recipe) -> Iterator[Lack]:
    if recipe.visibility is Visibility.PRIVATE:
        yield Lack("visibility", "hiding a bank; only its files' permissions do", refuses=False)
