"""
Time zones by name, and the one of this machine.

The names are those of the tz database (``Europe/Paris``). Where the system has no such database,
Python looks for the package ``tzdata``.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from holdfast.errors import UsageError, printable, suggestion

LOCALTIME = Path("/etc/localtime")
FOLDER = "zoneinfo/"  #: what stands before a zone's name in the path of its file


def zone_named(name: str) -> ZoneInfo:
    """The zone called `name`.

    Raises
    ------
    UsageError
        There is none; the message names the nearest.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        known = available_timezones()
        if not known:
            raise UsageError(
                f"there is no time zone {name!r}, for this machine has no time zones; "
                "install the package tzdata"
            ) from error
        raise UsageError(
            f"there is no time zone {name!r}; write for example Europe/Paris"
            f"{suggestion(name, known)}"
        ) from error


def machine_zone(environment: Mapping[str, str] = os.environ, link: Path = LOCALTIME) -> ZoneInfo:
    """The zone of this machine: what ``TZ`` says, or what ``/etc/localtime`` links to, or UTC."""
    for name in (environment.get("TZ", ""), str(link.resolve())):
        try:
            return ZoneInfo(name.removeprefix(":").rpartition(FOLDER)[2])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    try:
        with link.open("rb") as file:  # a copy, which does not say its name
            return ZoneInfo.from_file(file)
    except (ValueError, OSError):
        return ZoneInfo("UTC")


def zone_name(zone: ZoneInfo) -> str:
    """What people call `zone`."""
    return zone.key or printable(LOCALTIME)
