"""
Control-C and SIGTERM while an engine works in the foreground.

A signal must not cut a turn of the engine in two, so it is only counted; the engine acts on it
between two turns, which is soon. The bell is not rung: a handler that runs while the same thread is
about to sleep on the bell would wait for ever for the bell's own lock. In threads that no signal
reaches nothing is changed.
"""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Counts signals while it is entered. `count` may be raised by others, too."""

    def __init__(self) -> None:
        self.count = 0
        self.handled = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def next(self) -> bool:
        """Whether there is a signal that was not handled yet; it counts as handled now."""
        if self.handled >= self.count:
            return False
        self.handled += 1
        return True

    def rise(self) -> None:
        """Raise KeyboardInterrupt if there was any signal."""
        if self.count:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
