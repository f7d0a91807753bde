"""
Connecting: what a recipe says of how one remote is asked.

Where it is (its URL), who we are there, what is sent, and how patiently and by which way its
servers are reached, where that is not as the settings have it. Passwords are kept apart: they are
in no digest, no manifest and nothing that is written of a recipe.
"""

from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from holdfast import plugins
from holdfast.banks.choosing.patterns import compiled
from holdfast.banks.recipes.steps import Part, checked_expression
from holdfast.plugins import Group
from holdfast.remotes.access import Credentials, server_of
from holdfast.remotes.connection import NO_CONNECTION, Connection, FtpMethod, NewHosts
from holdfast.remotes.interface import without_prefix
from holdfast.remotes.options import PagePattern, RemoteOptions
from holdfast.remotes.rows import plain_path

#: schemes of URLs without a host
HOSTLESS = frozenset({"file", "list+file", "multi", "none"})
ONE_FILE = ("direct+", "list+")  #: how the scheme of a URL begins that is no folder's
PROXIES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
NO_SECRET = SecretStr("")


def checked_url(url: str) -> str:
    """`url`, with a slash at its end where it is a folder's; ValueError if no remote has it."""
    parts = urlsplit(url)
    if not parts.scheme:
        raise ValueError(f"{url!r} is not a URL; write it with its scheme, as in https://…")
    known = plugins.names(Group.REMOTES)
    if parts.scheme not in known:
        raise ValueError(
            f"{url!r}: there is no remote for {parts.scheme}; there are {', '.join(known)}"
        )
    try:
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r}: {error}; write scheme://host:port/") from error
    hostless = parts.scheme in HOSTLESS or plugins.is_strange(Group.REMOTES, parts.scheme)
    if not hostless and not parts.hostname:
        raise ValueError(f"{url!r} names no host")
    if url.endswith("/") or url.startswith(ONE_FILE):
        return url
    return url + "/"


