"""
The doorman: who comes in, in the words that pyftpdlib asks for.

Anonymous people are guests, as on the pages. Others say a name and a password of their account; how
that is looked at is a function that is handed in. Too many failures from an address keep it out.
"""

from collections.abc import Callable
from typing import Any

from pyftpdlib.exceptions import AuthenticationFailed

from holdfast.accounts.people import GUEST, Person
from holdfast.errors import HoldfastError
from holdfast.web.ftp.bans import Bans

ANONYMOUS = frozenset({"anonymous", "ftp"})
MAY = "elr"  #: change folder, list, retrieve

#: The person of a name and a password who comes from an address; a HoldfastError if there is none.
SignIn = Callable[[str, str, str], Person]


class Doorman:
    """Lets people in; shared by all connections."""

    def __init__(self, sign_in: SignIn, bans: Bans) -> None:
        self._sign_in, self.bans = sign_in, bans

    def validate_authentication(self, name: str, password: str, visitor: Any) -> None:
        """Let somebody in, who may then ask as the person they are.

        Raises
        ------
        AuthenticationFailed
            Name and password are nobody's; pyftpdlib answers 530.
        """
        if name.lower() in ANONYMOUS:
            visitor.become(GUEST)
            return
        address = visitor.address
        if self.bans.keeps_out(address):
            raise AuthenticationFailed("Too many sign-ins failed; come again later.")
        try:
            person = self._sign_in(name, password, address)
        except HoldfastError as error:
            self.bans.note_failure(address)
            raise AuthenticationFailed(f"{error}.") from error
        self.bans.forgive(address)
        visitor.become(person)

    # What follows pyftpdlib asks of whoever is in: it is the same for all.

    def get_home_dir(self, _name: str) -> str:
        """Everybody begins at the root of the tree."""
        return "/"

    def has_perm(self, _name: str, permission: str, _path: str | None = None) -> bool:
        """Whether a kind of command is for anybody; what is seen, the tree decides."""
        return permission in MAY

    def get_perms(self, _name: str) -> str:
        """The kinds of commands, for listings."""
        return MAY

    def get_msg_login(self, name: str) -> str:
        """What is said to who comes in."""
        who = "guest" if name.lower() in ANONYMOUS else name
        return f"Welcome, {who}. Banks are folders; their releases are in them."

    def get_msg_quit(self, _name: str) -> str:
        """What is said to who goes."""
        return "Goodbye."

    def impersonate_user(self, _name: str, _password: str) -> None:
        """All is read by the server's own account."""

    def terminate_impersonation(self, _name: str) -> None:
        """As above."""
