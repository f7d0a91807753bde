"""Signing in and out, and where somebody is signed in."""

from contextlib import suppress
from dataclasses import dataclass

from holdfast.accounts.attempts import Attempts, doors
from holdfast.accounts.audit import Result
from holdfast.accounts.passwords import LONGEST, hashed, is_outdated, is_right
from holdfast.accounts.people import GUEST, Person, Scope
from holdfast.accounts.sessions import PUBLIC, Session, Sessions
from holdfast.accounts.tokens import KEY, kept
from holdfast.accounts.users import NAME, Kind, User, Users
from holdfast.app.accounts.keys import person_of_key
from holdfast.app.audit import write_deed
from holdfast.app.container import Container
from holdfast.errors import DirectoryUnreachable, SignInRefused, UsageError

WRONG = "the name or the password is wrong"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody signed in just now."""

    person: Person
    token: str  #: for their browser


def sessions_of_home(container: Container) -> Sessions:
    """The sessions, with the patience of the settings."""
    settings = container.settings
    return Sessions(container.ledger, settings.session_idle, settings.session_longest)


def sign_in(
    container: Container, name: str, password: str, address: str, browser: str = ""
) -> SignedIn:
    """Let somebody in who knows a user's password; it is written down, also if they do not.

    Raises
    ------
    SignInRefused
        The name or the password is wrong, or the user is disabled.
    TooManyAttempts
        It was wrong too often; when to come again.
    DirectoryUnreachable
        The name is no local user's, and the directory does not answer.
    """
    user = recognise(container, name, password, address)
    Users(container.ledger).saw(user)
    token = sessions_of_home(container).begin(user, address, browser)
    write_deed(container.asked_by(user.person()), "sign in", address=address)
    return SignedIn(user.person(), token)


def recognise(container: Container, name: str, password: str, address: str) -> User:
    """The user who has this name and password; raises as :func:`sign_in`, which asks it."""
    attempts, through = Attempts(container.ledger), doors(name, address)
    attempts.take(through)
    try:
        user = _known(container, name, password)
    except SignInRefused as error:
        write_deed(
            container.asked_by(GUEST),
            "sign in",
            outcome=Result.REFUSED,
            address=address,
            detail=str(error),
            who=name if NAME.fullmatch(name) else "",  # it may be a password, typed in haste
        )
        raise
    except DirectoryUnreachable:
        attempts.forgive(through)  # nobody said that it was wrong
        raise
    attempts.forgive(through)
    return user


def person_of_password(container: Container, name: str, password: str, address: str) -> Person:
    """Who has this name and password, or a key in its place: for clients that know no other way.

    Raises as :func:`sign_in`; whoever lets them in writes that down.
    """
    if password.startswith(KEY):
        person = person_of_key(container, password, address)
        if person is None or (name and name != person.name) or not person.may(Scope.READ):
            raise SignInRefused("the key is none, or no longer valid, or not for this")
        return person
    return recognise(container, name, password, address).person()


def _known(container: Container, name: str, password: str) -> User:
    users = Users(container.ledger)
    user = users.find(name)
    if user is None or user.kind is Kind.DIRECTORY:
        return _of_directory(container, name, password, user)
    right = is_right(user.password, password)
    if not right or user.is_disabled:
        raise SignInRefused(WRONG)
    if is_outdated(user.password):
        users.rehash(user, hashed(password))
    return user


def _of_directory(container: Container, name: str, password: str, known: User | None) -> User:
    """A person of the directory, who becomes a user when they sign in for the first time."""
    settings = container.settings
    if (
        not settings.ldap.url
        or (known is not None and known.is_disabled)
        or len(password) > LONGEST
    ):
        is_right("", password)
        raise SignInRefused(WRONG)
    from holdfast.accounts.directory import Directory  # heavy, and many have none

    person = Directory(settings.ldap, settings.home).vouch(name, password)
    users = Users(container.ledger)
    user = users.find(person.name)
    if user is None:
        return users.add(person.name, Kind.DIRECTORY, administrator=person.is_administrator)
    if user.kind is Kind.LOCAL or user.is_disabled:
        raise SignInRefused(WRONG)  # typed otherwise, it would be a local user's name
    if user.is_administrator != person.is_administrator:
        with suppress(UsageError):  # the last administrator stays one
            users.set_administrator(user, person.is_administrator)
    return users.user(person.name)


def person_of_session(container: Container, token: str) -> Person | None:
    """Who is signed in with this token; None: nobody."""
    found = sessions_of_home(container).find(token)
    return None if found is None else found[0].person()


def sign_out(container: Container, token: str) -> None:
    """End the session with this token."""
    sessions_of_home(container).end(token)


def list_sessions(container: Container, name: str) -> tuple[Session, ...]:
    """Where a user is signed in; raises UserNotFound."""
    return sessions_of_home(container).of(Users(container.ledger).user(name))


def end_session(container: Container, name: str, session: str) -> None:
    """End one session of a user.

    Raises
    ------
    UsageError
        There is none of this name.
    """
    if not sessions_of_home(container).end_of(Users(container.ledger).user(name), session):
        raise UsageError("there is no such session; it may have ended already")


def sign_out_everywhere(container: Container, name: str) -> None:
    """End all sessions of a user; raises UserNotFound."""
    sessions_of_home(container).end_all(Users(container.ledger).user(name))


def session_name(token: str) -> str:
    """How lists call the session with this token."""
    return kept(token)[:PUBLIC] if token else ""
