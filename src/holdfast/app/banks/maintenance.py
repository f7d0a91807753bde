"""
Maintenance: while it is on, no update begins.

It is a small document in the home folder, which says since when, by whom and why. What is running
goes on: see ``holdfast bank whatsup``, and wait for it.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from holdfast.app.container import Container
from holdfast.base.files import write_atomic
from holdfast.errors import BankBusy

FILE = "maintenance.json"


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Whether maintenance is on."""

    on: bool
    since: datetime | None = None
    who: str = ""
    why: str = ""

    @property
    def sentence(self) -> str:
        """What a person is told."""
        if not self.on:
            return "maintenance is off"
        since = f" since {self.since:%Y-%m-%d %H:%M} UTC" if self.since is not None else ""
        who = f", by {self.who}" if self.who else ""
        return f"maintenance is on{since}{who}{': ' if self.why else ''}{self.why}"


def maintenance(container: Container) -> Maintenance:
    """Whether maintenance is on. A document that cannot be read says that it is."""
    try:
        document = json.loads(_file(container).read_bytes())
        since = datetime.fromisoformat(document["since"])
        return Maintenance(on=True, since=since, who=document["who"], why=document["why"])
    except FileNotFoundError:
        return Maintenance(on=False)
    except (OSError, KeyError, TypeError, ValueError, RecursionError):
        return Maintenance(on=True)


def turn_on(container: Container, why: str = "") -> Maintenance:
    """Let no update begin from now on."""
    now = datetime.now(UTC).replace(microsecond=0)
    document = {"since": now.isoformat(), "who": container.author, "why": why}
    container.settings.home.mkdir(parents=True, exist_ok=True)
    write_atomic(_file(container), json.dumps(document, indent=2).encode() + b"\n")
    return maintenance(container)


def turn_off(container: Container) -> Maintenance:
    """Let updates begin again."""
    _file(container).unlink(missing_ok=True)
    return maintenance(container)


def refuse_in_maintenance(container: Container) -> None:
    """A BankBusy that says since when and why, if maintenance is on."""
    found = maintenance(container)
    if found.on:
        raise BankBusy(
            f"{found.sentence}; nothing is updated until it is turned off: "
            "holdfast bank maintenance off"
        )


def _file(container: Container) -> Path:
    return container.settings.home / FILE
