"""The task ``finish``: verify the release, make it durable, declare it complete."""

from holdfast.app.tasks.makings import making_of
from holdfast.banks.finish import finish
from holdfast.base.progress import Listener, ignore
from holdfast.settings import Settings


def run(settings: Settings, bank: str, release: str, listener: Listener = ignore) -> None:
    """Declare the release complete."""
    finish(making_of(settings, bank, release), settings.processors, listener)
