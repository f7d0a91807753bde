"""Take care of the store: tidy it up, mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import time

from holdfast.app.container import Container
from holdfast.app.sequences.inputs import Abandoned, abandoned, clear_abandoned
from holdfast.base.progress import Listener, ignore
from holdfast.sequences import GcReport, RepairReport, SequenceStore
from holdfast.sequences.care.gc import Wish
from holdfast.sequences.sync import open_depot


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was tidied in the store, and which beginnings of fetches were cleared away."""

    store: GcReport
    abandoned: tuple[Abandoned, ...]


def tidy(
    container: Container,
    fraction: float,
    *,
    compact: bool = False,
    dry_run: bool = False,
    listener: Listener = ignore,
) -> Tidied:
    """Drop garbage from packs of which a `fraction` is garbage; with `compact`, join small ones.

    What interrupted fetches left goes too, when nobody went on with them for a day.
    """
    wish = Wish(fraction, compact)
    report = container.store.gc(wish, dry_run=dry_run, listener=listener)
    clear = abandoned if dry_run else clear_abandoned
    return Tidied(report, tuple(clear(container.settings.home, time())))


def repair_store(
    container: Container,
    copies: Sequence[str],
    *,
    drop_lost: bool = False,
    listener: Listener = ignore,
) -> RepairReport:
    """Mend the store, also if it cannot be opened, with the help of copies of it.

    With `drop_lost`, give up what cannot be read even so: it can be loaded again.

    Raises
    ------
    UsageError
        Nobody knows what kind of place a copy is at.
    """
    settings = container.settings
    depots = [open_depot(place, container.policy) for place in copies]
    return SequenceStore.repair(
        settings.store,
        depots,
        drop_lost=drop_lost,
        wait=settings.write_wait,
        who=container.author,
        listener=listener,
    )
