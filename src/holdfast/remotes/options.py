"""
Options: what a recipe says of how a remote is to be read, beyond its URL.

Most remotes need none. Values only: who knows what to do with one takes it, and others pass it by.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from holdfast.remotes.access import Credentials
from holdfast.remotes.connection import NO_CONNECTION, Connection


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
    form: Mapping[str, str] | None = None  #: what is sent by POST; None asks by GET
    base: str = ""  #: where what a list names relatively is, "" beside the list
    fetcher: str = ""  #: the plug-in that brings the files, "" for the one that lists them
    connection: Connection = NO_CONNECTION
    login: Credentials = Credentials()  # noqa: RUF009 - a frozen value

    @property
    def body(self) -> bytes | None:
        """What is sent by POST, encoded as forms are; None where GET is meant."""
        return None if self.form is None else urlencode(self.form).encode()


NO_OPTIONS = RemoteOptions()
