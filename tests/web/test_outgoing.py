"""Files that are written while they are sent."""

import threading
import time
from typing import BinaryIO

import pytest

from holdfast.errors import UsageError
from holdfast.web import outgoing
from holdfast.web.outgoing import PIECE, written


def writers() -> int:
    return sum(thread.name == "outgoing" for thread in threading.enumerate())


def settled() -> bool:
    """Whether the threads that write end soon."""
    end = time.monotonic() + 5
    while writers() and time.monotonic() < end:
        time.sleep(0.01)
    return not writers()


def test_what_is_written_is_sent_in_order() -> None:
    def write(stream: BinaryIO) -> None:
        stream.writelines(b"%07d" % number for number in range(200_000))

    pieces = list(written(write))
    assert b"".join(pieces) == b"".join(b"%07d" % number for number in range(200_000))
    assert len(pieces) <= 200_000 * 7 // PIECE + 2
    assert settled()


def test_nothing_written_is_nothing_sent() -> None:
    assert list(written(lambda _: None)) == []


def test_what_goes_wrong_at_first_is_raised_before_the_answer_begins() -> None:
    def write(stream: BinaryIO) -> None:
        stream.write(b"a little")
        raise UsageError("no")

    with pytest.raises(UsageError, match="no"):
        written(write)
    assert settled()


def test_what_goes_wrong_later_cuts_the_answer_off() -> None:
    def write(stream: BinaryIO) -> None:
        stream.write(bytes(2 * PIECE))
        raise UsageError("too late")

    sent = written(write)
    with pytest.raises(UsageError, match="too late"):
        list(sent)
    assert settled()


def test_a_client_that_goes_ends_the_writing() -> None:
    done = threading.Event()

    def write(stream: BinaryIO) -> None:
        while not done.is_set():
            stream.write(bytes(PIECE))

    sent = written(write)
    assert len(next(sent)) >= PIECE
    sent.close()  # type: ignore[attr-defined]  # a generator
    assert settled()
    done.set()


def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "PATIENCE", 0.05)
    monkeypatch.setattr(outgoing, "LOOK", 0.02)

    def write(stream: BinaryIO) -> None:
        stream.write(bytes(100 * PIECE))

    written(write)
    assert settled()
