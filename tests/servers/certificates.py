"""Certificates for servers on loopback."""

import subprocess
from pathlib import Path


def loopback_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed, with its key in the same file."""
    key, file = folder / "key.pem", folder / "certificate.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=loopback".split()
    name = ("-addext", "subjectAltName=IP:127.0.0.1")
    command = ["openssl", *words, *name, "-keyout", str(key), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + key.read_text())
    return file
