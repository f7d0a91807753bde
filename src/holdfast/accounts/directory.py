"""
The directory: people whom an LDAP server knows, with their passwords and groups.

A person is looked for (or their DN made from a template), then the directory is asked whether the
password is right by binding with it, and in which groups they are. A name is escaped wherever it
is put into a filter or a DN. An empty password is never sent: to a directory that is an anonymous
bind, which succeeds. Referrals to other servers are not followed: they would be told the password.
"""

import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from holdfast.accounts.users import NAME
from holdfast.errors import DirectoryUnreachable, SettingsError, SignInRefused, printable
from holdfast.settings.access import NAME_HERE, LdapSettings

with warnings.catch_warnings():
    # ldap3 uses names of pyasn1 that are about to go; pyasn1 says so when they are imported.
    warnings.simplefilter("ignore", DeprecationWarning)
    import ldap3
    from ldap3.core.exceptions import LDAPException
    from ldap3.utils.conv import escape_filter_chars
    from ldap3.utils.dn import escape_rdn

WRONG = "the name or the password is wrong"
MEMBER = "(|(member={dn})(uniqueMember={dn})(memberUid={name}))"
RIGHT, WRONG_PASSWORD, NO_SUCH_OBJECT = 0, 49, 32  #: results of LDAP
REFUSING = frozenset({WRONG_PASSWORD, NO_SUCH_OBJECT, 34, 48, 50, 53})  #: … of a bind: not this one
PASSWORD_MOST = 4096  #: bytes of the file with the password of the bind


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """Somebody whom the directory vouches for."""

    name: str  #: as the directory writes it
    is_administrator: bool


