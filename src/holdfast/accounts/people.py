"""
People: who asks.

A person is a value: whoever decides whether something is allowed is given one, and asks no
database. A guest has no name and may only look at what is public.
"""

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """What a key lets its bearer do; a person who signed in may do all that is theirs to do."""

    READ = "read"  #: look at what the owner may look at
    BANKS = "banks"  #: update, publish, freeze and remove
    SEQUENCES = "sequences"  #: load, name and take away names
    PLOTS = "plots"  #: compare, import and remove
    ADMIN = "admin"  #: users, schedules and settings


class Through(Enum):
    """How a person was recognised."""

    NOTHING = "nothing"  #: they were not: a guest
    OPEN = "open"  #: the server is open: whoever reaches it is its one person
    SESSION = "session"  #: they signed in with a password
    KEY = "key"  #: a program showed a key of theirs


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `name` is empty for a guest."""

    name: str
    is_administrator: bool = False
    scopes: frozenset[Scope] = ALL_SCOPES
    through: Through = Through.SESSION

    @property
    def is_guest(self) -> bool:
        """Whether nobody knows who this is."""
        return not self.name

    def may(self, scope: Scope) -> bool:
        """Whether this person may do things of this kind at all; whose a thing is comes after."""
        if scope is Scope.ADMIN:
            return self.is_administrator and scope in self.scopes
        return scope in self.scopes

    def owns(self, owner: str) -> bool:
        """Whether what belongs to `owner` is this person's to change: theirs, or all, if an
        administrator asks."""
        return self.is_administrator or (bool(self.name) and self.name == owner)


GUEST = Person("", scopes=frozenset({Scope.READ}), through=Through.NOTHING)
