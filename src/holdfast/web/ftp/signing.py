"""How names and passwords are looked at when people sign in by FTP: as on the pages."""

from holdfast.accounts.people import Person
from holdfast.app.accounts.sessions import person_of_password
from holdfast.app.container import Container
from holdfast.web.ftp.doorman import SignIn


def sign_in_of(container: Container) -> SignIn:
    """What :class:`~holdfast.web.ftp.doorman.Doorman` asks."""

    def sign_in(name: str, password: str, address: str) -> Person:
        return person_of_password(container, name, password, address)

    return sign_in
