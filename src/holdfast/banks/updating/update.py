"""
The plan of an update: a pure question.

::

    fetch ──▶ step ──▶ step ──▶ finish ──▶ publish
        └───▶ step ────────────┘

Every job is a command, so the plan runs here, on a batch system, anywhere that sees the home
folder. The built-in jobs are ``holdfast task …``; a step with a command is that command, run in its
own folder of the release.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from holdfast.banks.commands.containing import contained, memory_of
from holdfast.banks.commands.environment import (
    environment,
    environment_before,
    environment_of_removal,
    filled,
    output_file,
    replaced,
)
from holdfast.banks.dependencies import Upstream
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.recipes.steps import Step
from holdfast.banks.releases.release import Release
from holdfast.banks.updating.making import Making
from holdfast.banks.updating.rerun import WORK_VARIABLE
from holdfast.banks.updating.stages import FETCH, FINISH, PUBLISH
from holdfast.base.digests import joined_sha256
from holdfast.jobs.model import Job, Retry
from holdfast.jobs.plan import Plan

INDEX = "index"  #: the task of all steps that run a tool
MAKING_VARIABLE = "HOLDFAST_MAKING"  #: tells the plans of two makings apart
#: what of a step may change without its results being others
NOT_ITS_WORK = {
    *("needs", "cores", "memory", "time", "label", "description", "makes"),
    *("retries", "delay", "growth", "priority"),
}


def plan_update(making: Making, home: Path, cores: int) -> Plan:
    """The plan that finishes `making`, on machines that have `cores` cores.

    The same making gives the same plan, so a run of it can be taken up again; another making of
    the same release gives another one, for what was done for the first is not done for it. Steps
    whose results are taken from the previous release are not in it: ``fetch`` puts them in place.
    """
    steps = tuple(step for step in making.recipe.steps if step.name not in making.taken)
    jobs = [_task(making, home, FETCH, label="transfer")]
    jobs += [_step(making, home, step, cores) for step in steps]
    everything = (FETCH, *(step.name for step in steps))
    jobs.append(_task(making, home, FINISH, needs=everything, cores=cores))
    if making.recipe.publish:
        jobs.append(_task(making, home, PUBLISH, needs=(FINISH,)))
    return Plan(subject(making.bank), f"update {making.bank} to {making.release}", tuple(jobs))


def subject(bank: str) -> str:
    """What the ledger calls the runs of a bank."""
    return f"bank:{bank}"


def plan_before(
    recipe: Recipe, bank_folder: Path, home: Path, cores: int, depends: Iterable[Upstream] = ()
) -> Plan:
    """The plan of what is done before the remote of a bank is asked."""
    values = environment_before(recipe, bank_folder, home, depends)
    jobs = tuple(_command(step, values, bank_folder, cores) for step in recipe.before)
    return Plan(f"before:{recipe.name}", f"before an update of {recipe.name}", jobs)


def plan_removal(recipe: Recipe, release: Release, home: Path, cores: int) -> Plan:
    """The plan of what is done before `release` is removed."""
    bank_folder = release.folder.parent
    values = environment_of_removal(recipe, release, home)
    jobs = tuple(_command(step, values, bank_folder, cores) for step in recipe.removal)
    what = f"before the removal of {recipe.name} {release.name}"
    return Plan(f"removal:{recipe.name}", what, jobs)


def _command(step: Step, values: Mapping[str, str], bank_folder: Path, cores: int) -> Job:
    """A job that belongs to the bank, not to a release that is being made."""
    words = replaced(step.command, {**values, "bank": values["dbname"]})
    return _commanded(step, words, values, bank_folder, step.needs or (), cores)


def _step(making: Making, home: Path, step: Step, cores: int) -> Job:
    others = (need for need in making.recipe.needs(step) if need not in making.taken)
    needs = (FETCH, *others)
    if step.use:
        wanted = cores if step.use == "unpack" else step.cores
        label = step.label or ("load" if step.use == "load" else "process")
        task = INDEX if step.indexes else step.use
        return _task(making, home, task, step, needs, label=label, cores=min(wanted, cores))
    values = environment(making, home)
    folder = making.release_folder / (step.folder or step.name)
    job = _commanded(step, filled(step.command, making, home), values, folder, needs, cores)
    return replace(job, environment={**values, **_marks(making, step)})


def _commanded(
    step: Step,
    words: tuple[str, ...],
    values: Mapping[str, str],
    folder: Path,
    needs: tuple[str, ...],
    cores: int,
) -> Job:
    """The job of a step that is a command of `words`, in `folder`."""
    return Job(
        name=step.name,
        command=contained(step, words, values, folder),
        needs=needs,
        environment=values,
        directory=folder,
        stdout=output_file(Path(values["logdir"]), step.name),
        label=step.label or "process",
        cores=min(step.cores, cores),
        memory=memory_of(step),
        time=step.time,
        retry=_retry(step),
        priority=step.priority,
    )


def _retry(step: Step) -> Retry:
    """How often `step` is tried again in one update."""
    return Retry(times=step.retries, delay=step.delay, growth=step.growth)


def _task(
    making: Making,
    home: Path,
    task: str,
    step: Step | None = None,
    needs: tuple[str, ...] = (),
    *,
    label: str = "process",
    cores: int = 1,
) -> Job:
    """The job that runs ``holdfast task <task>``."""
    words = [making.bank, making.release]
    if step is not None:
        words.append(step.name)
    return Job(
        name=step.name if step is not None else task,
        command=(sys.executable, "-m", "holdfast", "task", task, *words),
        needs=needs,
        label=label,
        environment={"HOLDFAST_HOME": str(home), **_marks(making, step)},
        cores=cores,
        memory=step.memory if step is not None else None,
        time=step.time if step is not None else None,
        retry=_retry(step) if step is not None else Retry(),
        priority=step.priority if step is not None else 0,
    )


def _marks(making: Making, step: Step | None) -> dict[str, str]:
    """What tells this job from the same one of another making, or of another recipe."""
    marks = {MAKING_VARIABLE: making.token}
    if step is not None:
        marks[WORK_VARIABLE] = _work(making.recipe, step)
    return marks


def _work(recipe: Recipe, step: Step) -> str:
    """A word that changes when `step` would give something else."""
    work = step.model_dump(mode="json", exclude=NOT_ITS_WORK, exclude_defaults=True)
    variables = dict(recipe.environment) if step.command else {}
    return joined_sha256([json.dumps([work, variables], sort_keys=True).encode()])[:16]
