"""
Choosing an aligner by its name: plug-ins, the tools we know, and those of a ``tools.yaml``.

A tool of the site's own file takes the place of ours of the same name; a plug-in, which is code
that somebody installed, comes before both.
"""

import logging
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from holdfast.dotplots.aligners.command_aligner import CommandAligner
from holdfast.dotplots.aligners.interface import Aligner
from holdfast.dotplots.aligners.tools import Tool
from holdfast.dotplots.aligners.tools_file import read_tools
from holdfast.errors import UsageError, suggestion
from holdfast.plugins import Group, load, names

OURS = "tools.yaml"

logger = logging.getLogger(__name__)


def aligner(name: str, tools: Path | None = None) -> Aligner:
    """The aligner called `name`; `tools` is the site's own ``tools.yaml``.

    Raises
    ------
    UsageError
        There is none of this name.
    FormatError
        `tools` cannot be read.
    """
    if name in names(Group.ALIGNERS):
        plugin: Aligner = load(Group.ALIGNERS, name)()
        return plugin
    known = {tool.name: tool for tool in _tools(tools)}
    if name not in known:
        every = [*names(Group.ALIGNERS), *known]
        raise UsageError(f"{name!r} is no aligner ({', '.join(every)}){suggestion(name, every)}")
    return CommandAligner(known[name])


def aligners(tools: Path | None = None) -> list[Aligner]:
    """All aligners: plug-ins by name, then tools in the order that they ask for.

    Raises
    ------
    FormatError
        `tools` cannot be read.
    """
    return [*_plugins(), *(CommandAligner(tool) for tool in _tools(tools))]


def _plugins() -> Iterator[Aligner]:
    for name in names(Group.ALIGNERS):
        try:
            yield load(Group.ALIGNERS, name)()
        except UsageError:
            continue  # it cannot be loaded, which the loader has said


def _tools(file: Path | None) -> list[Tool]:
    """The tools of `file` and ours, but for ours whose names are in `file` and plug-ins' names."""
    own = read_tools(file.expanduser()) if file is not None else ()
    taken = {tool.name for tool in own}
    plugins = set(names(Group.ALIGNERS))
    for name in sorted(taken & plugins):
        logger.warning("%s: the tool %s is not used: an aligner is called so", file, name)
    every = [*own, *(tool for tool in _ours() if tool.name not in taken)]
    return sorted((t for t in every if t.name not in plugins), key=lambda tool: tool.order)


@cache
def _ours() -> tuple[Tool, ...]:
    """The tools of this package, read once."""
    packaged = files(__package__).joinpath(OURS)
    return read_tools(Path(OURS), packaged.read_bytes())
