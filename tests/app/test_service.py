"""What a service owes the system that started it."""

import os
import signal
import socket
from configparser import RawConfigParser
from pathlib import Path

import pytest

from holdfast.app.service import Notifier, Signals
from holdfast.settings import Settings


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


UNIT = Path(__file__).parents[2] / "share" / "systemd" / "holdfast-worker.service"


def unit() -> RawConfigParser:
    read = RawConfigParser(comment_prefixes="#")
    read.optionxform = str  # type: ignore[assignment,method-assign]  # keys are case-sensitive
    read.read(UNIT)
    return read


def test_the_unit_leaves_jobs_at_work_and_waits_longer_than_the_ledger_may_take() -> None:
    service = unit()["Service"]
    assert (service["Type"], service["KillMode"]) == ("notify", "process")
    assert service["ExecStart"].endswith("/holdfast worker")
    patience = Settings.model_fields["ledger_patience"].default
    assert int(service["WatchdogSec"].removesuffix("min")) * 60 > 2 * patience


def test_the_manual_shows_the_unit_as_it_is() -> None:
    page = (UNIT.parents[2] / "docs" / "how-to" / "schedule-updates.md").read_text()
    lines = [line for line in UNIT.read_text().splitlines() if not line.startswith("#")]
    assert "\n".join(lines) in page
