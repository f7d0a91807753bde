"""
Recipes as they are written: what is odd about one, and a property file turned into TOML.

A recipe is named by its bank, or by a file anywhere; the file of a bank elsewhere is read with the
``global.properties`` beside it, or that of the site.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.app.banks.updating.programs import may_run_elsewhere, missing_programs, without_engine
from holdfast.app.container import Container
from holdfast.banks.catalogue import PROPERTIES, SUFFIX
from holdfast.banks.properties.meaning import Meaning, read_properties
from holdfast.banks.properties.problems import Problem, Severity
from holdfast.banks.recipes.recipe import Recipe, read_recipe
from holdfast.banks.recipes.written import written
from holdfast.base.files import write_atomic
from holdfast.errors import RecipeError, UsageError, suggestion


@dataclass(frozen=True, slots=True)
class Converted:
    """A property file as TOML."""

    bank: str
    recipe: str  #: the text
    written_to: str | None
    problems: tuple[Problem, ...]
    passwords: bool = False  #: whether the file has some; the text has none


def is_recipe_file(name: str) -> bool:
    """Whether `name`, where a bank or a file may stand, is a file."""
    return name.endswith((PROPERTIES, SUFFIX)) and ("/" in name or Path(name).is_file())


def recipe_problems(container: Container, bank: str) -> tuple[Problem, ...]:
    """What is odd about the recipe of `bank`."""
    catalogue = container.catalogue
    if bank not in catalogue.banks():
        return ()
    return tuple(_problems(container, catalogue.recipe_file(bank), bank))


def file_problems(container: Container, file: Path) -> tuple[Problem, ...]:
    """What is odd about the recipe in `file`."""
    return tuple(_problems(container, file, None))


def convert(
    container: Container, file: Path, to: Path | None = None, *, replace: bool = False
) -> Converted:
    """The property file `file` as TOML, put at `to` if that is said.

    Raises
    ------
    RecipeError
        It cannot be read.
    UsageError
        It is no property file, or there is something at `to` and `replace` is not said.
    """
    if file.suffix != PROPERTIES:
        raise UsageError(f"{file} is no property file; its name should end in {PROPERTIES}")
    found = _read(container, file)
    recipe = found.recipe if found.recipe is not None else found.recipe_or_raise(file)
    text = written(recipe, _comments(file, found))
    if to is not None:
        if to.exists() and not replace:
            raise UsageError(f"{to} exists already; choose another name, or say --replace")
        if not to.parent.is_dir():
            raise UsageError(f"there is no folder {to.parent}; make it first")
        write_atomic(to, text.encode())
    where = str(to) if to is not None else None
    return Converted(recipe.name, text, where, found.problems, recipe.holds_password)


def _read(container: Container, file: Path) -> Meaning:
    return read_properties(file, container.catalogue.site_of(file))


def _comments(file: Path, found: Meaning) -> Iterator[str]:
    what = "; what changed, or is worth knowing:" if found.problems else ""
    yield f"made from {file.name}{what}"
    for problem in found.problems:
        place = f"line {problem.line}" if problem.line else "as a whole"
        if problem.file != str(file):
            place = f"{Path(problem.file).name}, {place}"
        yield f"{place}, {problem.key or 'no key'}: {problem.sentence}"


def _problems(container: Container, file: Path, bank: str | None) -> Iterator[Problem]:
    if file.suffix == PROPERTIES:
        found = _read(container, file)
        yield from found.problems
        if found.recipe is not None:
            yield from _of_programs(container, found.recipe, file)
            if found.mailing is None:
                yield from _of_notices(container, found.recipe, file)
        return
    try:
        recipe = container.catalogue.recipe(bank) if bank is not None else read_recipe(file)
    except RecipeError as error:
        yield Problem(Severity.ERROR, str(error.file), None, error.key, error.problem)
        return
    yield from _of_programs(container, recipe, file)
    yield from _of_notices(container, recipe, file)


def _of_programs(container: Container, recipe: Recipe, file: Path) -> Iterator[Problem]:
    lacking = [(step, "use", each.sentence) for step, each in missing_programs(recipe)]
    lacking += [
        (step, "container", why) for step, why in without_engine(container.settings, recipe)
    ]
    for step, key, sentence in lacking:
        elsewhere = may_run_elsewhere(container.settings, step)
        severity = Severity.WARNING if elsewhere else Severity.ERROR
        yield Problem(severity, str(file), None, f"steps.{step.name}.{key}", sentence)


def _of_notices(container: Container, recipe: Recipe, file: Path) -> Iterator[Problem]:
    """Whom the recipe would have told, and cannot by the settings."""
    settings, part = container.settings.notify, recipe.notify
    for hook in part.hooks or ():
        if hook not in settings.hooks:
            hint = suggestion(hook, settings.hooks) or "; add it below [notify.hooks]"
            sentence = f"the settings have no hook {hook!r}{hint}"
            yield Problem(Severity.WARNING, str(file), None, "notify.hooks", sentence)
    if part.to and not settings.smtp:
        sentence = "nobody gets mail: the settings name no mail server (smtp below [notify])"
        yield Problem(Severity.REMARK, str(file), None, "notify.to", sentence)
