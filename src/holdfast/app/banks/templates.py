"""
Templates: recipes to begin with, ours or others', and taking one over as a bank of one's own.

A recipe that is taken over is kept as it is written, comments and all, but for its name. It may run
commands and say where its files go: the answer names both, for it may be a stranger's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.app.banks.gathering import gathered, recipe_files, text_of
from holdfast.app.banks.recipes import convert
from holdfast.app.container import Container
from holdfast.banks import templates
from holdfast.banks.catalogue import PROPERTIES
from holdfast.banks.recipes.recipe import Recipe, parse_recipe
from holdfast.banks.recipes.written import written
from holdfast.banks.templates import Template, about
from holdfast.errors import HoldfastError, UsageError, printable, suggestion

_NAME_LINE = re.compile(r"^name[ \t]*=[ \t]*(\"[^\"\n]*\"|'[^'\n]*')", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One template in a list."""

    name: str
    description: str
    types: tuple[str, ...]
    formats: tuple[str, ...]
    url: str
    release: str
    size: str
    licence: str


@dataclass(frozen=True, slots=True)
class TemplateText:
    """One template as it is written."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A template that became a bank."""

    bank: str
    recipe: Path
    url: str
    commands: tuple[str, ...]  #: what its steps run
    folder: str  #: where its files go, if not into the home


def list_templates(
    container: Container, words: tuple[str, ...] = (), source: str = ""
) -> tuple[TemplateLine, ...]:
    """The templates in which all `words` are: ours, or those of `source`.

    What is among the files of `source` and is no recipe is left out.
    """
    if not source:
        found = [templates.template(name) for name in templates.names()]
        return tuple(_line(each) for each in found if _has(each, words))
    with gathered(container, source) as place:
        return tuple(_line(each) for each in _readable(container, place) if _has(each, words))


def show_template(container: Container, name: str, source: str = "") -> TemplateText:
    """The template called `name`, of ours or of `source`.

    Raises
    ------
    UsageError
        There is none of this name.
    RecipeError
        It cannot be read.
    """
    if not source:
        found = templates.template(name)
        return TemplateText(found.name, found.text)
    with gathered(container, source) as place:
        file = _chosen(recipe_files(place), (name,), source)[0]
        return TemplateText(name, _template(container, file).text)


def template_called(name: str, called: str = "") -> str:
    """The text of our template `name` for a bank that is `called` otherwise.

    Raises
    ------
    UsageError
        There is none of this name.
    RecipeError
        `called` is no name.
    """
    found = templates.template(name)
    return renamed(found, called).text if called and called != found.name else found.text


def import_templates(
    container: Container,
    source: str,
    names: tuple[str, ...] = (),
    *,
    called: str = "",
    replace: bool = False,
) -> tuple[Imported, ...]:
    """Make banks of templates: ours called `source`, or `names` of a folder, repository or URL.

    One alone may be `called` otherwise than it is written.

    Raises
    ------
    UsageError
        It is not plain which are meant, a bank exists already and `replace` is not said, or a
        name is none.
    RecipeError
        One cannot be read; none was taken over.
    FetchFailed
        They cannot be brought here.
    """
    if source in templates.names():
        if names:
            raise UsageError(f"{source} is one template; leave out {names[0]}")
        chosen = [templates.template(source)]
    else:
        with gathered(container, source) as place:
            files = _chosen(recipe_files(place), names, source)
            chosen = [_template(container, file) for file in files]
    if called:
        if len(chosen) != 1:
            raise UsageError(f"{len(chosen)} recipes cannot all be called {called}; name one")
        chosen = [renamed(chosen[0], called)]
    _check_free(container, chosen, replace=replace)
    return tuple(_imported(container, each, replace=replace) for each in chosen)


def _chosen(files: dict[str, Path], names: tuple[str, ...], source: str) -> list[Path]:
    """The files that are meant."""
    unknown = [name for name in names if name not in files]
    if unknown:
        raise UsageError(f"there is no recipe {unknown[0]!r}{suggestion(unknown[0], files)}")
    if names:
        return [files[name] for name in dict.fromkeys(names)]
    if len(files) == 1:
        return list(files.values())
    if not files:
        raise UsageError("there is no recipe in it: no file ends in .toml or .properties")
    some = ", ".join(list(files)[:8]) + (", …" if len(files) > 8 else "")
    raise UsageError(
        f"there are {len(files)} recipes ({some}); say which: holdfast bank import {source} NAME"
    )


def _readable(container: Container, place: Path) -> Iterator[Template]:
    for file in recipe_files(place).values():
        try:
            yield _template(container, file)
        except (HoldfastError, OSError):
            continue  # other things are written in TOML, too


def _template(container: Container, file: Path) -> Template:
    """The recipe in `file`, a property file as TOML."""
    text = convert(container, file).recipe if file.suffix == PROPERTIES else text_of(file)
    recipe = parse_recipe(text, file.name)
    return Template(recipe.name, text, recipe, about(text))


def renamed(found: Template, called: str) -> Template:
    """The same recipe for a bank that is `called` otherwise."""
    # The name is a plain text, or it would not be one: nothing in it needs an escape.
    head, table, rest = found.text.partition("\n[")
    text = _NAME_LINE.sub(lambda _: f'name = "{called}"', head, count=1) + table + rest
    recipe = parse_recipe(text, f"the recipe of {called}")
    if recipe.name != called:
        recipe = found.recipe.model_copy(update={"name": called})
        text = written(recipe)
        recipe = parse_recipe(text, f"the recipe of {called}")
    return Template(called, text, recipe, found.about)


def _check_free(container: Container, chosen: list[Template], *, replace: bool) -> None:
    """Raise a UsageError if a bank of one of these names is there: all are taken over, or none."""
    taken = [each.name for each in chosen if each.name in container.catalogue.banks()]
    if taken and not replace:
        raise UsageError(
            f"there is a bank {taken[0]} already: {container.catalogue.recipe_file(taken[0])}; "
            "say --as and another name, or --replace"
        )


def _imported(container: Container, found: Template, *, replace: bool) -> Imported:
    file = container.catalogue.add(found.recipe, found.text, replace=replace)
    return Imported(
        found.name,
        file,
        printable(found.recipe.remote.url),
        tuple(_commands(found.recipe)),
        found.recipe.place.folder,
    )


def _commands(recipe: Recipe) -> Iterator[str]:
    for step in (*recipe.before, *recipe.steps, *recipe.removal):
        if step.command:
            yield printable(f"{step.name}: {' '.join(step.command)}")


def _has(found: Template, words: tuple[str, ...]) -> bool:
    recipe = found.recipe
    kinds = (*recipe.types, *recipe.formats)
    said = " ".join((found.name, recipe.description, found.about.title, *kinds)).lower()
    return all(word.lower() in said for word in words)


def _line(found: Template) -> TemplateLine:
    recipe, facts = found.recipe, found.about
    url = recipe.remote.parts[0].url if recipe.remote.parts else recipe.remote.url
    return TemplateLine(
        found.name,
        printable(recipe.description),
        tuple(map(printable, recipe.types)),
        tuple(map(printable, recipe.formats)),
        printable(url),
        *map(printable, (facts.release, facts.size, facts.licence)),
    )
