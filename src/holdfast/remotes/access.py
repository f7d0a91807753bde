"""
Access: who we are to each server, by which way we come, and how hard we may lean on it.

What holds for a server is found by its name: the rule for ``host:port`` comes before that for
``host``, that before ``*.domain`` and that before ``*``. User and password come from the URL, else
from the rule, else from the netrc file; those of a URL are for its own host alone. All are values:
nothing here connects, and passwords are in no text that is made of them.
"""

import netrc
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from holdfast.errors import UsageError
from holdfast.remotes.connection import NO_CONNECTION, Connection, NewHosts
from holdfast.remotes.reach import EVERYWHERE, Reach

PORTS = {
    "http": 80,
    "https": 443,
    "ftp": 21,
    "ftps": 990,
    "ftpes": 21,
    "sftp": 22,
    "rsync": 873,
    "rsync+ssh": 22,
    "irods": 1247,
}
#: what the recipe of a bank may say of every server it is kept on
OF_SERVERS = ("proxy", "ca_file", "insecure", "known_hosts", "new_hosts")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are; empty for nobody in particular. `server` is whom it is for, "" for all."""

    user: str = ""
    password: str = field(default="", repr=False)
    server: str = ""  #: host:port


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for a server, or for many."""

    server: str  #: host:port, host, *.domain or *
    user: str = ""
    password: str = field(default="", repr=False)
    key: str = ""  #: a file with a private SSH key
    known_hosts: str = ""  #: a file of SSH servers' keys
    ca_file: str = ""  #: the authorities whose certificates are believed
    certificate: str = ""  #: a file with our own certificate
    certificate_key: str = ""  #: and one with its key
    insecure: bool = False  #: certificates and host keys are not checked
    new_hosts: NewHosts = NewHosts.REJECT  #: what becomes of SSH servers nobody knows yet
    proxy: str = field(default="", repr=False)  #: URL, "none" for no proxy whatever the environment
    endpoint: str = ""  #: of a bucket: the URL of the server it is on
    rate: int = 0  #: bytes a second; 0 is as fast as can be
    transfers: int = 0  #: at once, over all processes of this machine; 0 is without a limit


@dataclass(frozen=True, slots=True)
class Access:
    """What an administrator said of servers, and the recipe of a bank of its own."""

    rules: tuple[Rule, ...] = ()
    netrc: Path | None = None
    reach: Reach = EVERYWHERE
    turns: Path | None = None  #: the folder in which processes take turns; None counts alone
    own: Connection = NO_CONNECTION  #: what a bank's recipe says over the rules
    logins: tuple[Credentials, ...] = ()  #: who its recipe says we are, each for one server

    def rule(self, server: str) -> Rule:
        """What holds for `server` (host:port).

        >>> rules = Rule("*", rate=9), Rule("*.example.org", rate=5), Rule("a.example.org", rate=1)
        >>> [Access(rules).rule(f"{name}:80").rate for name in ("a.example.org", "b.example.org")]
        [1, 5]
        """
        host = server.rpartition(":")[0]
        names = [server, host, *_domains(host), "*"]
        known = {rule.server.lower(): rule for rule in self.rules}
        found = next((known[name] for name in names if name in known), Rule(server))
        own = self.own.chosen(*OF_SERVERS)
        return replace(found, **own) if own else found

    def credentials(self, server: str, given: Credentials) -> Credentials:
        """Who we are to `server`; `given` is what a URL said.

        Raises
        ------
        UsageError
            The netrc file cannot be read.
        """
        for login in (given, *self.logins):
            if login.user and login.server in (server, *([""] if login is given else ())):
                return login
        rule = self.rule(server)
        if rule.user:
            return Credentials(rule.user, rule.password, server)
        found = _netrc_of(self.netrc, server.rpartition(":")[0]) if self.netrc else None
        return Credentials(*found, server) if found else Credentials()


NO_RULES = Access()  #: nobody in particular everywhere


def parted(url: str) -> tuple[str, Credentials]:
    """`url` without user name and password, and these two.

    >>> parted("ftp://me:a%40b@example.org:2121/bank")
    ('ftp://example.org:2121/bank', Credentials(user='me', server='example.org:2121'))

    Raises
    ------
    UsageError
        It is not a URL with a host.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} is not a URL: {error}; write scheme://host/folder/") from error
    if not host or not url.isprintable() or " " in url:
        raise UsageError(f"{url!r} is not a URL with a host; write scheme://host/folder/")
    place = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return place, Credentials(user, password, server_of(place) if user else "")


def server_of(url: str) -> str:
    """The server of `url` as host:port.

    >>> server_of("https://Example.org/x"), server_of("http://[::1]:8080/")
    ('example.org:443', '::1:8080')
    """
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port or PORTS.get(parts.scheme, 0)}"


def _domains(host: str) -> list[str]:
    labels = host.split(".")
    return ["*." + ".".join(labels[start:]) for start in range(1, len(labels))]


@lru_cache(maxsize=256)
def _netrc_of(file: Path, host: str) -> tuple[str, str] | None:
    """User name and password that `file` has for `host`; a ``default`` counts."""
    try:
        found = netrc.netrc(str(file)).authenticators(host)
    except FileNotFoundError:
        return None
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError) as error:
        # The parser's message may quote what it stumbled over, which may be a password.
        where = f" line {error.lineno}" if isinstance(error, netrc.NetrcParseError) else ""
        raise UsageError(
            f"{file}{where} cannot be read as netrc; mend it, or say in the setting netrc "
            "where the right one is"
        ) from None
    return (found[0], found[2] or "") if found else None
