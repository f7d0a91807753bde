"""
Going on: which jobs of an update are done, and which are left. Pure questions about plans.

An update may have been stopped, killed, failed or begun again at some step, several times, each
time with a plan of its own: the jobs that were left. What is done is told by all of them, from the
first to the last: a job that is begun again undoes what needs it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from holdfast.jobs.model import Job, Outcome, Status
from holdfast.jobs.plan import Plan

WORK_VARIABLE = "HOLDFAST_WORK"  #: changes when a step of the recipe becomes another one


@dataclass(frozen=True, slots=True)
class Earlier:
    """A run that was about the same release."""

    plan: Plan
    outcomes: Mapping[str, Outcome]


def done(plan: Plan, runs: Iterable[Earlier]) -> frozenset[str]:
    """The jobs of `plan` that `runs`, the oldest first, have done, and that are still the same."""
    ended: dict[str, Job] = {}
    for run in runs:
        begun = [job.name for job in run.plan.jobs if _was_begun(job, run.outcomes[job.name])]
        for name in begun:
            for needing in (name, *_needing(plan, [name])):
                ended.pop(needing, None)
        for name in begun:
            if run.outcomes[name].status is Status.DONE:
                ended[name] = run.plan.by_name[name]
    same = {name for name, job in ended.items() if name in plan.by_name and _same(job, plan, name)}
    changed = [job.name for job in plan.jobs if job.name in ended and job.name not in same]
    return frozenset(same - set(_needing(plan, changed)))


def left(plan: Plan, done: Collection[str], only: Collection[str] | None = None) -> Plan:
    """`plan` without what is done, and with nothing but `only` where that is said."""
    chosen = [
        job for job in plan.jobs if job.name not in done and (only is None or job.name in only)
    ]
    names = {job.name for job in chosen}
    return Plan(
        plan.subject,
        plan.title,
        tuple(
            replace(job, needs=tuple(need for need in job.needs if need in names)) for job in chosen
        ),
    )


def with_needing(plan: Plan, names: Collection[str]) -> frozenset[str]:
    """The jobs `names` and all that need one of them, however far."""
    return frozenset({*names, *_needing(plan, names)})


def needed(plan: Plan, names: Collection[str]) -> frozenset[str]:
    """All that the jobs `names` need, however far; without these themselves."""
    found: set[str] = set()
    look_at = list(names)
    while look_at:
        for need in plan.by_name[look_at.pop()].needs:
            if need not in found:
                found.add(need)
                look_at.append(need)
    return frozenset(found - set(names))


def _needing(plan: Plan, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    look_at = [name for name in names if name in plan.by_name]
    while look_at:
        for job in plan.needed_by[look_at.pop()]:
            if job.name not in found:
                found.add(job.name)
                look_at.append(job.name)
    return found


def _was_begun(job: Job, outcome: Outcome) -> bool:
    # Whether one was begun is forgotten when its run is opened again; the first ones always were.
    return not job.needs or outcome.attempt > 0 or outcome.status is Status.DONE


def _same(job: Job, plan: Plan, name: str) -> bool:
    now = plan.by_name[name]
    return job.environment.get(WORK_VARIABLE) == now.environment.get(WORK_VARIABLE)
