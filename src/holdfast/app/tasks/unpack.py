"""The task ``unpack``: archives of the release replaced by what is in them."""

from holdfast.app.tasks.makings import limits_of, making_of, step_of
from holdfast.banks.updating.arrivals import arrivals
from holdfast.banks.updating.entries import entries_as_fetched
from holdfast.banks.updating.fetch import previous_entries
from holdfast.banks.updating.unpack import unpack_step
from holdfast.base.progress import Listener, ignore
from holdfast.settings import Settings


def run(
    settings: Settings, bank: str, release: str, step: str, listener: Listener = ignore
) -> None:
    """Unpack the archives that the step is about."""
    making = making_of(settings, bank, release)
    entries = entries_as_fetched(making, arrivals(making.folder), previous_entries(making))
    unpack_step(
        making,
        step_of(making, step),
        entries,
        limits_of(settings),
        settings.processors,
        listener,
    )
