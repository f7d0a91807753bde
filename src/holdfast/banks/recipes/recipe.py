"""
Recipes: where a bank comes from and what to do with each release of it.

A recipe is a TOML file ``recipes/<bank>.toml``. It is checked whole when read: a key that does not
exist, a value of the wrong kind, a step that needs an unknown step, all are a
:class:`~holdfast.errors.RecipeError` that names file and key and says what to do. What is read is a
frozen value; nothing here looks at a remote or at a release.
"""

import tomllib
from collections.abc import Mapping
from enum import Enum
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    BaseModel,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from holdfast.banks.indexing.registry import known_keys
from holdfast.banks.recipes.connecting import ConnectionPart, PagePart
from holdfast.banks.recipes.notify import NotifyPart
from holdfast.banks.recipes.place import HOME, Place
from holdfast.banks.recipes.sources import RELEASE, ReleaseFrom, ReleasePart, RemotePart
from holdfast.banks.recipes.steps import (
    RESERVED_FOLDERS,
    Name,
    Part,
    Step,
    checked_expressions,
)
from holdfast.errors import RecipeError, suggestion
from holdfast.settings.schedules import Timing

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]


class Visibility(Enum):
    """Who may see a bank."""

    PUBLIC = "public"  #: everybody
    PRIVATE = "private"  #: its owner and the administrators


class Dependency(Part):
    """A bank this one is made from, and the files taken from its release."""

    bank: Name
    match: tuple[str, ...] = ()
    follow: bool = False

    _are_patterns = field_validator("match")(checked_expressions)

    @field_validator("bank")
    @classmethod
    def _has_a_folder_of_its_own(cls, bank: str) -> str:
        if bank in RESERVED_FOLDERS:
            raise ValueError(f"files of a bank called {bank!r} would lie among the release's own")
        return bank


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
    before: tuple[Step, ...] = ()
    removal: tuple[Step, ...] = ()
    types: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    depends: tuple[Dependency, ...] = ()
    environment: Mapping[Variable, str] = {}
    notify: NotifyPart = NotifyPart()
    place: Place = HOME

    @model_validator(mode="after")
    def _knows_the_release_before_it_says_it(self) -> Self:
        source = self.release.source
        said = source in (ReleaseFrom.BANK, ReleaseFrom.REMOTE)
        named_first = self.release.is_elsewhere or said
        if self.remote.says_release and not named_first:
            raise ValueError(
                f"{RELEASE} in the remote needs a release that is known before: say match or url"
                " under [release]"
            )
        there = self.release.match or source is ReleaseFrom.REMOTE
        looked_for_in = self.release.url or (self.remote.url if there else "")
        if RELEASE in looked_for_in:
            raise ValueError(
                "the release is looked for before it is known; say url under [release], without "
                f"{RELEASE}"
            )
        known = [each.bank for each in self.depends]
        if self.release.bank and self.release.bank not in known:
            raise ValueError(f"release.bank is {self.release.bank!r}, which is not in depends")
        if len(known) > len(set(known)) or self.name in known:
            raise ValueError("depends names each bank once, and not the bank itself")
        return self

    @model_validator(mode="after")
    def _steps_make_a_graph(self) -> Self:
        for steps in (self.steps, self.before, self.removal):
            names = [step.name for step in steps]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"two steps are called {twice[0]!r}; each needs its own name")
            for step in steps:
                _check_needs(step, names)
            _check_folders(steps)
            try:
                TopologicalSorter({step.name: self.needs(step) for step in steps}).prepare()
            except CycleError as error:
                raise ValueError(
                    f"the steps need one another in a circle: {error.args[1]}"
                ) from error
        if any(step.use for step in (*self.before, *self.removal)):
            raise ValueError("steps before an update and at a removal are commands")
        return self

    @property
    def holds_password(self) -> bool:
        """Whether who may read it reads a password."""
        return self.remote.holds_password or self.release.holds_password

    def needs(self, step: Step) -> tuple[str, ...]:
        """The steps that must be done before `step`.

        A step that does not say is done after all steps that unpack: it sees the files as they
        will be.
        """
        if step.needs is not None:
            return step.needs
        if step not in self.steps:
            return ()
        if step.use == "select":  # it sees what has come out of all archives
            return tuple(each.name for each in self.steps if each.use == "unpack")
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


def read_place(file: Path) -> Place:
    """Where the recipe in `file` says the bank is, be the rest of it right or wrong.

    Raises
    ------
    RecipeError
        It is no TOML, or the place makes no sense.
    """
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8")).get("place", {})
        return Place.model_validate(said)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise RecipeError(file, "", f"it cannot be read: {error}") from error
    except ValidationError as error:
        sentence = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise RecipeError(file, "place", sentence) from error


def _check_needs(step: Step, names: list[str]) -> None:
    for need in step.needs or ():
        if need not in names:
            raise ValueError(
                f"step {step.name!r} needs {need!r}, which no step is called"
                f"{suggestion(need, names)}"
            )


def _check_folders(steps: tuple[Step, ...]) -> None:
    """An index is put into its folder whole, so nothing else can be made there."""
    for step in steps:
        folder = step.folder or step.name
        others = (each for each in steps if each is not step)
        if step.indexes and any(folder == (each.folder or each.name) for each in others):
            raise ValueError(
                f"two steps have the folder {folder!r}; step {step.name!r} needs one of its own"
            )


def recipe_errors(text: str, file: Path | str) -> tuple[RecipeError, ...]:
    """All that keeps `text` from being a recipe; :func:`parse_recipe` raises the first."""
    try:
        parse_recipe(text, file)
    except RecipeError as error:
        cause = error.__cause__
        if not isinstance(cause, ValidationError):
            return (error,)
        return tuple(_problem(each, file) for each in _in_order(cause))
    return ()


def _first_problem(error: ValidationError, file: Path | str) -> RecipeError:
    return _problem(_in_order(error)[0], file)


def _in_order(error: ValidationError) -> "list[ErrorDetails]":
    # A misspelt key is told as that, and not as the lack of the right one.
    return sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")


def _problem(problem: "ErrorDetails", file: Path | str) -> RecipeError:
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
    for name, part in (("page", PagePart), ("connection", ConnectionPart)):
        if name in place[1:-1]:
            return list(part.model_fields)
    parts: dict[str, type[BaseModel]] = {
        "remote": RemotePart,
        "release": ReleasePart,
        "schedule": Timing,
        "steps": Step,
        "before": Step,
        "removal": Step,
        "depends": Dependency,
        "notify": NotifyPart,
        "place": Place,
    }
    model = parts.get(place[0], Recipe) if len(place) > 1 else Recipe
    own = known_keys() if model is Step else []
    return [*(field.alias or name for name, field in model.model_fields.items()), *own]


def as_written(recipe: Recipe) -> dict[str, Any]:
    """`recipe` as plain values, as they would stand in TOML: defaults left out."""
    return recipe.model_dump(mode="json", by_alias=True, exclude_defaults=True)
