"""How names and passwords are looked at when people sign in by FTP: as for programs on the web."""

from holdfast.accounts.people import Person, Scope
from holdfast.app.accounts.sessions import person_of_password
from holdfast.app.audit import write_deed
from holdfast.app.container import Container
from holdfast.errors import SignInRefused
from holdfast.web.ftp.doorman import SignIn


def sign_in_of(container: Container) -> SignIn:
    """What :class:`~holdfast.web.ftp.doorman.Doorman` asks: a password, or a key in its place."""

    def sign_in(name: str, password: str, address: str) -> Person:
        if container.settings.access == "open":
            raise SignInRefused("There are no accounts here; sign in as anonymous")
        person = person_of_password(container, name, password, address)
        if not person.may(Scope.READ):
            raise SignInRefused("this key is not for reading")
        write_deed(container.asked_by(person), "sign in", address=address, detail="FTP")
        return person

    return sign_in
