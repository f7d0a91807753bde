"""
Signals as something to wait for, beside sockets and files.
"""

import os
import signal
from collections.abc import Iterable


class Wakeups:
    """The signals `numbers`, which wake whoever selects on this instead of interrupting them.

    A program that is started later has them as the system's default, not ignored: a handler does
    not outlive an exec.
    """

    def __init__(self, numbers: Iterable[signal.Signals]) -> None:
        self._reading, self._writing = os.pipe()
        for descriptor in (self._reading, self._writing):
            os.set_blocking(descriptor, False)
        # A full pipe wakes us just as well, so what no longer fits in it is not worth a warning.
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for number in numbers:
            signal.signal(number, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])  # whoever started us may have blocked some

    def fileno(self) -> int:
        """What to select on."""
        return self._reading

    def read(self) -> set[int]:
        """The numbers of the signals that came since the last call; it never waits."""
        try:
            return set(os.read(self._reading, 65536))
        except BlockingIOError:
            return set()
