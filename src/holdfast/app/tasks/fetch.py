"""The task ``fetch``: bring what changed and put the release's files together."""

from holdfast.app.tasks.makings import making_of
from holdfast.banks.fetch import fetch
from holdfast.base.progress import Listener, ignore
from holdfast.remotes.interface import TransferPolicy, open_remote
from holdfast.settings import Settings


def run(
    settings: Settings, policy: TransferPolicy, bank: str, release: str, listener: Listener = ignore
) -> None:
    """Bring the files of the release that is being made."""
    making = making_of(settings, bank, release)
    fetch(making, open_remote(making.url, policy), listener)
