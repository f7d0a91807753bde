"""
The server: an address, one process or several, and the application they run.

Each process makes its application anew from the settings of the home folder and opens the store for
itself; the processes share nothing but the listening socket. The processes are started afresh and
never forked from one that has threads or open files.
"""

import socket
from contextlib import ExitStack
from enum import Enum
from functools import partial

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from holdfast.app.container import Container
from holdfast.web.application import application
from holdfast.web.sequences.application import add_front, sequence_application
from holdfast.web.sequences.public import PublicStore
from holdfast.web.sequences.routes import Routes
from holdfast.web.sequences.service import Limits, Service
from holdfast.web.tally import Tally

BACKLOG = 2048
KEEP_ALIVE = 30  #: seconds an idle connection is kept for its next request
FAREWELL = 5  #: seconds that answers on their way are given when the server is stopped


class Shown(Enum):
    """What a server shows."""

    EVERYTHING = "everything"  #: all pages, the API, the files and the sequences
    SEQUENCES = "sequences"  #: the sequences alone


def sequences() -> FastAPI:
    """The application that serves the sequences of the home's store and nothing else."""
    app = _sequences(Container.read())
    add_front(Routes(app, "", "front"))
    return app


def everything(host: str = "127.0.0.1", tally: Tally | None = None) -> ASGIApp:
    """The application that serves all pages, the API and the files, and the sequences beside."""
    container = Container.read()
    return application(container, _sequences(container), host, tally)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on an address; port 0 takes any free one.

    Raises
    ------
    OSError
        The address cannot be had; the error names it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        # Python adds the address to the reason; here it stands where files' names do.
        reason = str(error.strerror).partition(" (while")[0]
        raise OSError(error.errno, reason, f"{host}:{port}") from error
    # Connections inherit it. Without it, the body of a small answer waits 40 ms for the client to
    # acknowledge the headers, which are sent before it.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def address_of(listening: socket.socket) -> str:
    """The URL at which a socket listens."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(shown: Shown, listening: socket.socket, workers: int = 1) -> None:
    """Answer on `listening` until the process is told to stop (SIGINT, SIGTERM)."""
    host = listening.getsockname()[0]
    config = uvicorn.Config(
        sequences if shown is Shown.SEQUENCES else partial(everything, host, Tally()),
        factory=True,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the guard believes the proxies that the settings name
        ws="none",
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=FAREWELL,
    )
    if workers > 1:
        Multiprocess(config, [listening]).run()
    else:
        uvicorn.Server(config).run(sockets=[listening])


def _sequences(container: Container) -> FastAPI:
    settings = container.settings
    store = PublicStore(lambda: container.reading, settings.private_namespaces)
    limits = Limits(
        body=settings.request_limit,
        items=settings.batch_limit,
        residues=settings.batch_residues,
        at_once=settings.requests_at_once,
    )
    closing = ExitStack()
    closing.enter_context(container)
    service = Service(store, limits, closing=closing)
    return sequence_application(service, settings.cors_origins)
