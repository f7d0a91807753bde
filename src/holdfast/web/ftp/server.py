"""
The FTP server: a socket, a thread for each connection, and a process of its own beside the pages.

A process beside ends when the one that started it does, however that ends.
"""

import logging
import multiprocessing
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pyftpdlib.servers import ThreadedFTPServer

from holdfast.app.container import Container
from holdfast.errors import SettingsError
from holdfast.settings.ftp import FtpSettings, ports
from holdfast.web.ftp.bans import Bans
from holdfast.web.ftp.doorman import Doorman, SignIn
from holdfast.web.ftp.signing import sign_in_of
from holdfast.web.ftp.slowing import Slowed
from holdfast.web.ftp.visitor import Visitor, plain_address

LOOK = 0.5  #: seconds between two looks whether to stop
KEPT_OUT = b"421 Too many sign-ins from your address failed; come again later.\r\n"
FAREWELL = 10.0  #: seconds until a process beside that does not end is ended


class Server(ThreadedFTPServer):  # type: ignore[misc]  # pyftpdlib has no types
    """Takes connections, and gives each a thread."""

    def __init__(
        self, listening: socket.socket, visitor: type[Visitor], settings: FtpSettings
    ) -> None:
        # pyftpdlib has these once for all servers of a process.
        self._lock, self._exit = threading.Lock(), threading.Event()
        super().__init__(listening, visitor)
        self.max_cons, self.max_cons_per_ip = (
            settings.connections,
            settings.connections_per_address,
        )

    def handle_accepted(self, sock: socket.socket, addr: Any) -> None:
        """Take a connection, unless its address is kept out."""
        if self.handler.doorman.bans.keeps_out(plain_address(addr[0])):
            with sock, suppress(OSError):
                sock.send(KEPT_OUT)
            return
        super().handle_accepted(sock, addr)

    def run(self, stopping: Callable[[], bool]) -> None:
        """Answer until `stopping` says so; then hang up on everybody."""
        try:
            while not stopping():
                self.serve_forever(timeout=LOOK, blocking=False, handle_exit=False)
        finally:
            self.close_all()


def visitor_of(container: Container, sign_in: SignIn) -> type[Visitor]:
    """The class of connections for a home folder.

    Raises
    ------
    SettingsError
        The certificate cannot be used, or the library for TLS is not installed.
    """
    settings = container.settings.ftp
    said: dict[str, Any] = {
        "container": container,
        "settings": settings,
        "doorman": Doorman(sign_in, Bans(settings.attempts, settings.ban)),
        "banner": settings.banner,
        "passive_ports": list(ports(settings.passive_ports)) or None,
        "masquerade_address": _address(settings.masquerade),
    }
    slowness = {"write_limit": settings.rate or 0, "timeout": settings.idle}
    if not settings.certificate:
        channel = type("Channel", (Slowed,), slowness)
        return type("Plain", (Visitor,), {**said, "dtp_handler": channel})
    try:
        from holdfast.web.ftp import secure  # noqa: PLC0415 - its library may not be there
    except ImportError as error:
        raise SettingsError(
            "certificate in [ftp] needs the package pyOpenSSL; install it with: "
            "pip install 'holdfast[ftps]'"
        ) from error
    certificate = Path(settings.certificate).expanduser()
    key = Path(settings.certificate_key).expanduser() if settings.certificate_key else certificate
    said["ssl_context"] = secure.tls_context(certificate, key)
    said["tls_control_required"] = said["tls_data_required"] = settings.tls_only
    said["dtp_handler"] = type("Channel", (secure.SecureChannel,), slowness)
    return type("Secure", (secure.SecureVisitor,), said)


def check_ftp(container: Container) -> None:
    """Raise a SettingsError now rather than in the process that serves."""
    visitor_of(container, sign_in_of(container))


def serve_ftp(listening: socket.socket, stopping: Callable[[], bool]) -> None:
    """Answer FTP on `listening` for the home folder that the environment names."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    logging.getLogger("pyftpdlib").setLevel(logging.WARNING)
    with Container.read() as container:
        visitor = visitor_of(container, sign_in_of(container))
        Server(listening, visitor, container.settings.ftp).run(stopping)


def serve_until_told(listening: socket.socket) -> None:
    """Answer FTP until the process is told to stop (SIGINT, SIGTERM)."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    serve_ftp(listening, told.is_set)


@contextmanager
def ftp_beside(listening: socket.socket) -> Iterator[None]:
    """A process that answers FTP on `listening` while the block lasts."""
    process = multiprocessing.get_context("spawn").Process(
        target=_beside, args=(listening,), name="holdfast ftp"
    )
    process.start()
    listening.close()
    try:
        yield
    finally:
        process.terminate()
        process.join(FAREWELL)
        if process.is_alive():
            process.kill()
            process.join()


def _beside(listening: socket.socket) -> None:
    """What that process does: it ends when it is told, or left alone."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # control-C reaches both; the parent tells us
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    serve_ftp(listening, lambda: told.is_set() or parent is None or not parent.is_alive())


def _address(name: str) -> str | None:
    """The IPv4 address of a name, as the answer to PASV needs it."""
    if not name:
        return None
    try:
        return socket.gethostbyname(name)
    except OSError as error:
        raise SettingsError(f"ftp: the address of masquerade, {name!r}, is not known") from error
