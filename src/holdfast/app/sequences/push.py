"""Push this store to another place, where it is made when there is none."""

from dataclasses import replace
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.sequences.places import Pace, Place
from holdfast.base.progress import Listener, ignore
from holdfast.errors import UsageError
from holdfast.remotes.local import path_of
from holdfast.sequences import SequenceStore
from holdfast.sequences.sync import SyncReport, WritableDepot, open_depot
from holdfast.sequences.sync.depot import kind_of


def push_store(
    container: Container,
    target: str,
    pace: Pace,
    *,
    dry_run: bool = False,
    listener: Listener = ignore,
) -> SyncReport:
    """Bring the store at `target` up to this one, or (``PLACE@SNAPSHOT``) to a snapshot of it.

    A store on this machine takes the commits itself, as in a pull; elsewhere files are put.

    Raises what :meth:`~holdfast.sequences.SequenceStore.push` and ``pull`` raise.
    """
    place = Place.parse(target)
    if kind_of(place.url) == "file":
        return _push_here(container, place, pace, dry_run, listener)
    depot = open_depot(place.url, pace.policy(container))
    if not isinstance(depot, WritableDepot):
        raise UsageError(
            f"{depot.url}: nothing can be written there; push to a path, rsync or s3, or pull "
            "from the other side"
        )
    return container.store.push(depot, place.snapshot, dry_run=dry_run, listener=listener)


def _push_here(
    container: Container, place: Place, pace: Pace, dry_run: bool, listener: Listener
) -> SyncReport:
    store, folder = container.store, path_of(place.url)
    ours = open_depot(str(store.folder), pace.policy(container))
    if not (folder / "store.toml").exists():
        _expect_free(folder)
        if dry_run:
            from holdfast.app.sequences.pull import dry_clone

            return replace(dry_clone(ours, place.snapshot, listener), place=str(folder))
        SequenceStore.create(folder, store.id).close()
    with SequenceStore.open(folder, wait=container.settings.write_wait) as there:
        report = there.pull(ours, place.snapshot, dry_run=dry_run, listener=listener)
    return replace(report, place=str(folder))


def _expect_free(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder; name the folder of a store, or a new one")
