"""What passes is waited for: a server that is restarted, an answer that is lost, a lock."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from holdfast.base.progress import Progress
from holdfast.errors import LedgerError
from holdfast.jobs.ledger import Ledger, Load, Move, ProgressNews, connecting, rows
from holdfast.jobs.model import Cause, Status
from jobs.ledger.making import BEGUN, MINE, OTHER, PLAN, begun, move, start, statuses, wide
from jobs.ledger.test_several import answers, workers
from services.databases import DatabaseServer
from services.lossy import LossyWay, lossy_way
from services.postgresql import PostgreSQL

TURNS = 60


def test_a_server_that_is_restarted_in_the_middle_loses_and_doubles_nothing(
    server: DatabaseServer,
) -> None:
    url = server.new_database()
    Ledger.open(url).close()
    with workers("turns", 2, url, str(TURNS)) as process:
        assert process.stdout is not None
        for crash in (True, False, True):
            for _ in range(TURNS // 3):
                assert process.stdout.readline()  # they are at work
            if crash:
                server.crash()
            else:
                server.stop()
            time.sleep(0.1)
            server.start()
        answers(process)
    with Ledger.open(url) as ledger:
        for record in ledger.runs():
            assert set(statuses(ledger, record.run)) == {Status.DONE}
            told = [(event.job, event.status) for event in ledger.events(record.run)]
            names = [f"j{place}" for place in range(TURNS)]
            once = [(name, status) for name in names for status in (Status.RUNNING, Status.DONE)]
            assert told == once
        assert sum(tally.count for tally in ledger.tallies()) == 2 * TURNS
    server.drop_database(url)


@pytest.fixture
def way(server: DatabaseServer) -> Iterator[LossyWay]:
    """A way to the server on which a commit, or its answer, can be lost."""
    with lossy_way(server.port) as way:
        yield way


@pytest.fixture
def far(server: DatabaseServer, way: LossyWay) -> Iterator[Ledger]:
    """A ledger at the other end of that way."""
    url = server.new_database()
    with Ledger.open(url.replace(f":{server.port}/", f":{way.port}/")) as ledger:
        yield ledger
    server.drop_database(url)


LOSSES = ["lose_commit", "lose_answer"]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_turn_whose_commit_was_lost_is_written_once(
    far: Ledger, way: LossyWay, loss: str
) -> None:
    run = begun(far, wide(3))
    far.turn("me", [start(run, "j0")])
    getattr(way, loss)()
    news = [ProgressNews(run, "j0", Progress("on"))]
    chosen = far.turn(
        "me", [move(run, "j0", Status.DONE, Cause.WELL)], (), news, lambda _: [start(run, "j1")]
    )
    assert way.lost == 1
    assert chosen == [start(run, "j1")]
    assert statuses(far, run) == [Status.DONE, Status.RUNNING, Status.WAITING]
    assert [(event.job, event.status) for event in far.events(run)] == [
        ("j0", Status.RUNNING),
        ("j0", Status.DONE),
        ("j0", None),
        ("j1", Status.RUNNING),
    ]
    assert [tally.count for tally in far.tallies()] == [1]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_due_time_begins_one_run_whatever_is_lost(far: Ledger, way: LossyWay, loss: str) -> None:
    last = None
    for due in (BEGUN, BEGUN + timedelta(days=1)):
        getattr(way, loss)()
        run = far.begin_due("yeast", last, due, PLAN)
        found = far.scheduled("yeast")
        assert found is not None
        assert (found.due, found.run) == (due, run)
        last = due
    assert len(far.runs()) == 2


@pytest.mark.parametrize("loss", LOSSES)
def test_whatever_was_being_written_is_written_once(far: Ledger, way: LossyWay, loss: str) -> None:
    lose = getattr(way, loss)
    lose()
    run = far.begin(PLAN)
    assert [record.run for record in far.runs()] == [run]
    assert len(far.outcomes(run)) == 2
    lose()
    assert far.claim(run, MINE, 60)
    lose()
    assert far.renew("me", 60) == {run}
    lose()
    assert far.claim_due("yeast", None, BEGUN)
    lose()
    assert far.claim_due("yeast", BEGUN, BEGUN + timedelta(days=1))
    lose()
    assert far.ask_to_cancel(run)
    lose()
    far.finish(run, Status.FAILED, "me")
    lose()
    far.reopen(run)
    far.finish(run, Status.FAILED)
    lose()
    assert far.prune(rows.now() + timedelta(days=1)) == [run]
    assert way.lost == 9


def test_a_server_that_stays_away_is_told_when_patience_is_over(server: DatabaseServer) -> None:
    url = server.new_database()
    with Ledger.open(url, patience=0.5) as ledger:
        server.stop()
        try:
            began = time.monotonic()
            with pytest.raises(LedgerError, match=r"cannot be used.*see that the server answers"):
                ledger.runs()
            assert 0.4 < time.monotonic() - began < 10
        finally:
            server.start()
        assert ledger.runs() == []
    server.drop_database(url)


#: A statement by which each server says that a transaction must be done again.
PASSING = {
    "postgresql": [
        "DO $$ BEGIN RAISE EXCEPTION 'a deadlock' USING ERRCODE = '40P01'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'not serial' USING ERRCODE = '40001'; END $$",
        "SELECT pg_terminate_backend(pg_backend_pid())",
    ],
    "mariadb": [
        "BEGIN NOT ATOMIC SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213; END",
        "BEGIN NOT ATOMIC SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205; END",
        "KILL CONNECTION_ID()",
    ],
}


def test_what_passes_is_tried_again_and_what_does_not_is_told(server: DatabaseServer) -> None:
    url = server.new_database()
    with Ledger.open(url, patience=5) as ledger:
        database = ledger._database
        for statement in PASSING[database.dialect]:
            calls: list[str] = []

            def act(connection: Connection, statement: str = statement) -> int:
                calls.append(statement)  # noqa: B023 - it is called within the loop
                if len(calls) == 1:  # noqa: B023 - the same
                    connection.execute(text(statement))
                return len(calls)  # noqa: B023 - the same

            assert database.write(act) == 2
        calls = []

        def wrong(connection: Connection) -> None:
            calls.append("wrong")
            connection.execute(text("SELECT * FROM nonsense"))

        with pytest.raises(LedgerError, match="nonsense"):
            database.write(wrong)
        assert calls == ["wrong"]
    server.drop_database(url)


def hold(path: Path, seconds: float) -> threading.Thread:
    """Another process's long transaction in a SQLite file."""
    held = threading.Event()

    def transaction() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        held.set()
        time.sleep(seconds)
        connection.execute("ROLLBACK")
        connection.close()

    holder = threading.Thread(target=transaction)
    holder.start()
    assert held.wait(10)
    return holder


