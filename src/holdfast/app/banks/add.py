"""Adding a bank: keep a recipe, written by a person or put together from a few choices."""

import json
from dataclasses import dataclass
from dataclasses import replace as evolve
from pathlib import Path

from holdfast.app.banks.recipes import convert
from holdfast.app.banks.rights import refuse_strangers
from holdfast.app.container import Container
from holdfast.banks.catalogue import PROPERTIES
from holdfast.banks.recipes.recipe import Recipe, parse_recipe, read_recipe
from holdfast.banks.recipes.sources import ReleaseFrom


@dataclass(frozen=True, slots=True)
class Choices:
    """What a recipe is put together from when nobody wrote one."""

    name: str
    url: str
    files: tuple[str, ...] = ()
    release_from: ReleaseFrom = ReleaseFrom.DATE
    pattern: str = ""
    release_file: str = ""
    unpack: bool = False
    load: str = ""  #: the namespace to load FASTA files into; empty: do not load


@dataclass(frozen=True, slots=True)
class Added:
    """A bank that was added."""

    bank: str
    recipe: Path
    url: str
    steps: tuple[str, ...]
    remark: str = ""  #: what is still to be done


def add_recipe_file(container: Container, file: Path, *, replace: bool = False) -> Added:
    """Keep the recipe in `file`; a property file becomes TOML.

    Raises
    ------
    RecipeError
        It cannot be read.
    UsageError
        The bank exists already and `replace` is not said.
    """
    if file.suffix == PROPERTIES:
        made = convert(container, file)
        recipe, text = parse_recipe(made.recipe, file), made.recipe
        added = _added(container, recipe, text, replace=replace)
        left = f"its passwords stay in {file}: put them into the settings, [servers], or netrc"
        return evolve(added, remark=left) if made.passwords else added
    recipe = read_recipe(file)
    return _added(container, recipe, file.read_text(encoding="utf-8"), replace=replace)


def add_chosen(container: Container, choices: Choices, *, replace: bool = False) -> Added:
    """Keep the recipe that `choices` make; raises as :func:`add_recipe_file`."""
    text = written(choices)
    recipe = parse_recipe(text, f"the recipe of {choices.name}")
    return _added(container, recipe, text, replace=replace)


def written(choices: Choices) -> str:
    """The recipe that `choices` make, as a person would write it.

    >>> print(written(Choices("yeast", "https://example.org/yeast/", unpack=True)), end="")
    name = "yeast"
    <BLANKLINE>
    [remote]
    url = "https://example.org/yeast/"
    <BLANKLINE>
    [release]
    from = "date"
    <BLANKLINE>
    [[steps]]
    name = "unpack"
    use = "unpack"
    """
    parts = [
        _lines(name=choices.name),
        "[remote]\n" + _lines(url=choices.url, files=list(choices.files)),
        "[release]\n"
        + _lines(
            **{"from": choices.release_from.value},
            pattern=choices.pattern,
            file=choices.release_file,
        ),
    ]
    if choices.unpack:
        parts.append("[[steps]]\n" + _lines(name="unpack", use="unpack"))
    if choices.load:
        parts.append("[[steps]]\n" + _lines(name="load", use="load", namespace=choices.load))
    return "\n".join(parts)


def _lines(**values: str | list[str]) -> str:
    # A JSON text or list of texts is written the same in TOML.
    return "".join(
        f"{key} = {json.dumps(value, ensure_ascii=True)}\n"
        for key, value in values.items()
        if value
    )


def _added(container: Container, recipe: Recipe, text: str, *, replace: bool) -> Added:
    if replace:
        refuse_strangers(container, container.catalogue.folder(recipe.name))
    file = container.catalogue.add(recipe, text, replace=replace)
    steps = tuple(step.name for step in recipe.steps)
    return Added(recipe.name, file, recipe.remote.url, steps)
