"""What could not be sent waits on disk, is tried again, and is given up at last."""

import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notices.conftest import NOON, Told, by, change, failure
from holdfast.app.container import Container
from holdfast.app.notices.asking import waiting
from holdfast.app.notices.composing import Letter
from holdfast.app.notices.outbox import Outbox, new_name
from holdfast.app.notices.postman import COMMAND, Postman
from holdfast.app.notices.posts import (
    FIRST_WAIT,
    LONGEST_WAIT,
    Addressee,
    Log,
    Post,
    decoded,
    encoded,
)
from holdfast.app.notices.sending import Fate, send_due
from holdfast.app.notices.writing import posts_about
from holdfast.banks.register import Register
from holdfast.errors import BankBusy, FormatError
from servers.mail import Mailbox

texts = st.text(st.characters(exclude_categories=["Cs"]))


def outbox(container: Container) -> Outbox:
    return Outbox(container.settings.notices)


def put(container: Container, at: datetime | None = None) -> None:
    """Put a letter about a change into the outbox."""
    notice = replace(change(), at=at or datetime.now(UTC))
    outbox(container).add(posts_about(container, notice), container.settings.notify.waiting)


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def nowhere(*more: str) -> tuple[str, ...]:
    """Settings by which mail goes to a server that is not there."""
    return by(Mailbox(port=closed_port()), *more)


def later(container: Container) -> None:
    """Make all that waits due now."""
    box = outbox(container)
    for post in box.posts():
        document = json.loads(encoded(post)) | {"after": NOON.isoformat()}
        (box.folder / f"{post.name}.json").write_text(json.dumps(document))


def test_what_is_taken_is_gone(told: Told, mailbox: Mailbox) -> None:
    container = told(*by(mailbox))
    put(container)
    (delivery,) = send_due(container)
    assert (delivery.fate, delivery.to) == (Fate.SENT, "a@example.org, b@example.org")
    assert len(mailbox.mails) == 1
    assert outbox(container).names() == []
    assert send_due(container) == ()


def test_a_server_that_was_down_for_an_hour_loses_nothing(told: Told, mailbox: Mailbox) -> None:
    container = told(*nowhere())
    put(container)
    put(container)
    fates = [each.fate for each in send_due(container)]
    assert fates == [Fate.WAITING, Fate.WAITING]
    assert send_due(container) == ()  # its time has not come
    (one, two) = waiting(container)
    assert (one.attempts, two.attempts) == (1, 1)
    assert "refused" in one.problem.lower()
    later(container)
    container = told(*by(mailbox))
    assert [each.fate for each in send_due(container)] == [Fate.SENT, Fate.SENT]
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2


def test_the_first_failure_and_the_end_are_in_the_register(told: Told) -> None:
    container = told(*nowhere('keep = "1h"'))
    put(container)
    for _ in range(2):
        assert [each.fate for each in send_due(container)] == [Fate.WAITING]
        later(container)
    put(container, NOON)  # it was made long ago
    assert [each.fate for each in send_due(container)] == [Fate.GIVEN_UP, Fate.WAITING]
    events = Register(container.ledger).events("yeast")
    assert [(each.action, each.outcome) for each in events] == [("notice", "failed")] * 2
    assert all("a@example.org" in each.detail for each in events)
    assert "too old" in events[0].detail


def test_waits_grow_and_have_a_limit() -> None:
    post = Post("x", "yeast", Addressee(hook="lab"), Letter("s", "t", "", "b"), "failed", NOON)
    waits = []
    for _ in range(10):
        post = post.tried(NOON)
        assert post.after is not None
        waits.append((post.after - NOON).total_seconds())
    assert waits[0] == FIRST_WAIT
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_while_a_server_is_away_new_letters_do_not_wait_for_it_one_by_one(told: Told) -> None:
    container = told(*nowhere())
    put(container)
    send_due(container)
    put(container)
    assert not Postman(container.settings).is_needed
    later(container)
    assert Postman(container.settings).is_needed


def test_who_is_refused_for_good_is_given_up(told: Told, mailbox: Mailbox) -> None:
    mailbox.refused = dict.fromkeys(("a@example.org", "b@example.org"), "550 no such user")
    container = told(*by(mailbox))
    put(container)
    (delivery,) = send_due(container)
    assert delivery.fate is Fate.GIVEN_UP
    assert "no such user" in delivery.problem
    assert outbox(container).names() == []


@pytest.mark.parametrize(
    ("reply", "fate"),
    [("451 later", Fate.WAITING), ("554 spam", Fate.GIVEN_UP)],
)
def test_a_reply_says_whether_it_is_tried_again(
    reply: str, fate: Fate, told: Told, mailbox: Mailbox
) -> None:
    mailbox.reply = reply
    container = told(*by(mailbox))
    put(container)
    (delivery,) = send_due(container)
    assert delivery.fate is fate
    assert reply.partition(" ")[2] in delivery.problem


