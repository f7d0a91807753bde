"""Pull another store into this one, which is made as its clone when there is none."""

import tempfile
from pathlib import Path

from holdfast.app.container import Container
from holdfast.app.sequences.places import Pace, Place
from holdfast.base.progress import Listener, ignore
from holdfast.errors import StoreError
from holdfast.sequences import SequenceStore
from holdfast.sequences.store import store_id_at
from holdfast.sequences.sync import Depot, SyncReport, open_depot
from holdfast.sequences.sync.offer import choose, read_offer


def pull_store(
    container: Container,
    source: str,
    pace: Pace,
    *,
    trust: bool = False,
    dry_run: bool = False,
    listener: Listener = ignore,
) -> SyncReport:
    """Bring the store up to `source`, which is ``PLACE[@SNAPSHOT]``; `trust` spares the digests.

    Raises what :meth:`~holdfast.sequences.SequenceStore.pull` raises.
    """
    place = Place.parse(source)
    depot = open_depot(place.url, pace.policy(container))
    folder = container.settings.store
    if (folder / "store.toml").exists():
        pull = container.store.pull
        return pull(depot, place.snapshot, verify=not trust, dry_run=dry_run, listener=listener)
    if dry_run:
        return dry_clone(depot, place.snapshot, listener)
    store_id = _id(depot)
    if place.snapshot is not None:  # an unknown one leaves no empty store behind
        choose(read_offer(depot, 0, ""), [], 0, {}, place.snapshot)
    SequenceStore.create(folder, store_id).close()
    return container.store.pull(depot, place.snapshot, verify=not trust, listener=listener)


def dry_clone(depot: Depot, snapshot: str | None, listener: Listener) -> SyncReport:
    """What would move into a store that is not there yet."""
    with (
        tempfile.TemporaryDirectory(prefix="holdfast-pull-") as folder,
        SequenceStore.create(Path(folder, "store"), _id(depot)) as store,
    ):
        return store.pull(depot, snapshot, dry_run=True, listener=listener)


def _id(depot: Depot) -> str:
    found = store_id_at(depot)
    if found is None:
        raise StoreError(f"there is no store at {depot.url}; check the place")
    return found
