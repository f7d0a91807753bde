"""
Updating a bank: ask the remote, decide, make the release, publish it, drop old ones.

An update may be killed at any moment; the next one sees what is on disk and goes on. What the
remote has now decides: if it is still what an unfinished release was begun for, that release is
finished; if it changed, the unfinished one is given up, and the files it had fetched are kept as
far as the new one wants them.
"""

from collections.abc import Iterable
from dataclasses import replace

from holdfast.app.banks.around import do_before, failure_of, make_output_folders, may_go
from holdfast.app.banks.maintenance import refuse_in_maintenance
from holdfast.app.banks.noting import note_update
from holdfast.app.banks.report import FileChange, UpdateReport, UpdateState, report_of
from holdfast.app.container import Container
from holdfast.banks.bankfolder import BankFolder
from holdfast.banks.changes import Changes, compare
from holdfast.banks.lacks import refuse_lacks
from holdfast.banks.making import (
    Making,
    Names,
    new_making,
    taken_up,
    unpacking_digest,
    usable,
)
from holdfast.banks.naming import Found, find_release, same_listing
from holdfast.banks.recipe import Recipe
from holdfast.banks.releases import Release, is_complete, read_release
from holdfast.banks.update import plan_update, subject
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import HoldfastError, UpdateFailed
from holdfast.jobs.model import Status
from holdfast.jobs.plan import Plan
from holdfast.remotes.interface import open_remote


def update_banks(
    container: Container,
    banks: Iterable[str],
    *,
    dry_run: bool = False,
    from_scratch: bool = False,
    listener: Listener = ignore,
) -> tuple[UpdateReport, ...]:
    """Update several banks, one after another; the failure of one does not stop the others."""
    reports = []
    for bank in banks:
        try:
            if dry_run:
                reports.append(preview_update(container, bank, from_scratch=from_scratch))
            else:
                reports.append(
                    update_bank(container, bank, from_scratch=from_scratch, listener=listener)
                )
        except (HoldfastError, OSError) as error:
            reports.append(UpdateReport(bank, UpdateState.FAILED, problem=str(error)))
        if not dry_run:
            note_update(container, reports[-1])
    return tuple(reports)


def preview_update(container: Container, bank: str, *, from_scratch: bool = False) -> UpdateReport:
    """What an update would do. Nothing is started and nothing is written."""
    recipe = _recipe(container, bank)
    folder = container.catalogue.folder(bank)
    found = _ask(container, recipe)
    newest = folder.newest()
    changes = _changes(found, newest, from_scratch=from_scratch)
    state = UpdateState.PLANNED
    if _is_up_to_date(recipe, found, newest, changes) and not folder.makings():
        state = UpdateState.UP_TO_DATE
    lines = [FileChange("fetch", file.name, file.size) for file in changes.fetch]
    lines += [FileChange("reuse", each.file.name, each.file.size) for each in changes.reuse]
    lines += [FileChange("drop", each.file.name, each.file.size) for each in changes.drop]
    return UpdateReport(
        bank,
        state,
        release=folder.free_name(found.release) if state is UpdateState.PLANNED else _name(newest),
        fetched=len(changes.fetch),
        fetched_bytes=changes.fetch_bytes,
        reused=len(changes.reuse),
        dropped=len(changes.drop),
        changes=tuple(lines),
    )


def update_bank(
    container: Container, bank: str, *, from_scratch: bool = False, listener: Listener = ignore
) -> UpdateReport:
    """Bring a bank up to what its remote has now.

    Raises
    ------
    BankNotFound, RecipeError
        There is no such bank, or its recipe cannot be read.
    BankBusy
        Another process is updating it, or maintenance is on.
    ListingFailed
        The remote did not say what it has.
    UpdateFailed
        A job failed; the message names it, its log, and its last words.
    """
    refuse_in_maintenance(container)
    recipe = _recipe(container, bank)
    folder = container.catalogue.folder(bank)
    with folder.locked():
        do_before(container, folder, recipe, listener)
        listener(Progress(f"asking {bank}'s remote"))
        found = _ask(container, recipe)
        making = _unfinished(folder, recipe, found) if not from_scratch else None
        _give_up_others(container, folder, making)
        if from_scratch:
            folder.empty_dropped()  # nothing fetched before is trusted
        if making is not None:
            making = taken_up(making, recipe)
        else:
            newest = folder.newest()
            changes = _changes(found, newest, from_scratch=from_scratch)
            if _is_up_to_date(recipe, found, newest, changes):
                removed = _tidy(container, folder, recipe)
                return UpdateReport(bank, UpdateState.UP_TO_DATE, _name(newest), removed=removed)
            making = _begin(folder, recipe, found, newest, changes)
        run = _make(container, folder, making, listener)
        folder.end_making(making)
        folder.unannounce()
        removed = _tidy(container, folder, recipe)
    return report_of(making, removed, run)


