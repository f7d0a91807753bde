"""The task ``publish``: make the finished release the current one."""

from holdfast.banks.bankfolder import BankFolder
from holdfast.settings import Settings


def run(settings: Settings, bank: str, release: str) -> None:
    """Point ``current`` to the release. The update that asks holds the bank's lock."""
    folder = BankFolder(settings.banks / bank)
    folder.publish(folder.release(release))
