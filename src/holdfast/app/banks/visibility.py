"""
Who may see a bank, and the permissions of its folder, which follow.

A private bank's folder can be entered by the account of Holdfast and its group, and by nobody else;
what is below keeps its own permissions.
"""

from holdfast.app.container import Container
from holdfast.banks.recipes.recipe import Visibility
from holdfast.errors import BankNotFound, RecipeError

MODES = {Visibility.PUBLIC: 0o755, Visibility.PRIVATE: 0o750}


def follow_visibility(container: Container, bank: str) -> None:
    """See that the folder of `bank`, if it is there, lets in those who may see it."""
    try:
        folder = container.catalogue.folder(bank).folder
        there = folder.stat().st_mode & 0o777
    except (BankNotFound, FileNotFoundError):
        return
    wanted = MODES[visibility_of(container, bank)]
    if wanted == MODES[Visibility.PRIVATE] and there & 0o007:
        folder.chmod(there & wanted)


def visibility_of(container: Container, bank: str) -> Visibility:
    """Who may see `bank`: what is marked, or else what its recipe says."""
    marked = container.catalogue.folder(bank).marks.visibility
    if marked is not None:
        return marked
    try:
        return container.catalogue.recipe(bank).visibility
    except (BankNotFound, RecipeError):
        return Visibility.PUBLIC
