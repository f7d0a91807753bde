"""
The engine's end of its keeper: it starts the process, speaks to it, and listens in a thread.
"""

import logging
import os
import queue
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from holdfast.errors import ExecutorUnreachable
from holdfast.jobs.executors.claims import Keeper
from holdfast.jobs.executors.local import messages

logger = logging.getLogger(__name__)

MODULE = "holdfast.jobs.executors.local.keeper"


class Keeping:
    """A keeper of this engine's.

    Parameters
    ----------
    told
        Called in the thread that listens with each end of a job, as a document.
    lost
        Called in that thread when the keeper has died though nobody let it go.

    Raises
    ------
    ExecutorUnreachable
        No keeper can be started: the machine has no room for one.
    """

    def __init__(self, told: Callable[[Mapping[str, Any]], None], lost: Callable[[], None]) -> None:
        self._told, self._lost = told, lost
        self._answers: queue.SimpleQueue[Mapping[str, Any] | None] = queue.SimpleQueue()
        self._sending = threading.Lock()
        self._was_let_go = False
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._pid = _spawn(theirs)
        threading.Thread(target=self._listen, name="keeper", daemon=True).start()
        answer = self._answers.get()  # the first thing it says is who it is
        keeper = Keeper.from_document((answer or {}).get("keeper"))
        if keeper is None:
            raise ExecutorUnreachable(
                f"what attends to jobs on this machine does not start; try: python -m {MODULE}"
            )
        self.keeper = keeper

    def ask(self, message: dict[str, Any]) -> Mapping[str, Any] | None:
        """Say `message` and give the answer; None if the keeper has died."""
        self.say(message)
        return self._answers.get()  # whoever listens puts None there when the keeper has died

    def say(self, message: dict[str, Any]) -> bool:
        """Say `message`, which has no answer; False if the keeper has died."""
        content = messages.encoded(message)
        try:
            with self._sending:
                self._socket.sendall(content)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """End all jobs without asking, and wait until nothing of them is left."""
        self._was_let_go = True
        if self.say({"do": "close"}):
            # The keeper lets go at once, and exits when it has ended everything.
            with suppress(ChildProcessError):
                os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOWAIT)
        self.leave()

    def leave(self) -> None:
        """Let the keeper go on alone."""
        self._was_let_go = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        incoming = messages.Incoming()
        # What is no message comes from no keeper; what cannot be read from none that lives.
        with suppress(OSError, ValueError), self._socket:
            while content := self._socket.recv(2**16):
                for message in incoming.messages(content):
                    self._hear(message)
        if not self._was_let_go:
            self._lost()
        self._answers.put(None)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def _hear(self, message: Mapping[str, Any]) -> None:
        if "ended" in message:
            self._told(message["ended"])
        elif "broken" in message:
            logger.error("what attends to jobs on this machine broke off: %s", message["broken"])
        else:
            self._answers.put(message)


def _spawn(theirs: socket.socket) -> int:
    """Start the program of a keeper at the other end of the socket: the number of its process."""
    number = 3 if theirs.fileno() != 3 else 4
    # -P: what lies in the folder someone happens to be in is no module of ours.
    words = [sys.executable, "-P", "-m", MODULE, str(number), str(os.getpid())]
    # Only this child inherits it: another thread may be starting a program of its own now.
    actions = [(os.POSIX_SPAWN_DUP2, theirs.fileno(), number)]
    try:
        return os.posix_spawn(sys.executable, words, os.environ, file_actions=actions, setsid=True)
    except OSError as error:
        raise ExecutorUnreachable(
            f"no process can be started on this machine: {error.strerror}; try again later"
        ) from error
