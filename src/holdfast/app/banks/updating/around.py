"""
Around an update: the commands a recipe has done before its remote is asked, and before an old
release is removed.

They are plans of their own, done from their beginning each time: what a kill left of one is given
up, for whoever asks next asks anew.
"""

import logging

from holdfast.app.banks.updating.asking import upstreams_of
from holdfast.app.container import Container
from holdfast.app.failures import first_failure
from holdfast.banks.dependencies import Upstream
from holdfast.banks.recipes.recipe import Recipe
from holdfast.banks.releases.bankfolder import BankFolder
from holdfast.banks.releases.release import Release
from holdfast.banks.updating.update import plan_before, plan_removal
from holdfast.base.progress import Listener, ignore
from holdfast.errors import UpdateFailed
from holdfast.jobs.plan import Plan, Report

logger = logging.getLogger(__name__)


def do_before(container: Container, folder: BankFolder, recipe: Recipe, listener: Listener) -> None:
    """Do what the recipe has done before its remote is asked."""
    if recipe.before:
        settings = container.settings
        depends = map(Upstream.of, upstreams_of(container, recipe))
        plan = plan_before(recipe, folder.folder, settings.home, settings.processors, depends)
        report = _run_anew(container, plan, listener)
        if not report.succeeded:
            raise UpdateFailed(failure_of(report))


def _run_anew(container: Container, plan: Plan, listener: Listener = ignore) -> Report:
    """Run `plan` from its beginning; what a kill left of an earlier run is given up."""
    left = container.ledger.unfinished(plan.subject)
    if left is not None:
        container.engine.abandon(left)
    make_output_folders(plan)
    return container.engine.run(plan, listener)


def make_output_folders(plan: Plan) -> None:
    """See that the folders are there into which the jobs of `plan` write what they say."""
    for folder in {job.stdout.parent for job in plan.jobs if job.stdout is not None}:
        folder.mkdir(parents=True, exist_ok=True)


def may_go(container: Container, recipe: Recipe, release: Release) -> bool:
    """Whether what must be done before a removal was done; else the release stays for now."""
    failure = removal_failure(container, recipe, release)
    if failure is not None:
        logger.warning("%s:%s stays for now: %s", recipe.name, release.name, failure)
    return failure is None


def removal_failure(container: Container, recipe: Recipe, release: Release) -> str | None:
    """Do what the recipe has done before `release` is removed; why that failed, if it did."""
    if not recipe.removal:
        return None
    settings = container.settings
    plan = plan_removal(recipe, release, settings.home, settings.processors)
    report = _run_anew(container, plan)
    return None if report.succeeded else failure_of(report)


def failure_of(report: Report) -> str:
    """One sentence: which job failed, its last words, where its log is."""
    failure = first_failure(report)
    if not report.failed:
        return (
            f"it was stopped, while {failure.job} was not done; what was published is as it was, "
            "and the next update goes on from here"
        )
    return (
        f"job {failure.job} failed: {failure.words} (log: {failure.log}); "
        "what was published is as it was, and the next update goes on from here"
    )
