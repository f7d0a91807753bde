"""
What a service owes the system that started it: to listen to signals, and to say that it lives.

systemd is told through the socket it names in ``NOTIFY_SOCKET`` that the service is ready, now and
then that it is not stuck (if ``WATCHDOG_USEC`` asks for it), and that it stops. Where nothing is
named, nothing is told.
"""

import os
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self


class Signals:
    """Counts SIGTERM and SIGINT while it is entered, in place of what they did before.

    Nothing is cut short by them: who counts them looks at the numbers between two pieces of work.
    """

    def __init__(self) -> None:
        self.terms = 0
        self.interrupts = 0
        self._before: dict[signal.Signals, Any] = {}

    @property
    def came(self) -> bool:
        """Whether any signal came."""
        return bool(self.terms or self.interrupts)

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._count)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _count(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGTERM:
            self.terms += 1
        else:
            self.interrupts += 1


class Notifier:
    """Tells systemd how the service is; silent where it is not systemd that has started it."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._is_watched = bool(environment.get("WATCHDOG_USEC"))

    def ready(self) -> None:
        """The service does what it is for."""
        self._say("READY=1")

    def lives(self) -> None:
        """The service is not stuck."""
        if self._is_watched:
            self._say("WATCHDOG=1")

    def stops(self) -> None:
        """The service is about to end."""
        self._say("STOPPING=1")

    def _say(self, word: str) -> None:
        if not self._address:
            return
        # An address that begins with @ has no file.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as talking:
            talking.sendto(word.encode(), address)
