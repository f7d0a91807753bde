"""
Pruning: what ended long ago is forgotten, in the ledger and on disk.

The ledger first, then the logs: a kill in between leaves folders of logs that no run has, and the
next pruning removes these once they are old enough. Tallies of the metrics stay as they are.
"""

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from holdfast.app.container import Container
from holdfast.banks.commands.environment import BEFORE, output_folder
from holdfast.errors import BankNotFound, HoldfastError
from holdfast.jobs.folder import RunFolder

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was forgotten, or with `dry_run` would be."""

    before: datetime  #: runs that ended before this moment
    runs: tuple[int, ...]
    folders: int  #: of logs: those of the runs, and old ones that no run has
    size: int  #: bytes of their files
    dry_run: bool


def prune(container: Container, before: datetime | None = None, *, dry_run: bool = False) -> Pruned:
    """Forget the runs that ended before `before` and remove their logs.

    Without `before` the setting ``history_days`` counts. A run without an end is never forgotten.

    Raises
    ------
    LedgerError
        The ledger cannot be written.
    """
    settings, ledger = container.settings, container.ledger
    if before is None:
        before = datetime.now(UTC) - settings.history_days * DAY
    runs = ledger.ended_before(before) if dry_run else ledger.prune(before)
    folders = [RunFolder.of(settings.logs, run).path for run in runs]
    folders = [folder for folder in folders if folder.is_dir()]
    folders += _leftovers(container, before, {folder.name for folder in folders})
    folders += _of_steps(container, before)
    size = sum(map(_size, folders))
    if not dry_run:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
    return Pruned(before, tuple(runs), len(folders), size, dry_run)


def _leftovers(container: Container, before: datetime, known: Collection[str]) -> list[Path]:
    """Old folders of logs whose run is gone."""
    old = [
        folder
        for folder in container.settings.logs.glob("[0-9]*")
        if folder.name.isdigit() and folder.name not in known and _is_old(folder, before)
    ]
    if not old:
        return []
    kept = set(map(str, container.ledger.numbers()))
    return [folder for folder in old if folder.name not in kept]


def _of_steps(container: Container, before: datetime) -> list[Path]:
    """Old folders with what steps of banks printed; those of releases being made stay."""
    return [
        folder
        for folder in container.settings.logs.glob("banks/*/*")
        if folder.name != BEFORE and _is_old(folder, before) and not _is_needed(container, folder)
    ]


def _is_needed(container: Container, folder: Path) -> bool:
    """Whether a release that is being made is going to ask what its steps printed."""
    try:
        makings = container.catalogue.folder(folder.parent.name).makings()
    except BankNotFound:
        return False
    except HoldfastError:
        return True  # nobody can tell
    return folder in {output_folder(making, container.settings.home) for making in makings}


def _is_old(folder: Path, before: datetime) -> bool:
    try:
        return folder.is_dir() and folder.stat().st_mtime < before.timestamp()
    except OSError:
        return False


def _size(folder: Path) -> int:
    """Bytes of the files right in `folder`, as far as they can be seen; links are not followed."""
    try:
        with os.scandir(folder) as entries:
            return sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
    except OSError:
        return 0
