"""
Texts: recipes as somebody writes them, checked line by line; nothing is kept.
"""

import hashlib
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from holdfast.app.container import Container
from holdfast.banks.catalogue import PROPERTIES, SUFFIX
from holdfast.banks.properties.meaning import Meaning, meaning_of
from holdfast.banks.properties.problems import Problem, Severity
from holdfast.banks.properties.reading import SIZE_LIMIT, read_bytes, read_file
from holdfast.banks.recipes.lines import line_of, line_said
from holdfast.banks.recipes.recipe import Recipe, parse_recipe, recipe_errors
from holdfast.errors import RecipeError


class Form(Enum):
    """What a recipe is written in."""

    TOML = "toml"
    PROPERTIES = "properties"  #: as BioMAJ has it

    @property
    def suffix(self) -> str:
        """What the names of such files end in."""
        return SUFFIX if self is Form.TOML else PROPERTIES


def check_text(
    container: Container, text: str, form: Form = Form.TOML, bank: str = ""
) -> tuple[Problem, ...]:
    """What is odd about `text` as the recipe of `bank`, by line; nothing is kept."""
    file = f"{bank or 'recipe'}{form.suffix}"
    if len(text.encode()) > SIZE_LIMIT:
        return (_error(file, None, "", f"it has more than {SIZE_LIMIT:,} bytes"),)
    if form is Form.PROPERTIES:
        return _by_line(_meaning(container, text, bank or "recipe").problems)
    found = [_placed(error, text, file) for error in recipe_errors(text, file)]
    if not found and bank:
        name = parse_recipe(text, file).name
        if name != bank:
            sentence = f"the bank is called {bank!r} here; a bank is renamed in its settings"
            found = [_error(file, line_of(text, "name"), "name", sentence)]
    return _by_line(found)


def digest_of(text: str) -> str:
    """What names a text."""
    return hashlib.sha256(with_line_ends(text).encode()).hexdigest()


def with_line_ends(text: str) -> str:
    """`text` as files have it: browsers send two characters at the end of a line."""
    return text.replace("\r\n", "\n")


def recipe_in(container: Container, text: str, form: Form, bank: str) -> Recipe:
    """The recipe that `text` is; a RecipeError if it is none."""
    file = f"{bank or 'recipe'}{form.suffix}"
    if form is Form.TOML:
        return parse_recipe(text, file)
    return _meaning(container, text, bank or "recipe").recipe_or_raise(Path(file))


def _meaning(container: Container, text: str, bank: str) -> Meaning:
    catalogue = container.catalogue
    file = catalogue.recipes / f"{bank}{PROPERTIES}"
    site = catalogue.site_of(file)
    config = read_file(site.config) if site.config is not None else None
    return meaning_of(read_bytes(text.encode(), file.name), config, site, bank)


def _placed(error: RecipeError, text: str, file: str) -> Problem:
    line = line_of(text, error.key) if error.key else line_said(error.problem)
    return _error(file, line, error.key, error.problem)


def _error(file: str, line: int | None, key: str, sentence: str) -> Problem:
    return Problem(Severity.ERROR, file, line, key, sentence)


def _by_line(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda each: each.place))


def refuse_errors(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """`problems`, none of which keeps a recipe from being used; a RecipeError if one does."""
    for each in problems:
        if each.severity is Severity.ERROR:
            place = f"{each.file}:{each.line}" if each.line else each.file
            raise RecipeError(place, each.key, each.sentence)
    return problems
