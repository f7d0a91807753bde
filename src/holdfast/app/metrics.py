"""
Metrics: how many jobs ended how and how long they took, and what is at work now.

Counters and durations come from the ledger's tallies, which never fall, whatever is pruned, and
which hold for all engines of the ledger together: a monitoring system asks one process of a site.
The names are kept; ``docs/reference/metrics.md`` explains each.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from holdfast.app.container import Container
from holdfast.app.jobs.runs import RunState, Sought, list_runs
from holdfast.jobs.ledger import BOUNDS, LoadRow, Tally
from holdfast.jobs.model import Status

if TYPE_CHECKING:
    from prometheus_client.core import Metric

RETRIED = "retried"  #: the outcome of a try that ended badly and is followed by another


@dataclass(frozen=True, slots=True)
class JobsEnded:
    """How many tries of jobs of a label ended in one way, ever."""

    label: str
    outcome: str  #: a state's word, or ``retried``
    cause: str  #: empty: the job was never started
    count: int


@dataclass(frozen=True, slots=True)
class Durations:
    """How long the tries of a label took that ended in one way. Times are seconds."""

    label: str
    outcome: str
    timed: int
    seconds: float
    within: tuple[tuple[float, int], ...]  #: how many took at most so long; they add up


@dataclass(frozen=True, slots=True)
class AtWork:
    """What is at work now."""

    label: str
    executor: str
    state: str  #: queued or running
    jobs: int
    cores: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many jobs of a label wait for what they need, or for room."""

    label: str
    jobs: int


@dataclass(frozen=True, slots=True)
class Runs:
    """How many of the runs that the ledger keeps are in a state."""

    state: str
    runs: int


@dataclass(frozen=True, slots=True)
class Measured:
    """All metrics at one moment."""

    ended: tuple[JobsEnded, ...]
    durations: tuple[Durations, ...]
    at_work: tuple[AtWork, ...]
    waiting: tuple[Waiting, ...]
    runs: tuple[Runs, ...]


def measure(container: Container) -> Measured:
    """The metrics now; a LedgerError if the ledger cannot be read."""
    tallies = container.ledger.tallies()
    return Measured(
        ended=tuple(
            JobsEnded(each.label, _outcome(each), each.cause, each.count) for each in tallies
        ),
        durations=_durations(tallies),
        at_work=_at_work(container.ledger.load().rows),
        waiting=tuple(Waiting(label, jobs) for label, jobs in container.ledger.waiting().items()),
        runs=_runs(container),
    )


def metrics_text(container: Container) -> str:
    """The metrics now, as Prometheus reads them; a LedgerError if the ledger cannot be read."""
    return text_of(families(measure(container)))


def text_of(families: "Iterable[Metric]") -> str:
    """`families` as Prometheus reads them."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(families))
    return generate_latest(registry).decode()


class _Collector:
    """Gives what was measured to prometheus-client."""

    def __init__(self, families: "Iterable[Metric]") -> None:
        self._families = families

    def collect(self) -> "Iterable[Metric]":
        """One family after another."""
        return self._families


def families(measured: Measured) -> "list[Metric]":
    """What was measured in the words of prometheus-client, for a registry of one's own."""
    return [_ended_family(measured.ended), _durations_family(measured.durations), *_now(measured)]


def _ended_family(ended: Iterable[JobsEnded]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(
        "holdfast_jobs",
        "Tries of jobs that ended, by how they ended.",
        labels=("label", "outcome", "cause"),
    )
    for each in ended:
        family.add_metric((each.label, each.outcome, each.cause), each.count)
    return family


def _durations_family(durations: Iterable[Durations]) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(
        "holdfast_job_duration_seconds",
        "How long tries of jobs took, the queue not counted.",
        labels=("label", "outcome"),
    )
    for each in durations:
        buckets = [(f"{bound:g}", count) for bound, count in each.within]
        sort = (each.label, each.outcome)
        family.add_metric(sort, [*buckets, ("+Inf", each.timed)], each.seconds)
    return family


def _now(measured: Measured) -> "list[Metric]":
    """What is true at this moment."""
    at_work = measured.at_work
    running = [row for row in at_work if row.state == Status.RUNNING.value]
    return [
        gauge(
            "holdfast_jobs_at_work",
            "Jobs that an executor has.",
            ("label", "executor", "state"),
            [((row.label, row.executor, row.state), row.jobs) for row in at_work],
        ),
        gauge(
            "holdfast_cores_at_work",
            "Cores that the running jobs were given.",
            ("label", "executor"),
            [((row.label, row.executor), row.cores) for row in running],
        ),
        gauge(
            "holdfast_jobs_waiting",
            "Jobs that wait for what they need, or for room.",
            ("label",),
            [((row.label,), row.jobs) for row in measured.waiting],
        ),
        gauge(
            "holdfast_runs",
            "Runs that the ledger keeps.",
            ("state",),
            [((row.state,), row.runs) for row in measured.runs],
        ),
    ]


def gauge(
    name: str,
    meaning: str,
    labels: tuple[str, ...],
    values: Iterable[tuple[tuple[str, ...], float]],
) -> "Metric":
    """A family of gauges: a value for each tuple of the labels' values."""
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, meaning, labels=labels)
    for sort, value in values:
        family.add_metric(sort, value)
    return family


def _outcome(tally: Tally) -> str:
    return RETRIED if tally.status is Status.WAITING else tally.status.value


def _durations(tallies: Sequence[Tally]) -> tuple[Durations, ...]:
    """The durations by label and outcome, over all causes."""
    sums: dict[tuple[str, str], list[Tally]] = {}
    for tally in tallies:
        if tally.timed:
            sums.setdefault((tally.label, _outcome(tally)), []).append(tally)
    return tuple(
        Durations(
            label,
            outcome,
            timed=sum(each.timed for each in added),
            seconds=sum(each.seconds for each in added),
            within=tuple(
                (bound, sum(each.within[place] for each in added))
                for place, bound in enumerate(BOUNDS)
            ),
        )
        for (label, outcome), added in sums.items()
    )


def _at_work(rows: Iterable[LoadRow]) -> tuple[AtWork, ...]:
    """The load by label, executor and state, over all hosts."""
    sums: dict[tuple[str, str, str], list[LoadRow]] = {}
    for row in rows:
        sums.setdefault((row.label, row.executor, row.status.value), []).append(row)
    return tuple(
        AtWork(*sort, jobs=sum(row.jobs for row in added), cores=sum(row.cores for row in added))
        for sort, added in sorted(sums.items())
    )


def _runs(container: Container) -> tuple[Runs, ...]:
    """The runs by state. All states are told, those of no run too, so that a graph has no gaps."""
    counts = {
        RunState(status.value): count for status, count in container.ledger.run_counts().items()
    }
    going = [state for state in RunState if not state.is_over]
    counts.pop(RunState.RUNNING, None)  # whether someone is at them is looked at one by one
    for run in list_runs(container, Sought(states=going), limit=2**62):
        counts[run.state] = counts.get(run.state, 0) + 1
    return tuple(Runs(state.value, counts.get(state, 0)) for state in RunState)
