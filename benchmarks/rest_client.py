"""
A client of HTTP servers that keeps many requests on their way at once and does little else.

One thread looks at all connections (epoll), so that the client is not what is measured; it shares
the machine with the server. A server that closes each connection is asked on new ones.
"""

import os
import re
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PIECE = 1 << 16
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Talk:
    """One connection, the requests it still has to ask, and what came of the one on its way."""

    port: int
    waiting: list[int]  #: numbers of requests, the next one last
    number: int = -1
    line: socket.socket = field(init=False)
    received: bytearray = field(default_factory=bytearray)

    def open(self) -> None:
        self.line = socket.create_connection(("127.0.0.1", self.port))
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, requests: Sequence[bytes]) -> None:
        self.number = self.waiting.pop()
        self.received.clear()
        self.line.sendall(requests[self.number])

    def take(self) -> bytes | None:
        """The body, when all of it is here."""
        piece = self.line.recv(PIECE)
        self.received += piece
        head = self.received.find(b"\r\n\r\n")
        if head < 0:
            if not piece:
                raise RuntimeError("the server hung up")
            return None
        if not self.received.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
            raise RuntimeError(self.received[:300].decode("latin-1"))
        found = _LENGTH.search(self.received, 0, head)
        assert found is not None
        body = self.received[head + 4 :]
        return bytes(body) if len(body) >= int(found[1]) else None


def answered(
    port: int, requests: Sequence[bytes], connections: int, *, kept: bool = True
) -> tuple[float, list[bytes]]:
    """Requests answered in a second, all of them, and the bodies in their order.

    `kept` says that connections are kept open; else each request has a new one.
    """
    bodies = [b""] * len(requests)
    talks = [Talk(port, list(range(at, len(requests), connections))) for at in range(connections)]
    with selectors.DefaultSelector() as ready:
        begun = time.perf_counter()
        for talk in talks:
            _begin(talk, requests, ready)
        unended = len(talks)
        while unended:
            for key, _ in ready.select():
                talk = key.data
                body = talk.take()
                if body is None:
                    continue
                bodies[talk.number] = body
                if talk.waiting and kept:
                    talk.ask(requests)
                    continue
                ready.unregister(talk.line)
                talk.line.close()
                if talk.waiting:
                    _begin(talk, requests, ready)
                else:
                    unended -= 1
        return len(requests) / (time.perf_counter() - begun), bodies


def _begin(talk: Talk, requests: Sequence[bytes], ready: selectors.BaseSelector) -> None:
    talk.open()
    ready.register(talk.line, selectors.EVENT_READ, talk)
    talk.ask(requests)


def listeners(port: int) -> list[int]:
    """The processes that listen at a port of this machine."""
    lines = [each.split() for each in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    wanted, listening = f":{port:04X}", "0A"
    inodes = {each[9] for each in lines if each[1].endswith(wanted) and each[3] == listening}
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.removeprefix("socket:[").removesuffix("]") in inodes:
            found.add(int(link.parts[2]))
    return sorted(found)


def processor_seconds(processes: Sequence[int]) -> float:
    """What processes have taken of the processor, all of them."""
    ticks = 0
    for process in processes:
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(after_name[11]) + int(after_name[12])
    return ticks / os.sysconf("SC_CLK_TCK")
