"""What a service owes the system that started it."""

import os
import signal
import socket
from pathlib import Path

import pytest

from holdfast.app.service import Notifier, Signals


def heard(listening: socket.socket) -> list[bytes]:
    listening.setblocking(False)
    words = []
    while True:
        try:
            words.append(listening.recv(100))
        except BlockingIOError:
            return words


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told_that_the_service_is_ready_lives_and_stops(
    tmp_path: Path, abstract: bool
) -> None:
    address = f"@holdfast-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address.replace("@", "\0") if abstract else address)
        notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"})
        notifier.ready()
        notifier.lives()
        notifier.stops()
        assert heard(listening) == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
        Notifier({"NOTIFY_SOCKET": address}).lives()
        assert heard(listening) == []


def test_nobody_is_told_where_nobody_listens(tmp_path: Path) -> None:
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()


def test_signals_are_counted_and_nothing_is_cut_short() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Signals() as signals:
        assert not signals.came
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        assert (signals.terms, signals.interrupts) == (1, 2)
    assert signal.getsignal(signal.SIGTERM) is before
