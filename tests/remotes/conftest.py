"""Servers with certificates, for all tests of remotes."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.certificates import loopback_certificate
from servers.scripted import Document, ScriptedServer


@pytest.fixture
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed, with its key in the same file."""
    return loopback_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def secure(certificate: Path) -> Iterator[str]:
    """The URL of a server with that certificate."""
    server = ScriptedServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.load_verify_locations(certificate)
    context.verify_mode = ssl.CERT_OPTIONAL
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.documents["/small"] = Document(b"small")
    with server:
        yield server.url.replace("http://", "https://")
