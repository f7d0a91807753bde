"""
Recipes: where a bank comes from and what to do with each release of it.

A recipe is a TOML file ``recipes/<bank>.toml``. It is checked whole when read: a key that does not
exist, a value of the wrong kind, a step that needs an unknown step, all are a
:class:`~holdfast.errors.RecipeError` that names file and key and says what to do. What is read is a
frozen value; nothing here looks at a remote or at a release.
"""

import re
import tomllib
from enum import Enum
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from holdfast import plugins
from holdfast.banks.selection import Selection
from holdfast.banks.steps import Name, Part, Step, checked_globs
from holdfast.errors import RecipeError, suggestion
from holdfast.plugins import Group
from holdfast.settings.schedules import Timing

Words = Annotated[tuple[str, ...], Field(min_length=1)]


class ReleaseFrom(Enum):
    """What gives a release its name."""

    FOLDER = "folder"  #: the newest sub-folder of the URL whose name matches the pattern
    FILE_NAME = "file name"  #: the pattern's group in the names of the files
    CONTENT = "content"  #: the pattern's group in the content of one small file
    DATE = "date"  #: the date of the newest file
    LISTING = "listing"  #: a digest of the whole listing


class RemotePart(Part):
    """Where the files are and which are wanted."""

    url: str
    files: Words = ("**/*",)
    exclude: tuple[str, ...] = ()

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if not parts.scheme:
            raise ValueError(f"{url!r} is not a URL; write it with its scheme, as in https://…")
        known = plugins.names(Group.REMOTES)
        if parts.scheme not in known:
            raise ValueError(
                f"{url!r}: there is no remote for {parts.scheme}; there are {', '.join(known)}"
            )
        if parts.scheme != "file" and not parts.hostname:
            raise ValueError(f"{url!r} names no host")
        return url if url.endswith("/") else url + "/"

    @field_validator("files", "exclude")
    @classmethod
    def _are_globs(cls, globs: tuple[str, ...]) -> tuple[str, ...]:
        return checked_globs(globs)

    @property
    def selection(self) -> Selection:
        """The files wanted of the remote."""
        return Selection(self.files, self.exclude)


class ReleasePart(Part):
    """What a release is named after."""

    source: ReleaseFrom = Field(ReleaseFrom.DATE, alias="from")
    pattern: str = ""
    file: str = ""

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
        if groups > 1:
            raise ValueError(
                f"{pattern!r} has {groups} groups; at most one can be the release's name"
                " (write the others as (?:…))"
            )
        return pattern

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        needs_pattern = {ReleaseFrom.FILE_NAME, ReleaseFrom.CONTENT}
        if self.source in needs_pattern and not self.pattern:
            raise ValueError(f'from = "{self.source.value}" needs a pattern')
        if self.source is ReleaseFrom.CONTENT and not self.file:
            raise ValueError('from = "content" needs a file: the small file to look into')
        return self


class Recipe(Part):
    """The whole recipe of one bank."""

    name: Name
    description: str = ""
    formats: tuple[str, ...] = ()
    keep: int | None = Field(None, ge=0)
    publish: bool = True
    remote: RemotePart
    release: ReleasePart = ReleasePart.model_validate({})
    schedule: Timing | None = None
    steps: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _steps_make_a_graph(self) -> Self:
        names = [step.name for step in self.steps]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two steps are called {twice[0]!r}; each needs its own name")
        for step in self.steps:
            _check_needs(step, names)
        try:
            TopologicalSorter({step.name: self.needs(step) for step in self.steps}).prepare()
        except CycleError as error:
            raise ValueError(f"the steps need one another in a circle: {error.args[1]}") from error
        return self

    def needs(self, step: Step) -> tuple[str, ...]:
        """The steps that must be done before `step`.

        A step that does not say is done after all steps that unpack: it sees the files as they
        will be.
        """
        if step.needs is not None:
            return step.needs
        return () if step.unpacks else tuple(each.name for each in self.steps if each.unpacks)


def read_recipe(file: Path) -> Recipe:
    """The recipe in `file`.

    Raises
    ------
    RecipeError
        It cannot be read; the message names the file and the key or line.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RecipeError(file, "", "it is not UTF-8 text; save it as UTF-8") from error
    except (FileNotFoundError, IsADirectoryError) as error:
        raise RecipeError(file, "", "there is no such file") from error
    return parse_recipe(text, file)


def parse_recipe(text: str, file: Path | str) -> Recipe:
    """The recipe that `text` is; `file` names it in errors."""
    try:
        return Recipe.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(file, "", f"it is not TOML: {error}") from error
    except RecursionError as error:
        raise RecipeError(file, "", "it is nested too deep; mend the file") from error
    except ValidationError as error:
        raise _first_problem(error, file) from error


def _check_needs(step: Step, names: list[str]) -> None:
    for need in step.needs or ():
        if need not in names:
            raise ValueError(
                f"step {step.name!r} needs {need!r}, which no step is called"
                f"{suggestion(need, names)}"
            )


def _first_problem(error: ValidationError, file: Path | str) -> RecipeError:
    # A misspelt key is told as that, and not as the lack of the right one.
    problem = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    place = tuple(str(part) for part in problem["loc"])
    key = ".".join(place)
    if problem["type"] == "extra_forbidden":
        return RecipeError(
            file, key, f"there is no such key{suggestion(place[-1], _keys_beside(place))}"
        )
    if problem["type"] == "missing":
        whole = "schedule" if place[:-1] == ("schedule",) else "recipe"
        return RecipeError(file, key, f"it is missing; every {whole} needs it")
    if problem["type"] == "string_pattern_mismatch":
        return RecipeError(
            file, key, f"{problem['input']!r} is not a name: use letters, digits, and . _ + -"
        )
    return RecipeError(file, key, problem["msg"].removeprefix("Value error, "))


def _keys_beside(place: tuple[str, ...]) -> list[str]:
    """The keys known where the key at `place` stands."""
    parts: dict[str, type[BaseModel]] = {
        "remote": RemotePart,
        "release": ReleasePart,
        "schedule": Timing,
        "steps": Step,
    }
    model = parts.get(place[0], Recipe) if len(place) > 1 else Recipe
    return [field.alias or name for name, field in model.model_fields.items()]


def as_written(recipe: Recipe) -> dict[str, Any]:
    """`recipe` as plain values, as they would stand in TOML: defaults left out."""
    return recipe.model_dump(mode="json", by_alias=True, exclude_defaults=True)
