"""
One's own keys by programs: made, listed, revoked.

A key makes no other one, unless it is an administrator's: one that leaked would live on in secret.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field
from starlette.requests import Request

from holdfast.accounts.keys import Key
from holdfast.accounts.people import Person, Scope, Through
from holdfast.app.accounts import keys
from holdfast.web.access.deeds import call_it
from holdfast.web.problems import Refused
from holdfast.web.site import container_of, person_of


def is_user(request: Request) -> None:
    """A dependency: only users have keys."""
    person = person_of(request)
    if person.is_guest:
        raise Refused(
            HTTPStatus.UNAUTHORIZED,
            "sign in first, or show a key: only users have keys",
            {"WWW-Authenticate": 'Bearer realm="Holdfast"'},
        )
    if person.through is Through.OPEN:
        raise Refused(HTTPStatus.CONFLICT, "this server is open: it needs no keys")


routes = APIRouter(prefix="/keys", tags=["people"], dependencies=[Depends(is_user)])


class KeyShown(BaseModel):
    """A key, without its secret."""

    id: int
    name: str
    hint: str = Field(description="How it begins.")
    scopes: list[Scope]
    state: str = Field(description="`valid`, `expired` or `revoked`.")
    made: datetime
    ends: datetime | None
    used: datetime | None
    address: str = Field(description="From where it was used last.")

    @classmethod
    def of(cls, key: Key) -> "KeyShown":
        """What is shown of a key."""
        return cls(**{name: getattr(key, name) for name in cls.model_fields})


class KeyList(BaseModel):
    """All keys of one user, the newest first."""

    items: list[KeyShown]
    next: None = None


class WantedKey(BaseModel, extra="forbid"):
    """A key that is to be made."""

    name: str = Field(min_length=1, max_length=200)
    scopes: set[Scope] = Field(min_length=1)
    days: float | None = Field(90, gt=0, le=3650, description="How long it is valid; null: always.")


class MadeKey(BaseModel):
    """A key that was made just now."""

    secret: str = Field(description="Shown here and never again.")
    key: KeyShown


@routes.get("")
def list_keys(request: Request) -> KeyList:
    """Your keys."""
    found = keys.list_keys(container_of(request), person_of(request).name)
    return KeyList(items=[KeyShown.of(each) for each in found])


@routes.post("", status_code=HTTPStatus.CREATED)
def make_key(request: Request, wanted: WantedKey) -> MadeKey:
    """Make a key; its secret is told once."""
    person = person_of(request)
    _refuse_more_than_own(person, wanted.scopes)
    container = container_of(request)
    new = keys.add_key(container, person.name, wanted.name, wanted.scopes, wanted.days)
    call_it(request, "keys make key", person.name, f"{new.key.hint}… {new.key.name}")
    return MadeKey(secret=new.secret, key=KeyShown.of(new.key))


@routes.delete("/{number}", status_code=HTTPStatus.NO_CONTENT)
def revoke_key(request: Request, number: Annotated[int, Path(ge=0, lt=2**63)]) -> None:
    """Let nobody in any more with one of your keys."""
    _refuse_keys(person_of(request))
    keys.revoke_key(container_of(request), person_of(request).name, number)


def _refuse_keys(person: Person) -> None:
    """A key that leaked must neither live on in another one nor end those in use."""
    if person.through is Through.KEY and Scope.ADMIN not in person.scopes:
        raise Refused(
            HTTPStatus.FORBIDDEN, "only a key with the scope admin changes keys; or sign in"
        )


def _refuse_more_than_own(person: Person, scopes: set[Scope]) -> None:
    """A key must not become one that may more."""
    _refuse_keys(person)
    beyond = sorted(scope.value for scope in scopes if not person.may(scope))
    if beyond:
        raise Refused(HTTPStatus.FORBIDDEN, f"you may not do this yourself: {', '.join(beyond)}")
