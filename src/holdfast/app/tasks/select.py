"""The task ``select``: the release keeps the files that a step means, and no others."""

from holdfast.app.tasks.makings import making_of, step_of
from holdfast.banks.updating.arrivals import arrivals
from holdfast.banks.updating.entries import entries_as_fetched
from holdfast.banks.updating.fetch import previous_entries
from holdfast.banks.updating.select import select_step
from holdfast.base.progress import Listener, ignore
from holdfast.settings import Settings


def run(
    settings: Settings, bank: str, release: str, step: str, listener: Listener = ignore
) -> None:
    """Take what the step does not mean out of the release."""
    making = making_of(settings, bank, release)
    fetched = entries_as_fetched(making, arrivals(making.folder), previous_entries(making))
    select_step(making, step_of(making, step), fetched, listener)
