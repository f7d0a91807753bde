"""Real servers on a folder of this machine: each a context manager that gives its root's URL."""

import os
import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

with warnings.catch_warnings():
    # Up to Python 3.11 it uses the standard library's asyncore, which says it is deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.filesystems import AbstractedFS
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer


@contextmanager
def python_server(folder: Path) -> Iterator[str]:
    """Python's own server: pages without sizes and times."""
    handler = partial(_Silent, directory=str(folder))
    with _PythonServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


class _PythonServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A client that goes away is nothing to speak of."""


class _Silent(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        pass


NGINX = """
daemon off; worker_processes 1; master_process off; pid {state}/pid; error_log {state}/error.log;
events {{ worker_connections 128; }}
http {{
  access_log off; default_type application/octet-stream; keepalive_requests 100000; sendfile on;
  client_body_temp_path {state}/1; proxy_temp_path {state}/2; fastcgi_temp_path {state}/3;
  uwsgi_temp_path {state}/4; scgi_temp_path {state}/5;
  server {{ listen 127.0.0.1:{port}; root "{folder}"; autoindex on; {extra} }}
}}
"""


@contextmanager
def nginx_server(folder: Path, extra: str = "", zone: str = "UTC") -> Iterator[str]:
    """nginx with its autoindex: exact sizes, times to the minute."""
    with TemporaryDirectory() as state:
        port = free_port()
        configuration = NGINX.format(state=state, port=port, folder=folder, extra=extra)
        file = Path(state, "nginx.conf")
        file.write_text(configuration, encoding="utf-8")
        command = [program("nginx"), "-p", state, "-e", f"{state}/error.log", "-c", str(file)]
        with running(command, port, Path(state, "error.log"), zone):
            yield f"http://127.0.0.1:{port}/"


APACHE = """
ServerRoot {state}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {state}/pid
ErrorLog {state}/error.log
Mutex pthread
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule autoindex_module {modules}/mod_autoindex.so
LoadModule dir_module {modules}/mod_dir.so
MaxKeepAliveRequests 0
DocumentRoot "{folder}"
<Directory "{folder}">
  Require all granted
  Options Indexes
  IndexOptions {options}
  IndexIgnore ..
</Directory>
"""
APACHE_MODULES = Path("/usr/lib/apache2/modules")


@contextmanager
def apache_server(folder: Path, options: str, zone: str = "UTC") -> Iterator[str]:
    """Apache with its autoindex: rounded sizes, local times to the minute."""
    with TemporaryDirectory() as state:
        port = free_port()
        configuration = APACHE.format(
            state=state, port=port, folder=folder, options=options, modules=APACHE_MODULES
        )
        file = Path(state, "apache.conf")
        file.write_text(configuration, encoding="utf-8")
        command = [program("apache2"), "-f", str(file), "-D", "FOREGROUND"]
        with running(command, port, Path(state, "error.log"), zone):
            yield f"http://127.0.0.1:{port}/"


@contextmanager
def running(
    command: list[str],
    port: int,
    log: Path,
    zone: str,
    remarks: int = subprocess.PIPE,
    home: str | None = None,
) -> Iterator[None]:
    """The server `command` runs, and listens on `port`, within the block."""
    environment = {**os.environ, "TZ": zone, **({"HOME": home} if home else {})}
    with subprocess.Popen(command, env=environment, stderr=remarks) as process:
        try:
            _wait_for(port, process, log)
            yield
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    said = log.read_text(encoding="utf-8") if log.exists() else ""
    raise RuntimeError(f"{process.args!r} does not listen on {port}: {said}")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """The path of a program of the system; servers live outside a person's PATH."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    assert found is not None, f"{name} is not installed"
    return found


@contextmanager
def ftp_server(
    folder: Path, handler: type[FTPHandler] = FTPHandler, scheme: str = "ftp"
) -> Iterator[str]:
    """An FTP server for anybody; `handler` may know fewer commands, or break things."""
    authorizer = DummyAuthorizer()
    authorizer.add_anonymous(str(folder))
    authorizer.add_user("me", "a@b:c/d", str(folder))
    kind = type("Handler", (handler,), {"authorizer": authorizer, "auth_failed_timeout": 0})
    loop = IOLoop()
    server = FTPServer(("127.0.0.1", 0), kind, ioloop=loop)
    stop = False

    def serve() -> None:
        while not stop:
            loop.loop(timeout=0.02, blocking=False)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.address[1]}/"
    finally:
        stop = True
        thread.join()
        server.close_all()


class OldFtp(FTPHandler):
    """An FTP server of the old kind: it knows LIST, but not MLSD."""

    proto_cmds = {name: facts for name, facts in FTPHandler.proto_cmds.items() if "MLS" not in name}  # noqa: RUF012 - as pyftpdlib has it


class FtpThenTls(TLS_FTPHandler):
    """An FTP server that says nothing before a client has turned to TLS."""

    tls_control_required = True
    tls_data_required = True


class FtpInTls(FtpThenTls):
    """An FTP server that begins with TLS (RFC 4217 calls it implicit)."""

    def handle(self) -> None:
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self) -> None:
        self.sendbuf = True
        super().handle()


LIGHTTPD = """
server.document-root = "{folder}"
server.port = {port}
server.bind = "127.0.0.1"
server.errorlog = "{state}/error.log"
server.modules = ("mod_dirlisting")
dir-listing.activate = "enable"
dir-listing.hide-dotfiles = "disable"
server.max-keep-alive-requests = 100000
server.stat-cache-engine = "disable"
"""


@contextmanager
def lighttpd_server(folder: Path, zone: str = "UTC") -> Iterator[str]:
    """lighttpd with its listings: rounded sizes, times to the second."""
    with TemporaryDirectory() as state:
        port = free_port()
        file = Path(state, "lighttpd.conf")
        file.write_text(LIGHTTPD.format(folder=folder, port=port, state=state), encoding="utf-8")
        command = [program("lighttpd"), "-D", "-f", str(file)]
        with running(command, port, Path(state, "error.log"), zone):
            yield f"http://127.0.0.1:{port}/"


CADDY = """
{{
  admin off
  auto_https off
  storage file_system {state}/storage
  log {{
    output file {state}/log
  }}
}}
http://127.0.0.1:{port} {{
  root * "{folder}"
  file_server browse
}}
"""


@contextmanager
def caddy_server(folder: Path, zone: str = "UTC") -> Iterator[str]:
    """Caddy with its browser: exact sizes and times, in attributes."""
    with TemporaryDirectory() as state:
        port = free_port()
        file = Path(state, "Caddyfile")
        file.write_text(CADDY.format(folder=folder, port=port, state=state), encoding="utf-8")
        words = ["run", "--config", str(file), "--adapter", "caddyfile"]
        with running([program("caddy"), *words], port, Path(state, "log"), zone, DEVNULL, state):
            yield f"http://127.0.0.1:{port}/"


__all__ = [
    "AbstractedFS",
    "FTPHandler",
    "FtpInTls",
    "FtpThenTls",
    "OldFtp",
    "apache_server",
    "caddy_server",
    "free_port",
    "ftp_server",
    "lighttpd_server",
    "nginx_server",
    "program",
    "python_server",
    "running",
]
