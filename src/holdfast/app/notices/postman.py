"""
The postman: a process of its own that hands in what is due, so that nobody else waits for servers.

It is ``holdfast task notices``; what it answers is what became of each post, as JSON. An update
waits for it as long as the setting ``patience`` says and then ends it; the worker does not wait.
Whatever happens to it, the posts are in the outbox.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from holdfast.app.notices.outbox import Outbox
from holdfast.app.notices.sending import Fate
from holdfast.errors import printable
from holdfast.settings import Settings

COMMAND = (sys.executable, "-m", "holdfast", "task", "notices")
MORE = 5.0  #: seconds beyond the patience, for the process to start
ANSWER_LIMIT = 4 * 1024**2  #: characters of its answer


class Postman:
    """Hands in what is due in one home's outbox."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._outbox = Outbox(settings.notices)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_needed(self) -> bool:
        """Whether something is due."""
        return bool(self._outbox.names()) and bool(self._outbox.due(datetime.now(UTC)))

    def go(self) -> list[str]:
        """Hand in what is due and wait for it; a sentence for each post that was not taken."""
        patience = self._settings.notify.patience
        try:
            done = subprocess.run(
                COMMAND,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=patience + MORE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return [f"they were not sent within {patience:.0f} seconds; they are tried again"]
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            return [printable(said[-1])[:500] if said else f"exit code {done.returncode}"]
        return sentences(done.stdout[:ANSWER_LIMIT])

    def look(self) -> None:
        """Begin to hand in what is due, unless that is under way; nobody waits for it."""
        if self._process is not None and self._process.poll() is None:
            return
        self._process = None
        if self.is_needed:
            with suppress(OSError):  # no process can be started now: the next look tries again
                self._process = subprocess.Popen(
                    COMMAND,
                    env=self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )

    def close(self) -> None:
        """Give what is under way a moment, and end it; the posts stay in the outbox."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(MORE)
            self._process.kill()
            self._process.wait()
            self._process = None

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOLDFAST_HOME": str(self._settings.home)}


def sentences(answer: bytes) -> list[str]:
    """A sentence for each post that the `answer` says was not taken."""
    try:
        deliveries: list[dict[str, Any]] = json.loads(answer)
    except ValueError:
        return ["the process that sends them gave no answer"]
    return [
        f"to {each['to']}: {each['problem']}"
        + ("; it is tried again" if each["fate"] == Fate.WAITING.value else "; it is given up")
        for each in deliveries
        if each["fate"] != Fate.SENT.value or each["problem"]
    ]
