"""
Connections: how servers are reached for one bank, over what the settings say of them.

Values only. What is None is as the settings have it.
"""

from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any


class NewHosts(Enum):
    """What becomes of an SSH server whose key nobody knows yet. A key that changed is refused."""

    REJECT = "reject"  #: it is refused
    ACCEPT = "accept"  #: it is taken
    ADD = "add"  #: it is taken, and known from then on


class FtpMethod(Enum):
    """How libcurl comes to a folder of an FTP server."""

    MULTICWD = "multicwd"  #: folder by folder
    NOCWD = "nocwd"  #: by its whole path, without changing to it
    SINGLECWD = "singlecwd"  #: by one change to its whole path


@dataclass(frozen=True, slots=True)
class Connection:
    """What the recipe of a bank says of how its servers are reached."""

    transfers: int | None = None  #: at once
    retries: int | None = None
    backoff: float | None = None  #: seconds before the first retry
    time_limit: float | None = None  #: seconds that one attempt at a file may take
    keepalive: int | None = None  #: seconds of silence after which a connection is tested
    redirects: bool | None = None  #: whether redirects are followed
    ftp_method: FtpMethod | None = None
    proxy: str | None = field(default=None, repr=False)  #: URL, or "none"
    ca_file: str | None = None
    insecure: bool | None = None
    known_hosts: str | None = None
    new_hosts: NewHosts | None = None

    def over(self, other: "Connection") -> "Connection":
        """This, and what `other` says where this says nothing.

        >>> Connection(retries=1).over(Connection(retries=5, transfers=2)).transfers
        2
        """
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(other, **{name: value for name, value in said.items() if value is not None})

    def chosen(self, *names: str) -> dict[str, Any]:
        """What this says of `names`, where it says anything."""
        said = {name: getattr(self, name) for name in names}
        return {name: value for name, value in said.items() if value is not None}


NO_CONNECTION = Connection()  #: all is as the settings say
