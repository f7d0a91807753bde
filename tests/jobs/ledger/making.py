"""Plans, claims, outcomes and moves for the tests of the ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from holdfast.jobs.ledger import Claim, Ledger, Move
from holdfast.jobs.model import Cause, Job, Outcome, Rule, Status, Usage
from holdfast.jobs.plan import Plan

PLAN = Plan(
    "bank:yeast",
    "update of yeast",
    (
        Job("fetch", ("true",), label="transfer"),
        Job(
            "load ü/x",
            ("true", "two words"),
            needs=("fetch",),
            label="load",
            cores=2,
            memory=10**9,
            rule=Rule.OPTIONAL,
            priority=3,
        ),
    ),
)
MINE = Claim("me", "host.example", 4711, 123456789012, "boot/1")
OTHER = replace(MINE, engine="other", host="elsewhere.example")
LOG = Path("/logs/x.log")
BEGUN = datetime(2026, 3, 29, 1, 30, 0, 123456, UTC)


def outcome(status: Status, cause: Cause | None = None, seconds: float | None = None) -> Outcome:
    """An outcome of that status, of a job that took `seconds`."""
    ended = None if seconds is None else BEGUN + timedelta(seconds=seconds)
    started = None if seconds is None else BEGUN
    usage = Usage(host="host.example")
    reason = f"it is {status.value}"
    return Outcome(status, reason, LOG, started, ended, cause=cause, executor="local", usage=usage)


def start(run: int, job: str, ticket: str = "t1", cores: int = 1) -> Move:
    """The move that starts a job."""
    return Move(run, job, outcome(Status.RUNNING), ticket=ticket, cores=cores)


def move(run: int, job: str, status: Status, cause: Cause | None = None) -> Move:
    """The move to a status."""
    return Move(run, job, outcome(status, cause))


def wide(count: int, label: str = "process") -> Plan:
    """A plan of so many jobs that need nothing."""
    return Plan("wide", "many", tuple(Job(f"j{i}", ("true",), label=label) for i in range(count)))


def begun(ledger: Ledger, plan: Plan = PLAN) -> int:
    """A new run of `plan`, claimed by `MINE`."""
    return ledger.begin(plan, MINE)


def statuses(ledger: Ledger, run: int) -> list[Status]:
    """How the jobs of a run stand, in the plan's order."""
    return [each.status for each in ledger.outcomes(run).values()]