def test_a_locked_file_is_waited_for_beyond_the_time_sqlite_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0.05)
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(f"sqlite:///{path}", patience=20) as ledger:
        holder = hold(path, 0.5)
        assert ledger.begin(PLAN) == 1
        holder.join()


def test_a_file_that_stays_locked_is_told_when_patience_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0.05)
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(f"sqlite:///{path}", patience=0.2) as ledger:
        holder = hold(path, 1)
        with pytest.raises(LedgerError, match="database is locked"):
            ledger.begin(PLAN)
        holder.join()
        assert ledger.runs() == []


def test_an_engine_that_is_frozen_in_the_middle_of_a_turn_does_not_hold_up_the_others(
    server: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = "postgresql" if isinstance(server, PostgreSQL) else "mariadb"
    quick = replace(
        connecting._SERVERS[kind], first=connecting._SERVERS[kind].first.replace("20", "1")
    )
    monkeypatch.setitem(connecting._SERVERS, kind, quick)
    url = server.new_database()
    frozen, chosen = threading.Event(), []
    with Ledger.open(url) as first, Ledger.open(url) as second:
        mine, others = begun(first), second.begin(PLAN, OTHER)

        def choose(_: Load) -> list[Move]:
            if not frozen.is_set():
                frozen.set()
                time.sleep(3)  # the server ends the transaction meanwhile
            return [start(mine, "fetch")]

        engine = threading.Thread(target=lambda: chosen.extend(first.turn("me", choose=choose)))
        engine.start()
        assert frozen.wait(20)
        second.turn("other", choose=lambda _: [start(others, "fetch", "t2")])
        assert not chosen  # the other one did not wait for it
        engine.join(20)
        assert [each.job for each in chosen] == ["fetch"]
        assert [event.status for event in first.events(mine)] == [Status.RUNNING]
        assert first.load().jobs() == 2
    server.drop_database(url)
