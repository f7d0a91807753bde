"""Sessions that answer, refuse, keep silent, die and chatter, each as a real process."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from holdfast.errors import ExecutorUnreachable, JobError
from holdfast.jobs.executors.launched.session import Session

PROGRAM = """
import os, sys, time
from holdfast.jobs.executors.launched.session import Desk, Refused, Unreachable

def refuse(asked):
    raise Refused("no queue of this name")

def miss(asked):
    raise Unreachable("nobody is there")

def chatter(asked):
    print("a library says something")
    os.write(1, b'{"n": 1, "answer": "not ours"}\\n')
    desk.tell(over="a")
    return "quiet again"

def die(asked):
    sys.exit("the library cannot be loaded")

desk = Desk()
ideas = []
desk.serve(
    {
        "echo": lambda asked: asked["words"],
        "pid": lambda asked: os.getpid(),
        "refuse": refuse,
        "miss": miss,
        "chatter": chatter,
        "die": die,
        "sleep": lambda asked: time.sleep(600),
        "ideas": lambda asked: len(ideas),
    },
    lambda: ideas.append(1),
    0.01,
)
"""

MakeSession = Callable[..., Session]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "rehearsed_session.py").write_text(PROGRAM)
    environment = {"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    return Session("the grid", "rehearsed_session", (), Event(), environment)


@pytest.fixture(autouse=True)
def _closed(session: Session) -> object:
    yield
    session.close()


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("words", ["", "two\nlines", "ünï\0", ["a", {"b": None}], "x" * 100_000])
def test_a_question_is_answered(session: Session, words: object) -> None:
    assert session.ask("echo", words=words) == words


def test_what_the_scheduler_refuses_is_an_error_with_its_words(session: Session) -> None:
    with pytest.raises(JobError, match="the grid: no queue of this name") as raised:
        session.ask("refuse")
    assert not isinstance(raised.value, ExecutorUnreachable)


def test_a_scheduler_that_is_not_there_is_unreachable(session: Session) -> None:
    with pytest.raises(ExecutorUnreachable, match="the grid: nobody is there"):
        session.ask("miss")
    assert session.ask("echo", words="still here") == "still here"


def test_one_that_does_not_answer_in_time_is_ended_and_begun_again(session: Session) -> None:
    pid = session.ask("pid")
    begun = time.monotonic()
    with pytest.raises(ExecutorUnreachable, match=r"did not answer within 0\.3 seconds"):
        session.ask("sleep", 0.3)
    assert time.monotonic() - begun < 5
    assert not is_there(pid)
    assert session.ask("pid") != pid


def test_the_last_words_of_one_that_dies_are_told(session: Session) -> None:
    with pytest.raises(ExecutorUnreachable, match="the library cannot be loaded"):
        session.ask("die")
    assert session.ask("echo", words="again") == "again"


def test_what_a_library_prints_is_no_answer_and_news_ring(session: Session) -> None:
    assert session.ask("chatter") == "quiet again"
    assert session._bell.is_set()
    assert session.news() == [{"over": "a"}]
    assert session.news() == []


def test_one_that_ends_is_told_as_news(session: Session) -> None:
    pid = session.ask("pid")
    session._bell.clear()
    os.kill(pid, 9)
    assert session._bell.wait(5)
    assert session.news() == [{"session": "ended"}]


def test_what_is_only_mentioned_is_not_answered(session: Session) -> None:
    session.mention("echo", words="to nobody: there is no process yet")
    session.ask("pid")
    session.mention("refuse")
    session.mention("echo", words="lost")
    assert session.ask("echo", words="asked") == "asked"


def test_it_works_between_questions(session: Session) -> None:
    session.ask("pid")
    time.sleep(0.3)
    assert session.ask("ideas") > 3


def test_closing_ends_the_process(session: Session) -> None:
    pid = session.ask("pid")
    session.close()
    assert not is_there(pid)
