"""
Plug-ins: what a stranger may add, found by entry point and loaded when first asked for.

Our own remotes and aligners are added in the same way, in this package's ``pyproject.toml`` entry
points, so the road strangers take is the one we walk every day. A plug-in that fails to load is
named in a warning and skipped: it never takes the others down.
"""

import logging
from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from holdfast.errors import UsageError, suggestion

logger = logging.getLogger(__name__)


class Group(Enum):
    """What can be added, and the name of its entry-point group."""

    REMOTES = "holdfast.remotes"  #: URL scheme → a maker of remotes
    ALIGNERS = "holdfast.aligners"  #: aligner name → an aligner
    ALIGNMENTS = "holdfast.alignments"  #: name of a format → an AlignmentFormat
    EXECUTORS = "holdfast.executors"  #: kind of executor → a maker of executors
    STEPS = "holdfast.steps"  #: what ``use`` says in a recipe's step → a tool that makes indexes


def names(group: Group) -> list[str]:
    """The names of all plug-ins of `group`, loaded or not."""
    return sorted({point.name for point in _points(group)})


def is_strange(group: Group, name: str) -> bool:
    """Whether the plug-in of `group` called `name` comes from another package than this one."""
    points = _points(group, name)
    return not any(point.value.startswith("holdfast.") for point in points)


def load(group: Group, name: str) -> Any:
    """The plug-in of `group` called `name`.

    Raises
    ------
    UsageError
        There is none of this name, or each one of this name fails to load.
    """
    for point in _points(group, name):
        loaded = _load(point)
        if loaded is not None:
            return loaded
    known = names(group)
    raise UsageError(
        f"{name!r} is not among {group.value} ({', '.join(known)}){suggestion(name, known)}"
    )


def _points(group: Group, name: str | None = None) -> list[EntryPoint]:
    """The plug-ins of `group`, or those called `name`."""
    found = _installed(entry_points, group.value)
    return [point for point in found if name in (None, point.name)]


@cache
def _installed(find: Callable[..., Iterable[EntryPoint]], group: str) -> tuple[EntryPoint, ...]:
    """What `find` finds in all packages there are: it reads a file of each, so it is asked once."""
    return tuple(find(group=group))


def _load(point: EntryPoint) -> Any | None:
    try:
        return point.load()
    except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
        logger.warning("the plug-in %s (%s) was skipped: %s", point.name, point.value, error)
        return None
