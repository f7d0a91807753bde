"""A dry run: what an update of a bank would do. Nothing is started and nothing is written."""

from holdfast.app.banks.updating.asking import (
    ask,
    changes_of,
    is_up_to_date,
    recipe_of,
    upstreams_of,
)
from holdfast.app.banks.updating.report import FileChange, UpdateReport, UpdateState
from holdfast.app.container import Container
from holdfast.banks.updating.stages import USUAL, Wishes, begin_of, stop_of


def preview_update(
    container: Container, bank: str, *, from_scratch: bool = False, wishes: Wishes = USUAL
) -> UpdateReport:
    """What an update would do, with the banks it is made from as they are now.

    Raises
    ------
    BankNotFound, RecipeError, UsageError
        There is no such bank, its recipe cannot be read, or it has no step that is wished for.
    ListingFailed, UpdateFailed
        The remote did not say what it has, or a bank this one is made from has no release.
    """
    recipe = recipe_of(container, bank, wishes)
    stop_of(wishes, recipe)
    begin_of(wishes, recipe)
    folder = container.catalogue.folder(bank)
    upstreams = upstreams_of(container, recipe)
    found = ask(container, recipe, upstreams, wishes.release)
    newest = folder.newest()
    changes = changes_of(found, newest, from_scratch=from_scratch)
    same = is_up_to_date(recipe, found, newest, changes, upstreams) and not from_scratch
    if same and not folder.makings():
        release = newest.name if newest is not None else None
        return UpdateReport(bank, UpdateState.UP_TO_DATE, release)
    lines = [FileChange("fetch", file.name, file.size) for file in changes.fetch]
    lines += [FileChange("reuse", each.file.name, each.file.size) for each in changes.reuse]
    lines += [FileChange("drop", each.file.name, each.file.size) for each in changes.drop]
    return UpdateReport(
        bank,
        UpdateState.PLANNED,
        release=folder.free_name(found.release),
        fetched=len(changes.fetch),
        fetched_bytes=changes.fetch_bytes,
        reused=len(changes.reuse),
        dropped=len(changes.drop),
        changes=tuple(lines),
    )
