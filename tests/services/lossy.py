"""A way to a server that loses the answer to a commit, or the commit itself."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class LossyWay:
    """Passes on what is said to a port of loopback, until it is told to lose something."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lose: str | None = None
        self.lost = 0  #: how often something was lost
        self._closing = False
        threading.Thread(target=self._take, daemon=True).start()

    def lose_commit(self) -> None:
        """The next commit does not arrive; the connection breaks."""
        self._lose = "commit"

    def lose_answer(self) -> None:
        """The next commit arrives and is done; its answer is lost, and the connection breaks."""
        self._lose = "answer"

    def close(self) -> None:
        """Take no more connections."""
        self._closing = True
        self._listener.close()

    def _take(self) -> None:
        while not self._closing:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._to))
        back = threading.Thread(target=self._carry_back, args=(server, client), daemon=True)
        back.start()
        with client, server, suppress(OSError), _ending(server), _ending(client):
            while said := client.recv(1 << 16):
                losing = self._lose if b"COMMIT" in said else None
                if losing is not None:
                    self._lose, self.lost = None, self.lost + 1
                    if losing == "answer":
                        client.shutdown(socket.SHUT_RDWR)  # from here on, nothing comes back
                        server.sendall(said)
                        back.join(5)
                    return
                server.sendall(said)

    def _carry_back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(1 << 16):
                client.sendall(said)


@contextmanager
def _ending(connection: socket.socket) -> Iterator[None]:
    """The other end hears of it, also while another thread listens here."""
    try:
        yield
    finally:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def lossy_way(to: int) -> Iterator[LossyWay]:
    """A way to the port `to`, within the block."""
    way = LossyWay(to)
    try:
        yield way
    finally:
        way.close()
