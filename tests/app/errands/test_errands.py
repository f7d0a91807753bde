"""What is asked for is done once, by a process of its own, whoever dies in between."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.errands.errand_world import ANNA, ErrandWorld, long_dead, telling
from holdfast.accounts.people import GUEST
from holdfast.app.container import Container
from holdfast.app.errands import (
    LoadSequences,
    State,
    UpdateBank,
    ask,
    asking,
    cancel_errand,
    carrying,
    doing,
    errand,
    errands,
    log_of,
    may_see_errand,
    tend,
    tending,
    try_again,
)
from holdfast.app.errands.book import Book
from holdfast.app.errands.carrying import bounded
from holdfast.app.errands.doing import without_credentials
from holdfast.app.errands.tending import tidy
from holdfast.app.errands.wishes import KINDS, read, written
from holdfast.app.plots.uploads import begin_upload, upload
from holdfast.base.progress import Progress
from holdfast.errors import (
    BankNotFound,
    ErrandNotFound,
    JobError,
    SequenceNotFound,
    TooMuch,
    UploadNotFound,
    UsageError,
)
from holdfast.jobs.engine.identity import new_claim
from holdfast.jobs.executors import processes
from holdfast.settings import Settings

WISH = LoadSequences(("a.fa",), "here", "yeast")


def test_what_is_asked_for_waits_and_a_process_is_started(errand_world: ErrandWorld) -> None:
    asked = errand_world.ask()
    assert (asked.state, asked.kind, asked.subject) == (State.WAITING, "load", "store:yeast")
    assert (asked.noun, asked.about, asked.title) == ("store", "yeast", "Load a.fa")
    assert errand_world.started == [asked.id]
    assert len(asked.id) == 24


def test_an_errand_is_done_and_says_what_came_of_it(errand_world: ErrandWorld) -> None:
    done = errand_world.do(errand_world.ask())
    assert (done.state, done.result, done.problem) == (State.DONE, {"it": "is done"}, "")
    assert done.began is not None
    assert done.ended is not None
    assert done.attempt == 1


def test_progress_is_kept_the_newest_last_and_not_for_ever(errand_world: ErrandWorld) -> None:
    errand_world.act = telling(*"abcdefgh")
    done = errand_world.do(errand_world.ask())
    assert [each.what for each in done.progress] == list("cdefgh")
    assert (done.progress[-1].done, done.progress[-1].message) == (8, "the word h")


def test_what_fails_says_why_and_can_be_tried_again(errand_world: ErrandWorld) -> None:
    def fail(*_: object) -> dict[str, Any]:
        raise SequenceNotFound("there is no such sequence; load it first")

    errand_world.act, well = fail, errand_world.act
    failed = errand_world.do(errand_world.ask())
    assert failed.state is State.FAILED
    assert failed.problem == "there is no such sequence; load it first"
    errand_world.act = well
    again = try_again(errand_world.container, failed.id)
    assert (again.state, again.problem) == (State.WAITING, "")
    done = errand_world.do(again)
    assert (done.state, done.attempt) == (State.DONE, 2)
    with pytest.raises(JobError, match="done; there is nothing to try again"):
        try_again(errand_world.container, failed.id)


def test_a_fault_of_ours_is_told_without_its_words(errand_world: ErrandWorld) -> None:
    def fail(*_: object) -> dict[str, Any]:
        raise ZeroDivisionError("a secret")

    errand_world.act = fail
    failed = errand_world.do(errand_world.ask())
    assert failed.state is State.FAILED
    assert "inside Holdfast" in failed.problem
    assert "secret" not in failed.problem


def test_no_more_are_begun_than_the_setting_says(errand_world: ErrandWorld) -> None:
    asked = [errand_world.ask() for _ in range(3)]
    assert errand_world.started == [each.id for each in asked[:2]]
    for each in asked[:2]:
        errand_world.die(each)
    # Nobody has noticed yet that the first two are dead: there is no room.
    assert errand_world.do(asked[2]).state is State.WAITING
    tend(errand_world.container)
    assert errand_world.do(asked[2]).state is State.DONE


def test_when_one_ends_the_next_is_begun(errand_world: ErrandWorld) -> None:
    first, second, third = (errand_world.ask() for _ in range(3))
    assert third.id not in errand_world.started
    errand_world.do(first)
    assert errand_world.started == [first.id, second.id, third.id]


def test_one_that_waits_is_stopped_at_once(errand_world: ErrandWorld) -> None:
    stopped = cancel_errand(errand_world.container, errand_world.ask().id)
    assert stopped.state is State.CANCELLED
    assert errand_world.do(stopped).state is State.CANCELLED
    with pytest.raises(JobError, match="cancelled already"):
        cancel_errand(errand_world.container, stopped.id)


def test_one_that_is_being_done_is_stopped_by_an_interrupt(errand_world: ErrandWorld) -> None:
    asked = errand_world.ask()

    def long(*_: object) -> dict[str, Any]:
        assert cancel_errand(errand_world.container, asked.id).is_stopping
        time.sleep(20)
        return {}

    errand_world.act = long
    stopped = errand_world.do(asked)
    assert (stopped.state, stopped.problem) == (State.CANCELLED, "")


def test_a_process_that_is_told_to_end_leaves_what_can_go_on(errand_world: ErrandWorld) -> None:
    def ended(*_: object) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(20)
        return {}

    errand_world.act = ended
    left = errand_world.do(errand_world.ask())
    assert left.state is State.INTERRUPTED
    assert "try again" in left.problem


def test_who_is_dead_is_interrupted_and_can_be_tried_again(errand_world: ErrandWorld) -> None:
    asked = errand_world.ask()
    errand_world.die(asked)
    assert errand(errand_world.container, asked.id).state is State.WORKING
    tend(errand_world.container)
    found = errand(errand_world.container, asked.id)
    assert found.state is State.INTERRUPTED
    assert "died" in found.problem
    assert errand_world.do(try_again(errand_world.container, asked.id)).state is State.DONE


def test_one_that_dies_when_asked_to_stop_is_stopped(errand_world: ErrandWorld) -> None:
    asked = errand_world.ask()
    errand_world.die(asked)
    assert cancel_errand(errand_world.container, asked.id).state is State.CANCELLED


class Dead(BaseException):
    """The process is gone."""


WRITES = ("claim", "renew", "tell", "end", "call")


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("fatal", range(1, 5))
def test_a_process_killed_at_any_word_to_the_ledger_loses_nothing(
    errand_world: ErrandWorld, monkeypatch: pytest.MonkeyPatch, fatal: int, late: bool
) -> None:
    asked, count = errand_world.ask(), 0

    def dying(act: Callable[..., Any]) -> Callable[..., Any]:
        def perform(*words: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count > fatal or (count == fatal and not late):
                raise Dead
            result = act(*words, **named)
            if count == fatal:
                raise Dead
            return result

        return perform

    with monkeypatch.context() as patch:
        patch.setattr(doing, "new_claim", long_dead)
        patch.setattr(doing, "BEAT", 60)  # the thread beside says nothing: the words are counted
        for name in WRITES:
            patch.setattr(Book, name, dying(getattr(Book, name)))
        try:
            errand_world.do(asked)
        except Dead:
            assert count >= fatal
    tend(errand_world.container)
    found = errand(errand_world.container, asked.id)
    assert found.state in (State.WAITING, State.INTERRUPTED, State.DONE)
    if found.state is State.INTERRUPTED:
        found = try_again(errand_world.container, asked.id)
    if found.state is State.WAITING:
        found = errand_world.do(found)
    assert (found.state, found.result) == (State.DONE, {"it": "is done"})


def test_one_whose_process_never_came_is_called_again(
    errand_world: ErrandWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = errand_world.ask()
    tend(errand_world.container)
    assert errand_world.started == [asked.id]
    monkeypatch.setattr("holdfast.app.errands.book.CALLED_AGAIN", -1)
    tend(errand_world.container)
    assert errand_world.started == [asked.id, asked.id]


def test_one_that_does_not_stop_is_ended(
    errand_world: ErrandWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = errand_world.ask()
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as deaf:
        seen = processes.find(deaf.pid)
        assert seen is not None
        monkeypatch.setattr(
            doing, "new_claim", lambda: replace(new_claim(), pid=deaf.pid, started=seen.started)
        )

        def die(*_: object) -> dict[str, Any]:
            raise Dead

        errand_world.act = die
        with pytest.raises(Dead):
            errand_world.do(asked)
        assert cancel_errand(errand_world.container, asked.id).is_stopping
        tend(errand_world.container)
        assert errand(errand_world.container, asked.id).state is State.WORKING
        monkeypatch.setattr(tending, "PATIENCE", -1)
        tend(errand_world.container)
        assert deaf.wait(5) == -signal.SIGKILL
    assert errand(errand_world.container, asked.id).state is State.CANCELLED


def test_errands_are_done_with_the_rights_of_who_asked(errand_world: ErrandWorld) -> None:
    seen: list[Container] = []

    def look(container: Container, *_: object) -> dict[str, Any]:
        seen.append(container)
        return {}

    errand_world.act = look
    container = errand_world.container
    for person in (ANNA, GUEST):
        asked = ask(container.asked_by(person), WISH)
        assert asked.owner == person.name
        errand_world.do(asked)
    errand_world.do(ask(container, WISH))
    people = [each.person for each in seen]
    assert people[0] is not None
    assert (people[0].name, people[0].is_administrator) == ("anna", False)
    assert people[1] == GUEST
    assert people[2] is None


def test_what_strangers_fetch_is_fetched_without_our_passwords(home: Path) -> None:
    (home / "holdfast.toml").write_text(
        '[servers."*.lab.example"]\nuser = "us"\npassword = "secret"\nproxy = "http://proxy"\n'
    )
    said = without_credentials(Settings.read())
    server = said.servers["*.lab.example"]
    assert (server.user, server.password.get_secret_value()) == ("", "")
    assert server.proxy.get_secret_value() == "http://proxy"
    assert str(said.netrc) == "."


def test_what_strangers_fetch_is_bounded(container: Container) -> None:
    heard: list[Progress] = []
    listen = bounded(container.asked_by(ANNA), heard.append)
    listen(Progress("fetching", 5, 10**9, "bytes"))
    listen(Progress("aligning", 10**12, 10**12, "bytes"))
    for done, total in ((0, 10**12), (10**12, None)):
        with pytest.raises(TooMuch, match=r"larger than 20\.0 GB"):
            listen(Progress("fetching", done, total, "bytes"))
    assert len(heard) == 2
    assert bounded(container, heard.append) == heard.append


def test_uploads_go_when_they_were_used_if_the_setting_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_UPLOADS_ONCE", "yes")
    with Container(Settings.read()) as container:
        world = ErrandWorld(container, monkeypatch)
        anna = container.asked_by(ANNA)
        sent = begin_upload(anna, "a.fa", 1)
        wish = LoadSequences((sent.given,), "here")
        assert world.do(ask(anna, wish)).state is State.DONE
        with pytest.raises(UploadNotFound):
            upload(anna, sent.id)


def test_errands_are_listed_the_newest_first_and_by_owner(errand_world: ErrandWorld) -> None:
    container = errand_world.container
    mine = ask(container.asked_by(ANNA), WISH)
    other = errand_world.ask("wheat")
    assert [each.id for each in errands(container)] == [other.id, mine.id]
    assert [each.id for each in errands(container, owner="anna")] == [mine.id]
    assert [each.id for each in errands(container, subject="store:wheat")] == [other.id]
    assert [each.id for each in errands(container, before=other.number)] == [mine.id]
    assert errands(container, states=[State.DONE]) == []


def test_nobody_keeps_all_others_waiting(
    errand_world: ErrandWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.app.errands.asking.WAITING", 2)
    anna = errand_world.container.asked_by(ANNA)
    for _ in range(2):
        ask(anna, WISH)
    with pytest.raises(JobError, match="2 errands of yours wait already"):
        ask(anna, WISH)
    ask(errand_world.container.asked_by(GUEST), WISH)


def test_an_errand_is_its_owners_to_see(errand_world: ErrandWorld) -> None:
    container = errand_world.container
    mine = ask(container.asked_by(ANNA), WISH)
    guests = ask(container.asked_by(GUEST), WISH)
    assert may_see_errand(container.asked_by(ANNA), mine)
    assert may_see_errand(container, mine)
    assert not may_see_errand(container.asked_by(GUEST), mine)
    assert may_see_errand(container.asked_by(GUEST), guests)


def test_what_ended_long_ago_is_forgotten_with_its_log(errand_world: ErrandWorld) -> None:
    container = errand_world.container
    old, waiting = errand_world.do(errand_world.ask()), errand_world.ask()
    log = log_of(container, old.id)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.touch()
    tidy(container)
    assert log.exists()
    book = Book(container.ledger)
    assert book.forget(datetime.now(UTC) + timedelta(days=1)) == [old.id]
    with pytest.raises(ErrandNotFound, match="no such errand"):
        errand(container, old.id)
    assert errand(container, waiting.id).state is State.WAITING


def test_a_bank_that_is_not_there_is_told_before_anything_is_written(
    errand_world: ErrandWorld,
) -> None:
    with pytest.raises(BankNotFound):
        ask(errand_world.container, UpdateBank("yeast"))
    assert errands(errand_world.container) == []


def test_a_wish_is_read_as_it_was_written() -> None:
    wish = LoadSequences(("a.fa", "b ü.fa"), "here", definitions="all", reassign=True)
    assert read(wish.kind, written(wish)) == wish
    assert set(KINDS.values()) == set(carrying._ACTS)
    with pytest.raises(UsageError, match="another version"):
        read("load", "{}")
    with pytest.raises(UsageError, match="another version"):
        read("dance", "{}")


def test_a_process_of_its_own_does_it_and_outlives_nobody(
    container: Container, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An id may begin as an option of a command does.
    monkeypatch.setattr(asking.secrets, "token_urlsafe", lambda _: "-l")
    (home / "a.fa").write_text(">one\nACGTACGT\n")
    asked = ask(container, LoadSequences((str(home / "a.fa"),), "here", "mine"))
    deadline = time.monotonic() + 60
    while not (found := errand(container, asked.id)).state.is_over:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    log = log_of(container, asked.id).read_text()
    assert found.state is State.DONE, log
    assert container.store.collection("mine").members[0].length == 8
    assert "attempt 1" in log
    assert "done" in log


def test_a_process_that_is_killed_is_noticed(container: Container, home: Path) -> None:
    os.mkfifo(home / "never")  # of which nothing ever comes
    asked = ask(container, LoadSequences((str(home / "never"),), "here", "mine"))
    deadline = time.monotonic() + 60
    while not (held := Book(container.ledger).held()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(held[0][1].claim.pid, signal.SIGKILL)
    while not errand(container, asked.id).state.is_over:
        assert time.monotonic() < deadline
        tend(container)
        time.sleep(0.05)
    assert errand(container, asked.id).state is State.INTERRUPTED
