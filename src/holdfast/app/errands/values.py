"""
An errand: something a person asked for that takes time, as a value; and the states it goes through.

::

    waiting ──▶ working ──▶ done | failed | cancelled
       │           │
       │           └──▶ interrupted      its process died; it can be tried again
       └──▶ cancelled

What ended otherwise than well may be tried again: it waits once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from holdfast.accounts.people import Person
from holdfast.base.progress import Progress


class State(Enum):
    """How an errand stands."""

    WAITING = "waiting"  #: it begins as soon as there is room
    WORKING = "working"  #: its process does it
    DONE = "done"  #: it ended well
    FAILED = "failed"  #: it could not be done; the problem says why
    CANCELLED = "cancelled"  #: somebody asked it to stop
    INTERRUPTED = "interrupted"  #: its process died; it can go on where it was

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in (State.WAITING, State.WORKING)

    @property
    def may_go_on(self) -> bool:
        """Whether it makes sense to try it again."""
        return self in (State.FAILED, State.CANCELLED, State.INTERRUPTED)


class ActsAs(Enum):
    """Whose rights hold for an errand."""

    NOBODY = "nobody"  #: the command line's: those of the account of the process
    GUEST = "guest"
    PERSON = "person"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Errand:
    """Something a person asked for."""

    id: str  #: which nobody can guess
    kind: str  #: of the wish: ``compare``, ``update`` …
    subject: str  #: what it is about: ``plot:NAME``, ``bank:NAME``
    title: str  #: in the words of a person
    words: Mapping[str, Any]  #: what was asked for, as JSON has it
    owner: str  #: who asked; empty: a guest, or the command line
    state: State
    asked: datetime
    began: datetime | None = None
    ended: datetime | None = None
    progress: tuple[Progress, ...] = ()  #: of the last few pieces of work, the newest last
    problem: str = ""  #: why it failed: a sentence
    result: Mapping[str, Any] = field(default_factory=dict)  #: what came of it, as JSON has it
    run: int | None = None  #: of the jobs that did it
    attempt: int = 0  #: how often it was begun
    is_stopping: bool = False  #: somebody asked it to stop, and it has not yet
    number: int = 0  #: a later one has a larger one

    @property
    def noun(self) -> str:
        """What kind of thing it is about: ``plot``, ``bank``, ``store``."""
        return self.subject.partition(":")[0]

    @property
    def about(self) -> str:
        """The name of the thing it is about."""
        return self.subject.partition(":")[2]


def acts_as(person: Person | None) -> ActsAs:
    """Whose rights hold for what `person` asks."""
    if person is None:
        return ActsAs.NOBODY
    if person.is_guest:
        return ActsAs.GUEST
    return ActsAs.ADMINISTRATOR if person.is_administrator else ActsAs.PERSON
