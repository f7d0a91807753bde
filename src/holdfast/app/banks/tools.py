"""
Tools: which there are for steps of recipes, and whether this machine has their programs.
"""

import logging
import shutil
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from holdfast.banks.indexing.registry import tool, tool_names
from holdfast.banks.indexing.tool import Program, Tool
from holdfast.errors import UsageError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownTool:
    """One tool: what ``use`` calls it, what it makes, and what it needs."""

    use: str
    makes: str
    keys: tuple[str, ...]  #: of a recipe's step, besides those of every step
    programs: tuple[Program, ...]
    missing: tuple[Program, ...]  #: those that are not on PATH here


def known_tools() -> tuple[KnownTool, ...]:
    """All tools that can be loaded, by name; one that cannot is named in a warning."""
    found = []
    for name in tool_names():
        try:
            made = tool(name)
        except UsageError as error:
            logger.warning("%s", error)
            continue
        programs = _usual_programs(made)
        found.append(
            KnownTool(
                use=name,
                makes=made.sentence,
                keys=tuple(made.keys.model_fields),
                programs=programs,
                missing=tuple(each for each in programs if shutil.which(each.name) is None),
            )
        )
    return tuple(found)


def _usual_programs(made: Tool[Any]) -> tuple[Program, ...]:
    """The programs of a step that says nothing but ``use``; all, where it has to say more."""
    try:
        return made.needed(made.keys())
    except ValidationError:
        return made.programs
