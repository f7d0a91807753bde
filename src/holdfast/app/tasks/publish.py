"""The task ``publish``: make the finished release the current one."""

from holdfast.banks.catalogue import Catalogue
from holdfast.settings import Settings


def run(settings: Settings, bank: str, release: str) -> None:
    """Point ``current`` to the release. The update that asks holds the bank's lock."""
    folder = Catalogue.of_settings(settings).folder(bank)
    folder.publish(folder.release(release))
