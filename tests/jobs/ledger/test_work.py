"""A turn is written whole or not at all, and who chooses sees what all engines have at work."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from holdfast.base.progress import Progress
from holdfast.errors import ClaimLost, LedgerError
from holdfast.jobs.ledger import AtWork, Ledger, Load, LoadRow, Move, NativeNews, ProgressNews
from holdfast.jobs.model import Cause, Outcome, Status, Usage
from jobs.ledger.making import BEGUN, LOG, MINE, OTHER, PLAN, begun, move, outcome, start, wide
from jobs.ledger.making import statuses as statuses_of

#: How a job comes from waiting to each state.
ROADS = {
    Status.WAITING: (),
    Status.QUEUED: (Status.QUEUED,),
    Status.RUNNING: (Status.RUNNING,),
    Status.DONE: (Status.RUNNING, Status.DONE),
    Status.FAILED: (Status.RUNNING, Status.FAILED),
    Status.BLOCKED: (Status.BLOCKED,),
    Status.CANCELLED: (Status.CANCELLED,),
}


def test_only_legal_transitions_are_written(ledger: Ledger) -> None:
    run = begun(ledger, wide(len(Status) ** 2))
    pairs = [(before, after) for before in Status for after in Status]
    for place, (before, after) in enumerate(pairs):
        job = f"j{place}"
        ledger.turn("me", [move(run, job, step) for step in ROADS[before]])
        if before.may_become(after):
            ledger.turn("me", [move(run, job, after)])
            assert ledger.outcomes(run)[job].status is after
        else:
            with pytest.raises(LedgerError, match=f"cannot become {after.value} now"):
                ledger.turn("me", [move(run, job, after)])
            assert ledger.outcomes(run)[job].status is before


def test_an_outcome_comes_back_as_it_was_written(ledger: Ledger) -> None:
    run = begun(ledger)
    elsewhere = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    ended = datetime.now(UTC)
    running = Outcome(
        Status.RUNNING,
        "",
        LOG,
        started=elsewhere,
        attempt=3,
        executor="cluster",
        queued=elsewhere - timedelta(hours=1),
        usage=Usage(host="node 7"),
    )
    failed = replace(
        running,
        status=Status.FAILED,
        reason="exit code 3: «no»",
        ended=ended,
        exit_code=-9,
        cause=Cause.MEMORY,
        usage=Usage("node 7", wall=0.1 + 0.2, cpu=1e-9, memory=2**40),
    )
    ledger.turn("me", [Move(run, "fetch", running, ticket="t"), Move(run, "fetch", failed)])
    found = ledger.outcomes(run)["fetch"]
    assert found == failed
    assert found.started is not None
    assert found.started.tzinfo is UTC
    assert found.started.microsecond == 123456
    assert [event.status for event in ledger.events(run)] == [Status.RUNNING, Status.FAILED]


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("a name \udcff\udcfe of bytes", "a name \\udcff\\udcfe of bytes"),
        ("NUL \0 in it", "NUL \\x00 in it"),
        ("'; DROP TABLE jobs; -- %s %(x)s :x {x} \\", "'; DROP TABLE jobs; -- %s %(x)s :x {x} \\"),
        ("x" * 200_000, "x" * 200_000),
        ("trailing  ", "trailing  "),
    ],
)
def test_any_reason_is_kept(ledger: Ledger, reason: str, kept: str) -> None:
    run = begun(ledger)
    failed = replace(outcome(Status.CANCELLED), reason=reason)
    ledger.turn("me", [Move(run, "fetch", failed)])
    assert ledger.outcomes(run)["fetch"].reason == kept
    assert ledger.events(run)[0].reason == kept


def test_all_of_a_turn_is_written_or_nothing(ledger: Ledger) -> None:
    run = begun(ledger)
    news = [ProgressNews(run, "fetch", Progress("on"))]
    with pytest.raises(LedgerError, match=r"'load ü/x' .* cannot become done now; it is waiting"):
        ledger.turn("me", [start(run, "fetch"), move(run, "load ü/x", Status.DONE)], progress=news)
    with pytest.raises(LedgerError, match="there is no such job"):
        ledger.turn("me", [start(run, "fetch"), start(run, "fetsch")], progress=news)
    assert statuses_of(ledger, run) == [Status.WAITING, Status.WAITING]
    assert ledger.events(run) == []
    assert ledger.tallies() == []


def test_a_turn_of_an_engine_that_lost_its_claim_writes_nothing(ledger: Ledger) -> None:
    lost, kept = begun(ledger), begun(ledger)
    assert ledger.claim(lost, OTHER, 60, "me")
    for moves in ([start(lost, "fetch")], [start(kept, "fetch"), start(lost, "fetch")]):
        with pytest.raises(ClaimLost, match=f"{lost}"):
            ledger.turn("me", moves)
    with pytest.raises(ClaimLost):
        ledger.turn("me", natives=[NativeNews(lost, "fetch", "t1", {})])
    with pytest.raises(ClaimLost):
        ledger.turn("me", progress=[ProgressNews(lost, "fetch", Progress("on"))])
    with pytest.raises(ClaimLost):
        ledger.turn("me", [start(kept, "fetch")], choose=lambda _: [start(lost, "fetch")])
    assert statuses_of(ledger, lost) == statuses_of(ledger, kept) == [Status.WAITING] * 2
    assert ledger.feed(0) == []


def test_a_turn_may_have_nothing_to_say(ledger: Ledger) -> None:
    assert ledger.turn("me") == ()
    assert ledger.turn("me", choose=lambda _: []) == []


# -- at work ---------------------------------------------------------------------------------------


def test_what_is_at_work_can_be_found_again(ledger: Ledger) -> None:
    run = begun(ledger)
    queued = replace(outcome(Status.QUEUED), queued=BEGUN, attempt=2, executor="slurm")
    moves = [start(run, "fetch"), Move(run, "load ü/x", queued, ticket="t2")]
    ledger.turn("me", moves)
    ledger.turn("me", natives=[NativeNews(run, "load ü/x", "t2", {"id": "77", "ü": [1]})])
    assert ledger.at_work(run) == [
        AtWork("fetch", "t1", 0, "local", "host.example", None, Status.RUNNING, None, None),
        AtWork(
            "load ü/x", "t2", 2, "slurm", "host.example", {"id": "77", "ü": [1]},
            Status.QUEUED, BEGUN, None,
        ),
    ]  # fmt: skip
    ledger.turn("me", [move(run, "fetch", Status.DONE)])
    assert [each.job for each in ledger.at_work(run)] == ["load ü/x"]


def test_a_name_given_to_an_earlier_start_is_passed_over(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.turn("me", [start(run, "fetch", "t1")])
    ledger.turn("me", [move(run, "fetch", Status.WAITING, Cause.LOST)])
    ledger.turn("me", [start(run, "fetch", "t2")], [NativeNews(run, "fetch", "t1", {"old": 1})])
    assert ledger.at_work(run)[0].native is None
    ledger.turn("me", natives=[NativeNews(run, "fetch", "t2", {"new": 1})])
    assert ledger.at_work(run)[0].native == {"new": 1}
    ledger.turn("me", [move(run, "fetch", Status.WAITING, Cause.LOST), start(run, "fetch", "t3")])
    assert (ledger.at_work(run)[0].ticket, ledger.at_work(run)[0].native) == ("t3", None)


def test_a_job_that_is_to_be_tried_again_rests_until_then(ledger: Ledger) -> None:
    run = begun(ledger)
    ledger.turn("me", [start(run, "fetch")])
    waiting = replace(outcome(Status.WAITING, Cause.EXIT), attempt=1)
    ledger.turn("me", [Move(run, "fetch", waiting, ready_at=BEGUN)])
    assert ledger.ready_at(run) == {"fetch": BEGUN}
    assert ledger.outcomes(run)["fetch"] == waiting
    ledger.turn("me", [start(run, "fetch", "t2")])
    assert ledger.ready_at(run) == {}


# -- load ------------------------------------------------------------------------------------------


def test_load_is_counted_over_all_runs(ledger: Ledger) -> None:
    mine, other = begun(ledger), ledger.begin(PLAN, OTHER)
    ledger.turn("me", [start(mine, "fetch", cores=3), start(mine, "load ü/x", "t2", cores=2)])
    queued = replace(outcome(Status.QUEUED), usage=Usage(), executor="slurm")
    ledger.turn("other", [Move(other, "fetch", queued, ticket="t3", cores=8, memory=5)])
    load = ledger.load()
    assert sorted(load.rows, key=lambda row: row.label + row.executor) == [
        LoadRow("load", "local", "host.example", Status.RUNNING, 1, 2, 10**9),
        LoadRow("transfer", "local", "host.example", Status.RUNNING, 1, 3, 0),
        LoadRow("transfer", "slurm", "", Status.QUEUED, 1, 8, 5),
    ]
    assert (load.jobs(), load.jobs("transfer"), load.jobs(executor="local")) == (3, 2, 2)
    assert (load.cores("local", "host.example"), load.cores("slurm")) == (5, 0)
    assert (load.memory(host="host.example"), load.queued("slurm")) == (10**9, 1)


def test_who_chooses_sees_what_this_turn_wrote(ledger: Ledger) -> None:
    run = begun(ledger, wide(3))
    ledger.turn("me", [start(run, "j0")])
    seen: list[Load] = []

    def choose(load: Load) -> list[Move]:
        seen.append(load)
        return [start(run, "j1", "t2")]

    chosen = ledger.turn("me", [move(run, "j0", Status.DONE)], choose=choose)
    assert [each.job for each in chosen] == ["j1"]
    assert seen[-1].rows == ()
    assert statuses_of(ledger, run) == [Status.DONE, Status.RUNNING, Status.WAITING]


def test_what_an_engine_had_here_that_died_is_not_waited_for(ledger: Ledger) -> None:
    run = begun(ledger)
    elsewhere = replace(outcome(Status.RUNNING), usage=Usage(), executor="slurm")
    away = Move(run, "load ü/x", elsewhere, ticket="t2", cores=4)
    ledger.turn("me", [start(run, "fetch"), away])
    assert {row.executor for row in ledger.load().rows} == {"local", "slurm"}
    ledger.renew("me", -1.0)
    assert {row.executor for row in ledger.load().rows} == {"slurm"}
    assert ledger.claim(run, OTHER, 60.0, instead_of="me")
    assert {row.executor for row in ledger.load().rows} == {"local", "slurm"}
    ledger.release(run, "other")
    assert {row.executor for row in ledger.load().rows} == {"local", "slurm"}


def test_a_choice_that_makes_no_sense_undoes_the_whole_turn(ledger: Ledger) -> None:
    run = begun(ledger, wide(2))
    with pytest.raises(LedgerError, match="cannot become running now; it is running"):
        ledger.turn("me", [start(run, "j0")], choose=lambda _: [start(run, "j0", "t2")])
    assert statuses_of(ledger, run) == [Status.WAITING] * 2


def test_three_thousand_jobs_are_moved_in_one_turn(ledger: Ledger) -> None:
    run = begun(ledger, wide(3000))
    names = [f"j{i}" for i in range(3000)]
    ledger.turn("me", choose=lambda _: [start(run, name, f"t{name}") for name in names])
    assert ledger.load().jobs(label="process") == 3000
    ledger.turn("me", [move(run, name, Status.DONE, Cause.WELL) for name in names])
    assert set(statuses_of(ledger, run)) == {Status.DONE}
    assert ledger.tallies()[0].count == 3000
    assert Path(ledger.outcomes(run)["j2999"].log) == LOG
    assert MINE.engine == "me"