def test_the_oldest_goes_when_too_many_wait(told: Told) -> None:
    container = told(*nowhere("waiting = 2"))
    for _ in range(3):
        put(container)
    names = outbox(container).names()
    assert len(names) == 2


def test_posts_are_for_their_owner_s_eyes_and_hold_no_password(told: Told) -> None:
    lines = (
        'smtp = "127.0.0.1"\nuser = "u"\npassword = "geheim"\nto = ["a@example.org"]',
        '[notify.hooks]\nlab = "json://127.0.0.1/geheim"',
    )
    container = told(*lines)
    put(container)
    files = list(container.settings.notices.glob("*.json"))
    assert len(files) == 2
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert container.settings.notices.stat().st_mode & 0o777 == 0o700
    assert all("geheim" not in file.read_text() for file in files)


def test_a_file_that_is_no_post_harms_no_other(
    told: Told, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    container = told(*by(mailbox))
    container.settings.notices.mkdir()
    for name, content in (("1", "{"), ("2", "[]"), ("3", '{"format": 99}'), ("4", "\0" * 50)):
        (container.settings.notices / f"{name}.json").write_text(content)
    put(container)
    assert [each.fate for each in send_due(container)] == [Fate.SENT]
    assert outbox(container).names() == []
    assert "it was removed" in caplog.text


@given(
    texts, texts, st.integers(0, 9), st.none() | st.datetimes().map(lambda t: t.replace(tzinfo=UTC))
)
def test_a_post_is_read_as_it_was_written(
    text: str, hook: str, attempts: int, after: datetime | None
) -> None:
    letter = Letter(text, text, text, text)
    addressee = Addressee(("a@b",), hook)
    post = Post(
        "n", text, addressee, letter, "failed", NOON, (Log(Path("/x"), 7),), attempts, after, text
    )
    assert decoded("n", encoded(post), Path("n")) == post


@given(
    st.binary()
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
        lambda value: json.dumps({"format": 1, "people": value, "made": value}).encode()
    )
)
def test_what_is_no_post_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(FormatError):
        decoded("n", content, Path("n"))


def test_two_never_send_at_once(told: Told, mailbox: Mailbox) -> None:
    container = told(*by(mailbox, "patience = 0.2"))
    put(container)
    with outbox(container).locked(0), pytest.raises(BankBusy):
        send_due(container)
    assert [each.fate for each in send_due(container)] == [Fate.SENT]


def test_a_kill_in_the_middle_loses_nothing(told: Told, mailbox: Mailbox) -> None:
    """The server takes the connection and says nothing; the sender is killed there."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        container = told(*by(Mailbox(port=silent.getsockname()[1])))
        put(container)
        environment = {**os.environ, "HOLDFAST_HOME": str(container.settings.home)}
        process = subprocess.Popen(COMMAND, env=environment, stdout=subprocess.DEVNULL)
        connection, _ = silent.accept()
        process.send_signal(signal.SIGKILL)
        process.wait()
        connection.close()
    (left,) = waiting(container)
    assert (left.attempts, left.problem) == (1, "the attempt was broken off")
    assert left.after is not None
    assert left.after > datetime.now(UTC)
    later(container)
    container = told(*by(mailbox))
    assert [each.fate for each in send_due(container)] == [Fate.SENT]


def test_a_server_that_dribbles_holds_nobody_up(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.app.notices.postman.MORE", 1.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        container = told(*by(Mailbox(port=silent.getsockname()[1]), "patience = 0.5"))
        put(container)
        began = time.monotonic()
        (problem,) = Postman(container.settings).go()
    assert time.monotonic() - began < 10
    assert "not sent within" in problem
    assert len(waiting(container)) == 1


def test_half_written_posts_of_the_past_go(told: Told, mailbox: Mailbox) -> None:
    container = told(*by(mailbox))
    put(container)
    old, young = (container.settings.notices / f".tmp-{name}" for name in ("old", "young"))
    old.touch()
    young.touch()
    os.utime(old, ((datetime.now(UTC) - timedelta(hours=1)).timestamp(),) * 2)
    send_due(container)
    assert (old.exists(), young.exists()) == (False, True)


def test_names_sort_by_age() -> None:
    assert new_name(NOON) < new_name(NOON + timedelta(microseconds=1))


def test_a_failure_s_log_is_as_long_as_it_was(told: Told, mailbox: Mailbox, tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("one\n")
    container = told(*by(mailbox))
    outbox(container).add(posts_about(container, failure(log)), 10)
    log.write_text("one\ntwo\n")
    send_due(container)
    (attached,) = mailbox.mails[0].iter_attachments()
    assert attached.get_payload(decode=True) == b"one\n"
