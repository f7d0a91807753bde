"""The users of a home: added, shown, disabled, removed."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.accounts.attempts import Attempts, doors
from holdfast.accounts.keys import Keys
from holdfast.accounts.passwords import check_password, hashed, is_right
from holdfast.accounts.users import Kind, User, Users
from holdfast.app.accounts.sessions import sessions_of_home
from holdfast.app.audit import write_command
from holdfast.app.container import Container
from holdfast.errors import SignInRefused, UsageError


@dataclass(frozen=True, slots=True)
class UserLine:
    """A user as lists show one."""

    name: str
    kind: Kind
    is_administrator: bool
    is_disabled: bool
    made: datetime
    seen: datetime | None  #: when they last signed in
    keys: int  #: those that are valid
    sessions: int


def list_users(container: Container) -> tuple[UserLine, ...]:
    """All users by name."""
    return tuple(_line(container, user) for user in Users(container.ledger).all())


def show_user(container: Container, name: str) -> UserLine:
    """One user; raises UserNotFound."""
    return _line(container, Users(container.ledger).user(name))


def are_users(container: Container) -> bool:
    """Whether there is any user yet."""
    return Users(container.ledger).are_there()


def add_user(
    container: Container, name: str, password: str, *, administrator: bool = False
) -> UserLine:
    """Add a local user.

    Raises
    ------
    UsageError
        The name cannot be one or is taken, or the password will not do.
    """
    check_password(name, password)
    user = Users(container.ledger).add(
        name, Kind.LOCAL, hashed(password), administrator=administrator
    )
    write_command(container, "user add", name, "administrator" if administrator else "")
    return _line(container, user)


def set_password(container: Container, name: str, password: str) -> UserLine:
    """Give a local user another password; they are signed out everywhere.

    Raises
    ------
    UserNotFound, UsageError
        There is no such user, the directory knows their password, or the new one will not do.
    """
    user = _local(container, name)
    check_password(name, password)
    Users(container.ledger).set_password(user, hashed(password))
    Attempts(container.ledger).forgive(doors(name, ""))
    write_command(container, "user password", name)
    return _line(container, user)


def change_password(container: Container, name: str, old: str, new: str) -> None:
    """Change a person's own password; they are signed out everywhere.

    Raises
    ------
    SignInRefused
        The old one is wrong.
    UsageError
        The new one will not do, or the directory knows it.
    TooManyAttempts
        It was wrong too often.
    """
    user = _local(container, name)
    attempts, through = Attempts(container.ledger), doors(name, "")[1:]
    attempts.take(through)
    if not is_right(user.password, old):
        raise SignInRefused("the old password is wrong; the new one was not taken")
    attempts.forgive(through)
    check_password(name, new)
    Users(container.ledger).set_password(user, hashed(new))


def set_administrator(container: Container, name: str, administrator: bool) -> UserLine:
    """Let a user be an administrator, or no longer; raises UserNotFound, UsageError."""
    users = Users(container.ledger)
    users.set_administrator(users.user(name), administrator)
    what = "user admin" if administrator else "user no admin"
    write_command(container, what, name)
    return show_user(container, name)


def disable_user(container: Container, name: str) -> UserLine:
    """Let a user in no more: no session, no key; raises UserNotFound, UsageError."""
    users = Users(container.ledger)
    users.disable(users.user(name))
    write_command(container, "user disable", name)
    return show_user(container, name)


def enable_user(container: Container, name: str) -> UserLine:
    """Let a user in again, also one who must wait for wrong passwords; raises UserNotFound."""
    users = Users(container.ledger)
    users.enable(users.user(name))
    Attempts(container.ledger).forgive(doors(name, "")[1:])
    write_command(container, "user enable", name)
    return show_user(container, name)


def remove_user(container: Container, name: str) -> UserLine:
    """Forget a user; what is theirs stays, for administrators; raises UserNotFound, UsageError."""
    users = Users(container.ledger)
    user = users.user(name)
    line = _line(container, user)
    users.remove(user)
    write_command(container, "user remove", name)
    return line


def _local(container: Container, name: str) -> User:
    user = Users(container.ledger).user(name)
    if user.kind is not Kind.LOCAL:
        raise UsageError(f"{name} signs in with the directory's password; change it there")
    return user


def _line(container: Container, user: User) -> UserLine:
    valid = [key for key in Keys(container.ledger).of(user) if key.state == "valid"]
    return UserLine(
        name=user.name,
        kind=user.kind,
        is_administrator=user.is_administrator,
        is_disabled=user.is_disabled,
        made=user.made,
        seen=user.seen,
        keys=len(valid),
        sessions=len(sessions_of_home(container).of(user)),
    )
