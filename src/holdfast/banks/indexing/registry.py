"""
The tools there are, ours and strangers', by the names that ``use`` has in a recipe.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from holdfast import plugins
from holdfast.banks.indexing.tool import Keys, Program, Tool
from holdfast.plugins import Group


@cache
def tool_names() -> tuple[str, ...]:
    """The names of all tools."""
    return tuple(plugins.names(Group.STEPS))


@cache
def tool(name: str) -> Tool[Any]:
    """The tool called `name`.

    Raises
    ------
    UsageError
        There is none, or it cannot be loaded.
    """
    made: Tool[Any] = plugins.load(Group.STEPS, name)()
    return made


def keys_of(use: str, given: Mapping[str, Any]) -> Keys:
    """What `given` are for the tool `use`.

    Raises
    ------
    pydantic.ValidationError
        There is no such key, or its value is of the wrong kind.
    """
    keys: Keys = tool(use).keys.model_validate(given)
    return keys


def known_keys() -> list[str]:
    """The keys of all tools."""
    return sorted({key for name in tool_names() for key in tool(name).keys.model_fields})


@dataclass(frozen=True, slots=True)
class Missing:
    """A program that a step needs and that is not on PATH."""

    step: str
    use: str
    program: Program

    @property
    def sentence(self) -> str:
        """What is missing, and what to do."""
        return (
            f"step {self.step!r} (use = {self.use!r}) needs the program {self.program.name}, "
            f"which is not on PATH; install it (in Debian: apt install {self.program.package})"
        )


def missing(step: str, use: str, given: Mapping[str, Any]) -> Iterator[Missing]:
    """The programs that the tool `use`, given these keys, would not find."""
    made = tool(use)
    for program in made.needed(made.keys.model_validate(given)):
        if shutil.which(program.name) is None:
            yield Missing(step, use, program)