class _Tls(ldap3.Tls):  # type: ignore[misc]  # the library has no types
    """TLS as Python does it today: the library's own way is to check the name by hand."""

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Have a connection speak TLS with the server that it was made for, and no other."""
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        connection.socket = context.wrap_socket(
            connection.socket, server_hostname=connection.server.host
        )


class Directory:
    """The directory that the settings name. Constructing it asks nothing."""

    def __init__(self, settings: LdapSettings, home: Path) -> None:
        self._settings, self._home = settings, home

    def vouch(self, name: str, password: str) -> DirectoryPerson:
        """Who signs in with this name and password.

        Raises
        ------
        SignInRefused
            Nobody of this name, another password, or not a member of the groups that may.
        DirectoryUnreachable
            The directory does not answer, or not as the settings expect.
        SettingsError
            A file that the settings name cannot be read.
        """
        if not password or not NAME.fullmatch(name):
            raise SignInRefused(WRONG)
        with self._errors():
            if self._settings.user_dn:
                dn = self._settings.user_dn.replace(NAME_HERE, escape_rdn(name))
                with self._bound(dn, password) as own:
                    known = self._name_at(own, dn) or name
                    return self._judged(own, dn, known)
            with self._bound(self._settings.bind_dn, self._bind_password()) as looking:
                dn, known = self._looked_for(looking, name)
                with self._bound(dn, password):
                    pass  # it is the right password
                return self._judged(looking, dn, known)

    # -- connections -------------------------------------------------------------------------------

    @contextmanager
    def _bound(self, dn: str, password: str) -> Iterator[Any]:
        """A connection as `dn`; a wrong password is a SignInRefused."""
        settings = self._settings
        connection = ldap3.Connection(
            self._server(),
            user=dn or None,
            password=password or None,
            authentication=ldap3.SIMPLE if dn else ldap3.ANONYMOUS,
            client_strategy=ldap3.SYNC,
            auto_referrals=False,
            receive_timeout=ceil(settings.timeout),  # it is packed as a whole number
            read_only=True,
        )
        try:
            connection.open()
            if settings.url.startswith("ldap://") and settings.start_tls:
                connection.start_tls()
            if not connection.bind():
                raise self._bind_failed(connection.result, dn)
            yield connection
        finally:
            connection.unbind()
            if connection.socket is not None:  # opening it failed on the way
                connection.socket.close()

    def _server(self) -> Any:
        settings = self._settings
        parts = urlsplit(settings.url)
        tls = _Tls(ca_certs_file=self._file(settings.ca_file) if settings.ca_file else None)
        return ldap3.Server(
            parts.hostname,
            port=parts.port or (636 if parts.scheme == "ldaps" else 389),
            use_ssl=parts.scheme == "ldaps",
            tls=tls,
            connect_timeout=settings.timeout,
            get_info=ldap3.NONE,
        )

    def _bind_failed(self, result: Any, dn: str) -> Exception:
        code, said = result["result"], printable(result["description"])
        if dn == self._settings.bind_dn:
            return DirectoryUnreachable(
                f"the directory does not let Holdfast look for people ({said}); see bind_dn and "
                "password_file in the settings, [ldap]"
            )
        if code in REFUSING:
            return SignInRefused(WRONG)
        return DirectoryUnreachable(f"the directory did not check the password: {said}")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Errors of the library become ours."""
        try:
            yield
        except (LDAPException, OSError, ssl.SSLError) as error:
            raise DirectoryUnreachable(
                f"the directory {self._settings.url} does not answer "
                f"({printable(error)[:200]}); local users can sign in"
            ) from error

    def _bind_password(self) -> str:
        if not self._settings.password_file:
            return ""
        with Path(self._file(self._settings.password_file)).open("rb") as file:
            return file.read(PASSWORD_MOST).partition(b"\n")[0].strip(b"\r").decode()

    def _file(self, name: str) -> str:
        file = self._home / Path(name).expanduser()
        if not file.is_file():
            raise SettingsError(f"{file} is not a file; see the settings, [ldap]")
        return str(file)

    # -- questions ---------------------------------------------------------------------------------

    def _looked_for(self, connection: Any, name: str) -> tuple[str, str]:
        """The DN and the name of the one entry that is a person of this name."""
        wanted = self._settings.filter.replace(NAME_HERE, escape_filter_chars(name))
        connection.search(
            self._settings.base,
            wanted,
            ldap3.SUBTREE,
            attributes=[self._settings.name],
            size_limit=2,
            time_limit=ceil(self._settings.timeout),
        )
        entries = [each for each in connection.response or () if each["type"] == "searchResEntry"]
        if len(entries) != 1:
            # Nobody; or several, of whom any could be meant.
            raise SignInRefused(WRONG)
        return entries[0]["dn"], self._named(entries[0], name)

    def _name_at(self, connection: Any, dn: str) -> str:
        """What the directory calls the person at `dn`; empty if they may not see it."""
        attributes = [self._settings.name]
        connection.search(dn, "(objectClass=*)", ldap3.BASE, attributes=attributes)
        entries = [each for each in connection.response or () if each["type"] == "searchResEntry"]
        return self._named(entries[0], "") if entries else ""

    def _named(self, entry: Any, typed: str) -> str:
        """The name in an entry, which does not depend on how somebody typed it."""
        values = entry["attributes"].get(self._settings.name) or []
        listed = [str(each) for each in (values if isinstance(values, list) else [values])]
        same = [each for each in listed if each.casefold() == typed.casefold()]
        name = (same or listed or [typed])[0]
        if name and not NAME.fullmatch(name):
            raise SignInRefused(
                f"the directory calls you {printable(name)!r}, which cannot be a name here; "
                "ask the administrator"
            )
        return name

    def _judged(self, connection: Any, dn: str, name: str) -> DirectoryPerson:
        """What a person's groups let them be."""
        settings = self._settings
        leads = bool(settings.administrators) and self._is_in(
            connection, settings.administrators, dn, name
        )
        if settings.groups and not leads:
            isin = (self._is_in(connection, group, dn, name) for group in settings.groups)
            if not any(isin):
                raise SignInRefused("you are in no group that may sign in here; ask for it")
        return DirectoryPerson(name, leads)

    def _is_in(self, connection: Any, group: str, dn: str, name: str) -> bool:
        wanted = MEMBER.format(dn=escape_filter_chars(dn), name=escape_filter_chars(name))
        return bool(connection.search(group, wanted, ldap3.BASE, attributes=["1.1"]))
