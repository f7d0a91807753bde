"""The task ``fetch``: bring what changed and put the release's files together."""

from dataclasses import replace

from holdfast.app.tasks.makings import limits_of, making_of
from holdfast.banks.catalogue import Catalogue
from holdfast.banks.updating.arriving import Care
from holdfast.banks.updating.fetch import fetch
from holdfast.banks.updating.verification import MANIFEST_LIMIT
from holdfast.base.progress import Listener, Progress, ignore
from holdfast.remotes.interface import TransferPolicy, open_remote
from holdfast.settings import Settings


def run(
    settings: Settings, policy: TransferPolicy, bank: str, release: str, listener: Listener = ignore
) -> None:
    """Bring the files of the release that is being made."""
    making = making_of(settings, bank, release)
    small = replace(policy, unannounced_limit=min(policy.unannounced_limit, MANIFEST_LIMIT))
    care = Care(limits_of(settings), settings.processors, policy.retries, policy.backoff)
    # A making has no passwords: they are where they were written, in the recipe.
    recipe = Catalogue.of_settings(settings).recipe(bank)
    options = making.recipe.remote.knowing(recipe.remote).options
    remotes = open_remote(making.url, policy, options), open_remote(making.url, small, options)
    for remark in fetch(making, *remotes, listener, care):
        listener(Progress("verifying", message=remark))