# -- deciding --------------------------------------------------------------------------------------


def _ask(container: Container, recipe: Recipe) -> Found:
    options = recipe.remote.options
    return find_release(recipe, lambda url: open_remote(url, container.policy, options))


def _changes(found: Found, newest: Release | None, *, from_scratch: bool) -> Changes:
    entries = newest.entries() if newest is not None and not from_scratch else ()
    return compare(found.listing, entries)


def _is_up_to_date(recipe: Recipe, found: Found, newest: Release | None, changes: Changes) -> bool:
    if newest is None or newest.remote_release != found.release:
        return False
    return not (changes and recipe.release.control)


def _unfinished(folder: BankFolder, recipe: Recipe, found: Found) -> Making | None:
    """The release left unfinished, if finishing it gives what the remote has now."""
    for making in folder.makings():
        wanted = (
            making.remote_release == found.release
            and same_listing(making.listing, found.listing)
            and unpacking_digest(making.recipe) == unpacking_digest(recipe)
        )
        if wanted and (is_complete(making.release_folder) or _previous_is_there(making)):
            return making
    return None


def _previous_is_there(making: Making) -> bool:
    """Whether all that `making` takes from the previous release is still there."""
    previous = making.previous_folder
    if previous is None:
        return True
    if not is_complete(previous):
        return False
    entries = read_release(previous).entries()
    return all(
        usable(entry, previous, same_unpacking=making.same_unpacking)
        for entry in entries
        if entry.file.name in making.reuse
    )


# -- doing -----------------------------------------------------------------------------------------


def _recipe(container: Container, bank: str) -> Recipe:
    """The recipe of `bank`, all of which can be done."""
    recipe = container.catalogue.recipe(bank)
    refuse_lacks(recipe, container.catalogue.recipe_file(bank))
    return recipe


def _give_up_others(container: Container, folder: BankFolder, kept: Making | None) -> None:
    """Give up what was begun for something the remote no longer has."""
    for making in folder.makings():
        if kept is None or making.release != kept.release:
            _end_unfinished_run(container, making.bank)
            folder.drop_making(making)


def _end_unfinished_run(container: Container, bank: str) -> None:
    run = container.ledger.unfinished(subject(bank))
    if run is not None:
        container.engine.abandon(run)


def _begin(
    folder: BankFolder, recipe: Recipe, found: Found, newest: Release | None, changes: Changes
) -> Making:
    """Write down what will be made."""
    same = newest is not None and newest.unpacking == unpacking_digest(recipe)
    good = tuple(
        entry
        for entry in changes.reuse
        if newest is not None and usable(entry, newest.folder, same_unpacking=same)
    )
    names = Names(
        release=folder.free_name(found.release),
        number=newest.number + 1 if newest is not None else 1,
        previous=newest.folder.name if newest is not None else None,
        same_unpacking=same,
    )
    making = new_making(recipe, folder.folder, found, replace(changes, reuse=good), names)
    folder.begin(making)
    return making


def _make(
    container: Container, folder: BankFolder, making: Making, listener: Listener
) -> int | None:
    """Run what is left to do for `making`; the number of the run, if one was needed."""
    settings = container.settings
    folder.announce(making)
    plan = plan_update(making, settings.home, settings.processors)
    make_output_folders(plan)
    run = _run_to_resume(container, plan)
    if is_complete(making.release_folder) and run is None:
        _end_unfinished_run(container, making.bank)
        if making.recipe.publish:
            folder.publish(read_release(making.release_folder))
        return None
    if run is None:
        _end_unfinished_run(container, making.bank)
        report = container.engine.run(plan, listener)
    else:
        report = container.engine.resume(run, listener)
    if not report.succeeded:
        raise UpdateFailed(failure_of(report))
    return report.run


def _run_to_resume(container: Container, plan: Plan) -> int | None:
    """The newest run of this bank, if it was stopped or failed doing the very same plan."""
    for record in container.ledger.runs(plan.subject, limit=1):
        if record.status is not Status.DONE and container.ledger.plan(record.run) == plan:
            return record.run
    return None


def _tidy(container: Container, folder: BankFolder, recipe: Recipe) -> tuple[str, ...]:
    """Remove old releases beyond those to keep, and what a kill left."""
    keep = recipe.keep if recipe.keep is not None else container.settings.keep_releases
    removed = tuple(
        release for release in folder.beyond(keep) if may_go(container, recipe, release)
    )
    for release in removed:
        folder.remove(release)
    folder.tidy()
    return tuple(release.name for release in removed)


def _name(release: Release | None) -> str | None:
    return release.name if release is not None else None
