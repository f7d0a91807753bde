"""A sequence server on loopback, in a thread of the test's own process, and clients of it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from holdfast.sequences import SequenceStore
from holdfast.web.sequences.application import sequence_application
from holdfast.web.sequences.public import PublicStore
from holdfast.web.sequences.service import Limits, Service
from holdfast.web.server import address_of, listen


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve `app` within the block; its address."""
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.005)
        yield address_of(listening).rstrip("/")
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def application(
    store: SequenceStore, private: tuple[str, ...] = (), limits: Limits | None = None
) -> FastAPI:
    """An application over a store that is open."""
    return sequence_application(Service(PublicStore(lambda: store, private), limits or Limits()))


@contextmanager
def client_of(
    store: SequenceStore, private: tuple[str, ...] = (), limits: Limits | None = None
) -> Iterator[httpx.Client]:
    """A client of a server of `store`; it asks for no compression unless a test does."""
    plain = {"Accept-Encoding": "identity"}
    with (
        running(application(store, private, limits)) as address,
        httpx.Client(base_url=address, headers=plain, timeout=20) as client,
    ):
        yield client
