"""Metrics tell how jobs ended and how long they took, in words that Prometheus reads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.jobs.job_world import plan, shell
from holdfast.app.container import Container
from holdfast.app.jobs.pruning import prune
from holdfast.app.metrics import measure, metrics_text
from holdfast.jobs.model import Job, Retry
from holdfast.settings import Settings

Sample = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture
def container(home: Path) -> Iterator[Container]:
    with Container(Settings.read(home)) as container:
        yield container


def samples(container: Container) -> dict[Sample, float]:
    """What a monitoring system reads."""
    families = text_string_to_metric_families(metrics_text(container))
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def ended(label: str, outcome: str, cause: str) -> Sample:
    return ("holdfast_jobs_total", (("cause", cause), ("label", label), ("outcome", outcome)))


def took(label: str, outcome: str, part: str, **more: str) -> Sample:
    labels = {"label": label, "outcome": outcome, **more}
    return (f"holdfast_job_duration_seconds_{part}", tuple(sorted(labels.items())))


def test_jobs_are_counted_by_label_and_outcome_and_their_durations_sorted(
    container: Container,
) -> None:
    jobs = (
        shell("a", "true", label="transfer"),
        shell("b", "true", label="transfer"),
        shell("bad", "exit 3", label="load", retry=Retry(1, 0.01)),
        shell("blocked", "true", "bad"),
    )
    container.engine.run(plan(*jobs))
    seen = samples(container)
    assert seen[ended("transfer", "done", "well")] == 2
    assert seen[ended("load", "retried", "exit")] == 1
    assert seen[ended("load", "failed", "exit")] == 1
    assert seen[ended("process", "blocked", "")] == 1
    assert seen[took("transfer", "done", "count")] == 2
    assert seen[took("transfer", "done", "bucket", le="+Inf")] == 2
    assert seen[took("transfer", "done", "bucket", le="300")] == 2
    assert 0 < seen[took("transfer", "done", "sum")] < 60
    assert took("process", "blocked", "count") not in seen
    assert seen["holdfast_runs", (("state", "failed"),)] == 1
    assert seen["holdfast_runs", (("state", "running"),)] == 0


def test_what_is_at_work_and_what_waits_is_measured(container: Container) -> None:
    jobs = (shell("long", "sleep 60", label="align"), shell("after", "true", "long"))
    run = container.engine.submit(plan(*jobs))
    container.engine.step(0.05)
    container.ledger.begin(plan(shell("x", "true")))
    seen = samples(container)
    sort = (("executor", "local"), ("label", "align"))
    assert seen["holdfast_jobs_at_work", (*sort, ("state", "running"))] == 1
    assert seen["holdfast_cores_at_work", sort] == 1
    assert seen["holdfast_jobs_waiting", (("label", "process"),)] == 2
    assert seen["holdfast_runs", (("state", "running"),)] == 1
    assert seen["holdfast_runs", (("state", "unfinished"),)] == 1
    assert run


def test_counts_never_fall_when_history_is_forgotten(container: Container) -> None:
    container.engine.run(plan(shell("a", "true")))
    before = measure(container)
    prune(container, datetime.now(UTC) + timedelta(days=1))
    after = measure(container)
    assert container.ledger.runs() == []
    assert (after.ended, after.durations) == (before.ended, before.durations)


def test_a_label_that_would_break_the_format_does_not(container: Container) -> None:
    label = 'a"} 7 \\n{'
    container.engine.run(plan(Job("x", ("true",), label=label)))
    assert samples(container)[ended(label, "done", "well")] == 1


def test_a_ledger_in_which_nothing_happened_has_metrics(container: Container) -> None:
    seen = samples(container)
    assert {name for name, _ in seen} == {"holdfast_runs"}
    assert set(seen.values()) == {0}
