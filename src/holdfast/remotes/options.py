"""
Options: what a recipe says of how a remote is to be read, beyond its URL.

Most remotes need none. Values only: who knows what to do with one takes it, and others pass it by.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PagePattern:
    """How a folder's page is read when its form is unknown: a regular expression for each row.

    Numbers are those of groups, from 1; 0 is a thing that the page does not tell.
    """

    file: re.Pattern[str]
    folder: re.Pattern[str] | None = None
    name: int = 1  #: of a file
    date: int = 2
    size: int = 3
    folder_name: int = 1
    date_format: str = ""  #: as strptime has it; without one, usual forms are known


@dataclass(frozen=True, slots=True)
class Portion:
    """One of several remotes that are taken as one."""

    url: str
    into: str = ""  #: the folder its files are in, "" for none
    options: "RemoteOptions | None" = None


@dataclass(frozen=True, slots=True)
class RemoteOptions:
    """What is said of a remote."""

    page: PagePattern | None = None
    name: str = ""  #: what the one file of a direct remote is called here
    parts: tuple[Portion, ...] = ()
    arguments: Mapping[str, str] = field(default_factory=dict)  #: for plug-ins


NO_OPTIONS = RemoteOptions()
