"""People by programs: who I am; for administrators, the users and who did what."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field, SecretStr
from starlette.requests import Request
from starlette.responses import Response

from holdfast.accounts.audit import Deed, Result, Search
from holdfast.accounts.people import Scope, Through
from holdfast.accounts.users import NAME
from holdfast.app.accounts import sessions, users
from holdfast.app.accounts.users import UserLine
from holdfast.app.audit import find_deeds
from holdfast.web import addresses
from holdfast.web.access.deeds import call_it
from holdfast.web.site import container_of, needs, person_of

routes = APIRouter(tags=["people"])

LIMIT = Query(ge=1, le=1000, description="How many at most.")
PATTERN = f"^(?:{NAME.pattern})$"
Name = Annotated[str, Path(max_length=100, description="The user's name.")]


class Me(BaseModel):
    """Who asks."""

    name: str = Field(description="Empty for a guest.")
    administrator: bool
    through: Literal["nothing", "open", "session", "key"] = Field(
        description="How you were recognised."
    )
    scopes: list[Scope] = Field(description="What you may do; whose a thing is comes after.")


class UserShown(BaseModel):
    """Somebody who may sign in."""

    name: str
    password: Literal["local", "directory"] = Field(description="Who knows the password.")
    administrator: bool
    disabled: bool
    added: datetime
    signed_in: datetime | None = Field(description="When they signed in last.")
    keys: int
    sessions: int

    @classmethod
    def of(cls, line: UserLine) -> "UserShown":
        """What is shown of a user."""
        return cls(
            name=line.name,
            password=line.kind.value,
            administrator=line.is_administrator,
            disabled=line.is_disabled,
            added=line.made,
            signed_in=line.seen,
            keys=line.keys,
            sessions=line.sessions,
        )


class UserList(BaseModel):
    """A page of users, by name."""

    items: list[UserShown]
    next: str | None = Field(description="What `after` is for the next page.")


class NewUser(BaseModel, extra="forbid"):
    """A local user who is to be added."""

    name: str = Field(pattern=PATTERN, max_length=100)
    password: SecretStr = Field(description="At least 10 characters.", max_length=500)
    administrator: bool = False


class UserChange(BaseModel, extra="forbid"):
    """What is to be changed about a user; what is left out stays."""

    password: SecretStr | None = Field(None, max_length=500)
    administrator: bool | None = None
    disabled: bool | None = None


class DeedShown(BaseModel):
    """Something that somebody did, or tried."""

    id: int
    when: datetime
    who: str
    through: str = Field(description="`session`, `key`, `open`, `nothing` or `command`.")
    address: str
    action: str
    subject: str
    outcome: Result
    detail: str

    @classmethod
    def of(cls, deed: Deed) -> "DeedShown":
        """What is shown of a deed."""
        return cls(**{name: getattr(deed, name) for name in cls.model_fields})


class DeedList(BaseModel):
    """A page of deeds, the newest first."""

    items: list[DeedShown]
    next: str | None = Field(description="What `after` is for the next page.")


@routes.get("/me")
def me(request: Request) -> Me:
    """Who asks, and what they may do."""
    person = person_of(request)
    return Me(
        name=person.name,
        administrator=person.is_administrator,
        through=Through(person.through).value,
        scopes=[scope for scope in Scope if person.may(scope)],
    )


ADMINISTRATORS = [Depends(needs(Scope.ADMIN))]


@routes.get("/users", dependencies=ADMINISTRATORS)
def list_users(
    request: Request,
    limit: Annotated[int, LIMIT] = 100,
    after: Annotated[str, Query(max_length=100)] = "",
) -> UserList:
    """The users by name."""
    later = [each for each in users.list_users(container_of(request)) if each.name > after]
    more = later[limit - 1].name if len(later) > limit else None
    return UserList(items=[UserShown.of(each) for each in later[:limit]], next=more)


@routes.post("/users", dependencies=ADMINISTRATORS, status_code=HTTPStatus.CREATED)
def add_user(request: Request, new: NewUser, answer: Response) -> UserShown:
    """Add a local user."""
    call_it(request, "users add", new.name, "administrator" if new.administrator else "")
    line = users.add_user(
        container_of(request),
        new.name,
        new.password.get_secret_value(),
        administrator=new.administrator,
    )
    answer.headers["Location"] = addresses.api(addresses.user(new.name))
    return UserShown.of(line)


@routes.get("/users/{name}", dependencies=ADMINISTRATORS)
def show_user(request: Request, name: Name) -> UserShown:
    """One user."""
    return UserShown.of(users.show_user(container_of(request), name))


@routes.patch("/users/{name}", dependencies=ADMINISTRATORS)
def change_user(request: Request, name: Name, change: UserChange) -> UserShown:
    """Change a user's password, whether they are an administrator, or whether they may come in."""
    container = container_of(request)
    changed = [key for key, each in change.model_dump(exclude_none=True).items()]
    call_it(request, "users change", name, ", ".join(changed))
    users.show_user(container, name)
    if change.password is not None:
        users.set_password(container, name, change.password.get_secret_value())
    if change.administrator is not None:
        users.set_administrator(container, name, change.administrator)
    if change.disabled is not None:
        (users.disable_user if change.disabled else users.enable_user)(container, name)
    return UserShown.of(users.show_user(container, name))


@routes.delete("/users/{name}", dependencies=ADMINISTRATORS, status_code=HTTPStatus.NO_CONTENT)
def remove_user(request: Request, name: Name) -> None:
    """Forget a user, with all sessions and keys."""
    users.remove_user(container_of(request), name)


@routes.delete(
    "/users/{name}/sessions", dependencies=ADMINISTRATORS, status_code=HTTPStatus.NO_CONTENT
)
def end_sessions(request: Request, name: Name) -> None:
    """Sign a user out everywhere."""
    sessions.sign_out_everywhere(container_of(request), name)


@routes.get("/audit", dependencies=ADMINISTRATORS)
def audit(
    request: Request,
    q: Annotated[str, Query(max_length=200, description="Words to look for.")] = "",
    who: Annotated[str, Query(max_length=200, description="Only what this person did.")] = "",
    outcome: Annotated[Result | None, Query(description="Only what went so.")] = None,
    limit: Annotated[int, LIMIT] = 100,
    after: Annotated[str, Query(pattern=r"^\d{0,18}$", description="Where to go on.")] = "",
) -> DeedList:
    """Who did what over the web, the newest first."""
    search = Search(q, who, outcome, int(after or 0), limit)
    found = find_deeds(container_of(request), search)
    more = str(found[-1].id) if len(found) == limit else None
    return DeedList(items=[DeedShown.of(each) for each in found], next=more)
