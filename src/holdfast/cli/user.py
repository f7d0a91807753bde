"""``holdfast user``: the people who may sign in to the pages."""

import sys
from getpass import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.output import remarks, show, table
from holdfast.errors import UsageError

if TYPE_CHECKING:
    from holdfast.app.accounts.users import UserLine

commands = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Name = Annotated[str, typer.Argument(help="The user's name.")]
NONE_YET = "No users. Add an administrator with: holdfast user add NAME --administrator"
OPEN = (
    'accounts are switched off: set access = "accounts" in holdfast.toml and start `holdfast '
    "serve` again"
)
PASSWORD_MOST = 10_000  #: characters of standard input that are looked at


@commands.command("add")
def add(
    name: Name,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="They may see and change everything.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add a local user; the password is asked for, or is the first line of standard input.

    Example:

        holdfast user add ann --administrator

    People of a directory (LDAP) need not be added: see the settings, `[ldap]`. Exit codes: 0 added,
    2 the name is taken or cannot be one, or the password will not do.
    """
    from holdfast.app.accounts.users import add_user
    from holdfast.app.container import Container

    password = read_password(f"Password of {name}: ")
    with Container.read() as container:
        line = add_user(container, name, password, administrator=administrator)
        is_open = container.settings.access == "open"
    what = "administrator" if administrator else "user"
    show(line, f"{name} is added as {what}.", as_json=as_json)
    if is_open:
        remarks.print(OPEN)


@commands.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the users.

    Example:

        holdfast user list
    """
    from holdfast.app.accounts.users import list_users
    from holdfast.app.container import Container

    with Container.read() as container:
        users = list_users(container)
    rows = [
        (each.name, _role(each), each.kind.value, each.seen, each.keys, each.sessions)
        for each in users
    ]
    columns = ("name", "may", "password", "signed in last", "keys", "sessions")
    show(users, table(columns, rows) if rows else NONE_YET, as_json=as_json)


@commands.command("show")
def show_(name: Name, as_json: AsJson = False) -> None:
    """Show one user.

    Example:

        holdfast user show ann
    """
    from holdfast.app.accounts.users import show_user
    from holdfast.app.container import Container

    with Container.read() as container:
        line = show_user(container, name)
    facts = (
        ("name", line.name),
        ("may", _role(line)),
        ("password", line.kind.value),
        ("added", line.made),
        ("signed in last", line.seen or "never"),
        ("keys", line.keys),
        ("sessions", line.sessions),
    )
    show(line, table(("", ""), facts), as_json=as_json)


@commands.command("password")
def password(name: Name, as_json: AsJson = False) -> None:
    """Give a user another password; they are signed out everywhere.

    Example:

        holdfast user password ann

    The password is asked for, or is the first line of standard input. It also lets in again who
    must wait because the old one was wrong too often.
    """
    from holdfast.app.accounts.users import set_password
    from holdfast.app.container import Container

    new = read_password(f"New password of {name}: ")
    with Container.read() as container:
        line = set_password(container, name, new)
    show(line, f"{name} has a new password.", as_json=as_json)


@commands.command("disable")
def disable(name: Name, as_json: AsJson = False) -> None:
    """Let a user in no more: their sessions end, and neither password nor keys let them in.

    Example:

        holdfast user disable ben
    """
    from holdfast.app.accounts.users import disable_user
    from holdfast.app.container import Container

    with Container.read() as container:
        line = disable_user(container, name)
    show(line, f"{name} is disabled.", as_json=as_json)


@commands.command("enable")
def enable(name: Name, as_json: AsJson = False) -> None:
    """Let a user in again, also one who must wait because of wrong passwords.

    Example:

        holdfast user enable ben
    """
    from holdfast.app.accounts.users import enable_user
    from holdfast.app.container import Container

    with Container.read() as container:
        line = enable_user(container, name)
    show(line, f"{name} may come in.", as_json=as_json)


@commands.command("remove")
def remove(name: Name, as_json: AsJson = False) -> None:
    """Forget a user, with all sessions and keys; their banks and plots stay.

    Example:

        holdfast user remove ben
    """
    from holdfast.app.accounts.users import remove_user
    from holdfast.app.container import Container

    with Container.read() as container:
        line = remove_user(container, name)
    show(line, f"{name} is removed.", as_json=as_json)


@commands.command("admin")
def admin(
    name: Name,
    take_away: Annotated[
        bool, typer.Option("--no", help="They are an administrator no longer.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a user an administrator, who may see and change everything.

    Example:

        holdfast user admin ann

    Exit codes: 0, or 2 if there would be no administrator left.
    """
    from holdfast.app.accounts.users import set_administrator
    from holdfast.app.container import Container

    with Container.read() as container:
        line = set_administrator(container, name, not take_away)
    now = "no administrator any more" if take_away else "an administrator"
    show(line, f"{name} is {now}.", as_json=as_json)


def read_password(prompt: str) -> str:
    """A password from a terminal, typed twice, or the first line of standard input.

    Raises
    ------
    UsageError
        None was given, or two different ones.
    """
    if not sys.stdin.isatty():
        word = sys.stdin.readline(PASSWORD_MOST).rstrip("\r\n")
        if not word:
            raise UsageError("give the password on standard input, as its first line")
        return word
    word = getpass(prompt)
    if getpass("The same again: ") != word:
        raise UsageError("the two passwords are not the same")
    return word


def _role(line: "UserLine") -> str:
    if line.is_disabled:
        return "disabled"
    return "administrator" if line.is_administrator else "user"
