"""
Taking over: what steps made for the previous release is there in the new one, as a copy.

It is copied and not linked, for the steps that follow may write into it, and releases never change.
"""

import shutil
from pathlib import Path

from holdfast.banks.dependencies import OWN_DOCUMENTS
from holdfast.banks.releases.release import FLAT
from holdfast.banks.updating.making import Making
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.errors import BankError

LISTINGS = "listingv1."  #: files that say what is in a release; each has its own


def take_over(making: Making, listener: Listener = ignore) -> None:
    """Copy what the steps in ``making.taken`` made for the previous release.

    Steps may have one folder, or the release's own; so all is taken but the release's files, what
    other banks gave, and the folders of steps that are done again.

    Raises
    ------
    BankError
        It cannot be copied.
    """
    previous = making.previous_folder
    if not making.taken or previous is None:
        return
    taken = sorted(path for path in previous.iterdir() if _is_taken(making, path.name))
    for count, path in enumerate(taken, 1):
        listener(Progress("taking over", count, len(taken), "folders"))
        try:
            _copy(path, making.release_folder / path.name)
        except (OSError, shutil.Error) as error:
            raise BankError(
                f"{path} cannot be copied: {error}; see to the disk, and update again"
            ) from error


def _is_taken(making: Making, name: str) -> bool:
    steps = making.recipe.steps
    kept = {step.folder or step.name for step in steps if step.name in making.taken}
    again = {step.folder or step.name for step in steps if step.name not in making.taken}
    others = {FLAT, *OWN_DOCUMENTS, *(each.bank for each in making.depends)}
    return name not in others and not name.startswith(LISTINGS) and name not in again - kept


def _copy(source: Path, target: Path) -> None:
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)
