"""
Arrivals: what has come from another store and is not yet part of this one.

It lies in ``incoming/``, under the names it will have, and nothing reads it there; what an
interrupted pull left is gone on from. When all is here, verified and durable, the list of what is
to be named is written to ``incoming/READY``: now the pull has happened. Then each file is renamed
into the store. Whoever next opens the store for writing, or finds it behind, ends an interrupted
renaming first; so all commits of a pull are there, or none is.
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from holdfast.base.files import fsync_directory, write_atomic
from holdfast.errors import StoreDamaged
from holdfast.sequences.storage import lists
from holdfast.sequences.storage.snapshots import Snapshots
from holdfast.sequences.sync.depot import Parcel, found_at

FOLDER = "incoming"
READY = "READY"


class Arrivals:
    """The incoming files of one store. Only the one writer may use it."""

    def __init__(self, store: Path) -> None:
        self.store, self.folder = store, store / FOLDER

    def missing(self, parcels: Iterable[Parcel]) -> list[Parcel]:
        """Those of `parcels` that have not come yet, whole and as they should be."""
        self.folder.mkdir(exist_ok=True)
        fsync_directory(self.store)
        return [each for each in parcels if not self._has(each)]

    def _has(self, parcel: Parcel) -> bool:
        path = self.folder / parcel.name
        try:
            if path.lstat().st_size != parcel.size:
                return False  # an earlier attempt's beginning
        except OSError:
            return False
        if found_at(path) == (parcel.size, parcel.sha256):
            return True
        path.unlink(missing_ok=True)
        return False

    def begun(self, parcels: Iterable[Parcel]) -> int:
        """The bytes of `parcels` that an interrupted call brought already."""
        paths = [self.folder / parcel.name for parcel in parcels]
        beginnings = (*paths, *(path.with_name(f"{path.name}.part") for path in paths))
        return sum(path.lstat().st_size for path in beginnings if path.is_file())

    def name_packs(self, packs: Sequence[Parcel]) -> list[Path]:
        """Move packs, which are here, to their place in the store; where they are now.

        No entry names them yet.
        """
        folder = self.store / "packs"
        paths = [self.store / pack.name for pack in packs]
        for place in {path.parent for path in paths}:
            place.mkdir(exist_ok=True)
        for pack, path in zip(packs, paths, strict=True):
            arrived = self.folder / pack.name
            arrived.chmod(0o444)
            arrived.rename(path)
        for place in (*{path.parent for path in paths}, folder):
            fsync_directory(place)
        return paths

    def take_back(self, packs: Sequence[Path]) -> None:
        """Remove packs that were named and all that has come: it is not to be trusted."""
        for path in packs:
            path.unlink(missing_ok=True)
        self.clear()

    def write(self, name: str, content: bytes) -> None:
        """Let `content` arrive as the file `name`."""
        path = self.folder / name
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
            fsync_directory(self.folder)
        write_atomic(path, content)

    def commit(self, names: Sequence[str]) -> None:
        """Name the files `names`, which are here and durable, in this order: all or none."""
        for name in names:
            (self.folder / name).chmod(0o444)
        write_atomic(self.folder / READY, json.dumps(list(names)).encode())
        settle(self.store)

    def clear(self) -> None:
        """Remove what is left of a pull that has ended."""
        shutil.rmtree(self.folder, ignore_errors=True)


def waiting(store: Path) -> bool:
    """Whether a pull has happened whose files are not all named yet."""
    return (store / FOLDER / READY).exists()


def settle(store: Path) -> None:
    """Name what a pull has left to be named. Only the one writer may ask this.

    Raises
    ------
    StoreDamaged
        The list of it is not what was written.
    """
    ready = store / FOLDER / READY
    try:
        names = json.loads(ready.read_bytes())
    except FileNotFoundError:
        return
    except ValueError as error:
        raise StoreDamaged(f"{ready} is damaged; remove it and pull again") from error
    for name in names:
        arrived = store / FOLDER / name
        if arrived.exists():
            arrived.replace(store / name)
    for part in {Path(name).parent for name in names}:
        fsync_directory(store / part)
    lists.mend_entries(store / "journal")
    Snapshots(store / "snapshots").relist()
    ready.unlink()
    fsync_directory(ready.parent)
