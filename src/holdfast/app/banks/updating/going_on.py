"""
Going on with a release that is being made: what is left of its plan is run.

What is done the ledger tells, of all runs that were about this very making. A run that was stopped
or failed doing just what is left is taken up itself; else what is left becomes a run of its own.
"""

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from holdfast.app.banks.updating.around import failure_of, make_output_folders
from holdfast.app.banks.updating.room import room_for
from holdfast.app.container import Container
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.release import is_complete
from holdfast.banks.updating.fetch import step_folder
from holdfast.banks.updating.making import Making
from holdfast.banks.updating.rerun import Earlier, done, left, needed, with_needing
from holdfast.banks.updating.stages import FETCH, PUBLISH, Stop
from holdfast.banks.updating.update import MAKING_VARIABLE, plan_update, subject
from holdfast.base.progress import Listener
from holdfast.errors import UpdateFailed
from holdfast.jobs.model import Status
from holdfast.jobs.plan import Plan

RUNS_AT_MOST = 1000  #: of one making; what is before them counts as not done


@dataclass(frozen=True, slots=True)
class Went:
    """How far it went."""

    run: int | None  #: None where nothing was left to do
    to_the_end: bool  #: whether nothing is left any more


@dataclass(frozen=True, slots=True)
class _Run:
    """A run that was about the making, and what was planned and done in it."""

    run: int
    status: Status
    earlier: Earlier


def go_on(
    container: Container,
    folder: BankFolder,
    making: Making,
    stop: Stop,
    listener: Listener,
    forced: Collection[str] = (),
) -> Went:
    """Do what is left of `making`, up to `stop`; the jobs `forced` and all that need them anew.

    Raises
    ------
    UpdateFailed
        A job failed; or what the `forced` need is not done.
    """
    settings = container.settings
    plan = plan_update(making, settings.home, settings.processors)
    runs = _runs(container, making)
    ended = _done(plan, making, runs)
    forced = plan.by_name.keys() & set(forced)
    anew = with_needing(plan, forced)
    _check_done(making, needed(plan, forced) - ended)
    only = _within(plan, stop)
    folder.announce(making)
    make_output_folders(plan)
    resumable = None if anew else _resumable(plan, making, runs, only)
    if resumable is not None:
        report = _with_room(container, making, listener, resumable)
    else:
        end_unfinished(container, making.bank)
        rest = left(plan, ended - anew, only)
        if not rest.jobs:
            return Went(None, ended >= plan.by_name.keys())
        _clear(making, rest, runs)
        report = _with_room(container, making, listener, rest)
    runs = _runs(container, making)
    return Went(report, _done(plan, making, runs) >= plan.by_name.keys())


def end_unfinished(container: Container, bank: str) -> None:
    """End what a kill left running for `bank`."""
    run = container.ledger.unfinished(subject(bank))
    if run is not None:
        container.engine.abandon(run)


# -- what is done ----------------------------------------------------------------------------------


def _runs(container: Container, making: Making) -> list[_Run]:
    """The runs about `making`, the newest first: those before it were about others."""
    found = []
    for record in container.ledger.runs(subject(making.bank), limit=RUNS_AT_MOST):
        plan = container.ledger.plan(record.run)
        if making.token not in {job.environment.get(MAKING_VARIABLE) for job in plan.jobs}:
            break
        outcomes = container.ledger.outcomes(record.run)
        found.append(_Run(record.run, record.status, Earlier(plan, outcomes)))
    return found


def _done(plan: Plan, making: Making, runs: Sequence[_Run]) -> frozenset[str]:
    """The jobs of `plan` that are done; of a complete release all is, but for its publishing."""
    ended = done(plan, [each.earlier for each in reversed(runs)])
    if is_complete(making.release_folder):
        return ended | (plan.by_name.keys() - {PUBLISH})
    return ended


def _resumable(
    plan: Plan, making: Making, runs: Sequence[_Run], only: Collection[str] | None
) -> int | None:
    """The newest run, if it was stopped or failed doing just what was left before it."""
    if not runs or runs[0].status is Status.DONE or is_complete(making.release_folder):
        return None
    before = done(plan, [each.earlier for each in reversed(runs[1:])])
    same = left(plan, before, only) == runs[0].earlier.plan
    return runs[0].run if same else None


def _check_done(making: Making, missing: Collection[str]) -> None:
    if missing:
        names = ", ".join(sorted(missing))
        raise UpdateFailed(
            f"{making.bank}: {names} is not done for release {making.release} yet, and what it "
            "makes is needed; update without --from-task, which goes on where it is"
        )


def _within(plan: Plan, stop: Stop) -> frozenset[str] | None:
    """The jobs of `plan` that `stop` lets be done; None is all."""
    after, before = stop.after & plan.by_name.keys(), stop.before & plan.by_name.keys()
    if after:
        return needed(plan, after) | after
    return needed(plan, before) if before else None


# -- doing -----------------------------------------------------------------------------------------


def _with_room(container: Container, making: Making, listener: Listener, what: "Plan | int") -> int:
    """Run a plan, or take up a run, in the room on the disk that it needs; the run's number."""
    fetching = isinstance(what, Plan) and FETCH in what.by_name
    with room_for(container, making, listener, fetching=fetching) as listening:
        if isinstance(what, int):
            report = container.engine.resume(what, listening)
        else:
            report = container.engine.run(what, listening)
    if not report.succeeded:
        raise UpdateFailed(failure_of(report))
    return report.run


def _clear(making: Making, rest: Plan, runs: Sequence[_Run]) -> None:
    """Remove what steps had made that are now done again, or are no longer in the recipe.

    A folder that a step has in common with others stays as it is.
    """
    if FETCH in rest.by_name:
        return  # it begins with an empty release
    steps = {step.name: step for step in making.recipe.steps if not step.unpacks}
    kept = {step_folder(making, name) for name in steps if name not in rest.by_name}
    begun = {
        (name, job.directory)
        for each in runs
        for name, job in each.earlier.plan.by_name.items()
        if each.earlier.outcomes[name].status is Status.DONE
    }
    again = {step_folder(making, name) for name, _ in begun if name in steps} - kept
    gone = {where for name, where in begun if name not in steps and where is not None} - kept
    for folder in again | gone:
        if folder != making.flat and folder.parent == making.release_folder:
            shutil.rmtree(folder, ignore_errors=True)
    for name in steps.keys() & rest.by_name.keys():
        if steps[name].command:
            step_folder(making, name).mkdir(parents=True, exist_ok=True)
