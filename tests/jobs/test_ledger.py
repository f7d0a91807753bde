"""The ledger keeps what it was told, refuses what cannot be, and says clearly when it is broken."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from holdfast.base.progress import Progress
from holdfast.errors import JobError, LedgerError
from holdfast.jobs.ledger import Ledger, Started
from holdfast.jobs.model import Job, Outcome, Status
from holdfast.jobs.plan import Plan

PLAN = Plan(
    "bank:yeast",
    "update of yeast",
    (Job("fetch", ("true",)), Job("load ü/x", ("true", "two words"), needs=("fetch",))),
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new folder' / 'ledger.sqlite'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger.open(url) as ledger:
        yield ledger


def outcome(status: Status) -> Outcome:
    return Outcome(status, f"it is {status.value}", Path("/logs/x.log"))


def test_a_new_run_has_all_its_jobs_waiting(ledger: Ledger) -> None:
    run = ledger.begin(PLAN)
    assert ledger.plan(run) == PLAN
    assert [(n, o.status) for n, o in ledger.outcomes(run).items()] == [
        ("fetch", Status.WAITING),
        ("load ü/x", Status.WAITING),
    ]
    record = ledger.run(run)
    assert (record.subject, record.title) == ("bank:yeast", "update of yeast")
    assert (record.status, record.ended) == (Status.RUNNING, None)


def test_an_outcome_comes_back_as_it_was_written(ledger: Ledger) -> None:
    run = ledger.begin(PLAN)
    begun = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    ledger.record(run, {"fetch": Outcome(Status.RUNNING, "", Path("/l"), begun)}, "ticket")
    ended = datetime.now(UTC)
    failed = Outcome(Status.FAILED, "exit code 3: «no»", Path("/l"), begun, ended, 3)
    ledger.record(run, {"fetch": failed})
    found = ledger.outcomes(run)["fetch"]
    assert found == failed
    assert found.started is not None
    assert found.started.tzinfo is UTC


def test_what_is_written_is_there_for_another_process(url: str, ledger: Ledger) -> None:
    run = ledger.begin(PLAN)
    with Ledger.open(url) as other:
        assert other.plan(run) == PLAN
        other.record(run, {"fetch": outcome(Status.RUNNING)}, "t")
        other.started(run, "fetch", {"pid": 5})
    assert ledger.running(run) == [Started("fetch", "t", {"pid": 5})]


@pytest.mark.parametrize("after", list(Status))
@pytest.mark.parametrize("before", list(Status))
def test_only_legal_transitions_are_written(ledger: Ledger, before: Status, after: Status) -> None:
    run = ledger.begin(PLAN)
    for step in ROADS[before]:
        ledger.record(run, {"fetch": outcome(step)})
    if before.may_become(after):
        ledger.record(run, {"fetch": outcome(after)})
        assert ledger.outcomes(run)["fetch"].status is after
    else:
        with pytest.raises(LedgerError, match=f"cannot become {after.value} now"):
            ledger.record(run, {"fetch": outcome(after)})
        assert ledger.outcomes(run)["fetch"].status is before


#: How a job comes from waiting to each state.
ROADS = {
    Status.WAITING: (),
    Status.RUNNING: (Status.RUNNING,),
    Status.DONE: (Status.RUNNING, Status.DONE),
    Status.FAILED: (Status.RUNNING, Status.FAILED),
    Status.BLOCKED: (Status.BLOCKED,),
    Status.CANCELLED: (Status.CANCELLED,),
}


def test_several_outcomes_are_written_all_or_none(ledger: Ledger) -> None:
    run = ledger.begin(PLAN)
    both = {"fetch": outcome(Status.RUNNING), "load ü/x": outcome(Status.DONE)}
    with pytest.raises(LedgerError):
        ledger.record(run, both)
    assert {o.status for o in ledger.outcomes(run).values()} == {Status.WAITING}
    assert ledger.events(run) == []


def test_the_unfinished_run_is_the_newest_one_without_an_end(ledger: Ledger) -> None:
    assert ledger.unfinished("bank:yeast") is None
    first = ledger.begin(PLAN)
    assert ledger.unfinished("bank:yeast") == first
    second = ledger.begin(PLAN)
    assert ledger.unfinished("bank:yeast") == second
    ledger.finish(second, Status.FAILED)
    assert ledger.unfinished("bank:yeast") is None
    ledger.reopen(second)
    assert ledger.unfinished("bank:yeast") == second
    assert ledger.unfinished("bank:other") is None


def test_reopening_leaves_alone_what_is_done(ledger: Ledger) -> None:
    run = ledger.begin(PLAN)
    ledger.record(run, {"fetch": outcome(Status.RUNNING)}, "t")
    ledger.record(run, {"fetch": outcome(Status.DONE)})
    ledger.record(run, {"load ü/x": outcome(Status.CANCELLED)})
    ledger.finish(run, Status.CANCELLED)
    ledger.reopen(run)
    assert [o.status for o in ledger.outcomes(run).values()] == [Status.DONE, Status.WAITING]
    assert (ledger.run(run).status, ledger.run(run).ended) == (Status.RUNNING, None)


def test_runs_are_listed_newest_first(ledger: Ledger) -> None:
    other = Plan("plot:x", "a plot", ())
    numbers = [ledger.begin(each) for each in (PLAN, other, PLAN)]
    assert [record.run for record in ledger.runs()] == numbers[::-1]
    assert [record.run for record in ledger.runs("bank:yeast")] == [numbers[2], numbers[0]]
    assert [record.run for record in ledger.runs(limit=1)] == [numbers[2]]


def test_events_tell_states_and_progress_in_order(ledger: Ledger) -> None:
    run = ledger.begin(PLAN)
    ledger.record(run, {"fetch": outcome(Status.RUNNING)}, "t")
    huge = Progress("fetching", 2**80, None, "bytes", "far away")
    ledger.event(run, "fetch", Progress("fetching", 3, 4, "files"))
    ledger.event(run, "fetch", huge)
    first, second, third = ledger.events(run)
    assert (first.status, first.progress) == (Status.RUNNING, None)
    assert (second.status, second.progress) == (None, Progress("fetching", 3, 4, "files"))
    assert third.progress == Progress("fetching", 2**63 - 1, None, "bytes", "far away")
    assert ledger.events(run, after=second.number) == [third]
    assert ledger.events(run + 1) == []


def test_an_unknown_run_is_named(ledger: Ledger) -> None:
    for question in (ledger.plan, ledger.run):
        with pytest.raises(JobError, match="there is no run 99"):
            question(99)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"this is not a database" * 100, "not a database"),
        (b"SQLite format 3\0" * 300, "cannot be used"),
    ],
)
def test_a_damaged_ledger_is_said_to_be_so(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=problem) as error:
        Ledger.open(f"sqlite:///{path}")
    assert str(path) in str(error.value)
    assert "put back a copy" in str(error.value)
    assert path.read_bytes() == content


def test_a_ledger_damaged_in_the_middle_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        run = ledger.begin(PLAN)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with (
        pytest.raises(LedgerError, match="cannot be used"),
        Ledger.open(f"sqlite:///{path}") as ledger,
    ):
        ledger.plan(run)


def test_a_ledger_of_another_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger.open(f"sqlite:///{path}").close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = '999'")
    connection.commit()
    connection.close()
    with pytest.raises(LedgerError, match=r"schema 999 .* newer"):
        Ledger.open(f"sqlite:///{path}")


@pytest.mark.parametrize(
    "url", ["nonsense", "", "no-such-database://host/x", "sqlite:////proc/nowhere/ledger.sqlite"]
)
def test_a_url_that_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(LedgerError):
        Ledger.open(url)


WRITER = """
import sys
from pathlib import Path
from holdfast.jobs.ledger import Ledger
from holdfast.jobs.model import Job, Outcome, Status
from holdfast.jobs.plan import Plan

sys.stdin.readline()
with Ledger.open(sys.argv[1]) as ledger:
    for turn in range(20):
        run = ledger.begin(Plan(f"writer:{sys.argv[2]}", "t", (Job("a", ("true",)),)))
        for status in (Status.RUNNING, Status.DONE):
            ledger.record(run, {"a": Outcome(status, "", Path("/l"))})
        ledger.finish(run, Status.DONE)
"""


def test_several_processes_make_and_write_one_ledger(url: str) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, str(n)], stdin=subprocess.PIPE)
        for n in range(4)
    ]
    for writer in writers:  # all at once: the ledger is made by whoever is first
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    with Ledger.open(url) as ledger:
        assert len(ledger.runs()) == 80
        assert {record.status for record in ledger.runs()} == {Status.DONE}


def test_a_number_no_run_can_have_is_a_run_that_is_not_there(ledger: Ledger) -> None:
    ledger.begin(PLAN)
    with pytest.raises(JobError, match="there is no run"):
        ledger.run(10**30)
    assert len(ledger.runs(limit=10**30)) == 1
