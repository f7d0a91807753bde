"""Servers with certificates, for all tests of remotes."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.scripted import Document, ScriptedServer


@pytest.fixture
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed, with its key in the same file."""
    folder = tmp_path_factory.mktemp("certificate")
    key, file = folder / "key.pem", folder / "certificate.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=loopback".split()
    name = ("-addext", "subjectAltName=IP:127.0.0.1")
    command = ["openssl", *words, *name, "-keyout", str(key), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + key.read_text())
    return file


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
