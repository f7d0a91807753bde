"""
Visitors who may speak by TLS (explicit FTPS, RFC 4217).

TLS 1.2 and newer. What a client sent in the clear behind ``AUTH`` is thrown away: else somebody on
the line could put commands into a conversation that is then taken for private.
"""

from pathlib import Path
from typing import Any, ClassVar

from OpenSSL import SSL
from pyftpdlib.handlers import TLS_DTPHandler, TLS_FTPHandler

from holdfast.errors import SettingsError
from holdfast.web.ftp.slowing import Slowed
from holdfast.web.ftp.visitor import Visitor


class SecureChannel(Slowed, TLS_DTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
    """A channel for data, perhaps by TLS."""


class SecureVisitor(Visitor, TLS_FTPHandler):  # type: ignore[misc]  # as above
    """One connection, perhaps by TLS."""

    proto_cmds: ClassVar[dict[str, Any]] = {
        **Visitor.proto_cmds,
        **{name: TLS_FTPHandler.proto_cmds[name] for name in ("AUTH", "PBSZ", "PROT")},
    }

    @property
    def is_private(self) -> bool:
        """Whether nobody else reads what is said on the line."""
        return bool(self._ssl_established) or super().is_private

    def ftp_AUTH(self, line: str) -> None:  # noqa: N802 - pyftpdlib calls it so
        """Speak by TLS from now on, and forget what came before."""
        self.ac_in_buffer = b""
        super().ftp_AUTH(line)


def tls_context(certificate: Path, key: Path) -> SSL.Context:
    """What TLS is spoken with.

    Raises
    ------
    SettingsError
        The files are not there, cannot be read, or do not fit.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
    for file in (certificate, key):
        if not file.is_file():
            raise SettingsError(f"ftp: there is no file {file}; mend certificate in [ftp]")
    try:
        context.use_certificate_chain_file(str(certificate))
        context.use_privatekey_file(str(key))
        context.check_privatekey()
    except SSL.Error as error:
        raise SettingsError(
            f"ftp: {certificate} and {key} are no certificate and its key in PEM form; "
            "mend certificate and certificate_key in [ftp]"
        ) from error
    return context
