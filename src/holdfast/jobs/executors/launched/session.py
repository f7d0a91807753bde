"""
A session: a process that speaks with a scheduler for an executor, and the conversation with it.

The libraries of schedulers log, start threads, load C code, hang when a host is gone, and allow one
session per process. So each executor gives its scheduler a process of its own, ``python -m
<module>``, and the two exchange lines of JSON: the executor asks and waits a bounded time, the
session answers and tells news in between. An engine that dies closes the session's standard input,
and the session ends; what it submitted goes on. A session that dies or does not answer in time is
ended, and the next question starts another one.
"""

import json
import os
import queue
import selectors
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any

from holdfast.errors import ExecutorUnreachable, JobError, printable

ANSWER = 15.0  #: seconds in which a question must be answered
CLOSING = 5.0  #: seconds a session has to end when it is no longer needed
LINE_LIMIT = 1024 * 1024  #: bytes of one line of the conversation
LAST_WORDS = 500  #: bytes of its errors that are told when it dies

Document = dict[str, Any]


class Refused(Exception):
    """The scheduler answered, and its answer is no. The text is the scheduler's."""


class Unreachable(Exception):
    """The scheduler does not answer. The text says why."""


# -- the executor's side ---------------------------------------------------------------------------


class Session:
    """A conversation with a session process, begun at the first question.

    Parameters
    ----------
    service
        What the process speaks with, as a person calls it: it begins the sentences of errors.
    module
        The program of the process; `arguments` are its words, `environment` adds to what it
        inherits.
    bell
        Is set whenever :meth:`news` has something to give.
    """

    def __init__(
        self,
        service: str,
        module: str,
        arguments: tuple[str, ...],
        bell: threading.Event,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.service = service
        self._command = (sys.executable, "-m", module, *arguments)
        self._environment = dict(environment or {})
        self._bell = bell
        self._news: deque[Document] = deque()
        self._answers: queue.SimpleQueue[Document | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._number = 0

    def ask(self, question: str, timeout: float = ANSWER, **details: Any) -> Any:
        """The answer to `question`.

        Raises
        ------
        JobError
            The scheduler refuses; the message has its words.
        ExecutorUnreachable
            The scheduler, or the session, does not answer within `timeout` seconds.
        """
        self._number += 1
        self._write(self._running(), {"n": self._number, "ask": question, **details})
        return self._answer(timeout)

    def mention(self, what: str, **details: Any) -> None:
        """Say something to the session, if there is one, that needs no answer."""
        if self._process is not None:
            self._write(self._process, {"ask": what, **details})

    def news(self) -> list[Document]:
        """What the session told since the last call, in order."""
        told = []
        while self._news:
            told.append(self._news.popleft())
        return told

    @property
    def is_running(self) -> bool:
        """Whether there is a process to speak with."""
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """Let the session end; what it submitted goes on."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None  # it was opened with a pipe
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(CLOSING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._errors is not None:
            self._errors.close()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self.is_running:
            return self._process
        self.close()
        self._answers = queue.SimpleQueue()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it is open as long as the process
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, **self._environment},
            start_new_session=True,  # a control-C at the terminal is for the engine
        )
        reader = threading.Thread(
            target=self._read, args=(self._process.stdout, self._answers), daemon=True
        )
        reader.start()
        return self._process

    def _write(self, process: "subprocess.Popen[bytes]", document: Document) -> None:
        assert process.stdin is not None  # it was opened with a pipe
        with suppress(BrokenPipeError):  # it has ended, which is what waiting for it will find
            process.stdin.write(json.dumps(document).encode("ascii") + b"\n")
            process.stdin.flush()

    def _read(self, lines: IO[bytes], answers: "queue.SimpleQueue[Document | None]") -> None:
        """Sort what the session says into answers and news, until it ends."""
        with lines:
            while line := lines.readline(LINE_LIMIT):
                document = _document(line)
                if "n" in document:
                    answers.put(document)
                elif document:
                    self._news.append(document)
                    self._bell.set()
        answers.put(None)
        self._news.append({"session": "ended"})
        self._bell.set()

    def _answer(self, timeout: float) -> Any:
        while True:
            try:
                answer = self._answers.get(timeout=timeout)
            except queue.Empty:
                self._end()
                raise ExecutorUnreachable(
                    f"{self.service} did not answer within {timeout:g} seconds; "
                    "see that its scheduler is running and can be reached from here"
                ) from None
            if answer is None:
                words = self._last_words()
                self._end()  # it has closed its output, but may not quite have ended
                raise ExecutorUnreachable(f"{self.service}: {words}")
            if answer["n"] == self._number:
                break
        if "refused" in answer:
            raise JobError(f"{self.service}: {printable(answer['refused'])}")
        if "unreachable" in answer:
            raise ExecutorUnreachable(f"{self.service}: {printable(answer['unreachable'])}")
        return answer.get("answer")

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
        self.close()

    def _last_words(self) -> str:
        words = ""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)  # then all is said
        if self._errors is not None and not self._errors.closed:
            self._errors.seek(0, os.SEEK_END)
            self._errors.seek(max(0, self._errors.tell() - LAST_WORDS))
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
            words = lines[-1] if lines else ""
        return f"the process that speaks with it ended: {printable(words) or 'it said nothing'}"


def _document(line: bytes) -> Document:
    """What a line says; nothing if it is none of ours: a library may print."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


# -- the session's side ----------------------------------------------------------------------------


class Desk:
    """Where a session process answers questions and tells news, on standard input and output."""

    def __init__(self) -> None:
        # What a library prints must not be taken for an answer: it goes with the errors.
        self._out = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def tell(self, **news: Any) -> None:
        """Tell the executor something; any thread may."""
        with self._lock, suppress(BrokenPipeError):  # an engine that died is told by its input
            self._out.write(json.dumps(news).encode("ascii") + b"\n")
            self._out.flush()

    def serve(
        self,
        answers: Mapping[str, Callable[[Document], Any]],
        idle: Callable[[], None],
        every: float,
    ) -> None:
        """Answer until standard input ends; call `idle` every so many seconds in between."""
        selector = selectors.DefaultSelector()
        selector.register(0, selectors.EVENT_READ)
        rest = b""
        while True:
            if not selector.select(every):
                idle()
                continue
            piece = os.read(0, 65536)
            if not piece:
                return
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self._reply(json.loads(line), answers)

    def _reply(self, asked: Document, answers: Mapping[str, Callable[[Document], Any]]) -> None:
        try:
            answer = {"answer": answers[asked["ask"]](asked)}
        except Refused as error:
            answer = {"refused": str(error)}
        except Unreachable as error:
            answer = {"unreachable": str(error)}
        if "n" in asked:
            self.tell(n=asked["n"], **answer)
