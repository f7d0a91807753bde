"""
Unfinished: the releases of a bank that are being made, and what is being removed.

::

    banks/<bank>/
        .making/<release>/…     what is known of a release being made
        .dropped/…              what is being removed; nothing reads it

Whatever goes is renamed into ``.dropped`` first: at any moment it is there whole or not at all.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from holdfast.banks.choosing.versions import version_order
from holdfast.banks.recipes.place import SEPARATOR
from holdfast.banks.releases.release import folder_name, is_complete
from holdfast.banks.updating.carrying import carry_over
from holdfast.banks.updating.making import MAKING, MAKING_FILE, Making, read_making, write_making
from holdfast.base.files import fsync_directory
from holdfast.errors import BankError

DROPPED = ".dropped"


class Unfinished:
    """What of a bank's folder is on its way in or out. Constructing it touches nothing."""

    def __init__(self, folder: Path, bank: str | None = None, separator: str = SEPARATOR) -> None:
        """The folder of `bank` (default: as the folder is called)."""
        self.folder = folder
        self.bank = bank if bank is not None else folder.name
        self.separator = separator

    def makings(self) -> tuple[Making, ...]:
        """The releases being made, or left unfinished."""
        folders = sorted(
            (self.folder / MAKING).glob("*"), key=lambda each: version_order(each.name)
        )
        return tuple(
            read_making(self.folder, folder.name)
            for folder in folders
            if (folder / MAKING_FILE).is_file()
        )

    def unfinished(self) -> tuple[str, ...]:
        """The names of :meth:`makings`, of those that cannot be read too."""
        written = (self.folder / MAKING).glob(f"*/{MAKING_FILE}")
        return tuple(sorted((file.parent.name for file in written), key=version_order))

    def parts_of(self, name: str) -> tuple[Path, ...]:
        """The folders that giving up the unfinished release `name` removes."""
        state = self.folder / MAKING / name
        try:
            folder = read_making(self.folder, name).release_folder
        except BankError:
            folder = self.folder / folder_name(self.bank, name, self.separator)
        return (state,) if is_complete(folder) else (folder, state)

    def give_up(self, name: str) -> None:
        """Give up the unfinished release `name`, which need not be readable any more."""
        for part in self.parts_of(name):
            self._drop(part)

    def begin(self, making: Making) -> None:
        """Write `making` down; what dropped makings had fetched of the same files is taken over."""
        making.staged.mkdir(parents=True, exist_ok=True)
        for old in sorted((self.folder / DROPPED).glob("*")):
            carry_over(old, making)
        write_making(making)
        fsync_directory(self.folder / MAKING)
        self.empty_dropped()

    def drop_making(self, making: Making) -> None:
        """Give `making` up. A release that it had completed already stays."""
        if not is_complete(making.release_folder):
            self._drop(making.release_folder)
        self._drop(making.folder)

    def end_making(self, making: Making) -> None:
        """Forget `making`: its release is finished."""
        self._drop(making.folder)

    def empty_dropped(self) -> None:
        """Remove what was dropped."""
        dropped = self.folder / DROPPED
        shutil.rmtree(dropped, ignore_errors=True)
        if dropped.exists():  # a step has made folders that nobody may write into
            for parent, folders, _ in os.walk(dropped):
                for name in folders:
                    with suppress(OSError):
                        Path(parent, name).chmod(0o700)
            shutil.rmtree(dropped, ignore_errors=True)

    def _drop(self, folder: Path) -> None:
        """Take `folder` out of sight by one rename."""
        dropped = self.folder / DROPPED
        if folder.parent == dropped or not folder.exists():
            return
        dropped.mkdir(exist_ok=True)
        number = 0
        while (beside := dropped / f"{folder.name}-{number}").exists():
            number += 1
        folder.rename(beside)
        fsync_directory(self.folder)
