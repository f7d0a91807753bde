"""What becomes of the sockets that are made here for libcurl."""

import os
import socket
from collections.abc import Iterable

from holdfast.errors import HoldfastError
from holdfast.remotes import TransferPolicy
from holdfast.remotes.access import Credentials
from holdfast.remotes.answers import Answer
from holdfast.remotes.channel import Channel, Exchange
from holdfast.remotes.faults import Fault


class _Anything(Exchange):
    def ended(self, answer: Answer) -> Iterable[Exchange]:
        return ()

    def error(self, fault: Fault, words: str) -> HoldfastError:
        return HoldfastError(words)


def test_our_end_of_a_socket_is_closed_when_the_server_first_says_something() -> None:
    """Or an FTP server waits for the end of its data connection, and libcurl for its word."""
    channel = Channel(TransferPolicy(), Credentials())
    channel.start(_Anything("ftp://127.0.0.1/file"))
    made = channel._connect(0, (socket.AF_INET, socket.SOCK_STREAM, 0, ("127.0.0.1", 21)))
    libcurls = os.dup(made.fileno())
    channel._header(b"150 Here it comes\r\n")
    assert made.fileno() == -1
    os.fstat(libcurls)  # which is its own to close
    os.close(libcurls)
    channel.close()