def parted_login(url: str) -> tuple[str, str]:
    """`url` without user and password, and these two as ``user:password``.

    A user alone is no secret, and stays.

    >>> parted_login("ftp://me:a%40b@example.org/x/"), parted_login("sftp://me@example.org/")
    (('ftp://example.org/x/', 'me:a@b'), ('sftp://me@example.org/', ''))
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, ""  # which is told where URLs are checked
    login, _, place = parts.netloc.rpartition("@")
    user, colon, password = login.partition(":")
    if not colon:
        return url, ""
    return parts._replace(netloc=place).geturl(), f"{unquote(user)}:{unquote(password)}"


def without_login(values: Any, url: str, credentials: str) -> Any:
    """`values` of a part, with what the key `url` says of user and password under `credentials`."""
    if not isinstance(values, Mapping) or not isinstance(values.get(url), str):
        return values
    place, login = parted_login(values[url])
    return {**values, url: place, credentials: login} if login else values


class PagePart(Part):
    """How a folder's page is read, where its form is one that nobody knows.

    Numbers are those of groups, from 1; 0 is what the page does not tell.
    """

    file: str
    folder: str = ""
    name: int = Field(1, ge=1)
    date: int = Field(2, ge=0)
    size: int = Field(3, ge=0)
    folder_name: int = Field(1, ge=1)
    date_format: str = ""

    _are_expressions = field_validator("file", "folder")(checked_expression)

    @property
    def pattern(self) -> PagePattern:
        """This, as remotes have it."""
        return PagePattern(
            file=compiled(self.file),
            folder=compiled(self.folder) if self.folder else None,
            name=self.name,
            date=self.date,
            size=self.size,
            folder_name=self.folder_name,
            date_format=self.date_format,
        )


class ConnectionPart(Part):
    """How servers are reached, over what the settings say; what is None is as these have it."""

    transfers: int | None = Field(None, ge=1, le=64)
    retries: int | None = Field(None, ge=0, le=1000)
    backoff: float | None = Field(None, ge=0, le=3600)
    time_limit: float | None = Field(None, gt=0)
    keepalive: int | None = Field(None, ge=1)
    redirects: bool | None = None
    ftp_method: FtpMethod | None = None
    proxy: str | None = None
    proxy_credentials: SecretStr = Field(NO_SECRET, exclude=True, repr=False)
    ca_file: str | None = None
    insecure: bool | None = None
    known_hosts: str | None = None
    new_hosts: NewHosts | None = None

    @model_validator(mode="before")
    @classmethod
    def _keep_the_password_apart(cls, values: Any) -> Any:
        return without_login(values, "proxy", "proxy_credentials")

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, proxy: str | None) -> str | None:
        if proxy in (None, "none"):
            return proxy
        parts = urlsplit(proxy)
        if parts.scheme not in PROXIES or not parts.hostname:
            raise ValueError(
                f'{proxy!r} is not the URL of a proxy; write http://host:3128, or "none"'
            )
        return proxy

    @property
    def connection(self) -> Connection:
        """This, as remotes have it."""
        said = {name: getattr(self, name) for name in type(self).model_fields}
        login = said.pop("proxy_credentials").get_secret_value()
        if login and said["proxy"] not in (None, "none"):
            said["proxy"] = with_login(said["proxy"], login)
        return Connection(**said)


def with_login(url: str, login: str) -> str:
    """`url` with `login`, which is ``user:password``, in it."""
    user, _, password = login.partition(":")
    parts = urlsplit(url)
    who = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return parts._replace(netloc=f"{who}@{parts.netloc}").geturl()


class AskedPart(Part):
    """How one remote is asked, whatever is asked of it."""

    arguments: Mapping[str, str] = {}
    method: Literal["GET", "POST"] = "GET"
    form: Mapping[str, str] = {}
    credentials: SecretStr = Field(NO_SECRET, exclude=True, repr=False)
    connection: ConnectionPart | None = None

    @model_validator(mode="before")
    @classmethod
    def _keep_the_password_apart(cls, values: Any) -> Any:
        return without_login(values, "url", "credentials")

    @field_validator("credentials")
    @classmethod
    def _has_a_user(cls, credentials: SecretStr) -> SecretStr:
        said = credentials.get_secret_value()
        if said and (":" not in said or said.startswith(":")):
            raise ValueError("write credentials as user:password")
        return credentials

    @model_validator(mode="after")
    def _sends_forms_by_post(self) -> Self:
        if self.form and self.method != "POST":
            raise ValueError('a form is sent by POST; write method = "POST" beside it')
        return self

    @property
    def holds_password(self) -> bool:
        """Whether it says a password, of a server or of a proxy."""
        proxy = self.connection.proxy_credentials if self.connection else NO_SECRET
        return bool(self.credentials.get_secret_value() or proxy.get_secret_value())

    def _options(self, **more: Any) -> RemoteOptions:
        """What the remote is told, with what a part of its own kind has to add."""
        user, _, password = self.credentials.get_secret_value().partition(":")
        connection = self.connection.connection if self.connection else NO_CONNECTION
        return RemoteOptions(
            arguments=self.arguments,
            form=self.form if self.method == "POST" else None,
            login=Credentials(user, password),
            connection=connection,
            **more,
        )


class PlacePart(AskedPart):
    """One remote that has files."""

    url: str
    name: str = ""
    page: PagePart | None = None

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: str) -> str:
        return checked_url(url)

    @field_validator("name")
    @classmethod
    def _is_one_name(cls, name: str) -> str:
        if name and not plain_path(name):
            raise ValueError(f"{name!r} is not the name of one file")
        return name

    def knowing(self, other: "PlacePart") -> Self:
        """This, with the passwords that `other` has for the same server and the same proxy.

        What is read of a file that was written of a recipe has none.
        """
        secrets: dict[str, object] = {}
        if _server(self.url) == _server(other.url):
            secrets["credentials"] = other.credentials
        own, theirs = self.connection, other.connection
        if own is not None and theirs is not None and own.proxy == theirs.proxy:
            known = {"proxy_credentials": theirs.proxy_credentials}
            secrets["connection"] = own.model_copy(update=known)
        return self.model_copy(update=secrets)

    @model_validator(mode="after")
    def _posts_to_one_file(self) -> Self:
        if self.method == "POST" and not self.url.startswith(("direct+http:", "direct+https:")):
            raise ValueError("only one file behind HTTP, as direct+https://…, is asked for by POST")
        return self


def _server(url: str) -> str:
    return server_of(without_prefix(url))
