"""
The task ``finish``: verify the release, make it durable, declare it complete.

What its steps made is written into it before, and the listings that scripts of BioMAJ's sites read,
so that whoever sees the release complete finds them.
"""

import logging

from holdfast.app.tasks.makings import making_of
from holdfast.banks.commands.said import gathered
from holdfast.banks.releases.listings import write_listings
from holdfast.banks.releases.metadata import write_metadata
from holdfast.banks.releases.release import is_complete
from holdfast.banks.updating.finish import finish
from holdfast.base.progress import Listener, ignore
from holdfast.settings import Settings

logger = logging.getLogger(__name__)


def run(settings: Settings, bank: str, release: str, listener: Listener = ignore) -> None:
    """Declare the release complete."""
    making = making_of(settings, bank, release)
    if not is_complete(making.release_folder):
        metadata = gathered(making, settings.home)
        for problem in metadata.problems:
            logger.warning("%s: %s", bank, problem)
        write_metadata(making.release_folder, metadata)
        formats = {*making.recipe.formats, *(each.format for each in metadata.made)}
        write_listings(making.release_folder, formats)
    finish(making, settings.processors, listener)
