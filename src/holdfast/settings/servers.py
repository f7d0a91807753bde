"""
Settings of servers: who we are to them, by which way we come, how hard we may lean on them.

::

    [servers."ftp.example.org"]
    user = "me"
    password = "secret"
    transfers = 2

    [servers."*.lab.example"]
    ca_file = "/etc/lab/ca.pem"
"""

from ipaddress import ip_network
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from holdfast.settings.values import Size


class ServerSettings(BaseModel):
    """What holds for one server, or for all of a domain."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: Annotated[str, Field(description="User name; without one, netrc is looked into.")] = ""
    password: Annotated[SecretStr, Field(description="Password.")] = SecretStr("")
    key: Annotated[str, Field(description="File with the private SSH key, for `sftp`.")] = ""
    known_hosts: Annotated[
        str, Field(description="File with the keys of SSH servers; `~/.ssh/known_hosts` if empty.")
    ] = ""
    ca_file: Annotated[
        str, Field(description="File with the authorities whose certificates are believed.")
    ] = ""
    certificate: Annotated[str, Field(description="File with the certificate we show.")] = ""
    certificate_key: Annotated[
        str, Field(description="File with its key, if not in the same file.")
    ] = ""
    insecure: Annotated[
        bool, Field(description="Whether its certificate or SSH key is taken unchecked.")
    ] = False
    proxy: Annotated[
        SecretStr, Field(description="URL of the proxy; `none` for none, whatever the environment.")
    ] = SecretStr("")
    endpoint: Annotated[
        str, Field(description='Of a bucket (`"bucket:s3"`): URL of a server of one\'s own.')
    ] = ""
    rate: Annotated[
        Size | None, Field(description="Bytes a second from it, in one process; none is any.")
    ] = None
    transfers: Annotated[
        int | None,
        Field(ge=1, le=64, description="Transfers at once, all processes of this machine counted."),
    ] = None

    @model_validator(mode="after")
    def _password_has_a_user(self) -> "ServerSettings":
        if self.password.get_secret_value() and not self.user:
            raise ValueError("a password needs a user")
        return self


def check_networks(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words`, when each is a network or an address; else ValueError."""
    for word in words:
        try:
            ip_network(word)
        except ValueError as error:
            raise ValueError(f"{error}; write for example 10.0.0.0/8 or 127.0.0.1") from error
    return words
