"""Why a batch job ended, from what its launcher wrote and what the batch system says."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from holdfast.jobs.executors.batch.scheduler import Phase, Seen
from holdfast.jobs.executors.batch.verdict import Case, verdict
from holdfast.jobs.executors.interface import Ended
from holdfast.jobs.model import Cause, Usage
from holdfast.testing.executors import a_start

START = a_start(Path("/runs/7"), ("true",))
CASE = Case(START, "Slurm", host="n1")
GONE = Seen(Phase.GONE)
DONE = Seen(Phase.ENDED, None, "COMPLETED")
CANCELLED = Seen(Phase.ENDED, Cause.STOPPED, "CANCELLED")


def note(cause: Cause, code: int | None = None) -> Ended:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Ended(
        START.ticket, cause, "as the launcher says", moment, code, Usage("n1", 3.0, 2.0, 9)
    )


def system(cause: Cause) -> Seen:
    return Seen(Phase.ENDED, cause, cause.name)


@pytest.mark.parametrize(
    "ended",
    [
        note(Cause.WELL, 0),
        note(Cause.EXIT, 3),
        note(Cause.EXIT, -15),
        note(Cause.MEMORY, -9),
        note(Cause.TIME, -9),
        note(Cause.START),
    ],
)
@pytest.mark.parametrize("seen", [None, GONE, DONE, system(Cause.LOST), Seen(Phase.RUNNING)])
def test_a_launcher_that_knows_why_is_believed_at_once(ended: Ended, seen: Seen | None) -> None:
    assert verdict(replace(CASE, note=ended, seen=seen)) == ended


@pytest.mark.parametrize("ended", [note(Cause.STOPPED, -15), note(Cause.EXIT, -9), None])
@pytest.mark.parametrize("seen", [None, Seen(Phase.RUNNING), Seen(Phase.QUEUED)])
def test_what_only_the_system_can_say_waits_for_its_word(
    ended: Ended | None, seen: Seen | None
) -> None:
    assert verdict(replace(CASE, note=ended, seen=seen, settled=True)) is None


@pytest.mark.parametrize("seen", [GONE, DONE, CANCELLED, system(Cause.TIME)])
def test_a_result_that_may_still_appear_is_waited_for(seen: Seen) -> None:
    assert verdict(replace(CASE, seen=seen)) is None


def test_a_stop_that_was_asked_for_is_one() -> None:
    stopped = note(Cause.STOPPED, -15)
    assert verdict(replace(CASE, note=stopped, asked=True)) == stopped


@pytest.mark.parametrize("cause", [Cause.MEMORY, Cause.TIME, Cause.LOST])
@pytest.mark.parametrize("ended", [note(Cause.STOPPED, -15), note(Cause.EXIT, -9)])
def test_the_system_gives_the_cause_and_the_launcher_the_rest(ended: Ended, cause: Cause) -> None:
    told = verdict(replace(CASE, note=ended, seen=system(cause)))
    assert told is not None
    assert (told.cause, told.usage, told.exit_code) == (cause, ended.usage, ended.exit_code)
    assert told.reason.startswith("Slurm ")
    assert f"({cause.name})" in told.reason
    assert told.reason.endswith(f"see {START.log}")


def test_what_slurm_writes_into_the_jobs_own_file_explains_a_failure() -> None:
    failed = Seen(Phase.ENDED, None, "FAILED (JobLaunchFailure)")
    told = verdict(replace(CASE, seen=failed, own_words=Cause.MEMORY, settled=True))
    assert told is not None
    assert told.cause is Cause.MEMORY


def test_a_killed_job_that_the_system_did_not_kill_is_as_its_launcher_says() -> None:
    killed = note(Cause.EXIT, -9)
    assert verdict(replace(CASE, note=killed, seen=DONE)) == killed
    assert verdict(replace(CASE, note=killed, seen=GONE)) == killed


@pytest.mark.parametrize("ended", [note(Cause.STOPPED, -15), None])
def test_a_job_cancelled_by_someone_else_failed(ended: Ended | None) -> None:
    told = verdict(replace(CASE, note=ended, seen=CANCELLED, settled=True))
    assert told is not None
    assert told.cause is Cause.EXIT
    assert "cancelled in Slurm by someone else" in told.reason


@pytest.mark.parametrize("seen", [CANCELLED, GONE, DONE, system(Cause.LOST)])
def test_a_job_that_was_asked_to_stop_and_left_no_word_has_stopped(seen: Seen) -> None:
    told = verdict(replace(CASE, seen=seen, asked=True, settled=True))
    assert told is not None
    assert (told.cause, told.reason) == (Cause.STOPPED, "it was asked to stop")


@pytest.mark.parametrize(
    ("case", "cause", "words"),
    [
        (replace(CASE, seen=GONE), Cause.LOST, "Slurm does not know it any more"),
        (replace(CASE, seen=DONE), Cause.LOST, "at work on n1 and ended without a last word"),
        (replace(CASE, seen=DONE, host=""), Cause.START, "every node has this Python"),
        (
            replace(CASE, seen=DONE, host="", said="python3: not found"),
            Cause.START,
            "could not start it on a node (COMPLETED): python3: not found",
        ),
        (replace(CASE, note=note(Cause.STOPPED), seen=GONE), Cause.LOST, "does not say why"),
    ],
)
def test_silence_is_never_success(case: Case, cause: Cause, words: str) -> None:
    told = verdict(replace(case, settled=True))
    assert told is not None
    assert told.cause is cause
    assert words in told.reason
