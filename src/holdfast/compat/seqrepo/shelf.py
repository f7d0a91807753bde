"""
What a SeqRepo object stands on: a store of ours, or an instance of the old format.

Which it is, is found out from the folder. A store is read and written; an instance is only read.
"""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Self

from holdfast.base.closing import Closes
from holdfast.compat.seqrepo.pending import PendingRows
from holdfast.errors import StoreError
from holdfast.sequences import SequenceStore
from holdfast.sequences.seqrepo import Rows, SeqRepoInstance, StoreRows
from holdfast.sequences.seqrepo.instance import is_instance
from holdfast.sequences.seqrepo.rows import SCHEMA_VERSION

WRITE_WAIT = 60.0  #: seconds a writer waits for another to end
_MARK = "store.toml"


class Shelf:
    """Open rows, and what is pending when they may be written. `path` is the folder of the rows."""

    def __init__(
        self, path: Path, rows: Rows, pending: PendingRows | None, close: Callable[[], None]
    ) -> None:
        self.path, self.rows, self._pending, self._close = path, rows, pending, close

    @property
    def writeable(self) -> bool:
        """Whether something may be stored."""
        return self._pending is not None

    @property
    def pending(self) -> PendingRows:
        """Where things are stored.

        Raises
        ------
        RuntimeError
            It was opened to be read.
        """
        if self._pending is None:
            raise RuntimeError("Cannot write -- opened read-only")
        return self._pending

    def commit(self) -> None:
        """Commit what is pending; nothing when it was opened to be read."""
        if self._pending is not None:
            self._pending.commit("stored by a program of SeqRepo")

    def close(self) -> None:
        """Let go of files; what was not committed is forgotten. May be said again."""
        self.rows.close()
        self._close()

    def __del__(self) -> None:
        # SeqRepo's programs seldom close: what is open ends with whoever may still read from it.
        self.close()


class Shelved(Closes):
    """One side of a shelf, its sequences or its names: both are committed and closed together."""

    _shelf: Shelf

    @classmethod
    def over(cls, shelf: Shelf) -> Self:
        """The same side of what is open already."""
        made = cls.__new__(cls)
        made._shelf = shelf
        return made

    def schema_version(self) -> int:
        """The version of SeqRepo's schema whose records these are."""
        return SCHEMA_VERSION

    def commit(self) -> None:
        """Commit everything that is pending: sequences and names are one."""
        self._shelf.commit()

    def close(self) -> None:
        """Let go of files; what was not committed is forgotten."""
        self._shelf.close()


def open_shelf(root_dir: str | os.PathLike[str], writeable: bool = False) -> Shelf:
    """Open what is in `root_dir`; to be written, a store is made there when there is nothing.

    Raises
    ------
    OSError
        There is no such folder.
    sqlite3.OperationalError
        There is neither a store nor an instance in it.
    RuntimeError
        It is an instance, and it shall be written; or one of another schema version.
    """
    root = Path(root_dir)
    store = _store_in(root)
    if writeable:
        if store is None and is_instance(root):
            raise RuntimeError(
                f"{root} is an instance of SeqRepo's own format, which is only read here; import "
                "it with `holdfast seq import-seqrepo`, or write with SeqRepo itself"
            )
        return _writeable_store(store or root, create=store is None)
    if store is not None:
        opened = SequenceStore.open(store)
        return Shelf(store, StoreRows(opened), None, opened.close)
    if not os.path.exists(root):  # noqa: PTH110 - hgvs' own test looks for just this call
        raise OSError(f"Unable to open SeqRepo directory {root_dir}")
    return _open_instance(root)


def _store_in(root: Path) -> Path | None:
    """The store that is, or is kept in, the folder `root`."""
    return next((path for path in (root, root / "store") if (path / _MARK).is_file()), None)


def _writeable_store(path: Path, *, create: bool) -> Shelf:
    if create:
        SequenceStore.create(path).close()
    store = SequenceStore.open(path, wait=WRITE_WAIT)
    pending = PendingRows(store)
    return Shelf(path, pending, pending, store.close)


def _open_instance(root: Path) -> Shelf:
    if not is_instance(root):
        raise sqlite3.OperationalError(
            f"unable to open database file: there is neither a store of Holdfast nor an instance "
            f"of SeqRepo in {root}"
        )
    try:
        instance = SeqRepoInstance.open(root)
    except StoreError as error:
        raise RuntimeError(str(error)) from error
    return Shelf(root, instance, None, instance.close)
