"""
Starting errands: a process for each, which outlives whoever started it.

A process is a session of its own, so that neither control-C in the server's terminal nor the
server's end reaches it. That one was started is marked in the book first: whoever dies in between
costs half a minute.
"""

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.errands.book import Book

logger = logging.getLogger(__name__)

FOLDER = "errands"  #: of logs


def begin_next(container: Container) -> None:
    """Start a process for each errand that may begin now."""
    for word in Book(container.ledger).call(container.settings.errands_at_once):
        try:
            _start(container, word)
        except OSError as error:  # out of processes, perhaps: it is called again in half a minute
            logger.warning("the errand %s could not be begun: %s", word, error)


def logs_of(container: Container) -> Path:
    """The folder of the logs of errands."""
    return container.settings.logs / FOLDER


def _start(container: Container, word: str) -> None:
    home = container.settings.home
    log = logs_of(container) / f"{word}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "holdfast", "task", "errand", "--", word],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=log.parent,  # in which nothing lies that a name could mean
            env={**os.environ, "HOLDFAST_HOME": str(home)},
            start_new_session=True,
        )
    # Somebody must take note of its end, for it is our child; it goes on when we end.
    threading.Thread(target=process.wait, name=f"errand {word}", daemon=True).start()
