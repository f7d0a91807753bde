"""
Steps: what a recipe does with each release, one action each.

A step is a built-in one (``use``) or a command. It names the steps that must be done before it;
what is read here is a frozen value, and the graph of all steps is checked by the recipe.
"""

import re
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from holdfast.banks.choosing.patterns import EVERYTHING, compiled, problem_with_pattern
from holdfast.banks.choosing.selection import Selection, problem_with_glob
from holdfast.banks.indexing.registry import keys_of, tool, tool_names
from holdfast.banks.indexing.tool import Keys
from holdfast.errors import suggestion
from holdfast.settings.values import Size, Span

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}$"
RESERVED_JOBS = frozenset({"fetch", "finish", "publish"})
WHOLE_RELEASE = "."  #: the folder of a step that works in the release's own folder
RESERVED_FOLDERS = frozenset({"flat", "release.json", "files.json", "made.json"})
IMAGE = r"[A-Za-z0-9/][\w./:@+-]{0,499}"  #: an image, wherever it comes from; no option

Name = Annotated[str, StringConstraints(pattern=NAME)]


class Part(BaseModel):
    """A part of a recipe: frozen, and without keys nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def checked_globs(globs: tuple[str, ...]) -> tuple[str, ...]:
    for glob in globs:
        problem = problem_with_glob(glob)
        if problem:
            raise ValueError(problem)
    return globs


def checked_patterns(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """`patterns`, if each can choose something (:mod:`holdfast.banks.choosing.patterns`)."""
    for pattern in patterns:
        problem = problem_with_pattern(pattern)
        if problem:
            raise ValueError(problem)
    return patterns


def checked_expressions(expressions: tuple[str, ...]) -> tuple[str, ...]:
    """`expressions`, if each is a regular expression, or ``**/*`` for everything."""
    for expression in expressions:
        checked_expression("" if expression == EVERYTHING else expression)
    return expressions


def checked_expression(expression: str) -> str:
    """`expression`, if it is a regular expression."""
    try:
        compiled(expression)
    except re.error as error:
        raise ValueError(f"{expression!r} is not a regular expression: {error}") from error
    return expression


class Makes(Part):
    """What a step makes, for those who look for it."""

    format: str
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class _NoKeys(Part):
    """The keys of a step that runs no tool."""


class Step(Part):
    """One post-processing action on a release. Keys it does not know are those of its tool."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    name: Name
    use: str = ""
    command: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    needs: tuple[str, ...] | None = None
    folder: str = ""
    namespace: str = ""
    keep_archives: bool = False
    cores: int = Field(1, ge=1)
    memory: Size | None = None
    time: Span | None = None
    retries: int = Field(0, ge=0, le=100)
    delay: Span = 60.0
    growth: float = Field(1.0, ge=1, le=100)
    priority: int = Field(0, ge=-1_000_000, le=1_000_000)
    match: tuple[str, ...] = ()
    description: str = ""
    label: str = ""
    container: str = ""
    network: bool = False
    makes: tuple[Makes, ...] = ()

    _are_expressions = field_validator("match")(checked_expressions)

    @field_validator("label")
    @classmethod
    def _is_a_label(cls, label: str) -> str:
        if label and not re.match(NAME, label):
            raise ValueError(f"{label!r} is not a name: use letters, digits, and . _ + -")
        return label

    @field_validator("container")
    @classmethod
    def _is_an_image(cls, image: str) -> str:
        if image and not re.fullmatch(IMAGE, image):
            raise ValueError(f"{image!r} is no image; write for example docker.io/ncbi/blast:2.14")
        return image

    @field_validator("files")
    @classmethod
    def _are_globs(cls, globs: tuple[str, ...]) -> tuple[str, ...]:
        return checked_globs(globs)

    @field_validator("folder")
    @classmethod
    def _is_a_folder(cls, folder: str) -> str:
        if folder and folder != WHOLE_RELEASE and not re.match(NAME, folder):
            raise ValueError(f"{folder!r} must be the name of one folder in the release")
        if folder in RESERVED_FOLDERS:
            raise ValueError(f"{folder!r} is taken by the release itself; choose another name")
        return folder

    @model_validator(mode="after")
    def _has_known_keys(self) -> Self:
        if not self.use or self.use in BUILT_IN or self.indexes:
            _ = self.keys  # its errors name the keys
        if self.indexes and self.folder == WHOLE_RELEASE:
            raise ValueError(f"{self.name!r} needs a folder of its own")
        return self

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if self.name in RESERVED_JOBS:
            raise ValueError(f"{self.name!r} is the name of a job every update has; choose another")
        if bool(self.use) == bool(self.command):
            raise ValueError("a step has either use (a built-in step) or command (a list of words)")
        if self.use and self.use not in BUILT_IN and not self.indexes:
            known = (*BUILT_IN, *tool_names())
            near = suggestion(self.use, known)
            raise ValueError(f"{self.use!r} is not a step: {', '.join(known)}{near}")
        if self.match and self.use != "select":
            raise ValueError('match belongs to a step with use = "select"; say files instead')
        if self.container and not self.command:
            raise ValueError("only a command runs in a container")
        if self.network and not self.container:
            raise ValueError("network is about a container; every other step has it")
        return self

    @property
    def indexes(self) -> bool:
        """Whether it runs a tool (:mod:`holdfast.banks.indexing`)."""
        return bool(self.use) and self.use not in BUILT_IN and self.use in tool_names()

    @property
    def keys(self) -> Keys | None:
        """The keys that are its tool's own; None: it runs none."""
        given = self.model_extra or {}
        if self.indexes:
            return keys_of(self.use, given)
        if given:
            _NoKeys.model_validate(given)
        return None

    def namespace_for(self, bank: str, file: str) -> str:
        """The namespace for the names in `file`: ``{bank}`` and ``{file}`` (its name up to the
        first dot) are replaced. Without a namespace it is the bank's name.

        >>> step = Step(name="load", use="load", namespace="{bank}.{file}")
        >>> step.namespace_for("yeast", "strains/SK1.genome.fa")
        'yeast.SK1'
        """
        stem = re.sub(r"[^A-Za-z0-9_-]", "_", file.rpartition("/")[2].partition(".")[0])
        return (self.namespace or "{bank}").replace("{bank}", bank).replace("{file}", stem)

    @property
    def unpacks(self) -> bool:
        """Whether this step changes which files the release is made of."""
        return self.use in {"unpack", "select"}

    @property
    def selection(self) -> Selection:
        """The files of the release this step is about."""
        if self.indexes:
            return Selection(self.files or tool(self.use).files)
        return Selection(self.files or (FASTA if self.use == "load" else ("**/*",)))


BUILT_IN = ("unpack", "load", "select")
FASTA = tuple(
    f"**/*.{kind}{packed}"
    for kind in ("fa", "fasta", "fas", "fna", "faa", "ffn", "frn")
    for packed in ("", ".gz", ".bgz", ".zst")
)
